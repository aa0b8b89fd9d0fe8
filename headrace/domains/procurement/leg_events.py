"""The events that make a leg."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from headrace.explain.versions import Trail
from headrace.facts.rows import Row
from schemas.procurement.words import IN_FULL_LEGS, IN_FULL_TYPES

EVENT_ORDER = "event_on, event_at, record_number, event_id"
_DOCUMENT = ("source_system_code", "case_id", "document_id")


@dataclass(frozen=True)
class LegEvents:
    """Rows of the marts: a leg, and the events between its start and its end that count for it."""

    leg: Row
    start: Row | None
    payments: Sequence[Row]
    end: Row | None

    def events(self) -> list[Row]:
        return [event for event in (self.start, *self.payments, self.end) if event]


def with_events(trail: Trail, legs: Sequence[Row]) -> list[LegEvents]:
    """The legs with their first and last events, and the payments of those that end when an invoice is paid in full."""
    events, payments = _ends(trail, legs), _payments(trail, legs)
    return [
        LegEvents(
            leg=leg,
            start=events.get(leg["start_event_id"]),
            payments=_before_end(leg, payments.get(_document(leg), [])),
            end=events.get(leg["end_event_id"]),
        )
        for leg in legs
    ]


def _ends(trail: Trail, legs: Iterable[Row]) -> dict[str, Row]:
    ids = sorted({id_ for leg in legs for id_ in (leg["start_event_id"], leg["end_event_id"]) if id_})
    if not ids:
        return {}
    found = trail.objects("FROM marts.procurement_events WHERE event_id IN (SELECT unnest(?))", ids)
    return {event["event_id"]: event for event in found}


def _document(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _DOCUMENT)


def _payments(trail: Trail, legs: Iterable[Row]) -> dict[tuple[Any, ...], list[Row]]:
    """Every payment of the documents of legs that end when an invoice is paid in full, by system, case and document."""
    asked = [_document(leg) for leg in legs if leg["leg"] in IN_FULL_LEGS and leg["document_id"]]
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    if not asked:
        return found
    columns = ", ".join(_DOCUMENT)
    sql = f"""
        FROM marts.procurement_events WHERE event_type IN (SELECT unnest(?)) AND NOT is_reversed
        AND ({columns}) IN (SELECT (unnest(?), unnest(?), unnest(?))) ORDER BY {EVENT_ORDER}"""
    for event in trail.objects(sql, list(IN_FULL_TYPES), *(list(part) for part in zip(*asked, strict=True))):
        found[_document(event)].append(event)
    return found


def _before_end(leg: Row, payments: Iterable[Row]) -> list[Row]:
    """Payments through the day on which the leg ended, but for the one that ends it; all where it has not ended."""
    return [
        event
        for event in payments
        if leg["leg"] in IN_FULL_LEGS and event["event_id"] != leg["end_event_id"]
        if leg["end_on"] is None or event["event_on"] <= leg["end_on"]
    ]
