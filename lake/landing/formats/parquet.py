"""Parquet as databases extract it: every value as the text that `lake.landing.formats.cells` gives, nulls as null.

A line is a row. What Arrow spells otherwise is respelled: doubles and decimals have no exponent, times no zeros behind
the last digit of a second. A text that is not UTF-8, which Parquet does not prevent, makes its row a dead letter.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lake.errors import DataError
from lake.landing.formats.cells import cell_text
from lake.landing.formats.table import Block, DeadLetter, Readable, Table
from lake.landing.headers import missing_columns, settle

if TYPE_CHECKING:
    from lake.config.configuration import Source
    from lake.config.read_options import Read

ROWS_AT_ONCE = 1 << 16
_COPIED_BYTES = 1 << 22


def open_table(stream: Readable, source: Source, scratch: Path) -> Table:
    """The table of a file. Raises DataError where it is no Parquet, or has a column of lists, maps or structs."""
    path = scratch / "rows.parquet"
    with path.open("wb") as file:
        shutil.copyfileobj(cast(BinaryIO, stream), file, _COPIED_BYTES)
    try:
        opened = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(error) from None
    schema = opened.schema_arrow
    for field in schema:
        if pa.types.is_nested(_plain(field.type)):
            raise DataError(f"column {field.name!r} holds {field.type}, expected plain values")
    settled = settle(schema.names, source)
    if settled.missing:
        raise missing_columns(schema.names, settled, source, where="the schema of the file")
    return Table(
        header=schema.names,
        settled=settled,
        dialect={},
        header_line_count=0,
        blank_line_count=0,
        blocks=_blocks(opened),
        line_count=lambda: opened.metadata.num_rows,
        suspects="the columns' encoding at the sender",
    )


def record_lines(stream: Readable, read: Read, dialect: Mapping[str, str], scratch: Path) -> Iterator[tuple[int, int]]:
    """Every record's number and its row, which are the same."""
    path = scratch / "rows.parquet"
    with path.open("wb") as file:
        shutil.copyfileobj(cast(BinaryIO, stream), file, _COPIED_BYTES)
    return ((row, row) for row in range(1, pq.read_metadata(path).num_rows + 1))


def text_column(values: pa.Array) -> pa.Array:
    """The values as text. Raises TypeError for a type that has none."""
    type_ = values.type
    if isinstance(values, pa.DictionaryArray):
        return text_column(values.dictionary_decode())
    if isinstance(values, pa.ExtensionArray):
        return text_column(values.storage)
    if pa.types.is_timestamp(type_) or pa.types.is_time(type_):
        return _moments(values)
    if pa.types.is_null(type_) or any(is_so(type_) for is_so in _CAST):
        return values.cast(pa.string())
    if any(is_so(type_) for is_so in _RESPELLED):
        return _respelled(values)
    raise TypeError(str(type_))


_CAST: Sequence[Callable[[pa.DataType], bool]] = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_integer,
    pa.types.is_boolean,
    pa.types.is_date,
)
_RESPELLED: Sequence[Callable[[pa.DataType], bool]] = (
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_duration,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_fixed_size_binary,
)


def _plain(type_: pa.DataType) -> pa.DataType:
    """The type of the values: of a dictionary's entries, of an extension's storage."""
    if isinstance(type_, pa.DictionaryType):
        return _plain(type_.value_type)
    return _plain(type_.storage_type) if isinstance(type_, pa.BaseExtensionType) else type_


def _moments(values: pa.Array) -> pa.Array:
    text = pc.replace_substring_regex(values.cast(pa.string()), r"(\.[0-9]*?)0+(Z|[+-][0-9]{4})?$", r"\1\2")
    text = pc.replace_substring_regex(text, r"\.(Z|[+-][0-9]{4})?$", r"\1")
    return pc.replace_substring_regex(text, r"([+-][0-9]{2})([0-9]{2})$", r"\1:\2")


def _respelled(values: pa.Array) -> pa.Array:
    """By `cell_text`, once for each different value."""
    if pa.types.is_duration(values.type):
        values = values.cast(pa.duration("us"))
    encoded = values.dictionary_encode()
    texts = pa.array([cell_text(value) for value in _python(encoded.dictionary)], pa.string())
    return texts.take(encoded.indices)


def _python(values: pa.Array) -> Sequence[Any]:
    """Python's values, but numpy's floats, which know how many digits their width can tell."""
    if pa.types.is_floating(values.type):
        return list(values.to_numpy(zero_copy_only=False))
    found: list[Any] = values.to_pylist()
    return [
        timedelta(microseconds=value // timedelta(microseconds=1)) if isinstance(value, timedelta) else value
        for value in found
    ]


def _blocks(opened: pq.ParquetFile) -> Iterator[Block]:
    first = 1
    try:
        for batch in opened.iter_batches(batch_size=ROWS_AT_ONCE):
            yield _block(batch, first)
            first += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise _damaged(error) from None


def _block(batch: pa.RecordBatch, first: int) -> Block:
    reasons = _undecodable(batch)
    dead = [DeadLetter(first + at, first + at, reason, raw) for at, (reason, raw) in sorted(reasons.items())]
    parses = np.ones(batch.num_rows, bool)
    parses[list(reasons)] = False
    landed = batch.filter(pa.array(parses)) if dead else batch
    return Block(
        record_numbers=pa.array(np.flatnonzero(parses) + first, pa.int64()),
        columns=[text_column(column) for column in landed.columns],
        dead_letters=dead,
        line_count=batch.num_rows,
        record_count=batch.num_rows,
        blank_line_count=0,
        line_break_in_field_count=0,
    )


def _undecodable(batch: pa.RecordBatch) -> dict[int, tuple[str, bytes]]:
    """The rows with a text that is not UTF-8: why, and that text's bytes."""
    found: dict[int, tuple[str, bytes]] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            for at, raw in enumerate(_bytes(column)):
                if raw is not None and not _is_utf8(raw):
                    found.setdefault(at, (f"undecodable: column {name!r} is not utf-8", raw))
    return found


def _bytes(column: pa.Array) -> list[bytes | None]:
    plain = column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column
    return cast("list[bytes | None]", plain.cast(pa.large_binary()).to_pylist())


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _damaged(error: Exception) -> DataError:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return DataError(f"the file is no Parquet, or damaged: {said}; ask for it again")
