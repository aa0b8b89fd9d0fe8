"""The ledger: every delivery that a release is made of, a row each in one Parquet file beside the releases.

A run reads its parent's ledger once, and knows of every file that ever landed what landing said of it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from lake.errors import DataError
from lake.landing.deliveries import Delivery, RawFile
from lake.landing.landed_file import LandedFile
from lake.store.objects import MissingObject, ObjectStore

_RAW_FILES = pa.list_(pa.struct([("key", pa.string()), ("size", pa.int64()), ("etag", pa.string())]))
_PLAIN = {"str": pa.string(), "int": pa.int64()}
# Lists and maps are JSON text, whose escapes also hold a header that UTF-8 cannot.
_TYPES = {field.name: _PLAIN.get(str(field.type), pa.string()) for field in fields(LandedFile)}
_AS_JSON = [field.name for field in fields(LandedFile) if str(field.type) not in _PLAIN]
SCHEMA = pa.schema([*_TYPES.items(), ("delivery_order", pa.string()), ("raw_files", _RAW_FILES)])


def ledgers_prefix(domain: str) -> str:
    return f"ledger/{domain}/"


def new_ledger_key(domain: str, run_id: str) -> str:
    """A key that no other attempt writes to: the stages after this one may have begun with the ledger of another."""
    return f"{ledgers_prefix(domain)}{run_id}-{uuid4().hex[:8]}.parquet"


def write_ledger(lake: ObjectStore, key: str, deliveries: Iterable[Delivery]) -> None:
    file = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist([_row(delivery) for delivery in deliveries], SCHEMA),
        file,
        compression="zstd",
        write_page_checksum=True,
    )
    lake.put(key, file.getvalue())


def read_ledger(lake: ObjectStore, key: str) -> tuple[Delivery, ...]:
    """Raises DataError where the file is gone, or none of this version's ledgers."""
    try:
        file = io.BytesIO(lake.read(key))
    except MissingObject:
        raise DataError(f"{lake.uri_of(key)}, the ledger of deliveries, is gone; restore the file") from None
    try:
        parquet = pq.ParquetFile(file, page_checksum_verification=True)
        table = parquet.read(use_threads=False)  # a thread may outlive the process
        return tuple(map(_delivery, table.select(SCHEMA.names).cast(SCHEMA).to_pylist()))
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        found = str(error).splitlines()[0]
        raise DataError(f"{lake.uri_of(key)} is no ledger of deliveries: {found}; restore the file") from None


def _row(delivery: Delivery) -> dict[str, Any]:
    landed = vars(delivery.landed) | {name: json.dumps(getattr(delivery.landed, name)) for name in _AS_JSON}
    return {**landed, "delivery_order": delivery.order, "raw_files": [asdict(file) for file in delivery.raw_files]}


def _delivery(row: dict[str, Any]) -> Delivery:
    order, files = row.pop("delivery_order"), row.pop("raw_files")
    landed = LandedFile(**row | {name: json.loads(row[name]) for name in _AS_JSON})
    return Delivery(landed, order, tuple(RawFile(**file) for file in files))
