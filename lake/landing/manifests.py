"""The manifest of a database extract: which files a delivery has, and how many rows each, so that it is known whole.

`<name>.manifest.json` stands beside the files and is written last:
`{"files": [{"name": "orders-0.parquet", "rows": 1200, "sha256": "..."}]}`. Its files land together, as one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lake.config.configuration import Domain, Source
from lake.errors import DataError
from lake.landing.claims import Part, ignores
from lake.store.objects import BadKey, ObjectInfo, ObjectStore, check_key

ENDING = ".manifest.json"
_LONGEST = 1 << 26


def read_manifests(
    raw: ObjectStore, files: Iterable[ObjectInfo], sources: Sequence[Source], domain: Domain
) -> dict[str, tuple[Part, ...]]:
    """The files that each manifest lists, by the manifest's key.

    Raises DataError where a manifest cannot be understood, where a file that it lists is not there, and where two list
    the same.
    """
    listing = {file.key: file for file in files}
    manifests = {
        key: _parts(raw, file, listing)
        for key, file in listing.items()
        if key.endswith(ENDING) and not ignores(domain, key) and _is_wanted(key, sources)
    }
    _refuse_shared(manifests)
    return manifests


def _is_wanted(key: str, sources: Sequence[Source]) -> bool:
    return any(source.wants_manifest and re.search(pattern, key) for source in sources for pattern in source.claims)


def _parts(raw: ObjectStore, manifest: ObjectInfo, listing: Mapping[str, ObjectInfo]) -> tuple[Part, ...]:
    folder = manifest.key.rpartition("/")[0]
    return tuple(_part(entry, folder, manifest.key, listing) for entry in _entries(raw, manifest))


def _entries(raw: ObjectStore, manifest: ObjectInfo) -> list[Any]:
    expected = 'expected {"files": [{"name": "...", "rows": 1}]}'
    if manifest.size > _LONGEST:
        raise DataError(f"{manifest.key}: the manifest has {manifest.size:,} bytes; {expected}")
    try:
        said = json.loads(raw.read(manifest.key))
    except ValueError as error:
        raise DataError(f"{manifest.key}: the manifest is no JSON: {error}; {expected}") from None
    entries = said.get("files") if isinstance(said, dict) else None
    if not isinstance(entries, list) or not entries:
        raise DataError(f"{manifest.key}: the manifest lists no files; {expected}")
    return entries


def _part(entry: Any, folder: str, manifest_key: str, listing: Mapping[str, ObjectInfo]) -> Part:
    said = entry if isinstance(entry, dict) else {}
    name, rows, sha256 = said.get("name"), said.get("rows"), said.get("sha256")
    if not isinstance(name, str) or type(rows) is not int or rows < 0 or not isinstance(sha256, str | None):
        raise DataError(
            f"{manifest_key}: the manifest lists {json.dumps(entry)[:200]}, expected a name, a number of rows and, "
            "where it likes, a sha256 in hexadecimal"
        )
    key = f"{folder}/{name}" if folder else name
    try:
        file = listing.get(check_key(key))
    except BadKey as error:
        raise DataError(f"{manifest_key}: {error}") from None
    if file is None:
        raise DataError(
            f"{manifest_key}: the delivery is not whole: it lists {name}, and {key} is not there; let the writer "
            "finish, or ask for the file"
        )
    return Part(file, rows, sha256.lower() if sha256 else None)


def _refuse_shared(manifests: Mapping[str, Sequence[Part]]) -> None:
    owners: dict[str, str] = {}
    for manifest_key, parts in manifests.items():
        for part in parts:
            if other := owners.get(part.file.key):
                by = "twice" if other == manifest_key else f"and so does {other}"
                raise DataError(f"{manifest_key}: the manifest lists {part.file.key} {by}, expected once")
            owners[part.file.key] = manifest_key
