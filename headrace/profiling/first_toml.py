"""A draft as TOML. Each doubt stands over its key as `# UNSURE: ...`; what nobody could guess is left commented out, so
that no run accepts it before it is settled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from headrace.profiling.draft import Draft
from headrace.profiling.field_rules import FieldDraft
from lake.config.read_options import FORMATS_OF, Read

_EXAMPLES = {"time_zone_name": "Europe/Berlin", "currency_code": "EUR", "source_system_code": "ERP1"}
_ORDER = (
    "format", "encoding", "delimiters", "quote", "has_multiline_fields", "stray_quotes", "layout", "header_line_count",
    "short_lines", "sheet", "records", "more_pages", "manifest",
)  # fmt: skip


def toml_of(draft: Draft) -> str:
    """The whole file."""
    return "\n".join([*_head(draft), *_read(draft), *_constants(draft), *_columns(draft), *_coverage(draft)]) + "\n"


def _head(draft: Draft) -> Iterator[str]:
    yield f"# A first source for {draft.profile.file.name!r}, as `headrace profile` sees it."
    yield "# Settle each UNSURE, then take the comment away. docs/configuration.md has every key."
    yield "[source]"
    yield f"name = {_text(draft.name)}"
    for key, value in (("table", draft.contract.name), ("kind", draft.kind), ("identical_rows", draft.identical_rows)):
        yield from _unsure(draft, f"source.{key}")
        yield f"{key} = {_text(value)}"
    yield from _unsure(draft, "source.claims")
    yield f"claims = ['{draft.claims}']"
    yield "# shares_files = true   # where a second source fills another table from these files: say it in both"
    yield ""


def _read(draft: Draft) -> Iterator[str]:
    said = draft.profile.shape.read
    yield from _unsure(draft, "read")
    yield "[read]"
    for key in _ORDER:
        value = getattr(said, key)
        is_needed = value != getattr(Read, key, ()) or key in ("format", "encoding", "delimiters")
        if is_needed and said.format in FORMATS_OF.get(key, (said.format,)):
            yield from _unsure(draft, f"read.{key}")
            yield from _layout(value) if key == "layout" else [f"{key} = {_value(value)}"]
        elif any(doubt.at == f"read.{key}" for doubt in draft.doubts):
            yield from _unsure(draft, f"read.{key}")
    yield ""


def _layout(layout: Sequence[Any]) -> Iterator[str]:
    yield "layout = ["
    for part in layout:
        yield f"    {{ name = {_text(part.name)}, start = {part.start}, width = {part.width} }},"
    yield "]"


def _constants(draft: Draft) -> Iterator[str]:
    if draft.constants:
        yield "[constants]"
        for field in draft.constants:
            yield from _unsure(draft, f"constants.{field.name}")
            example = _EXAMPLES.get(field.name, field.values[0] if field.values else "")
            yield f"# {field.name} = {_text(example)}"
        yield ""


def _columns(draft: Draft) -> Iterator[str]:
    for column in draft.columns:
        yield from _unsure(draft, f"columns.{column.field.name}")
        yield from _column(column)
    for field in draft.missing:
        yield from _unsure(draft, f"columns.{field.name}")
        yield f"# [columns.{field.name}]"
        yield '# headers = ["..."]'
        yield ""


def _column(column: FieldDraft) -> Iterator[str]:
    yield f"[columns.{column.field.name}]"
    yield f"headers = [{_text(column.header)}]"
    yield f"rule = {_text(column.rule)}"
    for name, value in column.parameters.items():
        if value is None:
            yield '# zone = "Europe/Berlin"'
        elif name != "values" and value != []:
            yield f"{name} = {_value(value)}"
    if column.null_tokens:
        yield f"null_tokens = {_value(['', *column.null_tokens])}"
    if column.rule == "mapped":
        yield ""
        yield f"[columns.{column.field.name}.values]"
        if column.unmapped:
            yield f"# meanings are {', '.join(column.field.values)}"
        for word, meaning in column.parameters["values"].items():
            yield f"{_text(word)} = {_text(meaning)}"
        for word, count in column.unmapped.items():
            yield f"# {_text(word)} = {_text('')}   # UNSURE: {count:,} rows"
    yield ""


def _coverage(draft: Draft) -> Iterator[str]:
    yield from _unsure(draft, "coverage")
    yield "[coverage]"
    yield f"records = {_value(list(draft.records))}"
    if draft.data_through:
        yield f"data_through = {draft.data_through.isoformat()}"


def _unsure(draft: Draft, at: str) -> Iterator[str]:
    for doubt in draft.doubts:
        if doubt.at == at:
            yield f"# UNSURE: {doubt.unsure}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_text(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value)


def _text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
