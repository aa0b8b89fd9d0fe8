"""What a domain brings to the operator's commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from headrace.facts.domain import DomainFacts
from headrace.facts.explain import Explanation
from lake.errors import ConfigError

if TYPE_CHECKING:
    import duckdb
    from rich.tree import Tree

    from headrace.explain.versions import Trail
    from headrace.facts.step import Step
    from headrace.report.page import Page
    from lake.releases.release import Release
    from lake.store.objects import ObjectStore

OwnFacts = TypeVar("OwnFacts", bound=DomainFacts)
OwnExplanation = TypeVar("OwnExplanation", bound=Explanation)


class DomainCommands(Generic[OwnFacts, OwnExplanation]):
    """Every hook is optional. What takes long to import is imported where a hook uses it, so that `--help` answers at
    once."""

    name: str
    generate: Callable[..., None] | None = None
    """A command with options of its own: `headrace generate <name>`."""
    demo: Callable[[Path, int], None] | None = None
    """Shows everything once, on so many raw records made up into a folder."""
    subjects: tuple[str, ...] = ()
    """What `headrace explain` explains."""

    def facts(self, lake: ObjectStore, release: Release) -> OwnFacts | DomainFacts:
        """What `run` and `status` tell of a release beside what they tell of every domain's."""
        return DomainFacts()

    def show(self, facts: OwnFacts) -> None:
        """Those facts for people."""

    def notes(self, lake: ObjectStore, release: Release) -> list[str]:
        """What is no error and may still be a surprise, a sentence each."""
        return []

    def next_steps(self, lake: ObjectStore, release: Release, lake_uri: str) -> list[Step]:
        """What to look at after a run."""
        return []

    def explain(self, trail: Trail, subject: str, terms: Sequence[str]) -> OwnExplanation:
        raise ConfigError(f"nothing of domain {self.name} is explained yet")

    def show_explanation(self, explanation: OwnExplanation) -> tuple[list[Tree], list[str]]:
        """An explanation for people: trees, and the lines below them."""
        return [], []

    def report(self, connection: duckdb.DuckDBPyConnection, release: Release) -> Page:
        raise ConfigError(f"there is no page of domain {self.name} yet")
