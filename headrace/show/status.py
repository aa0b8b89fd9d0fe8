"""A release for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from headrace.facts.status import FileStatus, KeptRelease, Status
from headrace.show.console import cell, counted, grid, out, say

if TYPE_CHECKING:
    from lake.releases.release import TableCounts

OUTCOMES = ("curated", "superseded", "duplicate", "excluded", "quarantined")
MODES = {
    "first": "made for the first time",
    "grown": "grown by what is new",
    "rebuilt": "rebuilt from landing",
    "carried": "carried over as it stood",
}
ShowDomain = Callable[[Any], None]
"""Shows the facts of a domain's own."""


def show_status(facts: Status, show_domain: ShowDomain, *, with_files: bool) -> None:
    warehouse = facts.warehouse_release
    as_of = f", as of {facts.as_of}" if facts.as_of else ""
    say(
        f"release {facts.release} of {facts.domain} ({facts.kind} {facts.run_id}, {facts.published_at}{as_of})",
        style="bold",
    )
    say(f"warehouse: {'no file yet' if warehouse is None else f'release {warehouse}'}")
    say()
    show_tables(facts, show_domain)
    say_marts(facts.marts)
    say()
    say_notices(facts.notices)
    if with_files:
        _files(facts.files)
    else:
        dead = sum(file.counts.dead_letters for file in facts.files)
        say(f"{counted(len(facts.files), 'file')}, {counted(dead, 'dead letter')}; each with: --files")
    _releases(facts.releases)


def show_tables(facts: Status, show_domain: ShowDomain) -> None:
    """The curated tables, then what the domain tells."""
    table = grid("table", "", "rows", *OUTCOMES, "version conflicts", right={"rows", *OUTCOMES, "version conflicts"})
    for name, counts in facts.tables.items():
        ever = counts.cumulative
        table.add_row(Text(name, style="bold"), "this run", cell(counts.read), *map(cell, _outcomes(counts)), "")
        table.add_row(
            "",
            "ever landed",
            cell(ever["landed"]),
            *(cell(ever[outcome]) for outcome in OUTCOMES),
            cell(counts.version_conflicts),
        )
        table.add_row("", Text(f"{MODES[counts.mode]}: {counts.why}", style="dim"))
        for kind, codes in (("reason", counts.reasons), ("warning", counts.warnings)):
            for code, count in sorted(codes.items(), key=lambda item: (-item[1], item[0])):
                table.add_row("", Text(f"{kind} {code}", style="yellow"), cell(count))
    out().print(table)
    say()
    show_domain(facts.of_domain)
    if facts.as_of:
        say(f"as of {facts.as_of}: what is dated later is left out")


def say_notices(notices: Sequence[str]) -> None:
    for notice in notices:
        say(f"note: {notice}", style="yellow")


def say_marts(marts: Mapping[str, int]) -> None:
    say("marts: " + ", ".join(f"{name} {count:,}" for name, count in marts.items()))


def _outcomes(counts: TableCounts) -> tuple[int, ...]:
    """As OUTCOMES has them."""
    return counts.curated, counts.superseded, counts.duplicate, counts.excluded, counts.quarantined


def _files(files: Sequence[FileStatus]) -> None:
    numbers = ("lines", "header", "records", "breaks", "blank", "landed", "dead")
    table = grid("file", "source", "period", "order", *numbers, "replaced", right={*numbers})
    for file in files:
        counts = file.counts
        table.add_row(
            Text(file.file + "".join(f"\n= {name}" for name in file.same_content)),
            file.source,
            cell(file.period),
            cell(file.delivery_order),
            cell(counts.lines),
            cell(counts.header_lines),
            cell(counts.records),
            cell(counts.line_breaks_in_fields),
            cell(counts.blank_lines),
            cell(counts.landed),
            cell(counts.dead_letters),
            "yes" if file.replaced else "",
        )
    out().print(table)
    say()


def _releases(releases: Sequence[KeptRelease]) -> None:
    table = grid("release", "parent", "kind", "published", "run", "as of", right={"release", "parent"})
    for release in reversed(releases):
        back = f" to {release.rolled_back_to}" if release.rolled_back_to else ""
        table.add_row(
            str(release.number),
            cell(release.parent),
            f"{release.kind}{back}",
            release.published_at,
            release.run_id,
            cell(release.as_of),
        )
    out().print(table)
