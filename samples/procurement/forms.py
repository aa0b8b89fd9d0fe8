"""Files that are no CSV in UTF-8: which tables come so, what their bytes are, and the sources that read them.

A period comes in one form with all its deliveries, since what replaces a month must be of one source. Each form of a
table is a source of its own, made of the packaged one, in `out/configs/`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources

from samples.procurement.layout import Table


@dataclass(frozen=True)
class Form:
    """`mark` and `ending` tell its files by their names; months with a delivery of more rows do not come in it."""

    mark: str
    ending: str
    most_rows: int
    read: str
    header_lines: int = 1


FORMS: dict[str, Form] = {
    "comma": Form("_eu", ".csv", 1 << 40, 'delimiters = [";"]'),
    "utf16": Form("_utf16", ".csv", 1 << 40, 'encoding = "utf-16"'),
    "cp1252": Form("_cp1252", ".csv", 200_000, 'encoding = "cp1252"'),
    "latin1": Form("_latin1", ".csv", 200_000, 'encoding = "latin-1"'),
    "fixed": Form("", ".dat", 200_000, 'format = "fixed_width"\nheader_line_count = 1'),
    "xlsx": Form("", ".xlsx", 2_000, 'format = "excel"\nsheet = "Extract"', header_lines=3),
    "jsonl": Form("", ".jsonl", 20_000, 'format = "json"\nrecords = "lines"', header_lines=0),
    "parquet": Form("", ".manifest.json", 1 << 40, 'format = "parquet"', header_lines=0),
}
FORMS_OF: dict[str, tuple[str, ...]] = {
    "vendors": ("cp1252",),
    "purchase_orders": ("parquet",),
    "approvals": ("fixed",),
    "purchase_order_changes": ("latin1",),
    "goods_receipts": ("jsonl",),
    "invoices": ("comma",),
    "payment_blocks": ("xlsx",),
    "payments": ("utf16",),
}
SHARE = 0.15
TYPED = ("xlsx", "parquet")


def assign_forms(
    table: Table,
    periods: Sequence[str],
    row_counts: Sequence[int],
    order: Sequence[int],
    can_be: Callable[[int, str], bool],
) -> list[str]:
    """The form of each delivery, `csv` for most. `order` are the places of the deliveries in the order of chance, and
    `can_be` says whether a delivery's text can stand in a form."""
    forms = ["csv"] * len(periods)
    by_chance = list(dict.fromkeys(periods[place] for place in order))
    wanted = max(1, round(SHARE * len(by_chance)))
    for name in FORMS_OF[table.name]:
        left = wanted
        for period in by_chance:
            places = [place for place, of in enumerate(periods) if of == period]
            if left and all(_fits(place, name, forms, row_counts) and can_be(place, name) for place in places):
                left -= 1
                for place in places:
                    forms[place] = name
    return forms


def _fits(place: int, name: str, forms: Sequence[str], row_counts: Sequence[int]) -> bool:
    return forms[place] == "csv" and 0 < row_counts[place] <= FORMS[name].most_rows


def source_toml(table: Table, name: str, widths: Sequence[int] = ()) -> str:
    """The source of a table's files in a form: the packaged one with another name, other claims and another `[read]`.

    `widths` are those of a fixed-width file's columns.
    """
    form = FORMS[name]
    packaged = (resources.files("configs") / "procurement" / f"erp_{table.name}.toml").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", packaged)
    text = text.replace(f'name = "erp_{table.name}"', f'name = "erp_{table.name}_{name}"', 1)
    period, delivery = "(?P<period>[0-9]{4}-[0-9]{2})", "_d(?P<delivery>[0-9]+)"
    claims = f"claims = ['(^|/){table.name}_{period}{delivery}{form.mark}{re.escape(form.ending)}$']"
    text = re.sub(r"^claims = .*$", lambda _: claims, text, count=1, flags=re.M)
    read = form.read + (f"\nlayout = [\n{_layout(table, widths)}]" if name == "fixed" else "")
    text = re.sub(r"\[read\]\n.*?\n\n", lambda _: f"[read]\n{read}\n\n", text, count=1, flags=re.S)
    if name in TYPED:
        text = text.replace('formats = ["%Y-%m-%d %H:%M"]', 'formats = ["iso"]')
    if name == "comma":
        text = text.replace('rule = "amount"', 'rule = "amount"\ndecimal = ","')
    return text


def _layout(table: Table, widths: Sequence[int]) -> str:
    starts = [1 + sum(widths[:place]) for place in range(len(widths))]
    return "".join(
        f'    {{ name = "{column.header}", start = {start}, width = {width} }},\n'
        for column, start, width in zip(table.columns, starts, widths, strict=True)
    )
