"""The raw files that count, and how each is written. pandas and polars read them through pyarrow: the readers of both
fill a line with too few fields with blanks, and nobody could tell it from a whole one."""

from __future__ import annotations

import csv
import gzip
import hashlib
import hmac
import io
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from benchmarks.peers.definitions import HEADERS

_NAME = re.compile(r"_(?P<period>\d{4}-\d{2})_d(?P<delivery>\d+)\.csv(\.gz)?$")
_BLANK_LINE = re.compile(rb"\n(?=\r?\n)")


@dataclass(frozen=True)
class RawFile:
    """One file: `fields` are the contract's names in the file's order, headers that it does not know as they stand."""

    path: Path
    period: str
    delivery: int
    delimiter: str
    fields: tuple[str, ...]
    blank_lines: tuple[int, ...]

    @property
    def order(self) -> str:
        return f"{self.period}/{self.delivery:04d}"

    def content(self) -> bytes:
        data = self.path.read_bytes()
        return gzip.decompress(data) if self.path.suffix == ".gz" else data


def files_of(raw: Path, table: str, *, replaces_period: bool) -> list[RawFile]:
    """The files of a table in their order. Of one content in one month the last delivery counts; where a month that is
    sent again replaces that month, only its last delivery does."""
    last: dict[tuple[str, str], tuple[int, Path]] = {}
    for path in (raw / table).iterdir():
        found = _NAME.search(path.name)
        if found is None:
            raise ValueError(f"{path}: expected a name such as {table}_2024-03_d1.csv")
        same = "" if replaces_period else hashlib.sha256(path.read_bytes()).hexdigest()
        key, delivery = (found["period"], same), int(found["delivery"])
        last[key] = max(last.get(key, (0, path)), (delivery, path))
    files = [_described(path, table, period, delivery) for (period, _), (delivery, path) in last.items()]
    return sorted(files, key=lambda file: file.order)


def read_all(files: list[RawFile], threads: int) -> list[pa.Table]:
    """The records of each file, one file a thread."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(read_records, files))


def read_records(file: RawFile) -> pa.Table:
    """The file's whole records as text, with `record_number` and `delivery_order`; torn lines and lines that are no
    UTF-8 are set aside, and keep their number."""
    torn: list[int] = []

    def set_aside(row: pa.csv.InvalidRow) -> str:
        torn.append(row.number)
        return "skip"

    table = pa.csv.read_csv(
        io.BytesIO(file.content()),
        read_options=pa.csv.ReadOptions(use_threads=False, column_names=file.fields, skip_rows=1, block_size=1 << 26),
        parse_options=pa.csv.ParseOptions(delimiter=file.delimiter, invalid_row_handler=set_aside),
        convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(file.fields, pa.binary())),
    )
    # Arrow's row 1 is the header, and blank lines are no rows: record 1, at place 0, is row 2.
    numbers = np.delete(np.arange(1, table.num_rows + len(torn) + 1), np.array(torn, dtype=int) - 2)
    table = table.append_column("record_number", pa.array(numbers))
    table = table.append_column("delivery_order", pa.array(np.full(len(table), file.order), pa.string()))
    try:
        return _as_text(table)
    except pa.ArrowInvalid:
        return _as_text(table.filter(pa.array(_decodable(table))))


def mask(name: str | None) -> str | None:
    """A personal name as a keyed hash."""
    if name is None:
        return None
    key = os.environ["HEADRACE_MASKING_KEY"].strip().encode()
    return hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:32]


def _described(path: Path, table: str, period: str, delivery: int) -> RawFile:
    data = RawFile(path, period, delivery, "", (), ()).content()
    header = data[: data.index(b"\n")].decode("utf-8-sig").strip()
    delimiter = ";" if header.count(";") > header.count(",") else ","
    fields = {header: field for field, headers in HEADERS[table].items() for header in headers}
    names = tuple(fields.get(name, name) for name in next(csv.reader([header], delimiter=delimiter)))
    if missing := HEADERS[table].keys() - set(names):
        raise ValueError(f"{path}: its header lacks {', '.join(sorted(missing))}")
    blanks = tuple(data.count(b"\n", 0, found.start()) + 2 for found in _BLANK_LINE.finditer(data))
    return RawFile(path, period, delivery, delimiter, names, blanks)


def _as_text(table: pa.Table) -> pa.Table:
    names = [name for name in table.column_names if table.schema.field(name).type == pa.binary()]
    return pa.table(
        {name: table[name].cast(pa.string()) if name in names else table[name] for name in table.column_names}
    )


def _decodable(table: pa.Table) -> np.ndarray:
    good = np.ones(len(table), dtype=bool)
    for name in table.column_names:
        try:
            if table.schema.field(name).type == pa.binary():
                table[name].cast(pa.string())
        except pa.ArrowInvalid:
            good &= [_is_utf8(value) for value in table[name].to_pylist()]
    return good


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
