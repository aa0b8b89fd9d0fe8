"""Facts as people read them. Nothing is computed here."""

from __future__ import annotations

import csv as csv_format
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text
from rich.tree import Tree

from headrace.domains import DOMAINS
from headrace.next_steps import status_command
from headrace.show.console import cell, counted, grid, mark, out, say, say_json
from headrace.show.explanation import explained

if TYPE_CHECKING:
    from headrace.duck.reader import Answer

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
    _domain(facts)
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
    _domain(facts)
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


def _domain(facts: Mapping[str, Any]) -> None:
    DOMAINS[facts["domain"]].show(facts)
    if facts["as_of"]:
        say(f"as of {facts['as_of']}: what is dated later is left out")


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
