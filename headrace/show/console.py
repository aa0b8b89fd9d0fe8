"""Where the commands write: facts to standard output, progress and errors to standard error."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

CHECK, CROSS = "✓", "✗"


def out() -> Console:
    """Standard output. Text that is not for a terminal is not wrapped to one's width."""
    wide = {} if sys.stdout.isatty() else {"width": 200}
    return Console(file=sys.stdout, highlight=False, soft_wrap=False, **wide)  # type: ignore[arg-type]


def err() -> Console:
    """Whatever `sys.stderr` is when it is written to."""
    wide = {} if sys.stderr.isatty() else {"width": 200}
    return Console(stderr=True, highlight=False, **wide)  # type: ignore[arg-type]


def say_json(value: Any) -> None:
    from headrace.show.jsontext import to_json

    sys.stdout.write(to_json(value) + "\n")


def say(text: str = "", style: str = "") -> None:
    """A line as it stands: no markup in it is understood, and it is never wrapped."""
    out().print(Text(text, style=style), soft_wrap=True)


def say_error(sentence: str) -> None:
    sys.stderr.write(f"error: {sentence}\n")


def grid(*headers: str, right: frozenset[str] | set[str] = frozenset(), title: str | None = None) -> Table:
    """A plain table; the columns named in `right` are aligned to the right."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", title=title, title_justify="left")
    for header in headers:
        table.add_column(header, justify="right" if header in right else "left", overflow="fold")
    return table


def cell(value: Any) -> Text:
    """A value in a table: numbers with thousands apart, null as a dot."""
    if value is None:
        return Text("·", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, int):
        return Text(f"{value:,}")
    if isinstance(value, float):
        return Text(f"{value:,.4f}".rstrip("0").rstrip("."))
    if isinstance(value, datetime):
        return Text(f"{value}Z")  # every timestamp of a table is UTC
    return Text(str(value))


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def mark(is_right: bool) -> str:
    return CHECK if is_right else CROSS
