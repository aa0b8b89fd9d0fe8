"""`headrace report`: the page of a domain's current release, in one file."""

from __future__ import annotations

from pathlib import Path

from headrace.domains import DOMAINS
from headrace.duck.reader import connect, tables_of_release
from headrace.facts.report import Reported
from headrace.lakes import check_domain, only_in_folders, open_lake, release_of
from headrace.report.page import html


def report_domain(lake_uri: str, domain: str, out: Path) -> Reported:
    """Write the page; what was written."""
    commands = DOMAINS[check_domain(domain)]
    lake = open_lake(lake_uri)
    only_in_folders(lake, "headrace report")
    release = release_of(lake, domain)
    with connect(lake, tables_of_release(release)) as connection:
        page = commands.report(connection, release)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(html(page), encoding="utf-8")
    return Reported(domain, release.number, str(out), [section.title for section in page.sections])
