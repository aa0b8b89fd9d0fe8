"""What a table was made by, as short hashes: when one changes the table is rebuilt, and the run says so."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from lake.config.configuration import Source
from lake.releases.snapshots import Snapshot
from schemas.contract import Contract
from schemas.digest import digest_of

# What decides on the rows of a table is imported from these packages; a job that decides on some is named beside.
MAKING = ("ml", "schemas", "transforms")
CURATING = ("jobs.curated_writing", "lake.curating.plan", "lake.curating.derived")


@cache
def code_digest(modules: tuple[str, ...]) -> str:
    """Hash of the sources of these modules and of all that they import of the packages MAKING, at any depth."""
    digest = hashlib.sha256()
    for name, source in sorted(imported(modules).items()):
        digest.update(f"{name}\0".encode() + source + b"\0")
    return digest.hexdigest()[:16]


def imported(modules: Iterable[str]) -> dict[str, bytes]:
    """The sources of these modules and of those that they import, by name, the packages above them among them.

    Raises ModuleNotFoundError for a module that is not there.
    """
    found: dict[str, bytes] = {}
    waiting = list(modules)
    for name in waiting:
        if _source(name) is None:
            raise ModuleNotFoundError(f"there is no module {name}")
    while waiting:
        name = waiting.pop()
        source = _source(name)
        if source is not None and name not in found:
            found[name] = source
            waiting += [other for other in (*_above(name), *_imports(source)) if other.split(".")[0] in MAKING]
    return found


def _imports(source: bytes) -> Iterator[str]:
    """Every name that may be a module: of `from a import b` both a and a.b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name for alias in node.names for name in (alias.name, *_above(alias.name)))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _above(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


@cache
def _source(name: str) -> bytes | None:
    """The source of a module or package; None for what is none."""
    package, *below = name.split(".")
    place: Traversable = resources.files(package)
    for part in below[:-1]:
        place = place / part
    if below and f"{below[-1]}.py" in _names(place):
        return (place / f"{below[-1]}.py").read_bytes()
    if below and below[-1] not in _names(place):
        return None
    place = place / below[-1] if below else place
    return (place / "__init__.py").read_bytes() if "__init__.py" in _names(place) else None


def _names(place: Traversable) -> set[str]:
    """As they are written: some file systems find `A.py` by the name `a.py`."""
    return {entry.name for entry in place.iterdir()} if place.is_dir() else set()


def curated_digest(contract: Contract, sources: Iterable[Source], key_fingerprint: str) -> str:
    """By what a curated table is made: contract, mappings, rule code, and the masking key."""
    has_personal = any(field.personal for field in contract.fields)
    parts = [contract.digest, code_digest(CURATING), key_fingerprint if has_personal else ""]
    parts += sorted(f"{source.name}={source.mapping_digest}" for source in sources)
    return digest_of(parts)


def derived_digest(contract: Contract, of: Iterable[Snapshot], derive: Callable[..., object]) -> str:
    """By what a derived table is made: contract, code, and the snapshots that it is derived from."""
    code = code_digest((*CURATING, "jobs.mart_writing", derive.__module__))
    parts = [contract.digest, code, derive.__qualname__, *(snapshot.folder for snapshot in of)]
    return digest_of(parts)
