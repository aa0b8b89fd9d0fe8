"""An explanation as trees; the rows of every domain's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.text import Text
from rich.tree import Tree

from headrace.facts.explain import MASK, Explained, RowVersion, TracedRow
from headrace.show.console import cell, out, say

STYLES = {"curated": "green", "quarantined": "red", "excluded": "yellow"}


def show_explained(facts: Explained, show_domain: Callable[[Any], tuple[list[Tree], list[str]]]) -> None:
    """`show_domain` makes trees and lines of an explanation of the domain's own."""
    trees, lines = show_domain(facts.explanation)
    for tree in trees:
        out().print(tree)
    for line in lines:
        say(line, style="dim")
    if not facts.is_revealed and any(map(_has_mask, trees)):
        say(f"{MASK} is personal, or not mapped to any field: --reveal shows it", style="dim")


def _has_mask(tree: Tree) -> bool:
    return MASK in str(tree.label) or any(map(_has_mask, tree.children))


def add_row(branch: Tree, row: TracedRow) -> None:
    """A row with one version takes one line."""
    key = ", ".join(f"{name} {value}" for name, value in row.key.items()) or "no whole key"
    name = f"{row.table} {key}"
    if len(row.versions) > 1:
        branch, name = branch.add(Text(f"{name}: {len(row.versions)} versions, the newest first", style="dim")), ""
    for version in row.versions:
        _version(branch, version, name)


def _version(branch: Tree, version: RowVersion, name: str) -> None:
    raw = version.raw
    line = f", line {raw.line:,}" if raw.line else ""
    why = f" ({', '.join(version.reasons)})" if version.reasons else ""
    more = "".join(f", {column} {cell(value)}" for column, value in version.version.items())
    if version.warnings:
        more += f", warning {', '.join(version.warnings)}"
    if version.is_version_conflict:
        more += ", another content has the same version"
    head = Text(f"{name}: " if name else "", style="dim")
    head.append(version.outcome, style=STYLES.get(version.outcome, "bold"))
    head.append(f"{why}: {raw.file} record {version.record_number:,}{line}{more}", style="not dim")
    twig = branch.add(head)
    if raw.note:
        twig.add(Text(raw.note, style="yellow"))
    shown = {name: text for name, text in raw.fields.items() if raw.is_revealed or name in raw.declared}
    if shown:
        twig.add(Text(" | ".join(f"{name}={text}" for name, text in shown.items()), style="dim"))


def add_cut(branch: Tree, left: int) -> None:
    if left > 0:
        branch.add(Text(f"… and {left:,} more, see --all", style="dim"))
