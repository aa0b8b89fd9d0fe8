"""What is shown of a file. Cells show only as far as the design allows.

Landing is restricted, and so is what has not landed yet. Without `reveal` a cell shows as its outline, as `explain`
masks it: nobody has said yet what the column holds. Values stand only where the column seems to be a field that is not
personal and repeats a few of them; the ends of dates, times and amounts where the column does not sound personal.
"""

from __future__ import annotations

from collections.abc import Mapping

from headrace.facts.profile import Doubt, Profiled, ProfiledColumn, WrittenSource
from headrace.profiling.columns import Column, Profile
from headrace.profiling.draft import Draft
from headrace.profiling.outline import FEW_VALUES, outline, sounds_personal

SHOWN_VALUES = 8
FEWEST_REPEATS = 2


def profiled(profile: Profile, draft: Draft, *, reveal: bool, written: WrittenSource | None) -> Profiled:
    fields: dict[str, list[str]] = {}
    for mapping in draft.columns:
        fields.setdefault(mapping.header, []).append(mapping.field.name)
    read = {key: value for key, value in profile.shape.read.stated().items() if value is not None}
    return Profiled(
        file=profile.file.info.key,
        size_bytes=profile.file.info.size,
        is_revealed=reveal,
        shape={**profile.dialect, **read, **profile.shape.seen},
        counts=profile.counts,
        dead_letters=profile.dead_letters,
        first_dead_letters=profile.first_dead_letters,
        table=draft.contract.name,
        columns=[
            _column(column, _field_of(column, fields), reveal=reveal, is_personal=_is_personal(column, draft))
            for column in profile.columns
        ],
        missing_fields=[field.name for field in (*draft.constants, *draft.missing)],
        doubts=_all_doubts(profile, draft),
        written=written,
    )


def _all_doubts(profile: Profile, draft: Draft) -> list[Doubt]:
    """Those of the draft, and of columns that no field comes from."""
    mapped = {column.header for column in draft.columns}
    rest = [
        Doubt(f"column {column.name}", sentence)
        for column in profile.columns
        if column.name not in mapped
        for sentence in column.verdict.doubts
    ]
    return [*draft.doubts, *rest]


def _field_of(column: Column, fields: Mapping[str, list[str]]) -> str | None:
    """The field that comes from the column; of several all, with commas."""
    return ", ".join(fields.get(column.name, ())) or None


def _is_personal(column: Column, draft: Draft) -> bool:
    """Whether a field called personal comes from it, or it sounds so and no other field does."""
    filled = [mapping.field for mapping in draft.columns if mapping.header == column.name]
    return any(field.personal for field in filled) or (not filled and sounds_personal(column.name))


def _column(column: Column, field: str | None, *, reveal: bool, is_personal: bool) -> ProfiledColumn:
    sketch, judged, verdict = column.sketch, column.judged, column.verdict
    is_known = field is not None and not is_personal
    is_shown = reveal or (is_known and len(sketch.values) <= FEW_VALUES and _repeats(column))
    span = column.span() if reveal or is_known or (not is_personal and verdict.rule != "integer") else None
    return ProfiledColumn(
        name=column.name,
        field=field,
        kind=verdict.kind,
        rule=verdict.rule,
        parameters=verdict.parameters,
        read_ratio=column.read_ratio,
        possible=column.possible(),
        formats=verdict.formats,
        filled_count=sketch.filled_count,
        null_count=sketch.null_count + sketch.blank_count,
        null_tokens=dict(sketch.tokens),
        distinct_count=sketch.distinct_count,
        is_distinct_exact=sketch.is_complete,
        judged_value_count=len(judged.values),
        longest=sketch.longest,
        is_personal=is_personal,
        shows="values" if is_shown else "outlines",
        most_frequent=_most_frequent(column, is_shown=is_shown),
        least=span[0] if span else None,
        greatest=span[1] if span else None,
        is_span_exact=sketch.is_complete,
        unsure=verdict.doubts,
    )


def _most_frequent(column: Column, *, is_shown: bool) -> dict[str, int]:
    """Values with their counts, or outlines with those of all values that have them."""
    values = column.sketch.values
    if is_shown:
        most = dict(values.most_common(SHOWN_VALUES))
    else:
        most = {}
        for value, count in values.items():
            most[outline(value)] = most.get(outline(value), 0) + count
    return dict(sorted(most.items(), key=lambda item: (-item[1], item[0]))[:SHOWN_VALUES])


def _repeats(column: Column) -> bool:
    """Whether each value stands in several rows: a value of its own row could tell whose it is."""
    return bool(column.sketch.values) and min(column.sketch.values.values()) >= FEWEST_REPEATS
