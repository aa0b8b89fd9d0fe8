"""Values below the first level of an object, by path: `location.latitude`, `items[].sku`.

A dot is a step into an object, `[]` stands behind an array of which each object is a record. A key that has a dot
itself is found too: where names overlap, the longer key is meant, and a key of the record itself before all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from lake.config.mappings import ColumnMapping
from lake.config.record_paths import EACH
from lake.landing.formats.json_values import Flaw, kind_of
from lake.landing.headers import plain

_plain = lru_cache(maxsize=1 << 14)(plain)
_MISSING = object()


def unfolded(value: Mapping[str, Any], nested: Sequence[str], above: str = "") -> Iterator[dict[str, Any]]:
    """A record for each object of the innermost array, by path, with the fields of the objects that it is in.

    An object whose array is empty, null or missing is one record, and so is an element that is no object, under the
    path of its array. Raises Flaw where something else stands for an array.
    """
    if not nested:
        yield {above + key: inner for key, inner in value.items()}
        return
    rest, items = _without(value, nested[0])
    own, at = {above + key: inner for key, inner in rest.items()}, f"{above}{nested[0]}{EACH}"
    if items is _MISSING or items is None or items == []:
        yield own
    elif not isinstance(items, list):
        raise Flaw(f"no_array: {at.removesuffix(EACH)!r} is {kind_of(items)}, expected an array")
    else:
        for item in items:
            below = unfolded(item, nested[1:], f"{at}.") if isinstance(item, dict) else ({at: item},)
            yield from (_both(own, fields) for fields in below)


def array_paths(value: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Where objects stand in arrays inside an object, however deep in objects: `d.results[]`."""
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from array_paths(inner, f"{above}{key}.")
        elif isinstance(inner, list) and inner and all(isinstance(item, dict) for item in inner):
            yield f"{above}{key}{EACH}"


def object_paths(value: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Where the values inside objects stand: `location.latitude`."""
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from object_paths(inner, f"{above}{key}.")
        elif above:
            yield above + key


class NestedColumns:
    """The declared headers that can be paths into the objects of a record."""

    def __init__(self, columns: Iterable[ColumnMapping]) -> None:
        steps = {header: header.split(".") for column in columns for header in column.headers}
        paths = {header for header, of in steps.items() if len(of) > 1 and all(s and s == s.strip() for s in of)}
        self.columns = [column.headers for column in columns if paths.intersection(column.headers)]
        self.paths = {_plain(path): path for path in paths}
        self.above = {plain_path[:at] for plain_path in self.paths for at, c in enumerate(plain_path) if c == "."}

    def added(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record with what stands at these paths. Raises Flaw where something else than an object, or null, stands
        on the way to a column that the record has under no other header."""
        if not self.columns:
            return record
        found: dict[str, Any] = {}
        others: dict[str, tuple[str, Any]] = {}
        self._look(record, "", found, others)
        found = {**record, **found, **record}
        if others:
            self._refuse(others, {_plain(name) for name in found})
        return found

    def _look(
        self, value: Mapping[str, Any], above: str, found: dict[str, Any], others: dict[str, tuple[str, Any]]
    ) -> None:
        names = {key: _plain(above + key) for key in value}
        if above:
            for key, name in names.items():
                if name in self.paths:
                    found.setdefault(above + key, value[key])
        for key in sorted((key for key, name in names.items() if name in self.above), key=len, reverse=True):
            if isinstance(value[key], dict):
                self._look(value[key], f"{above}{key}.", found, others)
            elif value[key] is not None:
                others.setdefault(names[key], (above + key, value[key]))

    def _refuse(self, others: Mapping[str, tuple[str, Any]], names: set[str]) -> None:
        for headers in self.columns:
            if not names.intersection(map(_plain, headers)):
                for header in headers:
                    for at, (name, value) in others.items():
                        if _plain(header) in self.paths and _plain(header).startswith(f"{at}."):
                            raise Flaw(f"no_object: {name!r} is {kind_of(value)}, expected an object with {header!r}")


def _without(value: Mapping[str, Any], path: str) -> tuple[Mapping[str, Any], Any]:
    """An object without what stands at the path, and that. Raises Flaw where no object is on the way."""
    if path in value:
        return {key: inner for key, inner in value.items() if key != path}, value[path]
    for key in sorted(value, key=len, reverse=True):
        if path.startswith(f"{key}.") and value[key] is not None:
            if not isinstance(value[key], dict):
                raise Flaw(f"no_object: {key!r} is {kind_of(value[key])}, expected an object with {path!r}")
            rest, found = _without(value[key], path.removeprefix(f"{key}."))
            return {**value, key: rest}, found
    return value, _MISSING


def _both(own: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    both = {**own, **fields}
    if len(both) < len(own) + len(fields):
        raise Flaw(f"twice: key {min(own.keys() & fields.keys())[:80]!r}")
    return both
