"""Snapshots: what one write of a table left in the lake, counted from the footers of its own files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from urllib.parse import unquote
from uuid import uuid4

import pyarrow.parquet as pq
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from lake.engines import Engine
from lake.errors import AuditError
from lake.store.objects import ObjectStore
from schemas.contract import Contract, Field


@dataclass(frozen=True)
class DataFile:
    """One Parquet file; `partition` holds the values that its folders say, such as the rows' outcome."""

    key: str
    row_count: int
    byte_count: int
    partition: dict[str, str]


@dataclass(frozen=True)
class Snapshot:
    """One immutable state of a table.

    `digest` says by which contract, mappings and code it was made, `replaced` which of its deliveries later ones
    replaced.
    """

    table: str
    folder: str
    files: tuple[DataFile, ...]
    digest: str
    replaced: tuple[str, ...] = ()

    def row_count(self, **partition: str) -> int:
        """Rows of the files whose partition has these values."""
        return sum(f.row_count for f in self.files if partition.items() <= f.partition.items())

    def keys(self, **partition: str) -> list[str]:
        return [f.key for f in self.files if partition.items() <= f.partition.items() and f.row_count]

    def row_counts(self, by: str, **partition: str) -> Counter[str]:
        counts: Counter[str] = Counter()
        for file in self.files:
            if partition.items() <= file.partition.items():
                counts[file.partition[by]] += file.row_count
        return counts


def new_folder(zone: str, domain: str, table: str, run_id: str) -> str:
    """A folder that no other attempt writes to: a killed attempt leaves its files there, and nobody reads them."""
    return f"{zone}/{domain}/{table}/{run_id}-{uuid4().hex[:8]}"


def write_snapshot(
    engine: Engine,
    frame: DataFrame,
    lake: ObjectStore,
    *,
    table: str,
    folder: str,
    digest: str,
    replaced: Iterable[str] = (),
    partition_by: tuple[str, ...] = (),
    row_group_bytes: int | None = None,
) -> Snapshot:
    """Write the frame as Parquet under a folder of its own, and count what lies there. Small row groups let a reader
    leave out those of other values, where the rows come sorted; without `row_group_bytes` they are as the engine has
    them.

    Raises StoreFull where the disk is.
    """
    options: dict[str, str | int] = {"compression": "zstd"}
    if row_group_bytes is not None:
        options["parquet.block.size"] = row_group_bytes
    engine.write(frame, lake.uri_of(folder), partition_by=partition_by, **options)
    return Snapshot(table, folder, count_files(lake, folder), digest, tuple(sorted(replaced)))


def count_files(lake: ObjectStore, folder: str) -> tuple[DataFile, ...]:
    """Every Parquet file under a folder, its rows from its footer."""
    return tuple(
        _data_file(lake, info.key, info.size) for info in lake.list(folder + "/") if info.key.endswith(".parquet")
    )


def _data_file(lake: ObjectStore, key: str, size: int) -> DataFile:
    folders = (part.partition("=") for part in key.split("/")[:-1])
    partition = {name: unquote(value) for name, sign, value in folders if sign}
    return DataFile(key, footer_row_count(lake, key), size, partition)


def footer_row_count(lake: ObjectStore, key: str) -> int:
    with lake.open(key) as body:
        return pq.ParquetFile(body).metadata.num_rows


def audit_files(lake: ObjectStore, snapshot: Snapshot) -> None:
    """The folder holds the manifest's files and no other. Raises AuditError."""
    found = {info.key: info.size for info in lake.list(snapshot.folder + "/") if info.key.endswith(".parquet")}
    named = {file.key: file.byte_count for file in snapshot.files}
    if found != named:
        odd = sorted(found.items() ^ named.items())[0][0]
        raise AuditError(
            f"{snapshot.table}: {odd} differs between the folder ({len(found)} files) and the run's "
            f"manifest ({len(named)} files); nothing was published, run again"
        )


def refuse_nulls(lake: ObjectStore, snapshot: Snapshot, contract: Contract) -> None:
    """Raises AuditError where a column that must have a value has a null."""
    needed = [field.name for field in contract.fields if field.is_never_null]
    counts: Counter[str] = Counter()
    for file in snapshot.files:
        with lake.open(file.key) as body:
            counts.update(_null_counts(pq.ParquetFile(body), needed))
    if found := [f"{count:,} of {name}" for name, count in sorted(counts.items()) if count]:
        raise AuditError(f"{snapshot.table}: found {', '.join(found)} null, expected none; nothing was published")


def _null_counts(file: pq.ParquetFile, names: Sequence[str]) -> dict[str, int]:
    """From the footer; of a column that it has no count of, from its values."""
    groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
    columns = [group.column(place) for group in groups for place in range(group.num_columns)]
    counts: dict[str, int] = {}
    for name in names:
        statistics = [column.statistics for column in columns if column.path_in_schema == name]
        if all(one is not None and one.has_null_count for one in statistics):
            counts[name] = sum(one.null_count for one in statistics)
        else:
            counts[name] = file.read([name], use_threads=False).column(0).null_count
    return counts


def read_snapshot(
    engine: Engine,
    lake: ObjectStore,
    snapshot: Snapshot,
    contract: Contract,
    beyond: Sequence[Field] = (),
    **partition: str,
) -> DataFrame:
    """The rows of a snapshot: the contract's columns and those `beyond`; empty where it has no such files.

    What the folders say (`outcome`, `was_judged`) is read from them, as text.
    """
    fields = [*contract.struct.fields, *(T.StructField(f.name, f.type) for f in beyond)]
    if not snapshot.row_count(**partition):
        return engine.session.createDataFrame([], T.StructType(fields))
    names = [field.name for field in fields]
    of_folders = [T.StructField(name, T.StringType()) for name in partition if name not in names]
    rows = engine.read([lake.uri_of(snapshot.folder)], T.StructType([*fields, *of_folders]))
    asked = reduce(Column.__and__, (F.col(name) == value for name, value in partition.items()), F.lit(True))
    return rows.where(asked).select(*names)
