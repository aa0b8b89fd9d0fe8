"""`headrace profile`: what is told of a file. Cells show only as far as the design allows.

Landing is restricted, and so is what has not landed yet. Without `reveal` a cell shows as its outline, as `explain`
masks it: nobody has said yet what the column holds. Values stand only where the column seems to be a field that is not
personal and repeats a few of them; the ends of dates, times and amounts where the column does not sound personal.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headrace.lakes import domain_names, domain_tables
from headrace.profiling.columns import Column, Profile, profile_of
from headrace.profiling.doubts import Doubt
from headrace.profiling.draft import Draft, draft_of, source_name
from headrace.profiling.fields import likelihood
from headrace.profiling.first_toml import toml_of
from headrace.profiling.outline import FEW_VALUES, outline, sounds_personal
from headrace.profiling.rawfile import RawFile
from headrace.profiling.shape import shape_of
from lake.config.configuration import load
from lake.errors import ConfigError

SHOWN_VALUES = 8
FEWEST_REPEATS = 2


def profile_file(
    place: str,
    *,
    domain: str | None,
    table: str | None,
    sheet: str | None,
    write: Path | None,
    name: str | None,
    reveal: bool,
) -> dict[str, Any]:
    """The facts of a file, and its first TOML where `write` says where to. Without a domain it is that of the likeliest
    table.

    Raises ConfigError for what is there already, and what landing raises for a file that cannot be read.
    """
    if write is not None and write.exists():
        raise ConfigError(f"{write} is there already; promised a new file: take another name")
    domains = {of: domain_tables(of).sourced for of in ([domain] if domain else domain_names())}
    if domain is None and table is not None:
        domains = {of: contracts for of, contracts in domains.items() if table in contracts} or domains
    configurations = {of: load(of, contracts=contracts) for of, contracts in domains.items()}
    file = RawFile.at(place)
    profile = profile_of(file, shape_of(file, sheet=sheet))
    domain = max(domains, key=lambda of: likelihood(profile, domains[of], configurations[of]))
    contracts, configuration = domains[domain], configurations[domain]
    draft = draft_of(profile, configuration, contracts, table=table, name=name or source_name(file.name))
    facts = _facts(profile, draft, reveal=reveal)
    if write is not None:
        facts["written"] = _written(write, draft, domain, contracts)
    return facts


def _written(path: Path, draft: Draft, domain: str, contracts: Mapping[str, Any]) -> dict[str, Any]:
    """Where the first TOML is, and what `headrace run` would say of it as it stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(toml_of(draft))
    try:
        load(domain, contracts=contracts, overlays=[path])
        says = None
    except ConfigError as error:
        says = str(error)
    return {"file": str(path), "domain": domain, "source": draft.name, "is_accepted": says is None, "says": says}


def _facts(profile: Profile, draft: Draft, *, reveal: bool) -> dict[str, Any]:
    fields: dict[str, list[str]] = {}
    for mapping in draft.columns:
        fields.setdefault(mapping.header, []).append(mapping.field.name)
    read = {key: value for key, value in profile.shape.read.said().items() if value is not None}
    lines = profile.counts
    return {
        "file": profile.file.info.key,
        "size_bytes": profile.file.info.size,
        "is_revealed": reveal,
        "shape": {**profile.dialect, **read, **profile.shape.seen},
        "counts": {
            **lines,
            "is_closed": lines["lines"] + lines.get("shared_lines", 0)
            == sum(lines.get(k, 0) for k in ("header_lines", "records", "line_breaks_in_fields", "blank_lines")),
        },
        "dead_letters": profile.dead_letters,
        "first_dead_letters": list(profile.first_dead_letters),
        "table": draft.contract.name,
        "columns": [
            _column(column, _field_of(column, fields), reveal=reveal, personal=_is_personal(column, draft))
            for column in profile.columns
        ],
        "missing_fields": [field.name for field in (*draft.constants, *draft.missing)],
        "doubts": [{"at": doubt.at, "unsure": doubt.sentence} for doubt in _all_doubts(profile, draft)],
    }


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


def _column(column: Column, field: str | None, *, reveal: bool, personal: bool) -> dict[str, Any]:
    sketch, judged, verdict = column.sketch, column.judged, column.verdict
    is_known = field is not None and not personal
    is_shown = reveal or (is_known and len(sketch.values) <= FEW_VALUES and _repeats(column))
    show = str if is_shown else outline
    most: dict[str, int] = {}
    for value, count in sketch.values.most_common(None if not is_shown else SHOWN_VALUES):
        most[show(value)] = most.get(show(value), 0) + count
    is_told = reveal or is_known or (not personal and verdict.rule != "integer")
    span = column.span() if is_told else None
    return {
        "name": column.name,
        "field": field,
        "kind": verdict.kind,
        "rule": verdict.rule,
        "parameters": verdict.parameters,
        "read_ratio": column.read_ratio,
        "possible": column.possible(),
        "formats": verdict.formats,
        "filled_count": sketch.filled_count,
        "null_count": sketch.null_count + sketch.blank_count,
        "null_tokens": dict(sketch.tokens),
        "distinct_count": sketch.distinct_count,
        "is_distinct_exact": sketch.is_complete,
        "judged_value_count": len(judged.values),
        "longest": sketch.longest,
        "is_personal": personal,
        "shows": "values" if is_shown else "outlines",
        "most_frequent": dict(sorted(most.items(), key=lambda item: (-item[1], item[0]))[:SHOWN_VALUES]),
        "least": span[0] if span else None,
        "greatest": span[1] if span else None,
        "is_span_exact": sketch.is_complete,
        "unsure": verdict.doubts,
    }


def _repeats(column: Column) -> bool:
    """Whether each value stands in several rows: a value of its own row could tell whose it is."""
    return bool(column.sketch.values) and min(column.sketch.values.values()) >= FEWEST_REPEATS
