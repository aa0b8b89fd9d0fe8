"""The committed renderings of the contracts: written, or compared with what would be written."""

from __future__ import annotations

from pathlib import Path

from schemas.render import renderings

RENDERED = (".md", ".json", ".sql")


def stale_renderings(folder: Path) -> list[str]:
    """Paths below the folder that differ from their rendering, are missing, or are rendered from nothing."""
    promised = renderings()
    found = (
        {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(folder.rglob("*"))
            if path.suffix in RENDERED
        }
        if folder.is_dir()
        else {}
    )
    return sorted(path for path in promised.keys() | found.keys() if promised.get(path) != found.get(path))


def write_renderings(folder: Path) -> list[str]:
    """Write what is stale and remove what is rendered from nothing any more. The paths touched."""
    promised, stale = renderings(), stale_renderings(folder)
    for path in stale:
        target = folder / path
        if path in promised:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(promised[path], encoding="utf-8")
        else:
            target.unlink()
    return stale
