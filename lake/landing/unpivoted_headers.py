"""Which columns of a file are rows of their own, and whether their headers tell these rows apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lake.errors import DataError
from schemas.landing_columns import landing_column
from transforms.standardize import standardizer

if TYPE_CHECKING:
    from lake.config.unpivoting import Unpivot


def unpivoted_places(found: Sequence[str], unpivot: Unpivot, declared: Mapping[int, str]) -> dict[int, str]:
    """The places of the columns that are rows, each with the name that it lands under: the listed one, or its own.

    `declared` are the columns that a name told, the listed ones among them. Raises DataError where a column is one of a
    field too, where the rule cannot read a header, and where two headers say the same or look alike.
    """
    listed = {place: name for place, name in declared.items() if name in unpivot.headers}
    matching = {place: name for place, name in enumerate(found) if unpivot.matches(name)}
    if both := sorted(matching.keys() & declared.keys()):
        raise DataError(
            f"column {both[0] + 1}, {found[both[0]]!r}, matches header_pattern and is the column "
            f"{declared[both[0]]!r} too; narrow the pattern ({unpivot.where})"
        )
    rows = listed | matching
    _refuse_unfit({place: rows[place] for place in sorted(rows)}, unpivot)
    refuse_alike(rows.values(), unpivot)
    return rows


def refuse_alike(names: Iterable[str], unpivot: Unpivot) -> None:
    """Raises DataError for two columns whose names in landing differ in case alone: engines may take them for one."""
    spelled: dict[str, str] = {}
    for name in names:
        other = spelled.setdefault(landing_column(name).lower(), name)
        if other != name:
            raise DataError(
                f"the columns {other!r} and {name!r} of [unpivot] differ in case alone; ask for one spelling, or list "
                f"them in `headers`, which are compared without regard to case ({unpivot.where})"
            )


def wanted(unpivot: Unpivot) -> str:
    """The columns that are rows, in words."""
    if unpivot.header_pattern:
        return f"header_pattern {unpivot.header_pattern!r}"
    return "one or more of " + ", ".join(map(repr, unpivot.headers))


def _refuse_unfit(rows: Mapping[int, str], unpivot: Unpivot) -> None:
    said: dict[Any, int] = {}
    read = standardizer(unpivot.header.rule, **unpivot.header.parameters)
    for place, name in rows.items():
        value = read(name)
        if value is None:
            raise DataError(
                f"column {place + 1}, {name!r}, is one of [unpivot], and rule {unpivot.header.rule!r} of "
                f"{unpivot.header.field} cannot read it; add what reads it, or narrow the headers "
                f"({unpivot.header.where})"
            )
        if value in said:
            raise DataError(
                f"columns {said[value] + 1}, {rows[said[value]]!r}, and {place + 1}, {name!r}, both say "
                f"{unpivot.header.field} {value}, and nothing tells which of them holds; ask for the file again, or "
                f"narrow the headers ({unpivot.where})"
            )
        said[value] = place
