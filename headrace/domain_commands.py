"""What a domain brings to the operator's commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lake.errors import ConfigError

if TYPE_CHECKING:
    import duckdb
    from rich.tree import Tree

    from headrace.explain.versions import Trail
    from headrace.report.page import Page
    from lake.releases.release import Release
    from lake.store.objects import ObjectStore


class DomainCommands:
    """Every hook is optional. What takes long to import is imported where a hook uses it, so that `--help` answers at
    once."""

    name: str
    generate: Callable[..., None] | None = None
    """A command with options of its own: `headrace generate <name>`."""
    demo: Callable[[Path, int], None] | None = None
    """Shows everything once, on so many raw records made up into a folder."""
    subjects: tuple[str, ...] = ()
    """What `headrace explain` explains."""

    def facts(self, lake: ObjectStore, release: Release) -> dict[str, Any]:
        """What `run` and `status` tell of a release beside what they tell of every domain's."""
        return {}

    def show(self, facts: Mapping[str, Any]) -> None:
        """Those facts for people."""

    def notes(self, lake: ObjectStore, release: Release) -> list[str]:
        """What is no error and may still be a surprise, a sentence each."""
        return []

    def next_steps(self, lake: ObjectStore, release: Release, lake_uri: str) -> list[dict[str, str]]:
        """What to look at after a run: each with its `why` and its `command`."""
        return []

    def explain(self, trail: Trail, subject: str, terms: Sequence[str]) -> dict[str, Any]:
        raise ConfigError(f"nothing of domain {self.name} is explained yet")

    def show_explanation(self, facts: Mapping[str, Any]) -> tuple[list[Tree], list[str]]:
        """An explanation for people: trees, and the lines below them."""
        return [], []

    def report(self, connection: duckdb.DuckDBPyConnection, release: Release) -> Page:
        raise ConfigError(f"there is no page of domain {self.name} yet")
