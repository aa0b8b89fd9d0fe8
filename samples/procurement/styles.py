"""How each file is written: its headers, delimiter, line ends, dates, packing and form."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from samples.dirt_levels import Dirt
from samples.procurement.clock import NULL, to_date
from samples.procurement.deliveries import Counts, Delivery
from samples.procurement.forms import FORMS
from samples.procurement.layout import EXTRA_HEADER, Table
from samples.procurement.printing import DAY_FIRST, ISO, MONTH_FIRST
from samples.procurement.sheet import Sheet

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


def path_of(delivery: Delivery, style: Style) -> str:
    """Where the file lies below `raw/`."""
    return f"{delivery.table.name}/{delivery.stem}{style.ending}"
