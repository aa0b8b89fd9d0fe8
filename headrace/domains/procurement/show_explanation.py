"""The explanation of a case, and of a cell of the cycle times, as trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
from rich.tree import Tree

from headrace.domains.procurement.explain import events_of
from headrace.show.console import cell, grid, mark
from headrace.show.explanation import add_cut, add_row
from schemas.procurement.words import IN_FULL_TYPES


def show_explanation(facts: Mapping[str, Any]) -> tuple[list[Tree], list[str]]:
    if facts["subject"] == "case":
        return [_case(facts, told) for told in facts.get("cases", ())], []
    return [_cell(facts, told) for told in facts.get("cells", ())], []


def _case(facts: Mapping[str, Any], told: Mapping[str, Any]) -> Tree:
    row = told["case"]
    head = (
        f"case {told['case_id']} of {told['source_system_code']}, release {facts['release']}: "
        f"{row['case_status'] if row else 'not in the marts'}"
    )
    tree = Tree(Text(head, style="bold"))
    if row:
        tree.add(
            Text(
                ", ".join(
                    f"{name} {row[name]}"
                    for name in (
                        "vendor_id",
                        "vendor_name",
                        "category_name",
                        "ordered_amount",
                        "currency_code",
                        "event_count",
                    )
                    if row[name] is not None
                )
            )
        )
    legs = tree.add("legs")
    for leg in told["legs"]:
        if leg["leg_status"] != "not_applicable":
            legs.add(_leg(leg))
    apart = [leg for leg in told["legs"] if leg["leg_status"] == "not_applicable"]
    if apart:
        legs.add(Text("not applicable: " + ", ".join(f"{leg['leg']} ({leg['reason']})" for leg in apart), style="dim"))
    shown: set[int] = set()
    events = tree.add(f"{told['event_count']:,} events")
    for event in told["events"]:
        _event(events, event, told["rows"], shown)
    add_cut(events, told["event_count"] - len(told["events"]))
    others = [place for place in range(len(told["rows"])) if place not in shown]
    if others:
        branch = tree.add("rows of the case that are no event above")
        for place in others:
            add_row(branch, told["rows"][place])
    return tree


def _cell(facts: Mapping[str, Any], told: Mapping[str, Any]) -> Tree:
    row = told["cell"]
    names = ("leg", "cell_grain", "source_system_code", "vendor_id", "category_name", "month", "window_status")
    said = {**row, "month": f"{row['month']:%Y-%m}"} if "month" in row else row
    head = ", ".join(f"{name} {said[name]}" for name in names if said.get(name) is not None)
    tree = Tree(Text(f"{told['mart']} of release {facts['release']}: {head}", style="bold"))
    table = grid("figure", "in the mart", "from its legs", "", "", right={"in the mart", "from its legs"})
    for check in told["checks"]:
        table.add_row(
            check["figure"],
            cell(check["mart"]),
            cell(check["recomputed"]),
            Text(mark(check["agrees"]), style="green" if check["agrees"] else "bold red"),
            f"withheld: {check['withheld']}" if check["withheld"] else "",
        )
    tree.add(table)
    branch = tree.add(f"{told['leg_count']:,} legs, the longest first; a document counts once")
    shown: set[int] = set()
    for leg in told["legs"]:
        twig = branch.add(_leg(leg, with_case=True))
        for event in events_of(leg):
            _event(twig, event, facts["rows"], shown)
    add_cut(branch, told["leg_count"] - len(told["legs"]))
    if told["uncounted"]:
        others = tree.add("of no figure")
        for leg in told["uncounted"]:
            why = f"{leg['leg_status']} ({leg['reason']})" if leg["reason"] else leg["leg_status"]
            others.add(Text(f"{leg['leg_count']:,} {why} of {leg['source_system_code']}", style="dim"))
    return tree


def _leg(leg: Mapping[str, Any], *, with_case: bool = False) -> Text:
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


def _event(branch: Tree, event: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], shown: set[int]) -> None:
    flags = "".join(
        f", {name[3:].replace('_', ' ')}"
        for name in ("is_reversal", "is_reversed", "is_after_data_through")
        if event[name]
    )
    said = f" ({event['activity_name']})" if event["activity_name"] else ""
    said += _paid(event) if event["event_type"] in IN_FULL_TYPES else ""
    twig = branch.add(Text(f"{event['event_on']} {event['event_type']}{said}{flags}"))
    place = event["row"]
    if place is None:
        twig.add(Text("its row is not in the release", style="red"))
    elif place in shown:
        twig.add(Text(f"the row of {rows[place]['table']} shown above", style="dim"))
    else:
        shown.add(place)
        add_row(twig, rows[place])


def _paid(event: Mapping[str, Any]) -> str:
    """The item's part of the payment: an invoice is paid in full by several."""
    return " amount unknown" if event["amount"] is None else f" {event['amount']} {event['currency_code']} for the item"
