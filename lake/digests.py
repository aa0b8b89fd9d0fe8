"""What a table was made by, as short hashes: when one changes the table is rebuilt, and the run says so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from lake.config import Source
from schemas.contract import Contract

CURATING_CODE = (
    "transforms/standardize",
    "transforms/standardization.py",
    "transforms/identity.py",
    "transforms/outcomes.py",
    "transforms/same.py",
    "schemas/contract.py",
)


def code_digest(places: Iterable[str]) -> str:
    """Hash of the Python sources under packages or of single modules, `package/path`."""
    digest = hashlib.sha256()
    for place in places:
        package, _, rest = place.partition("/")
        for name, text in sorted(_sources(resources.files(package) / rest if rest else resources.files(package))):
            digest.update(f"{place}/{name}\0".encode() + text + b"\0")
    return digest.hexdigest()[:16]


def curated_digest(contract: Contract, sources: Iterable[Source], key_fingerprint: str) -> str:
    """By what a curated table is made: contract, mappings, rule code, and the masking key."""
    has_personal = any(field.personal for field in contract.fields)
    parts = [contract.digest, code_digest(CURATING_CODE), key_fingerprint if has_personal else ""]
    parts += sorted(f"{source.name}={source.mapping_digest}" for source in sources)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _sources(place: Traversable) -> Iterator[tuple[str, bytes]]:
    if place.is_file():
        if place.name.endswith(".py"):
            yield place.name, place.read_bytes()
        return
    for entry in place.iterdir():
        for name, text in _sources(entry):
            yield f"{place.name}/{name}", text
