"""For which days the sources of a release are complete."""

from __future__ import annotations

from dataclasses import replace

from headrace.domains.procurement.facts import SourceCoverage
from headrace.duck.reader import connect, objects, tables_of_release
from headrace.facts.rows import of_row
from headrace.lakes import is_folder
from lake.landing.ledger import read_ledger
from lake.releases.release import Release
from lake.store.objects import ObjectStore


def coverage_of(lake: ObjectStore, release: Release) -> list[SourceCoverage]:
    """For which days each source that delivered is complete, and by which rule that is known."""
    if "procurement_coverage" not in release.marts or not is_folder(lake):
        return []
    only = {"procurement_coverage": release.marts["procurement_coverage"]}
    with connect(lake, replace(tables_of_release(release), curated={}, marts=only)) as connection:
        rows = objects(connection, "FROM marts.procurement_coverage ORDER BY source_name, table_name")
    delivered = {delivery.source_name for delivery in read_ledger(lake, release.ledger)}
    return [of_row(SourceCoverage, row) for row in rows if row["source_name"] in delivered]
