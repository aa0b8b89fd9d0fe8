"""Where a page was written, for people."""

from __future__ import annotations

from headrace.facts.report import Reported
from headrace.show.console import say


def show_report(facts: Reported) -> None:
    say(f"release {facts.release} of {facts.domain}: {facts.page} ({', '.join(facts.sections)})")
