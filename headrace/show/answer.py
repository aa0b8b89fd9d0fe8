"""The answer to a query, as a table and as CSV."""

from __future__ import annotations

import csv
import sys

from headrace.facts.answer import Answer
from headrace.show.console import cell, counted, grid, out, say


def show_answer(found: Answer) -> None:
    numbers = {
        name
        for place, name in enumerate(found.columns)
        if any(isinstance(row[place], int | float) and not isinstance(row[place], bool) for row in found.rows)
    }
    table = grid(*found.columns, right=numbers)
    for row in found.rows:
        table.add_row(*(cell(value) for value in row))
    out().print(table)
    more = " shown; there are more, see --limit" if found.is_cut else ""
    say(f"{counted(len(found.rows), 'row')}{more}", style="dim")


def say_csv(found: Answer) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(found.columns)
    writer.writerows(found.rows)
