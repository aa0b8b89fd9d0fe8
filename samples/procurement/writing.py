"""The raw files of a sheet on disk, and the ledger of their lines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from samples.dirt_levels import Dirt
from samples.procurement.clock import Window
from samples.procurement.deliveries import Counts, Delivery, deliveries_of
from samples.procurement.entities import Words
from samples.procurement.files import file_bytes, part_bytes, widths_of
from samples.procurement.forms import assign_forms, source_toml
from samples.procurement.sheet import Sheet
from samples.procurement.styles import Style, formed, path_of, styles_for

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
    """Write every delivery of a sheet, and copies of a few under the next delivery number.

    `is_mixed`: not all CSV; the sources of what is in another form are written into `configs` beside `raw`.
    """
    deliveries = deliveries_of(sheet, window)
    slices = _slices(sheet, deliveries)
    styles, counts = styles_for(sheet, slices, dirt, rng, is_mixed=is_mixed)
    if is_mixed:
        styles, formed_counts = _in_forms(sheet, deliveries, slices, styles, words, rng)
        counts = counts | formed_counts
        _write_sources(sheet, styles, raw.parent / "configs")
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


def _in_forms(
    sheet: Sheet,
    deliveries: list[Delivery],
    slices: list[slice],
    styles: list[Style],
    words: Words,
    rng: np.random.Generator,
) -> tuple[list[Style], Counts]:
    """The styles, those of some periods in other forms than CSV, and how many files come in which."""
    sizes = [rows.stop - rows.start for rows in slices]
    widths = widths_of(sheet, words)

    def style_in(place: int, form: str) -> Style:
        return formed(styles[place], form, sheet.table, sizes[place], widths)

    def can_be(place: int, form: str) -> bool:
        try:
            if form in ("cp1252", "latin1"):
                file_bytes(sheet, slices[place], style_in(place, form), words)
        except UnicodeEncodeError:
            return False
        return True

    order = rng.permutation(len(deliveries)).tolist()
    forms = assign_forms(sheet.table, [d.period for d in deliveries], sizes, order, can_be)
    chosen = [
        style if form == "csv" else style_in(place, form)
        for place, (style, form) in enumerate(zip(styles, forms, strict=True))
    ]
    return chosen, {f"in_{form}": forms.count(form) for form in sorted(set(forms) - {"csv"})}


def _write_sources(sheet: Sheet, styles: list[Style], configs: Path) -> None:
    configs.mkdir(parents=True, exist_ok=True)
    for form, widths in sorted({(style.form, style.widths) for style in styles if style.form != "csv"}):
        path = configs / f"erp_{sheet.table.name}_{form}.toml"
        path.write_text(source_toml(sheet.table, form, widths), encoding="utf-8")


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


def _content(sheet: Sheet, rows: slice, style: Style, words: Words) -> list[bytes]:
    """The file, or the Parquet files that a manifest lists."""
    return part_bytes(sheet, rows, style, words) if style.form == "parquet" else [file_bytes(sheet, rows, style, words)]


def _distinct(sheet: Sheet, rows: slice, style: Style, words: Words, seen: set[str]) -> tuple[list[bytes], Style]:
    """The file's bytes. Where an earlier one has the same (both empty, say), blank lines make the difference."""
    content = _content(sheet, rows, style, words)
    while style.form != "parquet" and rows.stop > rows.start and _sha256(content[0]) in seen:
        style = replace(style, blank_before=(0, *style.blank_before))
        content = _content(sheet, rows, style, words)
    return content, style


def _write(raw: Path, delivery: Delivery, content: list[bytes], style: Style, sheet: Sheet, rows: slice) -> RawFile:
    path, written = _put(raw, delivery, content, style)
    records, blanks = rows.stop - rows.start, len(style.blank_before)
    return RawFile(
        table_name=delivery.table.name,
        file=path,
        period=delivery.period,
        delivery_order=delivery.order,
        lines=style.header_lines + records + blanks,
        records=records,
        dead_letters=int(np.count_nonzero(sheet.dead[rows])),
        blank_lines=blanks,
        same_content=None,
        size_bytes=len(written),
        sha256=_sha256(written),
    )


def _copy(raw: Path, delivery: Delivery, content: list[bytes], style: Style, original: RawFile) -> RawFile:
    again = replace(delivery, code=delivery.code + 1)
    path, written = _put(raw, again, content, style)
    return replace(
        original,
        file=path,
        delivery_order=again.order,
        same_content=original.file,
        size_bytes=len(written),
        sha256=_sha256(written),
    )


def _put(raw: Path, delivery: Delivery, content: list[bytes], style: Style) -> tuple[str, bytes]:
    """Write a delivery; the path and bytes of the file that stands for it: of Parquet the manifest, written last."""
    path = path_of(delivery, style)
    written = content[0]
    if style.form == "parquet":
        listed = []
        for number, part in enumerate(content):
            name = f"{delivery.stem}-{number}.parquet"
            (raw / path).with_name(name).write_bytes(part)
            listed.append({"name": name, "rows": _row_count(part), "sha256": _sha256(part)})
        written = json.dumps({"files": listed}, indent=1).encode()
    (raw / path).write_bytes(written)
    return path, written


def _row_count(part: bytes) -> int:
    rows: int = pq.read_metadata(pa.BufferReader(part)).num_rows
    return rows


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
