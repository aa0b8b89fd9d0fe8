"""Rows that a good reader takes as they are meant: the same values, printed otherwise."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from samples.arrays import Bools
from samples.dirt_levels import Dirt
from samples.procurement.clock import MINUTES, NULL
from samples.procurement.damage import null_tokens
from samples.procurement.deliveries import Counts
from samples.procurement.entities import Words
from samples.procurement.layout import NULL_TOKENS, CellKind, Table
from samples.procurement.printing import usual_texts
from samples.procurement.sheet import Sheet, how_many, pick

NBSP = "\u00a0"
_PEOPLE = ("requester_name", "clerk_name", "approver_name", "changed_by_name", "receiver_name", "remover_name")
_NAMES = ("vendor_name", *_PEOPLE)
_TEN_DIGITS = (
    "po_number",
    "invoice_number",
    "approval_number",
    "receipt_number",
    "payment_number",
    "reverses_receipt_number",
    "reverses_invoice_number",
)
_PADDED_NUMBERS = ("item_number", "line_number", "change_number", "block_number", "payment_number")
# What may be lost without harm: no leg and no rule needs it.
_SPARED = (
    "company_code",
    "vendor_name",
    "category_name",
    "ordered_qty",
    "country_code",
    "payment_terms_days",
    "received_amount",
    "old_value_text",
    "new_value_text",
    "block_reason_name",
    *_PEOPLE,
)
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_LIGATURES = {"ffi": "\ufb03", "fi": "\ufb01", "ff": "\ufb00", "fl": "\ufb02"}

# From the usual texts of cells to the texts that stand in their place.
Reprint = Callable[[list[str], np.random.Generator], list[str]]


@dataclass(frozen=True)
class Smudge:
    """One way to print cells otherwise: for which columns and cells, how often, and how."""

    name: str
    realistic: float
    hostile: float
    reprint: Reprint
    kinds: tuple[CellKind, ...] = ()
    fields: tuple[str, ...] = ()
    fits: Callable[[Sheet, str], Bools] | None = None

    def share(self, dirt: Dirt) -> float:
        return {"none": 0.0, "realistic": self.realistic, "hostile": self.hostile}[dirt]

    def columns(self, table: Table) -> list[str]:
        return [c.field for c in table.columns if c.kind in self.kinds or c.field in self.fields]


def smudge(sheet: Sheet, words: Words, dirt: Dirt, rng: np.random.Generator) -> Counts:
    """Print cells otherwise, each cell in one way at most, and say how many in which."""
    counts: Counts = {}
    for kind in SMUDGES:
        share = kind.share(dirt)
        for name in kind.columns(sheet.table) if share else ():
            fits = sheet.usual(name) & (kind.fits(sheet, name) if kind.fits else True)
            rows = pick(fits, how_many(share, int(fits.sum()) if kind.fits else len(sheet)), rng)
            before = usual_texts(sheet, name, rows, words)
            after = kind.reprint(before, rng)
            changed = np.array([old != new for old, new in zip(before, after, strict=True)], dtype=np.bool_)
            sheet.reprint(name, rows[changed], [text for text, is_new in zip(after, changed, strict=True) if is_new])
            counts[kind.name] = counts.get(kind.name, 0) + int(changed.sum())
    return counts


def void(sheet: Sheet, dirt: Dirt, rng: np.random.Generator) -> Counts:
    """Null tokens where a value is optional: in the place of values, which are lost without harm, and of nulls."""
    if dirt == "none":
        return {}
    emptied, told = {"realistic": (0.006, 0.2), "hostile": (0.02, 0.5)}[dirt]
    counts = {"optional_null": 0, "null_token": 0}
    for column in sheet.table.columns:
        if column.field in _SPARED and not column.required:
            rows = pick(sheet.usual(column.field) & ~sheet.damaged, how_many(emptied, len(sheet)), rng)
            sheet.empty(column.field, rows, null_tokens(rows, rng))
            counts["optional_null"] += len(rows)
        elif not column.required:
            empty = (sheet.values[column.field] == NULL) & sheet.unpatched(column.field)
            rows = pick(empty, how_many(told, int(empty.sum())), rng)
            choice = rng.integers(1, len(NULL_TOKENS), len(rows))
            sheet.reprint(column.field, rows, [NULL_TOKENS[place] for place in choice])
            counts["null_token"] += len(rows)
    return counts


def unsettle(sheet: Sheet, dirt: Dirt, rng: np.random.Generator) -> Counts:
    """Values that a rule warns of and lets pass: approved before asked, and documents dated after their posting."""
    if dirt == "none":
        return {}
    count = how_many({"realistic": 0.002, "hostile": 0.006}[dirt], len(sheet))
    values = sheet.values
    if "released_at" in values:
        both = (values["released_at"] != NULL) & (values["submitted_at"] != NULL)
        rows = pick(both, count, rng)
        values["released_at"][rows] = values["submitted_at"][rows] - MINUTES * rng.integers(1, 4, len(rows))
        return {"released_before_submitted": len(rows)}
    if "invoiced_on" not in values:
        return {}
    rows = pick(np.ones(len(sheet), dtype=np.bool_), count, rng)
    values["invoiced_on"][rows] = values["recorded_at"][rows] // MINUTES + rng.integers(1, 30, len(rows))
    return {"recorded_before_invoiced": len(rows)}


def repeat_lines(sheet: Sheet, dirt: Dirt, rng: np.random.Generator) -> tuple[Sheet, Counts]:
    """Print some lines of a delivery twice, the copy up to fifty lines later."""
    if dirt == "none":
        return sheet, {}
    share = {"realistic": 0.004, "hostile": 0.012}[dirt]
    rows = pick(np.ones(len(sheet), dtype=np.bool_), how_many(share, len(sheet)), rng)
    end = np.searchsorted(sheet.delivery, sheet.delivery[rows], side="right") - 1
    places = np.minimum(rows + rng.integers(0, 50, len(rows)), end)
    source = np.concatenate([np.arange(len(sheet), dtype=np.int64), rows])
    order = np.argsort(np.concatenate([np.arange(len(sheet)), places]), kind="stable")
    return sheet.reordered(source[order]), {"repeated_line": len(rows)}


def _vendor_variant(texts: list[str], rng: np.random.Generator) -> list[str]:
    forms = ("v-{0}", "V {0:04d}", "VENDOR#{0}", "{0}", "v{0:05d}", "Vendor {0}")
    return [
        forms[form].format(int(text[1:]))
        for text, form in zip(texts, rng.integers(0, len(forms), len(texts)), strict=True)
    ]


def _full_width_digits(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [text[0] + text[1:].translate(_FULL_WIDTH) for text in texts]


def _flag_variant(texts: list[str], rng: np.random.Generator) -> list[str]:
    forms = {"true": ("X", "yes", "TRUE", "1"), "false": ("No", "n", "FALSE", "0")}
    return [forms[text][form] for text, form in zip(texts, rng.integers(0, 4, len(texts)), strict=True)]


def _spaced(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [f"{text[:2]} {text[2:6]} {text[6:]}" for text in texts]


def _dot_zero(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [f"{int(text)}.0" for text in texts]


def _unpadded(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [str(int(text)) for text in texts]


def _thousands(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [f"{int(text[:-3]):,}{text[-3:]}" for text in texts]


def _currency_prefix(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [f"EUR {text}" for text in texts]


def _parentheses(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [f"({text[1:]})" for text in texts]


def _trailing_minus(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [f"{text[1:]}-" for text in texts]


def _padded(texts: list[str], rng: np.random.Generator) -> list[str]:
    left, right = rng.integers(0, 3, len(texts)), rng.integers(1, 4, len(texts))
    return [" " * a + text + " " * b for text, a, b in zip(texts, left, right, strict=True)]


def _doubled_space(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [text.replace(" ", "  ", 1) for text in texts]


def _nbsp(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [
        text.replace(" ", NBSP) + NBSP * int(end)
        for text, end in zip(texts, rng.integers(0, 2, len(texts)), strict=True)
    ]


def _nbsp_around(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [f"{NBSP}{text}{NBSP}" for text in texts]


def _ligature(texts: list[str], rng: np.random.Generator) -> list[str]:
    for letters, ligature in _LIGATURES.items():
        texts = [text.replace(letters, ligature) for text in texts]
    return texts


def _full_width_letters(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [text.split(" ")[0].translate(_FULL_WIDTH) + text[len(text.split(" ")[0]) :] for text in texts]


def _decomposed(texts: list[str], rng: np.random.Generator) -> list[str]:
    return [unicodedata.normalize("NFD", text) for text in texts]


def _is_negative(sheet: Sheet, name: str) -> Bools:
    return sheet.values[name] < 0


def _is_thousands(sheet: Sheet, name: str) -> Bools:
    whole: Bools = np.abs(sheet.values[name]) >= 100_000
    return whole


def _is_euro(sheet: Sheet, name: str) -> Bools:
    euro: Bools = (sheet.values[name] >= 0) & (sheet.values["currency_code"] == 0)
    return euro


AMOUNT: tuple[CellKind, ...] = ("amount",)
COUNTED: tuple[CellKind, ...] = ("number", "count")
VENDOR: tuple[CellKind, ...] = ("vendor",)
# Dates are left out: their print is the file's to choose.
ANY_BUT_DATE: tuple[CellKind, ...] = ("number", "vendor", "time", "amount", "quantity", "count", "flag", "word")
SMUDGES = (
    Smudge("vendor_code_variant", 0.03, 0.08, _vendor_variant, VENDOR),
    Smudge("full_width_digits", 0.0, 0.01, _full_width_digits, VENDOR),
    Smudge("spaced_number", 0.01, 0.03, _spaced, fields=_TEN_DIGITS),
    Smudge("dot_zero", 0.01, 0.03, _dot_zero, COUNTED),
    Smudge("unpadded_number", 0.02, 0.05, _unpadded, fields=_PADDED_NUMBERS),
    Smudge("flag_variant", 0.1, 0.3, _flag_variant, ("flag",)),
    Smudge("parentheses", 0.3, 0.3, _parentheses, AMOUNT, fits=_is_negative),
    Smudge("trailing_minus", 0.3, 0.3, _trailing_minus, AMOUNT, fits=_is_negative),
    Smudge("thousands_comma", 0.05, 0.15, _thousands, AMOUNT, fits=_is_thousands),
    Smudge("currency_prefix", 0.01, 0.04, _currency_prefix, AMOUNT, fits=_is_euro),
    Smudge("doubled_space", 0.01, 0.03, _doubled_space, fields=_NAMES),
    Smudge("nbsp", 0.01, 0.03, _nbsp, fields=_NAMES),
    Smudge("ligature", 0.02, 0.06, _ligature, fields=_NAMES),
    Smudge("full_width_letters", 0.005, 0.02, _full_width_letters, fields=_NAMES),
    Smudge("decomposed_umlaut", 0.01, 0.03, _decomposed, fields=_NAMES),
    Smudge("padded", 0.01, 0.02, _padded, ANY_BUT_DATE),
    Smudge("nbsp_around", 0.0, 0.004, _nbsp_around, ANY_BUT_DATE),
)
