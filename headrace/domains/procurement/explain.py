"""Explanations of the procurement domain: of a case, and of a cell of the cycle times."""
# ruff: noqa: S608 - identifiers are quoted, texts are escaped or bound

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from headrace.domains.procurement.asked_cell import CELL_MARTS, as_typed, asked_cell, conditions, named_terms
from headrace.domains.procurement.check import CellCheck, check_cell
from headrace.domains.procurement.closest import closest_cases, closest_cells
from headrace.domains.procurement.facts import (
    CaseExplanation,
    CellsExplanation,
    ExplainedCase,
    ExplainedCell,
    ExplainedEvent,
    ExplainedLeg,
)
from headrace.domains.procurement.leg_events import EVENT_ORDER, LegEvents, with_events
from headrace.explain.raw import Record
from headrace.explain.versions import Trail, row_numbers, trace_rows
from headrace.facts.rows import Row
from lake.errors import ConfigError, DataError
from schemas.contract import Contract

SUBJECTS = ("case", *CELL_MARTS)
Places = Mapping[tuple[str, str, int], int]


def explain(trail: Trail, subject: str, terms: Sequence[str]) -> CaseExplanation | CellsExplanation:
    """The explanation of `case ID` or of `<mart> name=value ...`. Raises ConfigError for what cannot be asked."""
    if subject == "case":
        return explain_case(trail, terms)
    if subject in CELL_MARTS:
        return explain_cells(trail, subject, terms)
    raise ConfigError(f"found {subject!r}, expected one of {', '.join(SUBJECTS)}")


def explain_case(trail: Trail, terms: Sequence[str]) -> CaseExplanation:
    """A case: its legs, its events, and every row that ever named it. Raises DataError where there is no such case."""
    names = [term for term in terms if "=" not in term]
    if len(names) != 1:
        raise ConfigError(f"found {len(names)} case ids, expected one: headrace explain procurement case ID")
    asked = named_terms([term for term in terms if "=" in term], ("source_system_code",))
    systems = [system for system in _systems(trail, names[0]) if asked.get("source_system_code", system) == system]
    if not systems:
        raise DataError(
            f"there is no case {names[0]} in release {trail.release.number}{closest_cases(trail, names[0])}"
        )
    return CaseExplanation(trail.release.number, "case", [_case(trail, system, names[0]) for system in systems])


def explain_cells(trail: Trail, mart: str, terms: Sequence[str]) -> CellsExplanation:
    """The cells of a mart that the terms name: one for each leg where none is named, and of a vendor's cells one for
    each system where none is named."""
    wanted = asked_cell(mart, terms)
    where, values = conditions(wanted)
    cells = trail.objects(f"FROM marts.{mart} WHERE {where} ORDER BY leg, source_system_code", *values)
    if not cells:
        closest = closest_cells(trail, mart, wanted)
        raise DataError(f"{mart} of release {trail.release.number} has no cell {as_typed(wanted)}{closest}")
    checks = [check_cell(trail, cell) for cell in cells]
    legs = [with_events(trail, trail.cut(check.legs)) for check in checks]
    rows = trace_rows(trail, _seeds_of(event for of_cell in legs for leg in of_cell for event in leg.events()))
    places = row_numbers(rows)
    told = [_cell(mart, *parts, places) for parts in zip(cells, checks, legs, strict=True)]
    return CellsExplanation(trail.release.number, mart, wanted, told, rows)


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


def _case(trail: Trail, system: str, case_id: str) -> ExplainedCase:
    def of_mart(mart: str, order: str) -> list[Row]:
        return trail.objects(
            f"FROM marts.{mart} WHERE source_system_code = ? AND case_id = ? ORDER BY {order}", system, case_id
        )

    events = of_mart("procurement_events", EVENT_ORDER)
    shown = trail.cut(events)
    rows = trace_rows(trail, _cut_seeds(trail, _seeds_of_case(trail, system, case_id, events), shown))
    places = row_numbers(rows)
    return ExplainedCase(
        source_system_code=system,
        case_id=case_id,
        case=next(iter(of_mart("procurement_cases", "case_id")), None),
        legs=of_mart("procurement_legs", "leg, occurrence_number"),
        event_count=len(events),
        events=[_event(event, places) for event in shown],
        rows=rows,
    )


def _seeds_of_case(trail: Trail, system: str, case_id: str, events: Iterable[Row]) -> dict[str, set[Record]]:
    """The records of its events, and all that ever named it."""
    seeds = _seeds_of(events)
    for table, expression in _named_tables(trail):
        rows = trail.objects(
            f"SELECT landing_file_id, record_number FROM outcomes.{table} "
            f"WHERE source_system_code = ? AND {expression} = ?",
            system,
            case_id,
        )
        seeds[table] |= {(row["landing_file_id"], row["record_number"]) for row in rows}
    return seeds


def _cut_seeds(trail: Trail, seeds: Mapping[str, set[Record]], shown: Iterable[Row]) -> Mapping[str, set[Record]]:
    """With a limit, the records of the events shown and as many others again, those in quarantine among them."""
    if trail.limit is None:
        return seeds
    own = _seeds_of(shown)
    return {table: own[table] | set(sorted(records - own[table])[: trail.limit]) for table, records in seeds.items()}


def _seeds_of(events: Iterable[Row]) -> dict[str, set[Record]]:
    seeds: dict[str, set[Record]] = defaultdict(set)
    for event in events:
        seeds[event["table_name"]].add((event["landing_file_id"], event["record_number"]))
    return seeds


def _cell(mart: str, cell: Row, check: CellCheck, legs: Sequence[LegEvents], places: Places) -> ExplainedCell:
    return ExplainedCell(
        mart=mart,
        cell=cell,
        checks=check.figures,
        agrees=all(figure.agrees for figure in check.figures),
        leg_count=len(check.legs),
        uncounted=check.uncounted,
        legs=[_leg(leg, places) for leg in legs],
    )


def _leg(found: LegEvents, places: Places) -> ExplainedLeg:
    return ExplainedLeg(
        cells=found.leg,
        start_event=_event(found.start, places) if found.start else None,
        payment_events=[_event(event, places) for event in found.payments],
        end_event=_event(found.end, places) if found.end else None,
    )


def _event(event: Row, places: Places) -> ExplainedEvent:
    return ExplainedEvent(event, places.get((event["table_name"], event["landing_file_id"], event["record_number"])))
