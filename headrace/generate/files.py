"""Files as the source sends them: how each one is written, and the bytes of its lines."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace.generate.clock import NULL, Ints, to_date
from headrace.generate.deliveries import Counts, Delivery
from headrace.generate.entities import Words
from headrace.generate.forming import (
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
from headrace.generate.forms import FORMS
from headrace.generate.layout import EXTRA_HEADER, Column, Dirt, Table
from headrace.generate.printing import DAY_FIRST, ISO, MONTH_FIRST, print_column
from headrace.generate.sheet import BAD_BYTES, TOO_FEW, TOO_MANY, Sheet

REMARKS = pa.array(["", "checked", "see mail", "urgent"])
# What a Latin-1 writer leaves in a file that calls itself UTF-8.
LATIN1_NAME = "Jürgen Groß".encode("latin-1")
_QUOTE = b'"'
_ENDINGS = {b"\t": ".tsv", b"|": ".txt"}


@dataclass(frozen=True)
class Style:
    """How one file is written. `headers` and `order` are by the table's columns, the extra one after them."""

    headers: tuple[str, ...]
    order: tuple[int, ...]
    delimiter: bytes = b","
    newline: bytes = b"\n"
    date_format: str = ISO
    form: str = "csv"
    widths: tuple[int, ...] = ()
    has_bom: bool = False
    is_gzip: bool = False
    is_zstd: bool = False
    quotes_all: bool = False
    has_extra: bool = False
    ends_without_newline: bool = False
    blank_before: tuple[int, ...] = field(default=(), repr=False)

    @property
    def ending(self) -> str:
        if self.form != "csv":
            return FORMS[self.form].mark + FORMS[self.form].ending
        return _ENDINGS.get(self.delimiter, ".csv") + (".gz" if self.is_gzip else ".zst" if self.is_zstd else "")

    @property
    def header_lines(self) -> int:
        return 1 if self.form == "csv" else FORMS[self.form].header_lines


# Share of the files that have a trait, realistic and hostile; at least one file has it where dirt is wanted.
TRAITS: dict[str, tuple[float, float]] = {
    "reordered_columns": (0.5, 0.8),
    "synonyms": (0.3, 0.5),
    "semicolon": (0.15, 0.25),
    "crlf": (0.2, 0.3),
    "bom": (0.15, 0.3),
    "gzip": (0.15, 0.25),
    "quotes_all": (0.1, 0.2),
    "extra_column": (0.1, 0.2),
    "blank_lines": (0.15, 0.3),
    "day_first": (0.15, 0.25),
    "month_first": (0.1, 0.2),
    "no_final_newline": (0.0, 0.15),
}

# Share of the files of every table that come in another format than CSV, where formats are mixed.
FORMATS: dict[str, float] = {"tab": 0.25, "pipe": 0.15, "zstd": 0.1}
_ENCODED = {"utf16": in_utf16, "cp1252": in_cp1252, "latin1": in_latin1}


def plain_style(table: Table) -> Style:
    """Canonical headers in the table's order, commas, LF, ISO dates."""
    return Style(tuple(column.header for column in table.columns), tuple(range(len(table.columns))))


def styles_for(
    sheet: Sheet, slices: list[slice], dirt: Dirt, rng: np.random.Generator, *, is_mixed: bool = False
) -> tuple[list[Style], Counts]:
    """A style for each file of a table, and how many files have which trait. `is_mixed`: not all are CSV."""
    styles = [plain_style(sheet.table)] * len(slices)
    wanted = {} if dirt == "none" else {trait: shares[dirt == "hostile"] for trait, shares in TRAITS.items()}
    counts: Counts = {}
    for trait, share in (wanted | (FORMATS if is_mixed else {})).items():
        fit = [
            place
            for place in rng.permutation(len(slices)).tolist()
            if _fits(trait, styles[place], sheet, slices[place])
        ]
        chosen = fit[: max(1, round(share * len(slices))) if share else 0]
        for place in chosen:
            rows = slices[place].stop - slices[place].start
            styles[place] = _with_trait(styles[place], trait, sheet.table, rows, rng)
        counts[trait] = len(chosen)
    return styles, counts


def _fits(trait: str, style: Style, sheet: Sheet, rows: slice) -> bool:
    if trait in ("day_first", "month_first"):
        return style.date_format == ISO and _tells_day_from_month(sheet, rows)
    return len(range(rows.start, rows.stop)) > 0


def _tells_day_from_month(sheet: Sheet, rows: slice) -> bool:
    """There are date columns, and every one of the file with a value has one after the twelfth of its month, in a line
    that is whole."""
    whole = sheet.dead[rows] == 0
    names = sheet.table.of_kind("date")
    for name in names:
        usual = whole & (sheet.values[name][rows] != NULL) & sheet.unpatched(name)[rows]
        days = np.unique(sheet.values[name][rows][usual])
        if not any(to_date(int(day)).day > 12 for day in days):
            return False
    return bool(names)


def _with_trait(style: Style, trait: str, table: Table, rows: int, rng: np.random.Generator) -> Style:
    match trait:
        case "reordered_columns":
            return replace(style, order=tuple(rng.permutation(len(style.order)).tolist()))
        case "synonyms":
            names = [(c.header, *c.synonyms) for c in table.columns]
            return replace(style, headers=tuple(some[rng.integers(min(1, len(some) - 1), len(some))] for some in names))
        case "extra_column":
            place = int(rng.integers(0, len(style.order) + 1))
            order = (*style.order[:place], len(table.columns), *style.order[place:])
            return replace(style, headers=(*style.headers, EXTRA_HEADER), order=order, has_extra=True)
        case "blank_lines":
            places = rng.integers(0, rows + 1, int(rng.integers(1, 6)))
            return replace(style, blank_before=tuple(sorted(places.tolist())))
        case "no_final_newline":
            blanks = tuple(place for place in style.blank_before if place < rows)
            return replace(style, ends_without_newline=True, blank_before=blanks)
    changes = {
        "semicolon": {"delimiter": b";"},
        "tab": {"delimiter": b"\t"},
        "pipe": {"delimiter": b"|"},
        "crlf": {"newline": b"\r\n"},
        "bom": {"has_bom": True},
        "gzip": {"is_gzip": True},
        "zstd": {"is_zstd": True, "is_gzip": False},
        "quotes_all": {"quotes_all": True},
        "day_first": {"date_format": DAY_FIRST},
        "month_first": {"date_format": MONTH_FIRST},
    }
    return replace(style, **changes[trait])  # type: ignore[arg-type]


def formed(style: Style, form: str, table: Table, row_count: int, widths: tuple[int, ...]) -> Style:
    """The style of a file in another form than CSV: what has no meaning in it is as in a plain file."""
    style = replace(style, form=form, has_bom=False, is_gzip=False, is_zstd=False)
    if form == "comma":
        return replace(style, delimiter=b";")
    if form == "fixed":
        plain = plain_style(table)
        return replace(style, headers=plain.headers, order=plain.order, has_extra=False, widths=widths)
    if form in ("xlsx", "parquet"):
        within = tuple(place for place in style.blank_before if place < row_count)
        return replace(style, date_format=ISO, blank_before=within if form == "xlsx" else ())
    return style


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


def path_of(delivery: Delivery, style: Style) -> str:
    """Where the file lies below `raw/`."""
    return f"{delivery.table.name}/{delivery.stem}{style.ending}"
