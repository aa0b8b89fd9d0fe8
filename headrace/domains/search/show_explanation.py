"""The explanation of an estimated search volume, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text
from rich.tree import Tree

from headrace.domains.search.facts import ExplainedEstimate, VolumeExplanation
from headrace.facts.rows import Row
from headrace.show.command_lines import command_line
from headrace.show.console import grid
from headrace.show.explanation import add_cut, add_row


def show_explanation(explanation: VolumeExplanation) -> tuple[list[Tree], list[str]]:
    estimates = explanation.estimates
    left = explanation.estimate_count - len(estimates)
    more = [f"… and {left:,} more departments or marketplaces, see --all"] if left else []
    return [_volume(explanation, told) for told in estimates], [*more, explanation.stand_ins]


def _volume(explanation: VolumeExplanation, told: ExplainedEstimate) -> Tree:
    row = told.estimate
    where = f"{row['marketplace_code']}, {row['department_name']}"
    model = f"model {row['model_id']}" if row["model_id"] else "no model"
    head = f"{row['term']} in {where} on {row['estimated_on']}, release {explanation.release}, {model}: "
    if row["estimated_search_count"] is None:
        head += "refused"
    else:
        head += f"{_whole(row['estimated_search_count'])} searches, {_interval(row, 80)}, {_interval(row, 95)}"
    tree = Tree(Text(head, style="bold"))
    for line in _also_in(row, told.also_in):
        tree.add(Text(line, style="dim"))
    tied = ", tied with others" if row["is_tied"] else ""
    outside = ", outside the ranks of the labels" if row["is_extrapolated"] else ""
    ranks = tree.add(f"rank {row['rank']:,}{tied}{outside}; basis {row['basis']}")
    if told.basis_told:
        ranks.add(Text(told.basis_told, style="yellow"))
    for traced in told.rows:
        add_row(ranks, traced)
    for event in told.events:
        tree.add(Text(f"special date: {event['event_name']} of {event['event_on']}, {event['offset_days']:+d} days"))
    for label in told.own_labels:
        tree.add(Text(_own_label(label), style="green"))
    if told.stages:
        table = grid("stage", "factor", "searches", right={"factor", "searches"})
        for stage in told.stages:
            factor = "" if stage.factor is None else f"× {stage.factor:.3f}"
            table.add_row(stage.stage, factor, f"{stage.search_count:,.1f}")
        tree.add(table)
        _labels(tree, told)
    return tree


def _whole(value: float | None) -> str:
    return "·" if value is None else f"{round(value):,}"


def _interval(row: Row, level: int) -> str:
    return f"{level} % {_whole(row[f'lo_{level}_search_count'])} to {_whole(row[f'hi_{level}_search_count'])}"


def _also_in(row: Row, cells: Sequence[Row]) -> Iterator[str]:
    """Where else the term is on that day, and how to ask for it."""
    code = row["marketplace_code"]
    codes = list(dict.fromkeys(cell["marketplace_code"] for cell in cells if cell["marketplace_code"] != code))
    departments = [cell["department_name"] for cell in cells if cell["marketplace_code"] == code]
    if codes:
        yield f"also in {', '.join(codes)}: {command_line(f'marketplace={codes[0]}')}"
    if departments:
        yield f"also in {', '.join(departments)} of {code}: {command_line(f'department={departments[0]}')}"


def _own_label(label: Row) -> str:
    of_all = "" if label["department_name"] else " (all departments)"
    days = "" if label["grain"] == "daily" else f" from {label['period_start_on']} to {label['period_end_on']}"
    return (
        f"label by now, {label['grain']}{of_all}: {label['search_count']:,} searches{days}, known "
        f"{label['available_on']}; {label['file']} record {label['record_number']:,}"
    )


def _labels(tree: Tree, told: ExplainedEstimate) -> None:
    if not told.label_count:
        tree.add("no label lies near this rank: the level is that of ranks further off, or of the whole marketplace")
        return
    branch = tree.add(
        f"{told.label_count:,} labels near this rank behind the level, those that weigh most first; where they "
        "weigh little it leans on those of other ranks"
    )
    for label in told.labels:
        share = label["weight"] / told.weight_sum
        branch.add(
            Text(
                f"{share:6.2%}  {label['term']} ({label['department_name'] or 'all departments'}), {label['grain']} "
                f"from {label['period_start_on']}: {label['search_count']:,} searches at rank "
                f"{label['typical_rank']:,.0f}, known {label['available_on']}; {label['file']} record "
                f"{label['record_number']:,}"
            )
        )
    add_cut(branch, told.label_count - len(told.labels))
