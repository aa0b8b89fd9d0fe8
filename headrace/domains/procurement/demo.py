"""`headrace demo`: everything once, on made-up data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from headrace.commands.explain import explain_domain
from headrace.commands.run import Ask, run_domain
from headrace.domains import DOMAINS
from headrace.domains.procurement.generate import generate_files
from headrace.domains.procurement.next_steps import PAID_DAYS, SLOW_VENDORS, cell_terms, slowest_cell
from headrace.domains.procurement.planted import PlantedVendor, planted_vendors
from headrace.duck.reader import connect, query, tables_of_release
from headrace.lakes import open_lake, release_of
from headrace.show.answer import show_answer
from headrace.show.command_lines import command_line
from headrace.show.console import say
from headrace.show.explanation import show_explained
from headrace.show.generate import show_generated
from headrace.show.run import show_run
from lake.store.objects import ObjectStore
from schemas.procurement.words import DUE_LEGS, IN_FULL_LEGS

DOMAIN = "procurement"


def show_demo(out: Path, rows: int) -> None:
    """Generate into `out`, run into `out/lake`, and show what came of it."""
    commands, lake_uri = DOMAINS[DOMAIN], str(out / "lake")
    _say_command("generate", DOMAIN, "--rows", str(rows), "--seed", "1", "--out", str(out / "made"))
    show_generated(generate_files(rows=rows, seed=1, dirt="realistic", out=out / "made"))
    _say_command("run", DOMAIN, "--raw", str(out / "made" / "raw"), "--lake", lake_uri)
    show_run(run_domain(Ask(DOMAIN, str(out / "made" / "raw"), lake_uri)), commands.show)
    lake, truth = open_lake(lake_uri), out / "made" / "truth"
    cell = slowest_cell(lake, release_of(lake, DOMAIN))
    if cell is not None:
        _say_answer(lake, lake_uri, SLOW_VENDORS.format(leg=cell["leg"]))
        with connect(lake, tables_of_release(release_of(lake, DOMAIN))) as connection:
            _say_planted(planted_vendors(connection, truth), truth)
        for leg in (leg for leg in IN_FULL_LEGS if leg in DUE_LEGS):
            _say_answer(lake, lake_uri, PAID_DAYS.format(leg=leg))
        terms = cell_terms(cell)
        _say_command("explain", DOMAIN, "cycle_times_monthly", *terms, "--lake", lake_uri)
        explained = explain_domain(lake_uri, DOMAIN, "cycle_times_monthly", terms, reveal=False, limit=2)
        show_explained(explained, commands.show_explanation)


def _say_command(*command: str) -> None:
    say()
    say(f"$ {command_line('headrace', *command)}", style="bold")


def _say_answer(lake: ObjectStore, lake_uri: str, sql: str) -> None:
    _say_command("query", sql, "--lake", lake_uri)
    show_answer(query(lake, DOMAIN, sql, limit=10))


def _say_planted(vendors: Sequence[PlantedVendor], truth: Path) -> None:
    """What is known to be there, and what the numbers say of it."""
    say()
    say(f"what was planted ({truth / 'planted.json'}), and what the marts say of it:", style="bold")
    for vendor in vendors:
        say(f"  {planted_sentence(vendor)}")


def planted_sentence(vendor: PlantedVendor) -> str:
    place = f"number {vendor.place} of {vendor.vendor_count}" if vendor.place else "not among those with enough legs"
    before, after = _days(vendor.median_days_before), _days(vendor.median_days_after)
    days = (
        f"{before}; it was planted to be slow all along"
        if vendor.change_on is None
        else f"{before} until {vendor.change_on} and {after} since; it was planted to take {vendor.factor:g} times as "
        "long"
    )
    named = f"vendor {vendor.vendor_id} ({vendor.name}) is {place} in that order"
    return f"{named}, median of {vendor.leg} with open legs counted {days}"


def _days(median: int | None) -> str:
    return "not reached" if median is None else f"{median} days"
