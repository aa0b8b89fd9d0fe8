"""The profile of a file: every column with its verdict, and the counts that landing would make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from headrace.facts.profile import LineCounts
from headrace.profiling.candidates import Judged
from headrace.profiling.rawfile import RawFile
from headrace.profiling.shape import Shape, opened_table
from headrace.profiling.sketch import Sketch, kept_values_for
from headrace.profiling.verdict import Parameters, Verdict, verdict_of
from lake.landing.formats.table import Table
from transforms.standardize import AMBIGUOUS_PARAMETER, standardizer

DEAD_LETTERS_SHOWN = 5
RANGED = ("date", "timestamp", "amount", "integer")


@dataclass(frozen=True)
class Column:
    """A column of the file: what passed through it, what of it was judged, and what it is."""

    sketch: Sketch
    judged: Judged
    verdict: Verdict

    @property
    def name(self) -> str:
        return self.sketch.name

    @property
    def read_ratio(self) -> float:
        return self.judged.share(self.verdict.mask)

    def possible(self) -> dict[str, float]:
        """The rules that read nearly every value, with the share that each reads."""
        found: dict[str, float] = {}
        for candidate, share in self.judged.shares().items():
            if candidate.label != "excel_serial":
                found[candidate.rule] = max(share, found.get(candidate.rule, 0.0))
        return {rule: share for rule, share in found.items() if share >= 0.5}

    def span(self) -> tuple[Any, Any] | None:
        """The smallest and the greatest of the values judged, typed."""
        if self.verdict.rule not in RANGED or not self.verdict.mask.any():
            return None
        reads = standardizer(self.verdict.rule, **_whole(self.verdict))
        values: list[Any] = [value for text in self.judged.values if (value := reads(text)) is not None]
        return (_short(min(values)), _short(max(values))) if values else None

    def places(self) -> int:
        """Decimal places of an amount, as many as any value has."""
        reads = standardizer("amount", decimal=self.verdict.parameters.get("decimal", "."), scale=6)
        found = (reads(text) for text in self.judged.values)
        return max((_places(value) for value in found if isinstance(value, Decimal)), default=0)


def _whole(verdict: Verdict) -> Parameters:
    """The parameters with what no file tells, and of two orders the first."""
    said = {name: value for name, value in verdict.parameters.items() if name != AMBIGUOUS_PARAMETER}
    if pair := verdict.parameters.get(AMBIGUOUS_PARAMETER):
        said["formats"] = [*said.get("formats", ()), verdict.decided or pair[0]]
    if verdict.rule == "amount":
        said["scale"] = 6
    return {**said, "zone": "UTC"} if verdict.rule == "timestamp" else said


def _short(value: Any) -> Any:
    """A decimal without the zeros that only the widest scale gave it."""
    if not isinstance(value, Decimal) or "." not in f"{value:f}":
        return value
    return Decimal(f"{value:f}".rstrip("0").rstrip("."))


def _places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent)) if value else 0


@dataclass(frozen=True)
class Profile:
    """A file as landing sees it."""

    file: RawFile
    shape: Shape
    columns: tuple[Column, ...]
    header: tuple[str, ...]
    dialect: dict[str, str]
    counts: LineCounts
    dead_letters: dict[str, int]
    first_dead_letters: tuple[str, ...]


def profile_of(file: RawFile, shape: Shape) -> Profile:
    """One pass over the file. Memory is that of a block, and of the values that the sketches keep."""
    with opened_table(file, shape) as table:
        names = table.settled.names
        sketches = [Sketch(name, kept_values=kept_values_for(len(names))) for name in names]
        counts: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        first: list[str] = []
        for block in table.blocks:
            for sketch, texts in zip(sketches, block.columns, strict=True):
                sketch.take(texts)
            counts.update(
                records=block.record_count,
                blank_lines=block.blank_line_count,
                line_breaks_in_fields=block.line_break_in_field_count,
                shared_lines=block.shared_line_count,
                dead_letters=len(block.dead_letters),
            )
            reasons.update(letter.reason.partition(":")[0] for letter in block.dead_letters)
            for letter in block.dead_letters[: DEAD_LETTERS_SHOWN - len(first)]:
                first.append(f"record {letter.record_number}, line {letter.line_number}: {letter.reason}")
        lines = _line_counts(table, counts)
        dialect, header = dict(table.dialect), tuple(table.header)
    return Profile(file, shape, tuple(_judged(sketches)), header, dialect, lines, dict(reasons), tuple(first))


def _line_counts(table: Table, counts: Counter[str]) -> LineCounts:
    """Once every block of the table is taken; `counts` are those of the blocks."""
    lines, header_lines = table.line_count(), table.header_line_count
    blank_lines = table.blank_line_count + counts["blank_lines"]
    accounted = header_lines + counts["records"] + counts["line_breaks_in_fields"] + blank_lines
    return LineCounts(
        header_lines=header_lines,
        blank_lines=blank_lines,
        records=counts["records"],
        line_breaks_in_fields=counts["line_breaks_in_fields"],
        shared_lines=counts["shared_lines"],
        dead_letters=counts["dead_letters"],
        lines=lines,
        is_closed=lines + counts["shared_lines"] == accounted,
    )


def _judged(sketches: list[Sketch]) -> Iterator[Column]:
    for sketch in sketches:
        judged = Judged(sketch)
        yield Column(sketch, judged, verdict_of(judged))
