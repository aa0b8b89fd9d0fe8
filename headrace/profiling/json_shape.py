"""How records stand in a JSON file: on lines, in an array, one behind another, inside an object, or in each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from headrace.facts.profile import Doubt
from lake.config.record_paths import EACH, record_path
from lake.errors import DataError
from lake.landing.formats.json_elements import Cutter, SequenceCutting, WholeArrayCutting
from lake.landing.formats.json_paths import array_paths, object_paths, unfolded
from lake.landing.formats.json_values import Flaw, decoded
from lake.landing.formats.json_wrapper import WrappedCutting, first_array, next_page
from lake.landing.headers import plain

MOST_PATHS = 200
Record = dict[str, Any]


@dataclass(frozen=True)
class JsonShape:
    """What `records` says, the paths of fields inside objects, and what is not certain."""

    records: str | None
    paths: tuple[str, ...]
    doubts: tuple[Doubt, ...]


def json_shape(lines: Sequence[str]) -> JsonShape | None:
    """By the first lines of a file; None where they do not begin as JSON does."""
    text = "\n".join(lines)
    if not re.match(r"\s*(\[\s*(\{|\]|$)|\{\s*(\"|\}|$))", text):
        return None
    data = text.encode()
    is_array = text.lstrip().startswith("[")
    found = _records(data, WholeArrayCutting() if is_array else SequenceCutting())
    records, doubts = None, []
    if not is_array and (path := _wrapper(data, found)):
        records, found = path, _records(data, WrappedCutting(path.removesuffix(EACH), "utf-8", allows_more=True))
        doubts.append(
            f"{path} is taken for all records of the file, and what stands beside it lands nowhere; records = "
            f'"{EACH}.{path}" makes each of the file\'s objects a record, or several with its fields in each'
        )
    elif not is_array and len(found) > sum(1 for line in lines if _record(line.encode())):
        records = "concatenated"
    inner = Counter(path for record in found for path in array_paths(record))
    if inner and (nested := inner.most_common(1)[0][0]):
        others = ", ".join(path for path in inner if path != nested)
        records = f"{records if records and records.endswith(EACH) else EACH}.{nested}"
        doubts.append(
            f"each object of {nested} is taken for a record, with the fields of the object around it"
            + (f"; others, which land as text, are in {others}" if others else "")
        )
    return JsonShape(records, _field_paths(found, records), tuple(Doubt("read.records", doubt) for doubt in doubts))


def _wrapper(data: bytes, found: Sequence[Record]) -> str | None:
    """The array in the only object of a file, or in objects of which one says that another page follows."""
    if len(found) > 1 and not any(map(next_page, found)):
        return None
    return first_array(data)


def _records(data: bytes, cutting: Cutter) -> list[Record]:
    """The objects among the elements that are whole in the data."""
    try:
        return [record for element in cutting.fed(data) if (record := _record(element.raw)) is not None]
    except DataError:
        return []


def _record(raw: bytes) -> Record | None:
    try:
        value = decoded(raw, "utf-8")
    except Flaw:
        return None
    return value if isinstance(value, dict) else None


def _field_paths(found: Sequence[Record], records: str | None) -> tuple[str, ...]:
    """The paths into objects by which fields could come: those that nothing but objects leads to, each of one name."""
    path = record_path(records)
    names: dict[str, None] = {}
    taken: set[str] = set()
    for record in _unfolded(found, path.nested if path else ()):
        names.update(dict.fromkeys(object_paths(record)))
        taken |= {name for name, value in record.items() if not isinstance(value, dict) and value is not None}
    taken |= set(names)
    alike = Counter(map(plain, taken))
    usable = (name for name in names if alike[plain(name)] == 1 and not _leads_through(name, taken))
    return tuple(usable)[:MOST_PATHS]


def _leads_through(path: str, values: set[str]) -> bool:
    return any(path[:at] in values for at, mark in enumerate(path) if mark == ".")


def _unfolded(found: Sequence[Record], nested: Sequence[str]) -> Iterator[Record]:
    for record in found:
        try:
            yield from unfolded(record, nested)
        except Flaw:
            continue
