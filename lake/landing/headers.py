"""Names in a file's header -> names in landing: by name, for each file."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lake.config.mending import overlay, toml
from lake.errors import DataError
from lake.landing.unpivoted_headers import unpivoted_places, wanted
from schemas.lineage import FILE_ID, RECORD_NUMBER

if TYPE_CHECKING:
    from lake.config.configuration import Source
    from lake.config.mappings import ColumnMapping
    from lake.config.unpivoting import Unpivot

_MEANT = "%?+#"
"""Marks that make another column of a name: a share of an amount, whether instead of what, tax on top, a number. So do
the signs of currencies: `Betrag (€)` is not `Betrag ($)`."""


@dataclass(frozen=True)
class Settled:
    """The landing name of each column of a file, the names that no field declares, and what is missing of those
    that a file must have: each a field and its headers, in words. `unpivoted` are the landing names of the columns that
    are rows."""

    names: list[str]
    undeclared: list[str]
    missing: list[str]
    missing_fields: list[str]
    unpivoted: list[str] = field(default_factory=list)


def settle(found: Sequence[str], source: Source) -> Settled:
    """Declared columns land under the first of their headers, others under their own name, made unique. A column that
    no header names but for its spaces and marks is found by its letters and digits; `%`, `?`, `+`, `#` and the
    signs of currencies count too.

    Raises DataError where two columns are one field's, where two fields cannot share a column, and where nothing tells
    which row a column of [unpivot] is.
    """
    names = [name if name.strip() else f"column_{position}" for position, name in enumerate(found, start=1)]
    declared: dict[int, str] = {}
    missing: list[str] = []
    missing_fields: list[str] = []
    exact = [_places(found, column.headers, plain) for column in told_columns(source)]
    taken_exactly = {place for places in exact for place in places}
    for column, places in zip(told_columns(source), exact, strict=True):
        if not places:
            places = [i for i in _places(found, column.headers, _letters) if i not in taken_exactly]
        if len(places) > 1:
            raise DataError(
                f"the header has {len(places)} columns for {column.field}: "
                f"{[found[i] for i in places]}; keep one of them in `headers` ({column.where})"
            )
        if places and declared.get(places[0], column.landing_name) != column.landing_name:
            raise DataError(
                f"{column.where}: {column.field} and another column name the header "
                f"{found[places[0]]!r} with different first headers; let `headers` begin alike"
            )
        if places:
            declared[places[0]] = column.landing_name
        elif column.is_header_required:
            missing.append(f"{column.field} ({' or '.join(map(repr, column.headers))})")
            missing_fields.append(column.field)
    rows = unpivoted_places(found, source.unpivot, declared) if source.unpivot else {}
    if source.unpivot and not rows and {*source.unpivot.headers}.isdisjoint(missing_fields):
        missing.append(f"the rows of [unpivot] ({wanted(source.unpivot)})")
    declared |= rows
    taken = {plain(name) for name in (RECORD_NUMBER, FILE_ID, *declared.values())}
    undeclared = [names[i] for i in range(len(found)) if i not in declared]
    for position in range(len(found)):
        if position in declared:
            names[position] = declared[position]
            continue
        while plain(names[position]) in taken:
            names[position] += "_"
        taken.add(plain(names[position]))
    return Settled(names, undeclared, missing, missing_fields, [rows[place] for place in sorted(rows)])


def told_columns(source: Source) -> tuple[ColumnMapping, ...]:
    """Every column that a name tells: of fields, of what excludes records, and those that are rows."""
    return (*source.read_columns, *(source.unpivot.columns if source.unpivot else ()))


def knows_any(found: Sequence[str], source: Source) -> bool:
    """Whether the source declares any of these headers."""
    known = [name for column in told_columns(source) for name in column.headers]
    is_row = source.unpivot is not None and any(map(source.unpivot.matches, found))
    return is_row or any(_places(found, known, alike) for alike in (plain, _letters))


def missing_columns(found: Sequence[str], settled: Settled, source: Source, *, where: str, mend: str = "") -> DataError:
    """The refusal of a header that lacks required columns; `where` it was found, and what else may `mend` it."""
    return DataError(
        f"{where} has no column for {'; '.join(settled.missing)}; found {shown(found)}; add the name to `headers` of "
        f"the column ({source.where}), {'' if mend else 'or '}say required_header = false there where it may be "
        f"missing{mend}; to add a name, {_named(found, settled, source)}"
    )


def _named(found: Sequence[str], settled: Settled, source: Source) -> str:
    """The lines that add a header to each column that is missing: the likest of those that no field declares."""
    free = {_letters(name): name for name in found if name in settled.undeclared and name.strip()}
    filling = {column.field for column in source.columns}
    settings = []
    for column in source.read_columns:
        if column.field in settled.missing_fields:
            likest = max((_likest(_letters(header), free) for header in column.headers), default=(0.0, ""))
            name = free.get(likest[1], "THE NAME IN THE FILE")
            table = "columns" if column.field in filling else "excluded"
            settings.append(f"{table}.{column.field}.headers = {toml([*column.headers, name])}")
    unpivot = source.unpivot
    if unpivot and (not settled.unpivoted or not {*unpivot.headers}.isdisjoint(settled.missing_fields)):
        settings += _named_rows(unpivot)
    return overlay(source.name, *settings)


def _named_rows(unpivot: Unpivot) -> list[str]:
    if unpivot.header_pattern:
        return ['unpivot.header_pattern = "WHAT MATCHES THE NAMES IN THE FILE"']
    headers = toml([*unpivot.headers, "THE NAME IN THE FILE"])
    return [f"unpivot.headers = {headers}", "unpivot.required_header = false"]


def _likest(header: str, free: Iterable[str]) -> tuple[float, str]:
    """How like a header the likest of the free names is, and that name; none where it is not the same but for a slip:
    a name that is handed over is taken, and `PODate` for `PayDate` would be another date."""
    [likest] = difflib.get_close_matches(header, free, n=1, cutoff=0.8) or [""]
    return difflib.SequenceMatcher(None, likest, header).ratio(), likest


def shown(names: Sequence[str]) -> str:
    """The first names of a header, cut, for a sentence."""
    first = ", ".join(repr(name[:80]) for name in names[:40])
    return first if len(names) <= 40 else f"{first} and {len(names) - 40} more"


def _places(found: Sequence[str], headers: Iterable[str], alike: Callable[[str], str]) -> list[int]:
    """Where the header has one of these names; a name of nothing that is compared is no name."""
    wanted = {alike(header) for header in headers} - {""}
    return [place for place, name in enumerate(found) if alike(name) in wanted]


def plain(header: str) -> str:
    """A header as it is compared: NFKC, without case, white space as one blank."""
    return " ".join(unicodedata.normalize("NFKC", header).casefold().split())


def _letters(header: str) -> str:
    """A header as it is compared where none is the same by `plain`: its letters, digits and marks that mean something,
    `PO_ID` as `po id` but `Net Amount %` not as `Net Amount`."""
    return "".join(mark for mark in plain(header) if mark.isalnum() or _is_meant(mark))


def _is_meant(mark: str) -> bool:
    return mark in _MEANT or unicodedata.category(mark) == "Sc"
