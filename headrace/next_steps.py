"""What to look at after a run: commands that work on this very lake."""
# ruff: noqa: S608 - the statements are our own, values are bound

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headrace.console import command_line
from headrace.lakes import FIRST_DOMAIN, domain_tables, is_folder
from headrace.reader import connect, objects, tables_of_release
from lake.objects import ObjectStore
from lake.releases import Release
from schemas.procurement.words import DUE_LEGS

SLOWEST_FIRST = "censored_median_days DESC NULLS FIRST, source_system_code, vendor_id"
SLOW_VENDORS = (
    "SELECT source_system_code, vendor_id, closed_count, open_count, median_days, censored_median_days "
    "FROM marts.cycle_times_overall WHERE cell_grain = 'vendor' AND leg = '{leg}' AND median_days IS NOT NULL "
    f"ORDER BY {SLOWEST_FIRST} LIMIT 10"
)
# First invoice to payment: by clearings where there are any, else by payments.
SLOWEST_CELL = (
    "FROM marts.cycle_times_monthly WHERE cell_grain = 'vendor' AND median_days IS NOT NULL "
    f"ORDER BY list_position({list(DUE_LEGS)}, leg) NULLS LAST, window_status = 'full' DESC, median_days DESC, leg, "
    "source_system_code, vendor_id, month LIMIT 1"
)
PAID_DAYS = (
    "SELECT vendor_id, month, closed_count, open_count, median_days FROM marts.cycle_times_monthly "
    "WHERE cell_grain = 'vendor' AND leg = '{leg}' AND median_days IS NOT NULL AND window_status = 'full' "
    "ORDER BY median_days DESC, source_system_code, vendor_id, month LIMIT 5"
)
ESTIMATE = (
    "FROM marts.search_volume_estimates WHERE basis = 'direct' AND estimated_search_count IS NOT NULL "
    "ORDER BY estimated_on DESC, estimated_search_count DESC, term, marketplace_code, department_name LIMIT 1"
)
MOST_SEARCHED = (
    "SELECT marketplace_code, department_name, term, rank, round(estimated_search_count) AS estimate, "
    "round(lo_80_search_count) AS lo_80, round(hi_80_search_count) AS hi_80 FROM marts.search_volume_estimates "
    "WHERE estimated_on = (SELECT max(estimated_on) FROM marts.search_volume_estimates) "
    "ORDER BY estimated_search_count DESC NULLS LAST, term LIMIT 10"
)
QUARANTINED = "SELECT reasons, count(*) AS row_count FROM quarantine.{table} GROUP BY reasons ORDER BY row_count DESC"


def next_steps(lake: ObjectStore, release: Release, lake_uri: str) -> list[dict[str, str]]:
    """Each with its `why` and its `command`."""
    domain = _domain(release.domain)
    steps = [
        {"why": "every file, and what became of it", "command": status_command(release.domain, lake_uri, "--files")}
    ]
    if is_folder(lake) and "cycle_times_monthly" in release.marts:
        steps += _of_cycle_times(lake, release, lake_uri)
    if is_folder(lake) and "search_volume_estimates" in release.marts:
        steps += _of_search_volume(lake, release, lake_uri)
    for name, counts in release.counts.items():
        if counts.cumulative["quarantined"]:
            most = sorted(_quarantining(release, name).items(), key=lambda item: (-item[1], item[0]))[:3]
            why = f"what was quarantined of {name}, most often {', '.join(f'{code} ({n:,})' for code, n in most)}"
            steps.append(_step(why, "query", QUARANTINED.format(table=name), *domain, lake=lake_uri))
    return steps


def status_command(domain: str, lake_uri: str, *options: str) -> str:
    """What shows a domain's current release."""
    return command_line("headrace", "status", *_domain(domain), *options, "--lake", lake_uri)


def slowest_cell(lake: ObjectStore, release: Release) -> dict[str, Any] | None:
    """A vendor's slowest month, if any has enough legs for a median: of the headline leg where there is one."""
    with connect(lake, tables_of_release(release)) as connection:
        return next(iter(objects(connection, SLOWEST_CELL)), None)


def _whole(cell: Mapping[str, Any]) -> str:
    """Months at the edges of the window count only where there is no other."""
    return "whole " if cell["window_status"] == "full" else ""


def cell_terms(cell: Mapping[str, Any]) -> list[str]:
    """How `headrace explain` is asked for a vendor's cell of a month."""
    said = {**cell, "month": f"{cell['month']:%Y-%m}"}
    names = ("source_system_code", "vendor_id", "month", "leg")
    return [f"{name}={said[name]}" for name in names if said[name] is not None]


def _quarantining(release: Release, table: str) -> dict[str, int]:
    """How often each reason quarantined: not those for which a row was excluded, or replaced with its delivery."""
    contract = domain_tables(release.domain).curated[table]
    others = release.harmless_reasons(contract)
    return {code: count for code, count in release.counts[table].reasons.items() if code not in others}


def _of_cycle_times(lake: ObjectStore, release: Release, lake_uri: str) -> list[dict[str, str]]:
    cell = slowest_cell(lake, release)
    if cell is None:
        return []
    return [
        _step(f"the slowest vendors by {cell['leg']}", "query", SLOW_VENDORS.format(leg=cell["leg"]), lake=lake_uri),
        _step(
            f"where the median of {cell['median_days']:g} days comes from that vendor {cell['vendor_id']} has in "
            f"{cell['month']:%Y-%m}, the longest of any vendor and {_whole(cell)}month, down to the raw records",
            "explain",
            release.domain,
            "cycle_times_monthly",
            *cell_terms(cell),
            lake=lake_uri,
        ),
    ]


def _of_search_volume(lake: ObjectStore, release: Release, lake_uri: str) -> list[dict[str, str]]:
    domain = _domain(release.domain)
    steps = [
        _step("curves, estimates over time, calibration and drift", "report", release.domain, lake=lake_uri),
        _step("what was searched most on the last day", "query", MOST_SEARCHED, *domain, lake=lake_uri),
    ]
    with connect(lake, tables_of_release(release)) as connection:
        found = objects(connection, ESTIMATE)
    if found:
        term, day = found[0]["term"], found[0]["estimated_on"].isoformat()
        where = f"marketplace={found[0]['marketplace_code']}"
        why = "where that number comes from, down to the labels behind it"
        steps.append(_step(why, "explain", release.domain, "volume", term, day, where, lake=lake_uri))
    return steps


def _domain(domain: str) -> list[str]:
    """How a command is told a domain that is not its first choice."""
    return [] if domain == FIRST_DOMAIN else ["--domain", domain]


def _step(why: str, *command: str, lake: str) -> dict[str, str]:
    return {"why": why, "command": command_line("headrace", *command, "--lake", lake)}
