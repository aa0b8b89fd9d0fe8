"""Legs that cannot be measured in a ledger system, and what to map so that they can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from headrace.lakes import is_folder
from headrace.reader import connect, objects, tables_of_release
from lake.objects import ObjectStore
from lake.releases import Release
from schemas.procurement.words import EVENT_FIELDS, LEGS, SETTLING_TYPES, Leg

MARTS = ("procurement_legs", "procurement_events")
MEASURED = """
SELECT source_system_code, leg, bool_or(reason IS DISTINCT FROM 'not_recorded') AS is_measured
FROM marts.procurement_legs GROUP BY ALL ORDER BY ALL"""
OCCURRING = "SELECT DISTINCT source_system_code, event_type FROM marts.procurement_events"


def unmeasured(lake: ObjectStore, release: Release) -> list[str]:
    """Of a lake in a folder, whose marts are read by DuckDB; two columns of each, and no Spark."""
    if not set(MARTS) <= set(release.marts) or not is_folder(lake):
        return []
    only = replace(tables_of_release(release), curated={}, marts={name: release.marts[name] for name in MARTS})
    with connect(lake, only) as connection:
        return unmeasured_notes(objects(connection, MEASURED), objects(connection, OCCURRING))


def unmeasured_notes(measured: Iterable[Mapping[str, Any]], occurring: Iterable[Mapping[str, Any]]) -> list[str]:
    """`measured` says of each system and leg whether any row of it is not `not_recorded`."""
    by_system: dict[str, dict[str, bool]] = defaultdict(dict)
    for row in measured:
        by_system[row["source_system_code"]][row["leg"]] = row["is_measured"]
    seen = {(row["source_system_code"], row["event_type"]) for row in occurring}
    return [
        note
        for system, legs in by_system.items()
        for note in _of_system(system, legs, {event_type for code, event_type in seen if code == system})
    ]


def _of_system(system: str, is_measured: Mapping[str, bool], seen: Collection[str]) -> list[str]:
    known = {name for leg in LEGS if is_measured.get(leg.name) for name in (leg.start, leg.end)}
    by_missing: dict[tuple[str, ...], list[Leg]] = defaultdict(list)
    for leg in LEGS:
        if is_measured.get(leg.name) is False:
            by_missing[_missing(leg, known, seen)].append(leg)
    return [_note(system, missing, legs, is_measured) for missing, legs in by_missing.items()]


def _missing(leg: Leg, known: Collection[str], seen: Collection[str]) -> tuple[str, ...]:
    """Ends of the leg that no other leg shows to be recorded; of two those of which there is no event either. Where
    both are recorded, only not of the same document, it is the end."""
    unknown = tuple(name for name in (leg.start, leg.end) if name not in known) or (leg.end,)
    return tuple(name for name in unknown if name not in seen) or unknown


def _note(system: str, missing: tuple[str, ...], legs: list[Leg], is_measured: Mapping[str, bool]) -> str:
    others = {
        other.name
        for leg in legs
        for other in LEGS
        if leg.end in SETTLING_TYPES and other.end in SETTLING_TYPES and other.start == leg.start
        if is_measured.get(other.name)
    }
    instead = ", ".join(leg.name for leg in LEGS if leg.name in others)
    return (
        f"{', '.join(leg.name for leg in legs)} cannot be measured in {system}: no source records "
        f"{' or '.join(missing)}. To measure, map {' and '.join(map(_fields, missing))}, and name "
        f"{' and '.join(missing)} in `records` of its source"
        + (f"; or look at {instead}, measured in {system}" if instead else "")
    )


def _fields(event_type: str) -> str:
    """The document fields that date it, else the log that tells it."""
    fields = [f"`{fields[event_type]}` of {table}" for table, fields in EVENT_FIELDS.items() if event_type in fields]
    return " or ".join(fields) or f"an activity of an event log to `{event_type}`"
