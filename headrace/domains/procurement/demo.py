"""`headrace demo`: everything once, on made-up data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from headrace.commands.explain import explain_domain
from headrace.commands.run import Ask, run_domain
from headrace.domains.procurement.generate import generate_files
from headrace.domains.procurement.next_steps import PAID_DAYS, SLOW_VENDORS, cell_terms, slowest_cell
from headrace.domains.procurement.planted import planted_vendors
from headrace.duck.reader import connect, query, tables_of_release
from headrace.lakes import open_lake, release_of
from headrace.show import terminal as render
from headrace.show.console import command_line, say
from lake.store.objects import ObjectStore
from schemas.procurement.words import DUE_LEGS, IN_FULL_LEGS

DOMAIN = "procurement"


def show_demo(out: Path, rows: int) -> None:
    """Generate into `out`, run into `out/lake`, and show what came of it."""
    lake_uri = str(out / "lake")
    _say_command("generate", DOMAIN, "--rows", str(rows), "--seed", "1", "--out", str(out / "made"))
    render.generated(generate_files(rows=rows, seed=1, dirt="realistic", out=out / "made"))
    _say_command("run", DOMAIN, "--raw", str(out / "made" / "raw"), "--lake", lake_uri)
    render.ran(run_domain(Ask(DOMAIN, str(out / "made" / "raw"), lake_uri)))
    lake = open_lake(lake_uri)
    cell = slowest_cell(lake, release_of(lake, DOMAIN))
    if cell is not None:
        _say_answer(lake, lake_uri, SLOW_VENDORS.format(leg=cell["leg"]))
        with connect(lake, tables_of_release(release_of(lake, DOMAIN))) as connection:
            _say_planted(planted_vendors(connection, out / "made" / "truth"))
        for leg in (leg for leg in IN_FULL_LEGS if leg in DUE_LEGS):
            _say_answer(lake, lake_uri, PAID_DAYS.format(leg=leg))
        terms = cell_terms(cell)
        _say_command("explain", DOMAIN, "cycle_times_monthly", *terms, "--lake", lake_uri)
        render.explained(explain_domain(lake_uri, DOMAIN, "cycle_times_monthly", terms, reveal=False, limit=2))


def _say_command(*command: str) -> None:
    say()
    say(f"$ {command_line('headrace', *command)}", style="bold")


def _say_answer(lake: ObjectStore, lake_uri: str, sql: str) -> None:
    _say_command("query", sql, "--lake", lake_uri)
    render.answer(query(lake, DOMAIN, sql, limit=10))


def _say_planted(vendors: Sequence[Mapping[str, Any]]) -> None:
    """What is known to be there, and what the numbers say of it."""
    say()
    say("what was planted (made/truth/planted.json), and what the marts say of it:", style="bold")
    for told in vendors:
        say(f"  {planted_said(told)}")


def planted_said(told: Mapping[str, Any]) -> str:
    place = f"number {told['place']} of {told['vendor_count']}" if told["place"] else "not among those with enough legs"
    before, after = (_days(told[f"median_days_{side}"]) for side in ("before", "after"))
    days = (
        f"{before} until {told['change_on']} and {after} since; it was planted to take {told['factor']:g} times as long"
        if "change_on" in told
        else f"{before}; it was planted to be slow all along"
    )
    return f"vendor {told['vendor_id']} ({told['name']}) is {place} in that order, median of {told['leg']} {days}"


def _days(median: int | None) -> str:
    return "not reached" if median is None else f"{median} days"
