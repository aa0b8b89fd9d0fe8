"""What stops a run as soon as its tables are curated: more rows in quarantine than expected, and rules that halt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lake.curating.evidence import unreadable_cell
from lake.errors import AuditError, all_of
from lake.landing.deliveries import Delivery
from lake.releases.release import SourceAsRead, TableCounts, harmless_reasons
from lake.releases.snapshots import Snapshot
from lake.run.run import Run


def refuse_quarantined(
    run: Run, deliveries: Sequence[Delivery], tables: Mapping[str, Snapshot], counts: Mapping[str, TableCounts]
) -> None:
    """Raises AuditError, for every table and limit what broke most rows, a cell of it, and the lines of a configuration
    that would read it."""
    found = [
        sentence
        for name, told in counts.items()
        for sentence in (*_beyond_limit(run, deliveries, tables[name], told), *_halting(run, name, told))
    ]
    if found:
        raise AuditError(all_of(found))


def _beyond_limit(run: Run, deliveries: Sequence[Delivery], table: Snapshot, counts: TableCounts) -> Iterator[str]:
    limit = run.configuration.domain.quarantine_halt_ratio
    if counts.quarantined > limit * counts.read:
        name, sources = table.table, (SourceAsRead.of(source) for source in run.sources_of(table.table))
        harmless = harmless_reasons(run.tables.curated[name], sources)
        broken = {code: count for code, count in counts.reasons.items() if code not in harmless}
        most = sorted(broken.items(), key=lambda item: (-item[1], item[0]))[:3]
        cells = ((code, count, unreadable_cell(run, deliveries, table, code)) for code, count in most)
        told = ", ".join(f"{code} ({count:,}{f', such as {cell}' if cell else ''})" for code, count, cell in cells)
        look = (
            f'headrace query "FROM quarantine.{name}" --domain {run.domain} --run {run.run_id} '
            f"--lake {run.arguments.lake}"
        )
        yield (
            f"{name}: {counts.quarantined:,} of {counts.read:,} rows read broke a rule, expected at most {limit:.0%} "
            f"(quarantine_halt_ratio); most often {told}; nothing was published; look at them with: {look}"
        )


def _halting(run: Run, name: str, counts: TableCounts) -> Iterator[str]:
    for rule in run.tables.curated[name].all_rules:
        if rule.severity == "halt" and counts.reasons.get(rule.code):
            yield f"{name}: {counts.reasons[rule.code]:,} rows break {rule.code}: {rule.doc} Nothing was published"
