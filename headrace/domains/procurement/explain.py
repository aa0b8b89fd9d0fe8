"""Explanations of the procurement domain: of a case, and of a cell of the cycle times."""
# ruff: noqa: S608 - identifiers are quoted, texts are escaped or bound

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from headrace.domains.procurement.check import check_cell
from headrace.explain.near import near, there_are
from headrace.explain.raw import Record
from headrace.explain.versions import Trail, row_numbers, trace_rows
from lake.errors import ConfigError, DataError
from schemas.contract import Contract
from schemas.procurement.words import CELL_GRAINS, IN_FULL_LEGS, IN_FULL_TYPES, LEGS

CELL_MARTS = ("cycle_times_monthly", "cycle_times_overall")
SUBJECTS = ("case", *CELL_MARTS)
_DOCUMENT = ("source_system_code", "case_id", "document_id")
EVENT_ORDER = "event_on, event_at, record_number, event_id"
_GRAIN = {(True, True): "vendor_category", (True, False): "vendor", (False, True): "category", (False, False): "all"}


def explain(trail: Trail, subject: str, terms: Sequence[str]) -> dict[str, Any]:
    """The explanation of `case ID` or of `<mart> name=value ...`. Raises ConfigError for what cannot be asked."""
    if subject == "case":
        return explain_case(trail, terms)
    if subject in CELL_MARTS:
        return explain_cells(trail, subject, terms)
    raise ConfigError(f"found {subject!r}, promised one of {', '.join(SUBJECTS)}")


def explain_case(trail: Trail, terms: Sequence[str]) -> dict[str, Any]:
    """A case: its legs, its events, and every row that ever named it. Raises DataError where there is no such case."""
    names = [term for term in terms if "=" not in term]
    if len(names) != 1:
        raise ConfigError(f"found {len(names)} case ids, promised one: headrace explain procurement case ID")
    asked = _named([term for term in terms if "=" in term], ("source_system_code",))
    cases = [
        (system, names[0]) for system in _systems(trail, names[0]) if asked.get("source_system_code", system) == system
    ]
    if not cases:
        raise DataError(
            f"there is no case {names[0]} in release {trail.release.number}{_closest_cases(trail, names[0])}"
        )
    return {"release": trail.release.number, "subject": "case", "cases": [_case(trail, *case) for case in cases]}


def explain_cells(trail: Trail, mart: str, terms: Sequence[str]) -> dict[str, Any]:
    """The cells of a mart that the terms name: one for each leg where none is named, and of a vendor's cells one for
    each system where none is named."""
    wanted = _cell_terms(mart, terms)
    conditions, values = _conditions(wanted)
    cells = trail.objects(f"FROM marts.{mart} WHERE {conditions} ORDER BY leg, source_system_code", *values)
    if not cells:
        raise DataError(
            f"{mart} of release {trail.release.number} has no cell {_said(wanted)}{_closest_cells(trail, mart, wanted)}"
        )
    told = [_cell(trail, mart, cell) for cell in cells]
    events = [event for cell in told for leg in cell["legs"] for event in events_of(leg)]
    rows = trace_rows(trail, _seeds_of(events))
    _point(events, rows)
    return {"release": trail.release.number, "subject": mart, "asked": wanted, "cells": told, "rows": rows}


def events_of(leg: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events of an explained leg, in the order in which they make it."""
    return [event for event in (leg["start_event"], *leg["payment_events"], leg["end_event"]) if event]


def case_expression(contract: Contract) -> str | None:
    """How a curated table names the case of a row."""
    if "case_id" in contract.by_name:
        return "case_id"
    return "po_number || '_' || item_number" if {"po_number", "item_number"} <= set(contract.names) else None


def _systems(trail: Trail, case_id: str) -> list[str]:
    """The ledger systems in which there is a case of this id, in the marts or in any row ever curated or not."""
    selects = ["SELECT source_system_code FROM marts.procurement_cases WHERE case_id = $1"]
    selects += [
        f"SELECT source_system_code FROM outcomes.{name} WHERE {expression} = $1"
        for name, expression in _named_tables(trail)
    ]
    found = trail.connection.execute(" UNION ".join(selects) + " ORDER BY 1", [case_id]).fetchall()
    return [system for (system,) in found if system is not None]


def _named_tables(trail: Trail) -> list[tuple[str, str]]:
    expressions = ((name, case_expression(trail.contracts[name])) for name in trail.release.curated)
    return [(name, expression) for name, expression in expressions if expression]


def _case(trail: Trail, system: str, case_id: str) -> dict[str, Any]:
    def of_mart(mart: str, order: str) -> list[dict[str, Any]]:
        return trail.objects(
            f"FROM marts.{mart} WHERE source_system_code = ? AND case_id = ? ORDER BY {order}", system, case_id
        )

    events = of_mart("procurement_events", EVENT_ORDER)
    seeds = _seeds_of(events)
    for table, expression in _named_tables(trail):
        seeds[table] |= {
            (row["landing_file_id"], row["record_number"])
            for row in trail.objects(
                f"SELECT landing_file_id, record_number FROM outcomes.{table} "
                f"WHERE source_system_code = ? AND {expression} = ?",
                system,
                case_id,
            )
        }
    shown = trail.cut(events)
    rows = trace_rows(trail, _cut_seeds(trail, seeds, shown))
    _point(shown, rows)
    return {
        "source_system_code": system,
        "case_id": case_id,
        "case": next(iter(of_mart("procurement_cases", "case_id")), None),
        "legs": of_mart("procurement_legs", "leg, occurrence_number"),
        "event_count": len(events),
        "events": shown,
        "rows": rows,
    }


def _cut_seeds(trail: Trail, seeds: dict[str, set[Record]], shown: Iterable[dict[str, Any]]) -> dict[str, set[Record]]:
    """With a limit, the records of the events shown and as many others again, those in quarantine among them."""
    if trail.limit is None:
        return seeds
    own = _seeds_of(shown)
    return {table: own[table] | set(sorted(records - own[table])[: trail.limit]) for table, records in seeds.items()}


def _seeds_of(events: Iterable[Mapping[str, Any]]) -> dict[str, set[Record]]:
    seeds: dict[str, set[Record]] = defaultdict(set)
    for event in events:
        seeds[event["table_name"]].add((event["landing_file_id"], event["record_number"]))
    return seeds


def _point(events: Iterable[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """Let each event name its row by its place in `rows`."""
    places = row_numbers(rows)
    for event in events:
        event["row"] = places.get((event["table_name"], event["landing_file_id"], event["record_number"]))


def _cell(trail: Trail, mart: str, cell: dict[str, Any]) -> dict[str, Any]:
    check = check_cell(trail, cell)
    shown = trail.cut(check.legs)
    ids = sorted({leg[name] for leg in shown for name in ("start_event_id", "end_event_id") if leg[name]})
    events = (
        {
            event["event_id"]: event
            for event in trail.objects("FROM marts.procurement_events WHERE event_id IN (SELECT unnest(?))", ids)
        }
        if ids
        else {}
    )
    payments = _payments_of(trail, shown)
    told = [
        {
            **leg,
            "start_event": events.get(leg["start_event_id"]),
            "payment_events": _before_end(leg, payments.get(tuple(leg[name] for name in _DOCUMENT), [])),
            "end_event": events.get(leg["end_event_id"]),
        }
        for leg in shown
    ]
    return {
        "mart": mart,
        "cell": cell,
        "checks": check.figures,
        "agrees": all(figure["agrees"] for figure in check.figures),
        "leg_count": len(check.legs),
        "uncounted": check.uncounted,
        "legs": told,
    }


def _payments_of(trail: Trail, legs: Iterable[Mapping[str, Any]]) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Every payment of the documents of legs that end when an invoice is paid in full, by system, case and document."""
    asked = [
        tuple(leg[name] for name in _DOCUMENT) for leg in legs if leg["leg"] in IN_FULL_LEGS and leg["document_id"]
    ]
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    if not asked:
        return found
    columns = ", ".join(_DOCUMENT)
    sql = f"""
        FROM marts.procurement_events WHERE event_type IN (SELECT unnest(?)) AND NOT is_reversed
        AND ({columns}) IN (SELECT (unnest(?), unnest(?), unnest(?))) ORDER BY {EVENT_ORDER}"""
    for event in trail.objects(sql, list(IN_FULL_TYPES), *(list(part) for part in zip(*asked, strict=True))):
        found[tuple(event[name] for name in _DOCUMENT)].append(event)
    return found


def _before_end(leg: Mapping[str, Any], payments: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Payments through the day on which the leg ended, but for the one that ends it; all where it has not ended."""
    return [
        dict(event)
        for event in payments
        if leg["leg"] in IN_FULL_LEGS and event["event_id"] != leg["end_event_id"]
        if leg["end_on"] is None or event["event_on"] <= leg["end_on"]
    ]


def _cell_terms(mart: str, terms: Sequence[str]) -> dict[str, Any]:
    known = (
        "leg",
        "cell_grain",
        "source_system_code",
        "vendor_id",
        "category_name",
        *(("month",) if mart == CELL_MARTS[0] else ()),
    )
    said: dict[str, Any] = dict(_named(terms, known))
    if "month" in known:
        said["month"] = _month(said.get("month"))
    if (leg := said.get("leg")) and leg not in (names := [leg.name for leg in LEGS]):
        raise ConfigError(f"leg is {leg!r}, promised one of {', '.join(names)}")
    grain = said.setdefault("cell_grain", _GRAIN["vendor_id" in said, "category_name" in said])
    if grain not in CELL_GRAINS:
        raise ConfigError(f"cell_grain is {grain!r}, promised one of {', '.join(CELL_GRAINS)}")
    if "source_system_code" in said and "vendor" not in grain:
        raise ConfigError(f"cell_grain is {grain}, whose cells are over all systems: leave source_system_code out")
    return {**said, "vendor_id": said.get("vendor_id") or None, "category_name": said.get("category_name") or None}


def _named(terms: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for term in terms:
        name, sign, value = term.partition("=")
        if not sign or name not in known:
            raise ConfigError(f"found {term!r}, promised name=value with one of {', '.join(known)}")
        said[name] = value
    return said


def _month(text: str | None) -> date:
    if text is None:
        raise ConfigError("found no month, promised month=YYYY-MM")
    try:
        return date.fromisoformat(f"{text}-01" if re.fullmatch(r"\d{4}-\d{2}", text) else text).replace(day=1)
    except ValueError:
        raise ConfigError(f"month is {text!r}, promised YYYY-MM") from None


def _conditions(wanted: Mapping[str, Any]) -> tuple[str, list[Any]]:
    return " AND ".join(f"{name} IS NOT DISTINCT FROM ?" for name in wanted), list(wanted.values())


def _said(wanted: Mapping[str, Any]) -> str:
    """As the terms are typed."""
    return " ".join(
        f"{name}={f'{value:%Y-%m}' if isinstance(value, date) else value}"
        for name, value in wanted.items()
        if value is not None
    )


def _closest_cases(trail: Trail, case_id: str) -> str:
    cases = "SELECT case_id AS value FROM marts.procurement_cases"
    close = near(trail, cases, case_id)
    return f"; the closest are {', '.join(close)}" if close else f"; {there_are(trail, cases, 'cases')}"


def _closest_cells(trail: Trail, mart: str, wanted: Mapping[str, Any]) -> str:
    """The three cells of the same grain that are nearest by system, leg and month, of the vendors and categories that
    may have been meant; where none may, some that there are."""
    conditions, orders = {"cell_grain = ?": wanted["cell_grain"]}, {}
    for name, noun in (("vendor_id", "vendors"), ("category_name", "categories")):
        if wanted[name]:
            there = f"SELECT {name} AS value FROM marts.{mart}"
            meant = near(trail, there, wanted[name])
            if not meant:
                return f"; {there_are(trail, there, noun)}"
            conditions[f"list_contains(?, {name})"] = orders[f"list_position(?, {name})"] = meant
    orders |= {f"{name} = ? DESC": wanted[name] for name in ("source_system_code", "leg") if wanted.get(name)}
    if wanted.get("month"):
        orders["abs(date_diff('month', month, ?::DATE))"] = wanted["month"]
    shown = dict.fromkeys([*wanted, "source_system_code"])
    close = trail.objects(
        f"SELECT {', '.join(shown)} FROM marts.{mart} WHERE {' AND '.join(conditions)} "
        f"ORDER BY {', '.join([*orders, 'leg'])} LIMIT 3",
        *conditions.values(),
        *orders.values(),
    )
    return f"; the closest are {'; '.join(_said(cell) for cell in close)}" if close else ""
