"""Facts as people read them. Nothing is computed here."""

from __future__ import annotations

import csv as csv_format
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text
from rich.tree import Tree

from headrace.console import cell, counted, grid, mark, out, say, say_json
from headrace.next_steps import status_command
from headrace.render_drift import drifted
from headrace.render_explain import explained
from lake.runs import run_folder

if TYPE_CHECKING:
    from headrace.reader import Answer

__all__ = [
    "answer",
    "csv",
    "examined",
    "explained",
    "generated",
    "json",
    "ran",
    "rendered",
    "reported",
    "rolled_back",
    "status",
    "vacuumed",
]

OUTCOMES = ("curated", "superseded", "duplicate", "excluded", "quarantined")
LEVELS = ("80", "95")
MODES = {
    "first": "made for the first time",
    "grown": "grown by what is new",
    "rebuilt": "rebuilt from landing",
    "carried": "carried over as it stood",
}

json = say_json


def generated(facts: Mapping[str, Any]) -> None:
    made = "already there" if facts["already_there"] else "made"
    records = ", ".join(f"{count:,} {table}" for table, count in facts["raw_rows"].items())
    copies = facts["dirt"].get("same_content", 0)
    copied = f", {copies:,} of them the very bytes of another" if copies else ""
    say(f"{made}: {facts['files']} raw files{copied}, in {facts['raw']} ({records}), their truth in {facts['truth']}")
    if facts.get("configs"):
        say(f"some are no CSV in UTF-8: run with --config {facts['configs']}")
    table = grid("table", *OUTCOMES, right={*OUTCOMES}, title="expected outcomes")
    for name, counts in facts["outcomes"].items():
        table.add_row(name, *(cell(counts.get(outcome, 0)) for outcome in OUTCOMES))
    out().print(table)
    if "stand_ins" in facts:
        say(facts["stand_ins"], style="dim")
    if "next" in facts:
        say(f"next: {facts['next']}", style="cyan")


def ran(facts: Mapping[str, Any]) -> None:
    number = facts["release"]
    if not facts["is_new"]:
        say(f"nothing changed: release {number} of {facts['domain']} stands ({facts['seconds']:.1f} s)", style="bold")
        see = status_command(facts["domain"], facts["lake"])
        say(f"it was published {facts['published_at']} by run {facts['run_id']}; see: {see}")
        return
    say(f"release {number} of {facts['domain']}, run {facts['run_id']}, {facts['seconds']:.1f} s", style="bold")
    say(f"raw files of {facts['raw']}, into the lake {facts['lake']}")
    say()
    _equations(facts)
    _tables(facts["tables"])
    _coverage(facts["coverage"], facts["as_of"])
    _training(facts["training"])
    drifted(facts["drift"])
    _notices(facts["notices"])
    say("marts: " + ", ".join(f"{name} {count:,}" for name, count in facts["marts"].items()))
    say("slowest steps: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in facts["slowest_steps"].items()))
    say(f"curated tables and marts as one DuckDB file: {facts['warehouse']}")
    say()
    for step in facts["next"]:
        say(f"next, {step['why']}:")
        say(f"  {step['command']}", style="cyan")


def status(facts: Mapping[str, Any], *, with_files: bool = False) -> None:
    warehouse = facts["warehouse_release"]
    as_of = f", as of {facts['as_of']}" if facts["as_of"] else ""
    say(
        f"release {facts['release']} of {facts['domain']} ({facts['kind']} {facts['run_id']}, "
        f"{facts['published_at']}{as_of})",
        style="bold",
    )
    say(f"warehouse: {'no file yet' if warehouse is None else f'release {warehouse}'}")
    say()
    _tables(facts["tables"])
    _training(facts["training"])
    drifted(facts["drift"])
    say("marts: " + ", ".join(f"{name} {count:,}" for name, count in facts["marts"].items()))
    say()
    _notices(facts["notices"])
    if with_files:
        _files(facts["files"])
    else:
        dead = sum(file["dead_letters"] or 0 for file in facts["files"])
        say(f"{counted(len(facts['files']), 'file')}, {counted(dead, 'dead letter')}; each with: --files")
    _releases(facts["releases"])


def answer(found: Answer) -> None:
    numbers = {
        name
        for place, name in enumerate(found.columns)
        if any(isinstance(row[place], int | float) and not isinstance(row[place], bool) for row in found.rows)
    }
    table = grid(*found.columns, right=numbers)
    for row in found.rows:
        table.add_row(*(cell(value) for value in row))
    out().print(table)
    more = " shown; there are more, see --limit" if found.is_cut else ""
    say(f"{counted(len(found.rows), 'row')}{more}", style="dim")


def csv(found: Answer) -> None:
    writer = csv_format.writer(sys.stdout, lineterminator="\n")
    writer.writerow(found.columns)
    writer.writerows(found.rows)


def reported(facts: Mapping[str, Any]) -> None:
    say(f"release {facts['release']} of {facts['domain']}: {facts['page']} ({', '.join(facts['sections'])})")


def rolled_back(facts: Mapping[str, Any]) -> None:
    say(
        f"release {facts['release']} of {facts['domain']} has the tables and inputs of release "
        f"{facts['rolled_back_to']}; {facts['parent']} stood before",
        style="bold",
    )
    say(f"warehouse: {facts['warehouse']}")
    say("the next run reads again what raw holds and this release lacks: take what is wrong out of raw first")


def vacuumed(facts: Mapping[str, Any]) -> None:
    verb = "would be removed" if facts["is_dry_run"] else "removed"
    say(
        f"{verb}: {facts['file_count']:,} files, {facts['byte_count']:,} bytes "
        f"({len(facts['releases'])} releases, {len(facts['snapshots'])} snapshots, {len(facts['runs'])} runs, "
        f"{len(facts['warehouse'])} warehouse files)",
        style="bold",
    )
    for folder in facts["snapshots"]:
        say(f"  {folder}")
    say(f"kept releases: {', '.join(map(str, facts['kept'])) or 'none'}; landing is never touched")


def rendered(facts: Mapping[str, Any]) -> None:
    names = facts.get("stale", facts.get("written", []))
    done = "stale" if facts["is_check"] else "written"
    say(f"{facts['folder']}: {len(names)} {done}{'' if names else ', all as the contracts say'}")
    for name in names:
        say(f"  {name}")


def examined(facts: Mapping[str, Any]) -> None:
    table = grid("", "what", "found", "needed")
    for check in facts["checks"]:
        style = "green" if check["is_well"] else "bold red"
        table.add_row(Text(mark(check["is_well"]), style=style), check["name"], cell(check["found"]), check["needed"])
    out().print(table)
    for check in facts["checks"]:
        if not check["is_well"]:
            say(f"{check['name']}: {check['mend']}")


def _equations(facts: Mapping[str, Any]) -> None:
    tree = Tree(Text("every row accounted for", style="bold"))
    tree.add(_equation(facts["equations"]["raw"]))
    replaced = sum(file["replaced"] for file in facts["files"])
    later = f", {replaced:,} of them replaced by a later delivery" if replaced else ""
    see = status_command(facts["domain"], facts["lake"], "--files")
    files = tree.add(Text(f"{counted(len(facts['files']), 'file')} landed so far{later} (each: {see})"))
    for equation in facts["equations"]["files"]:
        files.add(_equation(equation))
    for name, told in facts["equations"]["tables"].items():
        counts = facts["tables"][name]
        branch = tree.add(Text(f"{name}: {MODES[counts['mode']]} ({counts['why']})"))
        for equation in told:
            branch.add(_equation(equation))
    out().print(tree)
    say()


def _equation(told: Mapping[str, Any]) -> Text:
    parts = "".join(f" {'-' if count < 0 else '+'} {abs(count):,} {name}" for name, count in told["right"].items())
    line = Text(f"{told['left']:,} {told['name']} = {parts.removeprefix(' + ').strip()} ")
    return line.append(mark(told["closes"]), style="green" if told["closes"] else "bold red")


def _tables(tables: Mapping[str, Mapping[str, Any]]) -> None:
    table = grid("table", "", "rows", *OUTCOMES, "version conflicts", right={"rows", *OUTCOMES, "version conflicts"})
    for name, counts in tables.items():
        ever = counts["cumulative"]
        table.add_row(
            Text(name, style="bold"),
            "this run",
            cell(counts["read"]),
            *(cell(counts[outcome]) for outcome in OUTCOMES),
            "",
        )
        table.add_row(
            "",
            "ever landed",
            cell(ever["landed"]),
            *(cell(ever[outcome]) for outcome in OUTCOMES),
            cell(counts["version_conflicts"]),
        )
        table.add_row("", Text(f"{MODES[counts['mode']]}: {counts['why']}", style="dim"))
        for kind in ("reasons", "warnings"):
            for code, count in sorted(counts[kind].items(), key=lambda item: (-item[1], item[0])):
                table.add_row("", Text(f"{kind[:-1]} {code}", style="yellow"), cell(count))
    out().print(table)
    say()


def _coverage(rows: Sequence[Mapping[str, Any]], as_of: str | None) -> None:
    for row in rows:
        say(
            f"complete: {row['source_name']} from {row['data_from'] or 'an unknown day'} ({row['data_from_rule']}) "
            f"through {row['data_through'] or 'an unknown day'} ({row['data_through_rule']}); "
            f"{row['event_after_data_through_count']:,} events are dated later"
            + (
                f"; {counted(row['stray_day_count'], 'day')} far from all others counted for neither"
                if row["stray_day_count"]
                else ""
            )
        )
    if as_of:
        say(f"as of {as_of}: what is dated later is left out")


def _training(told: Mapping[str, Any] | None) -> None:
    if told is None:
        return
    stands = f"model {told['standing_model_id']} stands" if told["standing_model_id"] else "no model stands"
    said = f"{stands}; the last training had ranks through {told['ranked_through']}"
    if told["refusal"] is None:
        say(f"{said} and was released", style="bold green")
    else:
        say(f"{said} and was refused: {told['refusal']}", style="bold yellow")
        say(f"its card, in the lake: {run_folder(told['trained_model_id'])}/card.md")
    if told["errors"]:
        _errors(told["errors"], told["unseen_terms"], told["coverage"].get("ranges", {}))
        say(f"where not to trust it: {counted(len(told['limits']), 'sentence')} in its card")
    if told["standing_card"]:
        say(f"the card of the model that stands, in the lake: {told['standing_card']}")
    if told["stand_ins"]:
        say(told["stand_ins"], style="dim")
    say()


def _errors(
    rows: Sequence[Mapping[str, Any]], unseen: Mapping[str, Any] | None, ranges: Mapping[str, Sequence[float]]
) -> None:
    """The last training on days that it had not seen, beside its rivals; and on terms that it had never seen."""
    found = {("test" if row["fold_name"] == "test" else "folds", row["model_name"]): row for row in rows}
    rivals = {"log_log_line": "log-log line", "last_known_at_rank": "last known at the rank"}
    right = {"labels", "WAPE", *rivals.values(), "bias", "80 % held", "95 % held"}
    table = grid("last training", "labels", "WAPE", *rivals.values(), "bias", "80 % held", "95 % held", right=right)
    told = {
        "on rolling origins": ("folds", found.get(("folds", "headrace"))),
        "there, terms never seen": ("unseen", unseen),
        "on its last days": ("test", found.get(("test", "headrace"))),
    }
    for said, (fold, own) in told.items():
        if own is None:
            continue
        others = (found.get((fold, rival), {}).get("wape_ratio") for rival in rivals)
        held = (
            _held(own.get(f"coverage_{level}_ratio"), ranges.get(level) if fold == "test" else None) for level in LEVELS
        )
        table.add_row(
            said,
            cell(own["label_count"]),
            *("·" if error is None else f"{error:.1%}" for error in (own["wape_ratio"], *others)),
            f"{own['bias_ratio']:+.1%}",
            *held,
        )
    out().print(table)


def _held(share: float | None, low_high: Sequence[float] | None) -> str:
    if share is None:
        return "·"
    return f"{share:.1%}" + (f" ({low_high[0]:.0%} to {low_high[1]:.0%})" if low_high else "")


def _notices(notices: Sequence[str]) -> None:
    for notice in notices:
        say(f"note: {notice}", style="yellow")


def _files(files: Sequence[Mapping[str, Any]]) -> None:
    counts = ("lines", "header_lines", "records", "line_breaks_in_fields", "blank_lines", "landed", "dead_letters")
    table = grid(
        "file",
        "source",
        "period",
        "order",
        "lines",
        "header",
        "records",
        "breaks",
        "blank",
        "landed",
        "dead",
        "replaced",
        right={"lines", "header", "records", "breaks", "blank", "landed", "dead"},
    )
    for file in files:
        names = file["file"] + "".join(f"\n= {name}" for name in file["same_content"])
        table.add_row(
            Text(names),
            file["source"],
            cell(file["period"]),
            cell(file["delivery_order"]),
            *(cell(file[name]) for name in counts),
            "yes" if file["replaced"] else "",
        )
    out().print(table)
    say()


def _releases(releases: Sequence[Mapping[str, Any]]) -> None:
    table = grid("release", "parent", "kind", "published", "run", "as of", right={"release", "parent"})
    for release in reversed(releases):
        back = release["rolled_back_to"]
        table.add_row(
            str(release["number"]),
            cell(release["parent"]),
            f"{release['kind']}{f' to {back}' if back else ''}",
            release["published_at"],
            release["run_id"],
            cell(release["as_of"]),
        )
    out().print(table)
