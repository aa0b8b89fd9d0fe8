"""Legs that cannot be measured in a ledger system, and what to map so that they can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from headrace.facts.rows import Row
from schemas.procurement.words import EVENT_FIELDS, LEGS, SETTLING_TYPES, Leg

# `is_without_amounts`: of no payment is it known what it pays. Invoices without a payment are open all the same.
STATES = """
SELECT source_system_code, leg, bool_or(reason IS DISTINCT FROM 'not_recorded') AS is_recorded,
    coalesce(bool_or(reason = 'amount_unknown'), false) AND NOT bool_or(leg_status = 'closed') AS is_without_amounts,
    bool_or(leg_status IN ('closed', 'open', 'ended_otherwise')) AND NOT is_without_amounts AS is_measured
FROM marts.procurement_legs GROUP BY ALL ORDER BY ALL"""
OCCURRING = "SELECT DISTINCT source_system_code, event_type FROM marts.procurement_events"
States = Mapping[str, Row]


def unmeasured_notes(states: Iterable[Row], occurring: Iterable[Row]) -> list[str]:
    """`states` are those of each system and leg; `occurring` the event types that there are of each system."""
    by_system: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in states:
        by_system[row["source_system_code"]][row["leg"]] = row
    seen = {(row["source_system_code"], row["event_type"]) for row in occurring}
    return [
        note
        for system, legs in by_system.items()
        for note in _of_system(system, legs, {event_type for code, event_type in seen if code == system})
    ]


def _of_system(system: str, states: States, seen: Collection[str]) -> list[str]:
    known = {name for leg in LEGS if _is(leg, states, "is_recorded") for name in (leg.start, leg.end)}
    by_cause: dict[str, list[Leg]] = defaultdict(list)
    for leg in LEGS:
        if leg.name in states and not _is(leg, states, "is_recorded"):
            by_cause[_not_recorded(leg, known, seen)].append(leg)
        elif _is(leg, states, "is_without_amounts"):
            by_cause[_without_amounts()].append(leg)
    return [
        f"{_names(legs)} cannot be measured in {system}: {cause}{_instead(system, legs, states)}"
        for cause, legs in by_cause.items()
    ]


def _is(leg: Leg, states: States, state: str) -> bool:
    return bool(states.get(leg.name, {}).get(state))


def _not_recorded(leg: Leg, known: Collection[str], seen: Collection[str]) -> str:
    """Missing are the ends that no other leg shows to be recorded; of two those of which there is no event either."""
    unknown = [name for name in (leg.start, leg.end) if name not in known]
    if not unknown:
        return (
            f"{leg.start} and {leg.end} are recorded, but never of the same document. To measure, map "
            f"{_fields(leg.end)} in the source that gives {leg.start}"
        )
    missing = [name for name in unknown if name not in seen] or unknown
    return (
        f"no source records {' or '.join(missing)}. To measure, map {' and '.join(map(_fields, missing))}, and name "
        f"{' and '.join(missing)} in `records` of its source"
    )


def _without_amounts() -> str:
    return (
        "of no payment is the amount known that it pays of the item (reason amount_unknown). To measure, map "
        "`paid_amount` of payments, or give a payments file"
    )


def _instead(system: str, legs: Collection[Leg], states: States) -> str:
    """Where the invoice is settled by the other record of it, and that is measured: the legs that end there."""
    starts = {leg.start for leg in legs if leg.end in SETTLING_TYPES}
    others = [
        other
        for other in LEGS
        if other.end in SETTLING_TYPES and other.start in starts and _is(other, states, "is_measured")
    ]
    return f"; or look at {_names(others)}, measured in {system}" if others else ""


def _names(legs: Iterable[Leg]) -> str:
    return ", ".join(leg.name for leg in legs)


def _fields(event_type: str) -> str:
    """The document fields that date it, else the log that tells it."""
    fields = [f"`{fields[event_type]}` of {table}" for table, fields in EVENT_FIELDS.items() if event_type in fields]
    return " or ".join(fields) or f"an activity of an event log to `{event_type}`"
