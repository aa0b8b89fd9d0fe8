"""The raw files of a sheet on disk, and the ledger of their lines."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from headrace.generate.clock import Window
from headrace.generate.deliveries import Counts, Delivery, deliveries_of
from headrace.generate.entities import Words
from headrace.generate.files import Style, file_bytes, path_of, styles_for
from headrace.generate.layout import Dirt
from headrace.generate.sheet import Sheet

Progress = Callable[[str, int], None]
COPIES: dict[Dirt, int] = {"none": 0, "realistic": 1, "hostile": 2}


@dataclass(frozen=True)
class RawFile:
    """One raw file. `lines` are physical: header, records and blank ones; `records` count dead letters.

    `same_content` names the file of the same period that has these very bytes and stands for both.
    """

    table_name: str
    file: str
    period: str
    delivery_order: str
    lines: int
    records: int
    dead_letters: int
    blank_lines: int
    same_content: str | None
    size_bytes: int
    sha256: str


def write_raw(
    sheet: Sheet,
    window: Window,
    words: Words,
    dirt: Dirt,
    raw: Path,
    rng: np.random.Generator,
    progress: Progress,
    *,
    is_mixed: bool = False,
) -> tuple[list[RawFile], Counts]:
    """Write every delivery of a sheet, and copies of a few under the next delivery number. `is_mixed`: not all CSV."""
    deliveries = deliveries_of(sheet, window)
    slices = _slices(sheet, deliveries)
    styles, counts = styles_for(sheet, slices, dirt, rng, is_mixed=is_mixed)
    (raw / sheet.table.name).mkdir(parents=True, exist_ok=True)
    copied = _to_copy(deliveries, slices, COPIES[dirt], rng)
    files: list[RawFile] = []
    for place, (delivery, rows, style) in enumerate(zip(deliveries, slices, styles, strict=True)):
        content, style = _distinct(sheet, rows, style, words, {file.sha256 for file in files})
        written = [_write(raw, delivery, content, style, sheet, rows)]
        if place in copied:
            written.append(_copy(raw, delivery, content, style, written[0]))
        files += written
        progress(written[0].file, rows.stop)
    return files, counts | ({"same_content": len(copied)} if copied else {})


def files_table(files: list[RawFile]) -> pa.Table:
    """The ledger of the files as a table."""
    names = {
        "table_name": pa.string(),
        "file": pa.string(),
        "period": pa.string(),
        "delivery_order": pa.string(),
        "lines": pa.int64(),
        "records": pa.int64(),
        "dead_letters": pa.int64(),
        "blank_lines": pa.int64(),
        "same_content": pa.string(),
        "size_bytes": pa.int64(),
        "sha256": pa.string(),
    }
    return pa.Table.from_pylist([asdict(file) for file in files], schema=pa.schema(list(names.items())))


def _slices(sheet: Sheet, deliveries: list[Delivery]) -> list[slice]:
    codes = np.array([delivery.code for delivery in deliveries])
    starts = np.searchsorted(sheet.delivery, codes, side="left").tolist()
    ends = np.searchsorted(sheet.delivery, codes, side="right").tolist()
    return [slice(start, end) for start, end in zip(starts, ends, strict=True)]


def _to_copy(deliveries: list[Delivery], slices: list[slice], count: int, rng: np.random.Generator) -> set[int]:
    """Places of deliveries with rows that are the last of their period."""
    periods = [delivery.period for delivery in deliveries]
    last = [
        place
        for place, rows in enumerate(slices)
        if rows.stop > rows.start and periods[place + 1 : place + 2] != periods[place : place + 1]
    ]
    return set(rng.permutation(last)[:count].tolist()) if last else set()


def _distinct(sheet: Sheet, rows: slice, style: Style, words: Words, seen: set[str]) -> tuple[bytes, Style]:
    """The file's bytes. Where an earlier one has the same (both empty, say), blank lines make the difference."""
    content = file_bytes(sheet, rows, style, words)
    while rows.stop > rows.start and hashlib.sha256(content).hexdigest() in seen:
        style = replace(style, blank_before=(0, *style.blank_before))
        content = file_bytes(sheet, rows, style, words)
    return content, style


def _write(raw: Path, delivery: Delivery, content: bytes, style: Style, sheet: Sheet, rows: slice) -> RawFile:
    path = path_of(delivery, style)
    (raw / path).write_bytes(content)
    records, blanks = rows.stop - rows.start, len(style.blank_before)
    return RawFile(
        table_name=delivery.table.name,
        file=path,
        period=delivery.period,
        delivery_order=delivery.order,
        lines=1 + records + blanks,
        records=records,
        dead_letters=int(np.count_nonzero(sheet.dead[rows])),
        blank_lines=blanks,
        same_content=None,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _copy(raw: Path, delivery: Delivery, content: bytes, style: Style, original: RawFile) -> RawFile:
    again = replace(delivery, code=delivery.code + 1)
    path = path_of(again, style)
    (raw / path).write_bytes(content)
    return replace(original, file=path, delivery_order=again.order, same_content=original.file)
