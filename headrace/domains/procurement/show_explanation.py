"""The explanation of a case, and of a cell of the cycle times, as trees."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from rich.tree import Tree

from headrace.domains.procurement.facts import (
    CaseExplanation,
    CellsExplanation,
    ExplainedCase,
    ExplainedCell,
    ExplainedEvent,
)
from headrace.facts.explain import TracedRow
from headrace.facts.rows import Row
from headrace.show.console import cell, grid, mark
from headrace.show.explanation import add_cut, add_row
from schemas.procurement.words import IN_FULL_TYPES

OF_CASE = ("vendor_id", "vendor_name", "category_name", "ordered_amount", "currency_code", "event_count")
OF_CELL = ("leg", "cell_grain", "source_system_code", "vendor_id", "category_name", "month", "window_status")


def show_explanation(explanation: CaseExplanation | CellsExplanation) -> tuple[list[Tree], list[str]]:
    if isinstance(explanation, CaseExplanation):
        return [_case(explanation, case) for case in explanation.cases], []
    return [_cell(explanation, cell) for cell in explanation.cells], []


def _case(explanation: CaseExplanation, case: ExplainedCase) -> Tree:
    row = case.case
    head = (
        f"case {case.case_id} of {case.source_system_code}, release {explanation.release}: "
        f"{row['case_status'] if row else 'not in the marts'}"
    )
    tree = Tree(Text(head, style="bold"))
    if row:
        tree.add(Text(", ".join(f"{name} {row[name]}" for name in OF_CASE if row[name] is not None)))
    legs = tree.add("legs")
    for leg in case.legs:
        if leg["leg_status"] != "not_applicable":
            legs.add(_leg(leg))
    apart = [leg for leg in case.legs if leg["leg_status"] == "not_applicable"]
    if apart:
        legs.add(Text("not applicable: " + ", ".join(f"{leg['leg']} ({leg['reason']})" for leg in apart), style="dim"))
    shown: set[int] = set()
    events = tree.add(f"{case.event_count:,} events")
    for event in case.events:
        _event(events, event, case.rows, shown)
    add_cut(events, case.event_count - len(case.events))
    others = [row for place, row in enumerate(case.rows) if place not in shown]
    if others:
        branch = tree.add("rows of the case that are no event above")
        for other in others:
            add_row(branch, other)
    return tree


def _cell(explanation: CellsExplanation, told: ExplainedCell) -> Tree:
    row = told.cell
    said = {**row, "month": f"{row['month']:%Y-%m}"} if "month" in row else row
    head = ", ".join(f"{name} {said[name]}" for name in OF_CELL if said.get(name) is not None)
    tree = Tree(Text(f"{told.mart} of release {explanation.release}: {head}", style="bold"))
    table = grid("figure", "in the mart", "from its legs", "", "", right={"in the mart", "from its legs"})
    for figure in told.checks:
        table.add_row(
            figure.figure,
            cell(figure.mart),
            cell(figure.recomputed),
            Text(mark(figure.agrees), style="green" if figure.agrees else "bold red"),
            f"withheld: {figure.withheld}" if figure.withheld else "",
        )
    tree.add(table)
    branch = tree.add(f"{told.leg_count:,} legs, the longest first; a document counts once")
    shown: set[int] = set()
    for leg in told.legs:
        twig = branch.add(_leg(leg.cells, with_case=True))
        for event in leg.events():
            _event(twig, event, explanation.rows, shown)
    add_cut(branch, told.leg_count - len(told.legs))
    if told.uncounted:
        others = tree.add("of no figure")
        for uncounted in told.uncounted:
            reason = f" ({uncounted['reason']})" if uncounted["reason"] else ""
            why = f"{uncounted['leg_status']}{reason} of {uncounted['source_system_code']}"
            others.add(Text(f"{uncounted['leg_count']:,} {why}", style="dim"))
    return tree


def _leg(leg: Row, *, with_case: bool = False) -> Text:
    days = {"closed": f", {leg['duration_days']} days", "open": f", {leg['censored_days']} days so far"}.get(
        leg["leg_status"], ""
    )
    reason = f" ({leg['reason']})" if leg["reason"] else ""
    document = f", document {leg['document_id']}" if leg["document_id"] else ""
    name = f"case {leg['case_id']}" if with_case else f"{leg['leg']} #{leg['occurrence_number']}"
    inferred = ", pair inferred" if leg["is_inferred_pair"] else ""
    first = f", first paid {leg['first_paid_on']}" if leg["first_paid_on"] not in (None, leg["end_on"]) else ""
    return Text(
        f"{name}: {leg['leg_status']}{reason}{days}, {leg['start_on'] or '…'} to {leg['end_on'] or '…'}"
        f"{first}{document}{inferred}"
    )


def _event(branch: Tree, event: ExplainedEvent, rows: Sequence[TracedRow], shown: set[int]) -> None:
    """An event with its row, unless that is `shown` already."""
    cells = event.cells
    flags = "".join(
        f", {name[3:].replace('_', ' ')}"
        for name in ("is_reversal", "is_reversed", "is_after_data_through")
        if cells[name]
    )
    said = f" ({cells['activity_name']})" if cells["activity_name"] else ""
    said += _paid(cells) if cells["event_type"] in IN_FULL_TYPES else ""
    twig = branch.add(Text(f"{cells['event_on']} {cells['event_type']}{said}{flags}"))
    place = event.row
    if place is None:
        twig.add(Text("its row is not in the release", style="red"))
    elif place in shown:
        twig.add(Text(f"the row of {rows[place].table} shown above", style="dim"))
    else:
        shown.add(place)
        add_row(twig, rows[place])


def _paid(event: Row) -> str:
    """The item's part of the payment: an invoice is paid in full by several."""
    return " amount unknown" if event["amount"] is None else f" {event['amount']} {event['currency_code']} for the item"
