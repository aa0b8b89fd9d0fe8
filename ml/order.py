"""Volume never rises as rank worsens: pool adjacent violators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from ml.labels import CELL

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
LIST = (*CELL, "ranked_on")
ROUNDING = 1e-12


def falling(values: Floats, weights: Floats, begins: Bools | None = None) -> Floats:
    """The nearest sequence, by weighted squares, that never rises (pool adjacent violators; Ayer and others 1955).

    The blocks' weighted means stand for their members, so that the weighted sum stays. Where `begins` is true another
    sequence begins, which may rise above the one before. What falls already is not walked through: the time is that
    of the values that are pooled.
    """
    found: Floats = values.astype(np.float64)
    starts = np.zeros(len(found), dtype=np.bool_) if begins is None else begins
    rises = np.flatnonzero((found[1:] > found[:-1]) & ~starts[1:])
    blocks: list[_Block] = []
    for place in rises.tolist():
        if not blocks or place >= blocks[-1].last:
            blocks.append(_pooled(place, found, weights, starts, blocks))
    for block in blocks:
        found[block.first : block.last + 1] = block.total / block.weight
    return found


@dataclass(frozen=True)
class _Block:
    first: int
    last: int
    total: float
    weight: float


def _pooled(place: int, values: Floats, weights: Floats, starts: Bools, blocks: list[_Block]) -> _Block:
    """The block round a place whose next value rises, with those of `blocks` that it swallows, which are taken away."""
    block = _before(place + 1, values, weights, blocks)
    while True:
        mean = block.total / block.weight
        after = block.last + 1
        if after < len(values) and not starts[after] and values[after] > mean:
            weight = float(weights[after])
            block = _Block(block.first, after, block.total + float(values[after]) * weight, block.weight + weight)
        elif block.first and not starts[block.first] and _mean_before(block.first, values, blocks) < mean:
            left = _before(block.first, values, weights, blocks)
            block = _Block(left.first, block.last, left.total + block.total, left.weight + block.weight)
        else:
            return block


def _mean_before(place: int, values: Floats, blocks: list[_Block]) -> float:
    if blocks and blocks[-1].last == place - 1:
        return blocks[-1].total / blocks[-1].weight
    return float(values[place - 1])


def _before(place: int, values: Floats, weights: Floats, blocks: list[_Block]) -> _Block:
    """The block that ends before a place, taken from `blocks`, or the single value there."""
    if blocks and blocks[-1].last == place - 1:
        return blocks.pop()
    weight = float(weights[place - 1])
    return _Block(place - 1, place - 1, float(values[place - 1]) * weight, weight)


def with_order(
    estimates: DataFrame, columns: Sequence[str], *, below: Sequence[str] = (), above: Sequence[str] = ()
) -> DataFrame:
    """Make each of `columns` fall with `rank` in every marketplace, department and day; add `is_tied`, whether another
    row of the list has the rank.

    Ties in rank have one value. `below` and `above` are those of `columns` that lie on either side of the first, from
    it outward. Of two sequences that nowhere cross, neither do their nearest falling ones, but for rounding: each is
    held on its side of the one before it, and the least or greatest of two sequences that fall falls too. Rows
    without a value keep none. A worker has one list in memory, or a batch of short ones. The rows come sorted by
    day, list and rank.
    """
    outward = [[columns[0], *below], [columns[0], *above]]
    schema = T.StructType([*estimates.schema.fields, T.StructField("is_tied", T.BooleanType())])

    def in_order(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for rows in whole_lists(batches):
            yield from ordered_lists(rows, columns, *outward).to_batches()

    by_rank = estimates.repartition(*LIST).sortWithinPartitions("ranked_on", *CELL, "rank")
    return by_rank.mapInArrow(in_order, schema)


def whole_lists(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The same rows, sorted by list, so parted that no list is divided."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        if not batch.num_rows:
            continue
        if waiting and _list_of(waiting[-1], -1) != _list_of(batch, 0):
            yield pa.Table.from_batches(waiting)
            waiting = []
        last = int(np.flatnonzero(list_begins(batch))[-1])
        if last:
            yield pa.Table.from_batches([*waiting, batch.slice(0, last)])
            waiting = []
        waiting.append(batch.slice(last))
    if waiting:
        yield pa.Table.from_batches(waiting)


def _list_of(batch: pa.RecordBatch, place: int) -> list[object]:
    return [batch.column(name)[place].as_py() for name in LIST]


def list_begins(rows: pa.RecordBatch | pa.Table, also: Sequence[str] = ()) -> Bools:
    """Where a list begins; with `also`, where that or one of these columns changes."""
    found = np.ones(rows.num_rows, dtype=np.bool_)
    changed = np.zeros(max(rows.num_rows - 1, 0), dtype=np.bool_)
    for name in (*LIST, *also):
        column = rows.column(name)
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        changed |= pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
    found[1:] = changed
    return found


def ordered_lists(rows: pa.Table, names: Sequence[str], falls: Sequence[str], rises: Sequence[str]) -> pa.Table:
    """Whole lists, sorted by rank, with `names` in order. Of the columns `falls` none is above the one before it, of
    `rises` none below."""
    begins_list, begins_rank = list_begins(rows), list_begins(rows, ["rank"])
    at_rank = np.cumsum(begins_rank) - 1
    known = rows.column(names[0]).is_valid().to_numpy()
    counts = np.bincount(at_rank, known).astype(np.float64)
    held = counts > 0
    list_of_rank = (np.cumsum(begins_list) - 1)[begins_rank][held]
    begins = np.concatenate([[True], list_of_rank[1:] != list_of_rank[:-1]]) if held.any() else held[held]
    by_rank: dict[str, Floats] = {}
    for name in names if held.any() else ():
        values = rows.column(name).to_numpy()
        found: Floats = np.bincount(at_rank, np.where(known, values, 0.0)).astype(np.float64)
        found[held] = falling(found[held] / counts[held], counts[held], begins)
        by_rank[name] = found
    for least_or_greatest, outward in ((np.minimum, falls), (np.maximum, rises)) if by_rank else ():
        for inner, outer in pairwise(outward):
            by_rank[outer] = least_or_greatest(by_rank[outer], by_rank[inner])
    for name, of_rank in by_rank.items():
        ordered = pa.array(of_rank[at_rank], mask=~known)
        rows = rows.set_column(rows.schema.get_field_index(name), name, ordered)
    return rows.append_column("is_tied", pa.array(np.bincount(at_rank)[at_rank] > 1))


def count_violations(estimates: DataFrame, columns: Sequence[str], *, day: str) -> int:
    """How many values of `columns` are greater than that of the next better rank of their list."""
    by_rank = Window.partitionBy(*CELL, day).orderBy("rank", "term")
    risen = [
        F.coalesce((F.col(name) > F.lag(name).over(by_rank) * (1 + ROUNDING)).cast("long"), F.lit(0))
        for name in columns
    ]
    row = estimates.select(reduce(Column.__add__, risen).alias("risen")).agg(F.sum("risen")).first()
    return int(row[0] or 0) if row else 0
