"""What a raw table is: its columns as the ledger prints them, its key, and how its deliveries are meant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

CellKind = Literal["number", "vendor", "time", "date", "amount", "quantity", "count", "flag", "word"]

NULL_TOKENS = ("", "NULL", "N/A", "-")
EXTRA_HEADER = "Remarks"


@dataclass(frozen=True)
class Column:
    """A raw column and the contract field it becomes. `words` names the list that a word's code points into."""

    field: str
    header: str
    kind: CellKind
    required: bool = False
    synonyms: tuple[str, ...] = ()
    width: int = 0
    words: str = ""
    personal: bool = False


@dataclass(frozen=True)
class Table:
    """`version` is the field by which one row of a key is newer than another; without one, deliveries decide.

    The numbers of a key become one integer: each time the next is added, what there is times its `radix`. `moment` is
    the date or time by which rows lie in the month that they are delivered for.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    radices: tuple[int, ...]
    moment: str
    version: str | None = None
    replaces_period: bool = False

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(column.field for column in self.columns)

    @cached_property
    def by_field(self) -> dict[str, Column]:
        return {column.field: column for column in self.columns}

    @cached_property
    def scribbled(self) -> str:
        """The field that holds what is no text in a line of undecodable bytes: a person's name where there is one."""
        words = [column for column in self.columns if column.kind == "word"]
        return next((column.field for column in words if column.personal), words[-1].field)

    def of_kind(self, *kinds: CellKind) -> tuple[str, ...]:
        """Fields of the columns of these kinds."""
        return tuple(column.field for column in self.columns if column.kind in kinds)
