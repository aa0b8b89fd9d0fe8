"""A profile for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from headrace.facts.profile import Profiled, ProfiledColumn, WrittenSource
from headrace.show.command_lines import command_line
from headrace.show.console import CHECK, CROSS, cell, counted, grid, out, say

_SHOWN_SHAPE = (
    "format", "encoding", "delimiters", "has_multiline_fields", "stray_quotes", "layout", "header_line_count",
    "short_lines", "sheet", "sheets", "records", "left_out", "next_page", "manifest", "byte_order_mark",
)  # fmt: skip


def show_profile(facts: Profiled) -> None:
    """The shape, the counts, a line for each column, and what is in doubt."""
    say(f"{facts.file}: {facts.size_bytes:,} bytes", "bold")
    say(", ".join(_shape(facts.shape)))
    _counts(facts)
    say()
    _columns(facts.columns)
    say()
    say(f"looks like {facts.table}; unsure:", "bold")
    for doubt in facts.doubts:
        say(f"  {doubt.at}: {doubt.unsure}", "yellow")
    if not facts.is_revealed:
        say("cells show as outlines (9 a digit, A and a letters), unless a column repeats a few; whole with --reveal")
    if facts.written:
        _written(facts.written)


def _shape(shape: Mapping[str, Any]) -> list[str]:
    found = []
    for key in _SHOWN_SHAPE:
        value = shape.get(key)
        if value in (None, False, (), [], "stop"):
            continue
        if key == "layout":
            value = " ".join(f"{part['name']}@{part['start']}+{part['width']}" for part in value)
        elif key == "sheets":
            value = ", ".join(f"{name!r}{'' if of['is_visible'] else ' (hidden)'}" for name, of in value.items())
        elif key == "delimiters":
            value = " ".join(map(repr, value))
        found.append(f"{key.replace('_', ' ')} {value}")
    return found


def _counts(facts: Profiled) -> None:
    counts = facts.counts
    shared = f" - {counts.shared_lines:,} on the line of another" if counts.shared_lines else ""
    say(
        f"{counts.lines:,} lines = {counts.header_lines:,} header + {counts.records:,} records + "
        f"{counts.line_breaks_in_fields:,} line breaks in fields + {counts.blank_lines:,} blank{shared} "
        f"{CHECK if counts.is_closed else CROSS}; {counted(counts.dead_letters, 'dead letter')}"
    )
    for sentence in facts.first_dead_letters:
        say(f"  {sentence}", "yellow")


def _columns(columns: Sequence[ProfiledColumn]) -> None:
    table = grid("column", "field", "is", "read", "null", "tokens", "distinct", "least", "greatest", "most frequent")
    for column in columns:
        frequent = ", ".join(f"{value} ({count:,})" for value, count in list(column.most_frequent.items())[:3])
        about = "" if column.is_distinct_exact else "about "
        table.add_row(
            Text(column.name, style="bold"),
            cell(column.field),
            Text(_kind(column)),
            f"{column.read_ratio:.1%}" if column.filled_count else "",
            cell(column.null_count),
            Text(", ".join(f"{token} ({count:,})" for token, count in column.null_tokens.items())),
            f"{about}{column.distinct_count:,}",
            _end(column.least, "" if column.is_span_exact else "≤ "),
            _end(column.greatest, "" if column.is_span_exact else "≥ "),
            Text(frequent),
        )
    out().print(table)


def _end(value: Any, bound: str) -> Text:
    """An end of the values; of a column with more than were kept, one that it reaches at least."""
    return cell(None) if value is None else Text(f"{bound}{cell(value)}")


def _kind(column: ProfiledColumn) -> str:
    formats = ", ".join(
        f"{format_}{'' if ratio >= 1 else f' {ratio:.0%}'}" for format_, ratio in column.formats.items()
    )
    return f"{column.kind} {formats}".strip()


def _written(written: WrittenSource) -> None:
    say()
    say(f"written: {written.file}", "bold")
    if written.is_accepted:
        say("headrace run accepts it; look at each UNSURE first")
    else:
        say(f"headrace run accepts it when this is settled (it reads no UNSURE: look at each first): {written.says}")
    run = command_line("headrace", "run", written.domain, "--raw", "RAW", "--lake", "LAKE", "--config", written.file)
    say(f"then: {run}")
