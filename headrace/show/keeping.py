"""What was rolled back or removed, for people."""

from __future__ import annotations

from headrace.facts.keeping import RolledBack, Vacuumed
from headrace.show.console import say


def show_rollback(facts: RolledBack) -> None:
    say(
        f"release {facts.release} of {facts.domain} has the tables and inputs of release {facts.rolled_back_to}; "
        f"{facts.parent} stood before",
        style="bold",
    )
    say(f"warehouse: {facts.warehouse}")
    say("the next run reads again what raw holds and this release lacks: take what is wrong out of raw first")


def show_vacuum(facts: Vacuumed) -> None:
    removed = facts.removed
    verb = "would be removed" if removed.is_dry_run else "removed"
    say(
        f"{verb}: {removed.file_count:,} files, {removed.byte_count:,} bytes ({len(removed.releases)} releases, "
        f"{len(removed.snapshots)} snapshots, {len(removed.runs)} runs, {len(removed.warehouse)} warehouse files)",
        style="bold",
    )
    for folder in removed.snapshots:
        say(f"  {folder}")
    say(f"kept releases: {', '.join(map(str, removed.kept)) or 'none'}; landing is never touched")
