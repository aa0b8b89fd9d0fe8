"""Landed records as several rows each: one for every column of their file that the source says is a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from schemas.landing_columns import landing_column
from schemas.lineage import CELL, HEADER

ROWS_AT_ONCE = 1 << 17


def unpivoted(records: pa.RecordBatch, names: Sequence[str], kept: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """A row for every record and every one of the columns `names`, by their headers: the `kept` columns of the batch as
    they are, the header in `__header`, the cell in `__cell`. In pieces of ROWS_AT_ONCE rows, or of one record.
    """
    step = max(1, ROWS_AT_ONCE // max(1, len(names)))
    for start in range(0, records.num_rows, step):
        yield _unpivoted(records.slice(start, step), names, kept)


def _unpivoted(records: pa.RecordBatch, names: Sequence[str], kept: Sequence[str]) -> pa.RecordBatch:
    """All records under the first header, then all under the second. Texts are repeated as words of a dictionary, so
    that a rule sees each of them once."""
    count = records.num_rows
    again = pa.array(np.tile(np.arange(count), len(names)))
    place = pa.array(np.repeat(np.arange(len(names), dtype=np.int32), count))
    columns = {name: _encoded(records.column(name)).take(again) for name in kept}
    columns[HEADER] = pa.DictionaryArray.from_arrays(place, pa.array(names, pa.string()))
    columns[CELL] = pa.concat_arrays([records.column(landing_column(name)) for name in names])
    return pa.record_batch(columns)


def _encoded(column: pa.Array) -> pa.Array:
    return column if pa.types.is_integer(column.type) else column.dictionary_encode()
