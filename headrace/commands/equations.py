"""The equations of a release with their numbers: left, the parts of the right, and whether they close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from headrace.facts.run import Equation
from schemas.lineage import OUTCOMES

if TYPE_CHECKING:
    from headrace.facts.status import FileCounts
    from lake.releases.release import TableCounts


def raw_file_equation(found: Mapping[str, int]) -> Equation:
    """What became of each file in raw, of what the run that landed them found."""
    right = {
        "landed": found["landed"],
        "with the same bytes as another": found["repeated"],
        "listed by a manifest": found["listed"],
        "ignored": found["ignored"],
    }
    shown = {name: count for name, count in right.items() if count or name == "landed"}
    return Equation.of("raw", "raw files", found["found"], shown)


def file_equations(files: Sequence[FileCounts]) -> list[Equation]:
    """The file equation summed over files: lines, then records."""
    records, shared = sum(file.records for file in files), sum(file.shared_lines for file in files)
    lines = {
        "header": sum(file.header_lines for file in files),
        "records": records,
        "line breaks in fields": sum(file.line_breaks_in_fields for file in files),
        "blank": sum(file.blank_lines for file in files),
        **({"on the line of another": -shared} if shared else {}),
    }
    landed = {"landed": sum(file.landed for file in files), "dead letters": sum(file.dead_letters for file in files)}
    return [
        Equation.of("files", "lines", sum(file.lines for file in files), lines),
        Equation.of("files", "records", records, landed),
    ]


def table_equations(counts: TableCounts) -> list[Equation]:
    """The run's and the table's equations of one table, and those over all that ever landed."""
    outcomes = {
        "curated": counts.curated,
        "superseded": counts.superseded,
        "duplicate": counts.duplicate,
        "excluded": counts.excluded,
        "quarantined": counts.quarantined,
    }
    ever = {name: counts.cumulative[name] for name in OUTCOMES}
    newly = {"keys added": counts.keys_added, "keys replaced": counts.keys_replaced}
    change = {"rows before": counts.rows_before, "keys added": counts.keys_added, "keys removed": -counts.keys_removed}
    return [
        Equation.of("run", f"rows read{_of_records(counts.read_records)}", counts.read, outcomes),
        Equation.of("ever", f"rows landed{_of_records(counts.landed_records)}", counts.cumulative["landed"], ever),
        Equation.of("table", "newly curated", counts.curated, newly),
        Equation.of("table", "rows after", counts.rows_after, change),
    ]


def _of_records(records: Mapping[str, int]) -> str:
    """` (1,200 records x 30 columns)`, where records are several rows each."""
    parts = (
        f"{count:,} record{'' if count == 1 else 's'}{'' if columns == '1' else f' x {int(columns):,} columns'}"
        for columns, count in records.items()
    )
    return f" ({' + '.join(parts)})" if records else ""
