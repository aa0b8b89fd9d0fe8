"""The bytes of files that are no CSV in UTF-8. A line that was torn is torn in the form's own way."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from samples.procurement.layout import Column
from samples.procurement.sheet import BAD_BYTES, TOO_FEW, WHOLE

_NOT_TEXT = re.compile("[\udc80-\udcff]+")
_SWAP = str.maketrans(".,", ",.")
_MADE_ON = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_TITLE = "Extract of the ledger"
GAP = 1


def with_decimal_comma(cells: pa.Array) -> pa.Array:
    """Amounts with points and commas in each other's place."""
    encoded = cells.cast(pa.binary()).cast(pa.string()).dictionary_encode()
    texts = pa.array([text.translate(_SWAP) for text in encoded.dictionary.to_pylist()], pa.string())
    return texts.take(encoded.indices).cast(pa.binary()).cast(pa.large_binary())


def in_utf16(body: bytes) -> bytes:
    """UTF-16 with a mark; bytes that are no text become half a surrogate pair."""
    return body.decode("utf-8", "surrogateescape").encode("utf-16", "surrogatepass")


def in_cp1252(body: bytes) -> bytes:
    """cp1252; bytes that are no text become one that cp1252 does not have. Raises UnicodeEncodeError where a letter is
    missing in it."""
    return b"\x81".join(_narrow(text, "cp1252") for text in _NOT_TEXT.split(body.decode("utf-8", "surrogateescape")))


def in_latin1(body: bytes) -> bytes:
    """Latin-1, which has a letter for each byte. Raises UnicodeEncodeError where a letter is missing in it."""
    return _narrow(body.decode("utf-8"), "latin-1")


def _narrow(text: str, encoding: str) -> bytes:
    """The text, and those of its lines that do not fit in their compatible forms, which mean the same."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        lines = [line if _fits(line, encoding) else _compatible(line) for line in text.split("\n")]
        return "\n".join(lines).encode(encoding)


def _fits(line: str, encoding: str) -> bool:
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _compatible(line: str) -> str:
    return "".join(
        c if c in "\r\u00a0" else unicodedata.normalize("NFKC", c) for c in unicodedata.normalize("NFC", line)
    )


def fixed_width(
    header: Sequence[str], cells: Sequence[pa.Array], widths: Sequence[int], dead: np.ndarray
) -> list[bytes]:
    """The header's line and those of the records, without their ends: short, long or no text where they are torn."""
    padded = [pc.utf8_rpad(decoded(column), width) for column, width in zip(cells, widths, strict=True)]
    lines = pc.binary_join_element_wise(*padded, "").to_pylist()
    for row in np.flatnonzero(dead != WHOLE).tolist():
        lines[row] = lines[row][: widths[0] + 2] if dead[row] == TOO_FEW else f"{lines[row]}?"
    encoded = [line.encode() for line in lines]
    for row in np.flatnonzero(dead == BAD_BYTES).tolist():
        encoded[row] = encoded[row][:-2] + b"\xfc"
    names = "".join(name[: width - GAP].ljust(width) for name, width in zip(header, widths, strict=True))
    return [names.encode(), *encoded]


def json_lines(
    header: Sequence[str], columns: Sequence[Column | None], cells: Sequence[pa.Array], dead: np.ndarray
) -> list[bytes]:
    """A line for each record: amounts that are plain numbers as such, the empty text as null. A torn line is cut
    short, has a key twice, or is no text."""
    keys = [json.dumps(name) for name in header]
    texts = [
        [_json(text, column) for text in decoded(values).to_pylist()]
        for values, column in zip(cells, columns, strict=True)
    ]
    lines = [
        ("{" + ", ".join(f"{key}: {text}" for key, text in zip(keys, row, strict=True)) + "}").encode()
        for row in zip(*texts, strict=True)
    ]
    for row in np.flatnonzero(dead != WHOLE).tolist():
        lines[row] = {TOO_FEW: lines[row][:-9], BAD_BYTES: lines[row][:-1] + b', "note": "\xfc"}'}.get(
            int(dead[row]), lines[row][:-1] + f", {keys[0]}: null}}".encode()
        )
    return lines


def _json(text: str, column: Column | None) -> str:
    if not text:
        return "null"
    is_number = column is not None and column.kind in ("amount", "quantity", "count")
    if is_number and re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", text):
        return text
    return json.dumps(text, ensure_ascii=False)


def workbook(
    header: Sequence[str],
    columns: Sequence[Column | None],
    cells: Sequence[pa.Array],
    dead: np.ndarray,
    blank_before: Sequence[int],
) -> bytes:
    """A sheet under a title: plain dates, times and amounts as such, all else as text. A torn row has a formula that
    was never calculated."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    book.set_properties({"created": _MADE_ON})
    formats = {"date": book.add_format({"num_format": "dd.mm.yyyy"}), "time": book.add_format({"num_format": 22})}
    sheet = book.add_worksheet("Extract")
    sheet.write_string(0, 0, _TITLE)
    for place, name in enumerate(header):
        sheet.write_string(2, place, name)
    texts = [decoded(values).to_pylist() for values in cells]
    row, blanks = 3, sorted(blank_before)
    for record in range(len(dead)):
        row += blanks.count(record)
        for place, column in enumerate(columns):
            value = _typed(texts[place][record], column)
            if isinstance(value, datetime):
                sheet.write_datetime(row, place, value, formats["date" if column and column.kind == "date" else "time"])
            elif isinstance(value, float):
                sheet.write_number(row, place, value)
            elif value:
                sheet.write_string(row, place, value)
        if dead[record] != WHOLE:
            sheet.write_formula(row, 0, "=1+1", None, "uncalculated")
        row += 1
    book.close()
    return _without_values(out.getvalue())


def _typed(text: str, column: Column | None) -> Any:
    """The value of a plain cell, else its text."""
    if column is None:
        return text
    if column.kind == "date" and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return _day(text, "%Y-%m-%d") or text
    if column.kind == "time" and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}", text):
        moment = _day(text, "%Y-%m-%d %H:%M")
        return text if moment is None or not (moment.hour or moment.minute) else moment
    if column.kind in ("amount", "quantity") and re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]+)?", text):
        return float(text)
    return text


def _day(text: str, format_: str) -> datetime | None:
    try:
        return datetime.strptime(text, format_)
    except ValueError:
        return None


def _without_values(book: bytes) -> bytes:
    """The workbook as who does not calculate writes it, the same bytes each time."""
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/"):
                content = content.replace(b"<v>uncalculated</v>", b"")
            target.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def parquet_parts(
    header: Sequence[str], columns: Sequence[Column | None], cells: Sequence[pa.Array], dead: np.ndarray
) -> list[bytes]:
    """Two files of the rows, dates and amounts typed where all of a column are plain, the empty text as null. A torn
    row has a text that is not UTF-8."""
    arrays = [_database(decoded(values), column) for values, column in zip(cells, columns, strict=True)]
    place = next(n for n, array in enumerate(arrays) if pa.types.is_string(array.type))
    raw = [b"J\xfcrgen" if torn else text for torn, text in zip(dead != WHOLE, _bytes(arrays[place]), strict=True)]
    spoilt = pa.array(raw, pa.binary())
    arrays[place] = pa.Array.from_buffers(pa.string(), len(spoilt), spoilt.buffers())
    table = pa.table(dict(zip(header, arrays, strict=True)))
    half = (len(dead) + 1) // 2
    return [_parquet(table.slice(0, half)), _parquet(table.slice(half))]


def _database(texts: pa.Array, column: Column | None) -> pa.Array:
    kept = pc.if_else(pc.equal(texts, ""), None, texts)
    try:
        if column is not None and column.kind == "date":
            return pa.array([None if text is None else date.fromisoformat(text) for text in kept.to_pylist()])
        if column is not None and column.kind == "amount":
            return kept.cast(pa.decimal128(18, 2))
    except (ValueError, pa.ArrowInvalid):
        return kept
    return kept


def _bytes(texts: pa.Array) -> list[bytes | None]:
    found: list[bytes | None] = texts.cast(pa.binary()).to_pylist()
    return found


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def decoded(cells: pa.Array) -> pa.Array:
    """Cells as text; those that are none, in a row that is torn anyhow, without their odd bytes."""
    try:
        return cells.cast(pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([cell.decode("utf-8", "ignore") for cell in cells.to_pylist()], pa.string())
