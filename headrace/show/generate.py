"""Raw files that were made up, for people."""

from __future__ import annotations

from headrace.facts.generate import Generated
from headrace.show.console import cell, grid, out, say
from headrace.show.status import OUTCOMES


def show_generated(facts: Generated) -> None:
    summary = facts.summary
    made = "already there" if summary.already_there else "made"
    records = ", ".join(f"{count:,} {table}" for table, count in summary.raw_rows.items())
    copies = summary.dirt.get("same_content", 0)
    copied = f", {copies:,} of them the very bytes of another" if copies else ""
    say(f"{made}: {summary.files} raw files{copied}, in {facts.raw} ({records}), their truth in {facts.truth}")
    if facts.configs:
        say(f"some are no CSV in UTF-8: run with --config {facts.configs}")
    table = grid("table", *OUTCOMES, right={*OUTCOMES}, title="expected outcomes")
    for name, counts in summary.outcomes.items():
        table.add_row(name, *(cell(counts.get(outcome, 0)) for outcome in OUTCOMES))
    out().print(table)
    if facts.stand_ins:
        say(facts.stand_ins, style="dim")
    if facts.next:
        say(f"next: {facts.next}", style="cyan")
