"""An explanation as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text
from rich.tree import Tree

from headrace.console import cell, command_line, grid, mark, out, say
from headrace.explain.procurement import events_of
from headrace.explain.raw import MASK
from schemas.procurement.words import IN_FULL_TYPES

STYLES = {"curated": "green", "quarantined": "red", "excluded": "yellow"}


def explained(facts: Mapping[str, Any]) -> None:
    tell, told = {"volume": (_volume, facts.get("estimates", ())), "case": (_case, facts.get("cases", ()))}.get(
        facts["subject"], (_cell, facts.get("cells", ()))
    )
    trees = [tell(facts, one) for one in told]
    for tree in trees:
        out().print(tree)
    if facts["subject"] == "volume":
        left = facts["estimate_count"] - len(told)
        if left:
            say(f"… and {left:,} more departments or marketplaces, see --all", style="dim")
        say(facts["stand_ins"], style="dim")
    if not facts["is_revealed"] and any(map(_has_mask, trees)):
        say("••• is personal, or not mapped to any field: --reveal shows it", style="dim")


def _has_mask(tree: Tree) -> bool:
    return MASK in str(tree.label) or any(map(_has_mask, tree.children))


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
    _cut(events, told["event_count"] - len(told["events"]))
    others = [place for place in range(len(told["rows"])) if place not in shown]
    if others:
        branch = tree.add("rows of the case that are no event above")
        for place in others:
            _row(branch, told["rows"][place])
    return tree


def _volume(facts: Mapping[str, Any], told: Mapping[str, Any]) -> Tree:
    row = told["estimate"]
    where = f"{row['marketplace_code']}, {row['department_name']}"
    model = f"model {row['model_id']}" if row["model_id"] else "no model"
    head = f"{row['term']} in {where} on {row['estimated_on']}, release {facts['release']}, {model}: "
    if row["estimated_search_count"] is None:
        head += "refused"
    else:
        head += f"{_whole(row['estimated_search_count'])} searches, {_interval(row, 80)}, {_interval(row, 95)}"
    tree = Tree(Text(head, style="bold"))
    for line in _also_in(row, told["also_in"]):
        tree.add(Text(line, style="dim"))
    tied = ", tied with others" if row["is_tied"] else ""
    outside = ", outside the ranks of the labels" if row["is_extrapolated"] else ""
    ranks = tree.add(f"rank {row['rank']:,}{tied}{outside}; basis {row['basis']}")
    if told["basis_told"]:
        ranks.add(Text(told["basis_told"], style="yellow"))
    for traced in told["rows"]:
        _row(ranks, traced)
    for event in told["events"]:
        tree.add(Text(f"special date: {event['event_name']} of {event['event_on']}, {event['offset_days']:+d} days"))
    for label in told["own_labels"]:
        tree.add(Text(_own_label(label), style="green"))
    if told["stages"]:
        table = grid("stage", "factor", "searches", right={"factor", "searches"})
        for stage in told["stages"]:
            factor = "" if stage["factor"] is None else f"× {stage['factor']:.3f}"
            table.add_row(stage["stage"], factor, f"{stage['search_count']:,.1f}")
        tree.add(table)
        _labels(tree, told)
    return tree


def _whole(value: float | None) -> str:
    return "·" if value is None else f"{round(value):,}"


def _interval(row: Mapping[str, Any], level: int) -> str:
    return f"{level} % {_whole(row[f'lo_{level}_search_count'])} to {_whole(row[f'hi_{level}_search_count'])}"


def _also_in(row: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Where else the term is on that day, and how to ask for it."""
    code = row["marketplace_code"]
    codes = list(dict.fromkeys(cell["marketplace_code"] for cell in cells if cell["marketplace_code"] != code))
    departments = [cell["department_name"] for cell in cells if cell["marketplace_code"] == code]
    if codes:
        yield f"also in {', '.join(codes)}: {command_line(f'marketplace={codes[0]}')}"
    if departments:
        yield f"also in {', '.join(departments)} of {code}: {command_line(f'department={departments[0]}')}"


def _own_label(label: Mapping[str, Any]) -> str:
    of_all = "" if label["department_name"] else " (all departments)"
    days = "" if label["grain"] == "daily" else f" from {label['period_start_on']} to {label['period_end_on']}"
    return (
        f"label by now, {label['grain']}{of_all}: {label['search_count']:,} searches{days}, known "
        f"{label['available_on']}; {label['file']} record {label['record_number']:,}"
    )


def _labels(tree: Tree, told: Mapping[str, Any]) -> None:
    if not told["label_count"]:
        tree.add("no label lies near this rank: the level is that of ranks further off, or of the whole marketplace")
        return
    branch = tree.add(
        f"{told['label_count']:,} labels near this rank behind the level, those that weigh most first; where they "
        "weigh little it leans on those of other ranks"
    )
    for label in told["labels"]:
        share = label["weight"] / told["weight_sum"]
        branch.add(
            Text(
                f"{share:6.2%}  {label['term']} ({label['department_name'] or 'all departments'}), {label['grain']} "
                f"from {label['period_start_on']}: {label['search_count']:,} searches at rank "
                f"{label['typical_rank']:,.0f}, known {label['available_on']}; {label['file']} record "
                f"{label['record_number']:,}"
            )
        )
    _cut(branch, told["label_count"] - len(told["labels"]))


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
    _cut(branch, told["leg_count"] - len(told["legs"]))
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
        _row(twig, rows[place])


def _paid(event: Mapping[str, Any]) -> str:
    """The item's part of the payment: an invoice is paid in full by several."""
    return " amount unknown" if event["amount"] is None else f" {event['amount']} {event['currency_code']} for the item"


def _row(branch: Tree, row: Mapping[str, Any]) -> None:
    """A row with one version takes one line."""
    key = ", ".join(f"{name} {value}" for name, value in row["key"].items()) or "no whole key"
    name = f"{row['table']} {key}"
    if len(row["versions"]) > 1:
        branch, name = branch.add(Text(f"{name}: {len(row['versions'])} versions, the newest first", style="dim")), ""
    for version in row["versions"]:
        _version(branch, version, name)


def _version(branch: Tree, version: Mapping[str, Any], name: str) -> None:
    raw = version["raw"]
    line = f", line {raw['line']:,}" if raw.get("line") else ""
    why = f" ({', '.join(version['reasons'])})" if version["reasons"] else ""
    told = "".join(f", {column} {cell(value)}" for column, value in version["version"].items())
    if version["warnings"]:
        told += f", warning {', '.join(version['warnings'])}"
    if version["is_version_conflict"]:
        told += ", another content has the same version"
    head = Text(f"{name}: " if name else "", style="dim")
    head.append(version["outcome"], style=STYLES.get(version["outcome"], "bold"))
    head.append(f"{why}: {raw['file']} record {version['record_number']:,}{line}{told}", style="not dim")
    twig = branch.add(head)
    if raw.get("note"):
        twig.add(Text(raw["note"], style="yellow"))
    fields = raw.get("fields") or {}
    shown = {name: text for name, text in fields.items() if raw["is_revealed"] or name in raw["declared"]}
    if shown:
        twig.add(Text(" | ".join(f"{name}={text}" for name, text in shown.items()), style="dim"))


def _cut(branch: Tree, left: int) -> None:
    if left > 0:
        branch.add(Text(f"… and {left:,} more, see --all", style="dim"))
