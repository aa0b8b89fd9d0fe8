"""The committed renderings of the code: written, or compared with what would be written."""

from __future__ import annotations

from pathlib import Path

from headrace.commands.standardizer_page import STANDARDIZERS_PAGE, standardizers_page
from headrace.facts.contracts import Rendered
from schemas.render import renderings

RENDERED = (".md", ".json", ".sql")


def expected_renderings() -> dict[str, str]:
    """The renderings of the contracts, and the page of the standardizers: path below the folder, and text."""
    return {**renderings(), STANDARDIZERS_PAGE: standardizers_page()}


def render_contracts(folder: Path, *, is_check: bool) -> Rendered:
    """Write what is stale, or only look at it."""
    if is_check:
        return Rendered(str(folder), is_check, stale=stale_renderings(folder))
    return Rendered(str(folder), is_check, written=write_renderings(folder))


def stale_renderings(folder: Path) -> list[str]:
    """Paths below the folder that differ from their rendering, are missing, or are rendered from nothing."""
    expected = expected_renderings()
    found = (
        {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(folder.rglob("*"))
            if path.suffix in RENDERED
        }
        if folder.is_dir()
        else {}
    )
    return sorted(path for path in expected.keys() | found.keys() if expected.get(path) != found.get(path))


def write_renderings(folder: Path) -> list[str]:
    """Write what is stale and remove what is rendered from nothing any more. The paths touched."""
    expected, stale = expected_renderings(), stale_renderings(folder)
    for path in stale:
        target = folder / path
        if path in expected:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(expected[path], encoding="utf-8")
        else:
            target.unlink()
    return stale
