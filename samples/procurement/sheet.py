"""A raw table before it is text: the true values by column, and the cells that are printed otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from samples.arrays import Bools, Frame, Ints
from samples.procurement.clock import NULL
from samples.procurement.layout import Table

WHOLE, TOO_FEW, TOO_MANY, BAD_BYTES = range(4)


def rows_of(frame: Frame) -> int:
    """Number of rows of a frame."""
    return len(next(iter(frame.values())))


def take(frame: Frame, rows: npt.NDArray[np.int64] | Bools, **changes: Ints) -> Frame:
    """These rows of a frame, with the columns of `changes` in place of their own."""
    return {name: changes[name] if name in changes else values[rows] for name, values in frame.items()}


def concat(frames: Sequence[Frame]) -> Frame:
    """The rows of all frames, one after the other."""
    return {name: np.concatenate([frame[name] for frame in frames]) for name in frames[0]}


def pick(eligible: Bools, count: int, rng: np.random.Generator) -> Ints:
    """Up to `count` of the eligible rows, in order."""
    rows = np.flatnonzero(eligible)
    return np.sort(rng.choice(rows, size=min(count, len(rows)), replace=False)).astype(np.int64)


def how_many(share: float, rows: int) -> int:
    """A share of the rows: at least one where the table has 300 or more and the share is not nothing."""
    return max(round(share * rows), 1 if share and rows >= 300 else 0)


def key_of(table: Table, values: Frame) -> Ints:
    """The key of each row as one integer, null where a part of it is."""
    first, *others = (values[name] for name in table.key)
    key, is_null = first, first == NULL
    for number, radix in zip(others, table.radices, strict=True):
        is_null, key = is_null | (number == NULL), key * radix + number
    return np.where(is_null, NULL, key)


@dataclass
class Patches:
    """Texts that replace the usual print of some cells of a column: `code` points into `texts`, -1 is the usual."""

    code: npt.NDArray[np.int32]
    texts: list[str] = field(default_factory=list)


@dataclass
class Sheet:
    """Rows in the order of their deliveries and, within one, of their records.

    `values` are what a reader can know of a row: null where its text was spoilt. `unreadable` has a bit for each column
    (by its place in the table) whose value is there but cannot be read; `dead` says how a line was torn, if it was.
    """

    table: Table
    values: Frame
    delivery: Ints
    unreadable: Ints = field(init=False)
    dead: npt.NDArray[np.int8] = field(init=False)
    damaged: Bools = field(init=False)
    patches: dict[str, Patches] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unreadable = np.zeros(len(self), dtype=np.int64)
        self.dead = np.zeros(len(self), dtype=np.int8)
        self.damaged = np.zeros(len(self), dtype=np.bool_)

    def __len__(self) -> int:
        return len(self.delivery)

    def key(self) -> Ints:
        """The key as one integer, null where a part of it is."""
        return key_of(self.table, self.values)

    def usual(self, name: str) -> Bools:
        """Rows whose cell holds a value in its usual print."""
        is_usual = self.unpatched(name)
        is_usual[self.values[name] == NULL] = False
        return is_usual

    def unpatched(self, name: str) -> Bools:
        """Rows whose cell, null or not, is printed as usual."""
        is_usual = np.ones(len(self), dtype=np.bool_)
        if name in self.patches:
            is_usual[self.patches[name].code >= 0] = False
        return is_usual

    def reprint(self, name: str, rows: Ints, texts: list[str]) -> None:
        """Print cells otherwise; what they mean stays."""
        patches = self.patches.setdefault(name, Patches(np.full(len(self), -1, dtype=np.int32)))
        patches.code[rows] = len(patches.texts) + np.arange(len(rows), dtype=np.int32)
        patches.texts.extend(texts)

    def empty(self, name: str, rows: Ints, texts: list[str]) -> None:
        """Take values away, printing null tokens."""
        self.values[name][rows] = NULL
        self.reprint(name, rows, texts)

    def spoil(self, name: str, rows: Ints, texts: list[str]) -> None:
        """Take values away, printing what nobody can read."""
        self.empty(name, rows, texts)
        self.unreadable[rows] |= 1 << self.table.fields.index(name)
        self.damaged[rows] = True

    def reordered(self, order: Ints) -> Sheet:
        """The rows at these places; a place named twice gives two rows that are printed alike."""
        sheet = Sheet(self.table, take(self.values, order), self.delivery[order])
        sheet.unreadable, sheet.dead, sheet.damaged = (self.unreadable[order], self.dead[order], self.damaged[order])
        sheet.patches = {name: Patches(patches.code[order], patches.texts) for name, patches in self.patches.items()}
        return sheet
