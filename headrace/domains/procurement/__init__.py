"""Procurement in the operator's commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.domain_commands import DomainCommands
from headrace.domains.procurement.generate import generate

if TYPE_CHECKING:
    from rich.tree import Tree

    from headrace.explain.versions import Trail
    from lake.releases.release import Release
    from lake.store.objects import ObjectStore


class Procurement(DomainCommands):
    name = "procurement"
    generate = staticmethod(generate)
    subjects = ("case", "cycle_times_monthly", "cycle_times_overall")

    @staticmethod
    def demo(out: Path, rows: int) -> None:
        from headrace.domains.procurement.demo import show_demo

        show_demo(out, rows)

    def facts(self, lake: ObjectStore, release: Release) -> dict[str, Any]:
        from headrace.domains.procurement.facts import coverage_of

        return {"coverage": coverage_of(lake, release)}

    def show(self, facts: Mapping[str, Any]) -> None:
        from headrace.domains.procurement.show import show_coverage

        show_coverage(facts["coverage"])

    def notes(self, lake: ObjectStore, release: Release) -> list[str]:
        from headrace.domains.procurement.notes import mart_notes

        return mart_notes(lake, release)

    def next_steps(self, lake: ObjectStore, release: Release, lake_uri: str) -> list[dict[str, str]]:
        from headrace.domains.procurement.next_steps import next_steps

        return next_steps(lake, release, lake_uri)

    def explain(self, trail: Trail, subject: str, terms: Sequence[str]) -> dict[str, Any]:
        from headrace.domains.procurement.explain import explain

        return explain(trail, subject, terms)

    def show_explanation(self, facts: Mapping[str, Any]) -> tuple[list[Tree], list[str]]:
        from headrace.domains.procurement.show_explanation import show_explanation

        return show_explanation(facts)
