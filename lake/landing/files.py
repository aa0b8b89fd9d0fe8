"""The Parquet files of a landed file, written once: its records and its dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lake.landing.formats.table import Block, DeadLetter
from schemas.landing_columns import landing_column
from schemas.lineage import FILE_ID, RECORD_NUMBER

ROWS_TOGETHER, BYTES_TOGETHER = 1 << 17, 1 << 26
"""So much goes into a group of rows: what readers can leave out, and what is held in memory."""


class RecordsFile:
    """The records of a landed file as text columns, each with its number and the id of the file."""

    def __init__(self, path: Path, names: Sequence[str], landing_file_id: str) -> None:
        texts = [(landing_column(name), pa.string()) for name in names]
        self._schema = pa.schema([*texts, (RECORD_NUMBER, pa.int64())])
        self._id = landing_file_id
        self._held: list[pa.RecordBatch] = []
        self._row_count = self._byte_count = 0
        schema = self._schema.append(pa.field(FILE_ID, pa.string()))
        self._writer = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)

    def add(self, block: Block) -> None:
        batch = pa.record_batch([*block.columns, block.record_numbers], schema=self._schema)
        self._held.append(batch)
        self._row_count += batch.num_rows
        self._byte_count += batch.nbytes
        if self._row_count >= ROWS_TOGETHER or self._byte_count >= BYTES_TOGETHER:
            self._write()

    def close(self) -> None:
        self._write()
        self._writer.close()

    def _write(self) -> None:
        if self._row_count:
            rows = pa.Table.from_batches(self._held)
            self._writer.write_table(rows.append_column(FILE_ID, pa.repeat(self._id, rows.num_rows)))
        self._held.clear()
        self._row_count = self._byte_count = 0


class DeadLettersFile:
    """The records set aside, on disk: a file in the wrong encoding is nothing else. There is no file of none."""

    schema = pa.schema(
        [
            ("landing_file_id", pa.string()),
            ("raw_key", pa.string()),
            ("record_number", pa.int64()),
            ("line_number", pa.int64()),
            ("reason", pa.string()),
            ("raw", pa.binary()),
        ]
    )

    def __init__(self, path: Path, landing_file_id: str, raw_key: str) -> None:
        self.path, self.count = path, 0
        self.first: DeadLetter | None = None
        self._named = {"landing_file_id": landing_file_id, "raw_key": raw_key}
        self._held: list[DeadLetter] = []
        self._byte_count = 0
        self._writer: pq.ParquetWriter | None = None

    def add(self, letters: list[DeadLetter]) -> None:
        if letters:
            self.first = self.first or letters[0]
            self.count += len(letters)
            self._held += letters
            self._byte_count += sum(len(letter.raw) for letter in letters)
        if len(self._held) >= ROWS_TOGETHER or self._byte_count >= BYTES_TOGETHER:
            self._write()

    def close(self) -> None:
        self._write()
        if self._writer:
            self._writer.close()

    def _write(self) -> None:
        if self._held:
            self._writer = self._writer or pq.ParquetWriter(self.path, self.schema, compression="zstd")
            rows = [{**self._named, **vars(letter)} for letter in self._held]
            self._writer.write_table(pa.Table.from_pylist(rows, self.schema))
        self._held, self._byte_count = [], 0
