"""The renderings of the contracts, for people."""

from __future__ import annotations

from headrace.facts.contracts import Rendered
from headrace.show.console import say


def show_renderings(facts: Rendered) -> None:
    names, done = (facts.stale, "stale") if facts.is_check else (facts.written, "written")
    say(f"{facts.folder}: {len(names)} {done}{'' if names else ', all as the contracts say'}")
    for name in names:
        say(f"  {name}")
