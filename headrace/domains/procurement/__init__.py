"""Procurement in the operator's commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.domain_commands import DomainCommands
from headrace.domains.procurement.facts import CaseExplanation, CellsExplanation, ProcurementFacts
from headrace.domains.procurement.generate import generate

if TYPE_CHECKING:
    from rich.tree import Tree

    from headrace.explain.versions import Trail
    from headrace.facts.step import Step
    from lake.releases.release import Release
    from lake.store.objects import ObjectStore


class Procurement(DomainCommands[ProcurementFacts, CaseExplanation | CellsExplanation]):
    name = "procurement"
    generate = staticmethod(generate)
    subjects = ("case", "cycle_times_monthly", "cycle_times_overall")

    @staticmethod
    def demo(out: Path, rows: int) -> None:
        from headrace.domains.procurement.demo import show_demo

        show_demo(out, rows)

    def facts(self, lake: ObjectStore, release: Release) -> ProcurementFacts:
        from headrace.domains.procurement.coverage import coverage_of

        return ProcurementFacts(coverage_of(lake, release))

    def show(self, facts: ProcurementFacts) -> None:
        from headrace.domains.procurement.show_coverage import show_coverage

        show_coverage(facts.coverage)

    def notes(self, lake: ObjectStore, release: Release) -> list[str]:
        from headrace.domains.procurement.notes import mart_notes

        return mart_notes(lake, release)

    def next_steps(self, lake: ObjectStore, release: Release, lake_uri: str) -> list[Step]:
        from headrace.domains.procurement.next_steps import next_steps

        return next_steps(lake, release, lake_uri)

    def explain(self, trail: Trail, subject: str, terms: Sequence[str]) -> CaseExplanation | CellsExplanation:
        from headrace.domains.procurement.explain import explain

        return explain(trail, subject, terms)

    def show_explanation(self, explanation: CaseExplanation | CellsExplanation) -> tuple[list[Tree], list[str]]:
        from headrace.domains.procurement.show_explanation import show_explanation

        return show_explanation(explanation)
