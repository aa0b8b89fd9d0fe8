"""`headrace explain`: opens the lake and the release, and asks the domain's explanation."""

from __future__ import annotations

from collections.abc import Sequence

from headrace.domains import DOMAINS
from headrace.duck.reader import connect, tables_of_release
from headrace.explain.raw import RawRecords
from headrace.explain.versions import Trail
from headrace.facts.explain import Explained
from headrace.lakes import check_domain, domain_tables, only_in_folders, open_lake, release_of

LIMIT = 10


def explain_domain(
    lake_uri: str, domain: str, subject: str, terms: Sequence[str], *, reveal: bool, limit: int | None = LIMIT
) -> Explained:
    """An explanation, its lists cut at a limit; None cuts nothing."""
    check_domain(domain)
    lake = open_lake(lake_uri)
    only_in_folders(lake, "headrace explain")
    release = release_of(lake, domain)
    contracts = domain_tables(domain).curated
    raw = RawRecords(lake, release, contracts, reveal)
    with connect(lake, tables_of_release(release)) as connection:
        trail = Trail(lake, release, connection, contracts, raw, limit)
        explanation = DOMAINS[domain].explain(trail, subject, terms)
    return Explained(domain, lake_uri, explanation, is_revealed=reveal)
