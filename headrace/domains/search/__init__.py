"""Search in the operator's commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from headrace.domain_commands import DomainCommands
from headrace.domains.search.facts import SearchFacts, VolumeExplanation
from headrace.domains.search.generate import generate

if TYPE_CHECKING:
    import duckdb
    from rich.tree import Tree

    from headrace.explain.versions import Trail
    from headrace.facts.step import Step
    from headrace.report.page import Page
    from lake.releases.release import Release
    from lake.store.objects import ObjectStore


class Search(DomainCommands[SearchFacts, VolumeExplanation]):
    name = "search"
    generate = staticmethod(generate)
    subjects = ("volume",)

    def facts(self, lake: ObjectStore, release: Release) -> SearchFacts:
        from headrace.domains.search.model import model_facts

        return model_facts(lake, release)

    def show(self, facts: SearchFacts) -> None:
        from headrace.domains.search.show_drift import show_drift
        from headrace.domains.search.show_training import show_training

        show_training(facts.training)
        show_drift(facts.drift)

    def next_steps(self, lake: ObjectStore, release: Release, lake_uri: str) -> list[Step]:
        from headrace.domains.search.next_steps import next_steps

        return next_steps(lake, release, lake_uri)

    def explain(self, trail: Trail, subject: str, terms: Sequence[str]) -> VolumeExplanation:
        from headrace.domains.search.explain import explain

        return explain(trail, subject, terms)

    def show_explanation(self, explanation: VolumeExplanation) -> tuple[list[Tree], list[str]]:
        from headrace.domains.search.show_explanation import show_explanation

        return show_explanation(explanation)

    def report(self, connection: duckdb.DuckDBPyConnection, release: Release) -> Page:
        from headrace.domains.search.report import report

        return report(connection, release)
