"""Files as the source sends them: the bytes of their lines."""

from __future__ import annotations

import gzip
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from samples.arrays import Ints
from samples.procurement.entities import Words
from samples.procurement.forming import (
    decoded,
    fixed_width,
    in_cp1252,
    in_latin1,
    in_utf16,
    json_lines,
    parquet_parts,
    with_decimal_comma,
    workbook,
)
from samples.procurement.layout import Column
from samples.procurement.printing import ISO, print_column
from samples.procurement.sheet import BAD_BYTES, TOO_FEW, TOO_MANY, Sheet
from samples.procurement.styles import Style, plain_style

REMARKS = pa.array(["", "checked", "see mail", "urgent"])
# What a Latin-1 writer leaves in a file that calls itself UTF-8.
LATIN1_NAME = "Jürgen Groß".encode("latin-1")
_QUOTE = b'"'
_ENCODED = {"utf16": in_utf16, "cp1252": in_cp1252, "latin1": in_latin1}


def widths_of(sheet: Sheet, words: Words) -> tuple[int, ...]:
    """How many characters the longest cell or name of each column has, and a space."""
    whole = slice(0, len(sheet))
    plain = replace(plain_style(sheet.table), date_format=ISO)
    longest = [
        pc.max(pc.utf8_length(decoded(_cells(sheet, name, whole, plain, words)))).as_py() or 0
        for name in sheet.table.fields
    ]
    return tuple(max(size, len(column.header)) + 1 for size, column in zip(longest, sheet.table.columns, strict=True))


def file_bytes(sheet: Sheet, rows: slice, style: Style, words: Words) -> bytes:
    """The bytes of one file: header, and one line a row, with the blank lines between.

    Raises UnicodeEncodeError where its encoding lacks a letter.
    """
    if style.form in ("fixed", "jsonl", "xlsx"):
        return _in_form(sheet, rows, style, words)
    if style.form == "latin1":
        sheet = _without_bad_bytes(sheet)
    body = _csv_bytes(sheet, rows, style, words)
    return _ENCODED[style.form](body) if style.form in _ENCODED else body


def _without_bad_bytes(sheet: Sheet) -> Sheet:
    """The lines of odd bytes with a field too many instead: in Latin-1 every byte is a letter."""
    torn = sheet.reordered(np.arange(len(sheet)))
    torn.dead[torn.dead == BAD_BYTES] = TOO_MANY
    return torn


def part_bytes(sheet: Sheet, rows: slice, style: Style, words: Words) -> list[bytes]:
    """The Parquet files of a delivery."""
    return parquet_parts(*_ordered(sheet, rows, style, words), sheet.dead[rows])


def _ordered(
    sheet: Sheet, rows: slice, style: Style, words: Words
) -> tuple[list[str], list[Column | None], list[pa.Array]]:
    """Headers, columns and cells in the file's order."""
    cells = _all_cells(sheet, rows, style, words)
    columns: list[Column | None] = [*sheet.table.columns, None]
    order = style.order
    return [style.headers[n] for n in order], [columns[n] for n in order], [cells[n] for n in order]


def _in_form(sheet: Sheet, rows: slice, style: Style, words: Words) -> bytes:
    header, columns, cells = _ordered(sheet, rows, style, words)
    dead = sheet.dead[rows]
    if style.form == "xlsx":
        return workbook(header, columns, cells, dead, style.blank_before)
    if style.form == "fixed":
        first, *lines = fixed_width(header, cells, style.widths, dead)
        head = [first]
    else:
        head, lines = [], json_lines(header, columns, cells, dead)
    lines = np.insert(np.array(lines, object), list(style.blank_before), b"").tolist()
    body = b"".join(line + style.newline for line in [*head, *lines])
    return body.removesuffix(style.newline) if style.ends_without_newline else body


def _csv_bytes(sheet: Sheet, rows: slice, style: Style, words: Words) -> bytes:
    cells = _all_cells(sheet, rows, style, words)
    cells = [_quoted(cells[place], style) for place in style.order]
    header = [_quoted(pa.array([style.headers[place].encode()], pa.large_binary()), style) for place in style.order]
    lines = _torn(_lines(cells, style), cells, sheet.dead[rows], style)
    lines = _with_blanks(lines, style.blank_before)
    body = b"".join([_joined(_lines(header, style), style.newline), _joined(lines, style.newline)])
    if style.ends_without_newline:
        body = body.removesuffix(style.newline)
    body = (b"\xef\xbb\xbf" if style.has_bom else b"") + body
    if style.is_zstd:
        return bytes(pa.compress(body, "zstd", asbytes=True))
    return gzip.compress(body, compresslevel=3, mtime=0) if style.is_gzip else body


def _all_cells(sheet: Sheet, rows: slice, style: Style, words: Words) -> list[pa.Array]:
    """The cells of the table's columns, and of the extra one."""
    cells = [_cells(sheet, name, rows, style, words) for name in sheet.table.fields]
    if style.has_extra:
        cells.append(REMARKS.take(pa.array(np.arange(rows.stop - rows.start) % len(REMARKS))).cast(pa.large_binary()))
    return cells


def _cells(sheet: Sheet, name: str, rows: slice, style: Style, words: Words) -> pa.Array:
    column = sheet.table.by_field[name]
    texts = print_column(sheet.values[name][rows], column, words, style.date_format)
    if name in sheet.patches:
        code = sheet.patches[name].code[rows]
        is_patched = code >= 0
        patched = [sheet.patches[name].texts[place] for place in code[is_patched]]
        texts = pc.replace_with_mask(texts, pa.array(is_patched), pa.array(patched, pa.string()))
    cells = texts.cast(pa.binary()).cast(pa.large_binary())
    if style.form == "comma" and column.kind in ("amount", "quantity"):
        cells = with_decimal_comma(cells)
    if name == sheet.table.scribbled:
        is_bad = pa.array(sheet.dead[rows] == BAD_BYTES)
        cells = pc.if_else(is_bad, pa.scalar(LATIN1_NAME, pa.large_binary()), cells)
    return cells


def _quoted(cells: pa.Array, style: Style) -> pa.Array:
    """Quotes where the delimiter or a quote is inside, or everywhere; a quote inside is doubled."""
    needs = pc.match_substring(cells, _QUOTE) if not style.quotes_all else None
    if needs is not None:
        needs = pc.or_(needs, pc.match_substring(cells, style.delimiter))
        if not pc.any(needs).as_py():
            return cells
    quote = pa.scalar(_QUOTE, pa.large_binary())
    doubled = pc.replace_substring(cells, _QUOTE, _QUOTE * 2)
    quoted = pc.binary_join_element_wise(quote, doubled, quote, pa.scalar(b"", pa.large_binary()))
    return quoted if needs is None else pc.if_else(needs, quoted, cells)


def _lines(cells: list[pa.Array], style: Style) -> pa.Array:
    return pc.binary_join_element_wise(*cells, pa.scalar(style.delimiter, pa.large_binary()))


def _torn(lines: pa.Array, cells: list[pa.Array], dead: np.ndarray, style: Style) -> pa.Array:
    """Lines with fields taken off or put on, for the rows that lost theirs."""
    rows = np.flatnonzero((dead == TOO_FEW) | (dead == TOO_MANY))
    if not len(rows):
        return lines
    texts = []
    for row in rows.tolist():
        fields = [column[row].as_py() for column in cells]
        kept = fields[: 2 + row % (len(fields) - 2)] if dead[row] == TOO_FEW else [*fields, *[b"?"] * (1 + row % 3)]
        texts.append(style.delimiter.join(kept))
    mask = np.zeros(len(dead), dtype=np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(lines, pa.array(mask), pa.array(texts, pa.large_binary()))


def _with_blanks(lines: pa.Array, blank_before: tuple[int, ...]) -> pa.Array:
    if not blank_before:
        return lines
    order: Ints = np.insert(np.arange(len(lines)), list(blank_before), len(lines))
    return pa.concat_arrays([lines, pa.array([b""], pa.large_binary())]).take(pa.array(order))


def _joined(lines: pa.Array, newline: bytes) -> bytes:
    """The lines, each with its end, as one run of bytes: what Arrow's data buffer holds of them."""
    if not len(lines):
        return b""
    ended = pc.binary_join_element_wise(lines, pa.scalar(newline, pa.large_binary()), pa.scalar(b"", pa.large_binary()))
    offsets = np.frombuffer(ended.buffers()[1], dtype=np.int64, count=len(ended) + 1, offset=8 * ended.offset)
    return memoryview(ended.buffers()[2])[int(offsets[0]) : int(offsets[-1])].tobytes()
