"""What the doctor found, for people."""

from __future__ import annotations

from rich.text import Text

from headrace.facts.doctor import Examined
from headrace.show.console import cell, grid, mark, out, say


def show_doctor(facts: Examined) -> None:
    table = grid("", "what", "found", "needed")
    for check in facts.checks:
        style = "green" if check.is_well else "bold red"
        table.add_row(Text(mark(check.is_well), style=style), check.name, cell(check.found), check.needed)
    out().print(table)
    for check in facts.checks:
        if not check.is_well:
            say(f"{check.name}: {check.mend}")
