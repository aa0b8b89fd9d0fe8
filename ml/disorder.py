"""What a written table of estimates must not have: bounds out of order, and volume that rises as rank worsens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from ml.labels import CELL
from ml.order import Bools, Floats, list_begins

ESTIMATE = "estimated_search_count"
UPWARD = ("lo_95_search_count", "lo_80_search_count", ESTIMATE, "hi_80_search_count", "hi_95_search_count")
BOUNDS = tuple(name for name in UPWARD if name != ESTIMATE)
PIECE = (
    "marketplace_code string, department_name string, ranked_on date, first_rank long, last_rank long, "
    "first_values array<double>, last_values array<double>, crossed_count long, risen_count long"
)


@dataclass(frozen=True)
class Disorder:
    """`crossed_count`: rows without lo_95 <= lo_80 <= mean <= hi_80 <= hi_95, or with some of the bounds only.
    `risen_count`: values above that of the row before in their list. `unsorted_count`: rows before a better rank."""

    crossed_count: int
    risen_count: int
    unsorted_count: int


def count_disorder(estimates: DataFrame) -> Disorder:
    """Of rows as `search_volume_estimates` was written, a list (marketplace, department, day) by rank: one pass without
    a shuffle of rows. Each Arrow batch tells of the lists in it, and first and last values tell of where two meet."""
    told = estimates.withColumnRenamed("estimated_on", "ranked_on").select(*CELL, "ranked_on", "rank", *UPWARD)
    pieces = told.where(F.col(ESTIMATE).isNotNull()).mapInArrow(_pieces, PIECE)
    by_rank = Window.partitionBy(*CELL, "ranked_on").orderBy("first_rank", "last_rank", F.col("last_values").desc())
    before = F.lag("last_values").over(by_rank)
    risen = [
        F.coalesce((F.get("first_values", F.lit(n)) > F.get(before, F.lit(n))).cast("long"), F.lit(0))
        for n in range(len(UPWARD))
    ]
    is_unsorted = F.coalesce(F.col("first_rank") < F.lag("last_rank").over(by_rank), F.lit(False))
    counted = pieces.select(
        "crossed_count",
        (F.col("risen_count") + F.when(is_unsorted, 0).otherwise(reduce(Column.__add__, risen))).alias("risen_count"),
        is_unsorted.cast("long").alias("unsorted_count"),
    )
    sums = (F.coalesce(F.sum(name), F.lit(0)) for name in ("crossed_count", "risen_count", "unsorted_count"))
    [row] = counted.agg(*sums).collect()
    return Disorder(*map(int, row))


def _pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A row for each stretch of a batch that is of one list and goes on to worse ranks."""
    for batch in batches:
        if batch.num_rows:
            yield _pieces_of(batch)


def _pieces_of(batch: pa.RecordBatch) -> pa.RecordBatch:
    rank = batch.column("rank").to_numpy()
    values: Floats = np.column_stack([batch.column(name).to_numpy(zero_copy_only=False) for name in UPWARD])
    begins = list_begins(batch)
    begins[1:] |= rank[1:] < rank[:-1]
    risen = np.zeros(len(rank), dtype=np.int64)
    risen[1:] = ((values[1:] > values[:-1]) & ~begins[1:, None]).sum(axis=1)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(rank)) - 1
    columns = [
        *(pc.take(batch.column(name), pa.array(first)) for name in (*CELL, "ranked_on")),
        pa.array(rank[first]),
        pa.array(rank[last]),
        *(pa.array(list(values[at]), pa.list_(pa.float64()), from_pandas=True) for at in (first, last)),
        *(pa.array(np.add.reduceat(counts.astype(np.int64), first)) for counts in (_is_crossed(batch, values), risen)),
    ]
    return pa.RecordBatch.from_arrays(columns, [part.split()[0] for part in PIECE.split(", ")])


def _is_crossed(batch: pa.RecordBatch, values: Floats) -> Bools:
    """NaN stands for null: a comparison with it is false."""
    missing = np.column_stack([batch.column(name).is_null().to_numpy(zero_copy_only=False) for name in BOUNDS])
    in_order = (values[:, :-1] <= values[:, 1:]).all(axis=1)
    has_mean_only = missing.all(axis=1) & (values[:, UPWARD.index(ESTIMATE)] >= 0)
    found: Bools = ~(in_order | has_mean_only)
    return found
