"""A profile for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from headrace.show.console import CHECK, CROSS, cell, command_line, counted, grid, out, say

_SHOWN_SHAPE = (
    "format", "encoding", "delimiters", "has_multiline_fields", "stray_quotes", "layout", "header_line_count",
    "short_lines", "sheet", "sheets", "records", "left_out", "next_page", "manifest", "byte_order_mark",
)  # fmt: skip


def profiled(facts: Mapping[str, Any]) -> None:
    """The shape, the counts, a line for each column, and what is in doubt."""
    say(f"{facts['file']}: {facts['size_bytes']:,} bytes", "bold")
    say(", ".join(_shape(facts["shape"])))
    _counts(facts)
    say()
    _columns(facts)
    say()
    say(f"looks like {facts['table']}; unsure:", "bold")
    for doubt in facts["doubts"]:
        say(f"  {doubt['at']}: {doubt['unsure']}", "yellow")
    if not facts["is_revealed"]:
        say("cells show as outlines (9 a digit, A and a letters), unless a column repeats a few; whole with --reveal")
    if written := facts.get("written"):
        _written(written)


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


def _counts(facts: Mapping[str, Any]) -> None:
    counts = facts["counts"]
    shared = f" - {counts['shared_lines']:,} on the line of another" if counts.get("shared_lines") else ""
    say(
        f"{counts['lines']:,} lines = {counts['header_lines']:,} header + {counts.get('records', 0):,} records + "
        f"{counts.get('line_breaks_in_fields', 0):,} line breaks in fields + {counts['blank_lines']:,} blank{shared} "
        f"{CHECK if counts['is_closed'] else CROSS}; {counted(counts.get('dead_letters', 0), 'dead letter')}"
    )
    for said in facts["first_dead_letters"]:
        say(f"  {said}", "yellow")


def _columns(facts: Mapping[str, Any]) -> None:
    table = grid("column", "field", "is", "read", "null", "tokens", "distinct", "least", "greatest", "most frequent")
    for column in facts["columns"]:
        frequent = ", ".join(f"{value} ({count:,})" for value, count in list(column["most_frequent"].items())[:3])
        about = "" if column["is_distinct_exact"] else "about "
        table.add_row(
            Text(column["name"], style="bold"),
            cell(column["field"]),
            Text(_kind(column)),
            f"{column['read_ratio']:.1%}" if column["filled_count"] else "",
            cell(column["null_count"]),
            Text(", ".join(f"{token} ({count:,})" for token, count in column["null_tokens"].items())),
            f"{about}{column['distinct_count']:,}",
            _end(column, "least", "≤ "),
            _end(column, "greatest", "≥ "),
            Text(frequent),
        )
    out().print(table)


def _end(column: Mapping[str, Any], name: str, bound: str) -> Text:
    """An end of the values; of a column with more than were kept, one that it reaches at least."""
    end = cell(column[name])
    return end if column[name] is None or column["is_span_exact"] else Text(f"{bound}{end}")


def _kind(column: Mapping[str, Any]) -> str:
    formats = ", ".join(
        f"{format_}{'' if ratio >= 1 else f' {ratio:.0%}'}" for format_, ratio in column["formats"].items()
    )
    return f"{column['kind']} {formats}".strip()


def _written(written: Mapping[str, Any]) -> None:
    say()
    say(f"written: {written['file']}", "bold")
    if written["is_accepted"]:
        say("headrace run accepts it; look at each UNSURE first")
    else:
        say(f"headrace run accepts it when this is settled (it reads no UNSURE: look at each first): {written['says']}")
    run = command_line(
        "headrace", "run", written["domain"], "--raw", "RAW", "--lake", "LAKE", "--config", written["file"]
    )
    say(f"then: {run}")
