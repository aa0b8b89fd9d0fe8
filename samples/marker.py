"""The marker of a finished generation: what it was asked for, and the hash of every file that it wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import OptionsError

MARKER = "truth/generation.json"


class GenerationError(OptionsError):
    """Nothing was generated, for the reason given."""


def summary_there(out: Path, parameters: Mapping[str, object]) -> dict[str, Any] | None:
    """The summary of the same generation where `out` holds it whole; None where `out` is new or empty.

    Raises GenerationError for any other folder.
    """
    if out.exists() and not out.is_dir():
        raise GenerationError(f"{out} is a file; a folder to generate into is expected.")
    if not out.exists() or not any(out.iterdir()):
        return None
    if not (out / MARKER).is_file():
        raise GenerationError(
            f"{out} is not empty and holds no finished generation (no {MARKER}): "
            "choose another folder, or empty this one."
        )
    try:
        marker = json.loads((out / MARKER).read_text())
        held, expected, summary = marker["parameters"], marker["sha256"], marker["summary"]
    except (ValueError, KeyError, TypeError) as error:
        raise GenerationError(
            f"{out / MARKER} is not what a generation writes ({error!r}): choose another folder, or empty this one."
        ) from error
    if held != parameters:
        raise GenerationError(
            f"{out} holds another generation, {held}, than {parameters}: choose another folder, or empty this one."
        )
    if differing := _differing(out, expected):
        raise GenerationError(
            f"{out} holds this generation, but {len(differing)} of its files were changed, added or "
            f"removed since ({differing[0]}): choose another folder, or empty this one."
        )
    return dict(summary)


def write_marker(out: Path, parameters: Mapping[str, object], summary: Mapping[str, object]) -> None:
    """Written last: a folder without it holds a generation that did not come to its end."""
    write_json(out / MARKER, {"parameters": parameters, "summary": summary, "sha256": _hashes(out)})


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, sort_keys=True, default=date.isoformat) + "\n")


def check_whole(argument: str, value: object, least: int, most: int) -> None:
    """Raises GenerationError where the argument is no whole number in its bounds."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        upper = "2^63 - 1" if most == 2**63 - 1 else f"{most:,}"
        raise GenerationError(f"{argument} is {value!r}; a whole number from {least} to {upper} is expected.")


def _differing(out: Path, expected: dict[str, str]) -> list[str]:
    have = _hashes(out)
    return sorted(name for name in have.keys() | expected.keys() if have.get(name) != expected.get(name))


def _hashes(out: Path) -> dict[str, str]:
    paths = sorted(path for path in out.rglob("*") if path.is_file() and path != out / MARKER)
    return {path.relative_to(out).as_posix(): _sha256(path) for path in paths}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
