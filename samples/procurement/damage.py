"""Rows that no judge may let through: values missing, values nobody can read, rules broken, lines torn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from samples.arrays import Bools, Ints
from samples.dirt_levels import Dirt
from samples.procurement.clock import MINUTES, NULL
from samples.procurement.deliveries import Counts
from samples.procurement.layout import NULL_TOKENS
from samples.procurement.sheet import TOO_FEW, Sheet, how_many, pick
from samples.procurement.tables import TABLE_NAMES

# No slash among them: in a file whose dates have slashes they would speak for an order of day and month.
BAD_DATES = ("2024-02-30", "32.13.2024", "next week", "2023-13-01", "20xx-01-05")
BAD_TIMES = ("2024-02-30 10:00", "yesterday 09:15", "2023-13-01 08:00", "2024-05-01 25:61", "after lunch")
BAD_AMOUNTS = ("see contract", "1.2.3", "12.5O", "#REF!", "twelve")
BAD_VENDORS = ("V00??42", "42A", "VENDOR#", "see above", "V-42/7")
BAD_NUMBERS = ("#REF!", "see attachment", "???", "#VALUE!")
BAD_COUNTS = ("thirty", "30/60", "12.5", "net")
BAD_FLAGS = ("maybe", "tbd", "?!", "manual")
BAD_WORDS = ("???", "misc", "see note", "changed")
_TEXTS = {
    "date": BAD_DATES,
    "time": BAD_TIMES,
    "amount": BAD_AMOUNTS,
    "quantity": BAD_AMOUNTS,
    "vendor": BAD_VENDORS,
    "number": BAD_NUMBERS,
    "count": BAD_COUNTS,
    "flag": BAD_FLAGS,
    "word": BAD_WORDS,
}


@dataclass(frozen=True)
class Damage:
    """One kind of broken row: the tables it comes in, how often, and what it does to given rows."""

    name: str
    tables: tuple[str, ...]
    realistic: float
    hostile: float
    apply: Callable[[Sheet, Ints, np.random.Generator], None]
    eligible: Callable[[Sheet], Bools] | None = None

    def share(self, dirt: Dirt) -> float:
        return {"none": 0.0, "realistic": self.realistic, "hostile": self.hostile}[dirt]


def damage(sheet: Sheet, dirt: Dirt, rng: np.random.Generator) -> Counts:
    """Break rows of a sheet, each in one way (`two_defects` in two), and say how many in which."""
    counts: Counts = {}
    for kind in DAMAGES:
        if sheet.table.name in kind.tables and (share := kind.share(dirt)):
            eligible = ~sheet.damaged & (kind.eligible(sheet) if kind.eligible else True)
            rows = pick(eligible, how_many(share, len(sheet)), rng)
            kind.apply(sheet, rows, rng)
            sheet.damaged[rows] = True
            counts[kind.name] = len(rows)
    return counts


def tear(sheet: Sheet, dirt: Dirt, rng: np.random.Generator) -> Counts:
    """Tear lines: fields missing, fields too many, bytes that are no text. Below one in 200 of any delivery's lines."""
    share = {"none": 0.0, "realistic": 0.0006, "hostile": 0.0025}[dirt]
    if not share or not len(sheet):
        return {}
    _, starts, sizes = np.unique(sheet.delivery, return_index=True, return_counts=True)
    torn = np.round(share * sizes).astype(np.int64)
    for large in np.argsort(-sizes, kind="stable")[:3]:
        torn[large] = max(int(torn[large]), min(1, (int(sizes[large]) - 1) // 200))
    rows = np.concatenate(
        [
            start + np.sort(rng.choice(size, size=count, replace=False))
            for start, size, count in zip(starts, sizes, torn, strict=True)
        ]
    )
    how = np.arange(len(rows)) % 3 + TOO_FEW
    sheet.dead[rows] = how
    names = ("too_few_fields", "too_many_fields", "undecodable_bytes")
    return {name: int((how == TOO_FEW + place).sum()) for place, name in enumerate(names)}


def null_tokens(rows: Ints, rng: np.random.Generator) -> list[str]:
    """A null token for each row."""
    return [NULL_TOKENS[choice] for choice in rng.integers(0, len(NULL_TOKENS), len(rows))]


def _unreadable(*kinds: str) -> Callable[[Sheet, Ints, np.random.Generator], None]:
    def apply(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
        """A value that is there: where the one drawn is null, the first of its kind, which none lacks."""
        names = [column.field for column in sheet.table.columns if column.kind in kinds]
        required = names[0]
        for name, some in _spread(names, rows, rng):
            is_null = sheet.values[name][some] == NULL
            for field, there in ((name, some[~is_null]), (required, some[is_null])):
                texts = _TEXTS[sheet.table.by_field[field].kind]
                sheet.spoil(field, there, [texts[choice] for choice in rng.integers(0, len(texts), len(there))])

    return apply


def _unreadable_word(field: str) -> Callable[[Sheet, Ints, np.random.Generator], None]:
    def apply(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
        sheet.spoil(field, rows, [BAD_WORDS[choice] for choice in rng.integers(0, len(BAD_WORDS), len(rows))])

    return apply


def _required_null(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
    names = [column.field for column in sheet.table.columns if column.required]
    for name, some in _spread(names, rows, rng):
        sheet.empty(name, some, null_tokens(some, rng))


def _two_defects(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
    _unreadable("vendor")(sheet, rows, rng)
    currency = "currency_code"
    sheet.empty(currency, rows, null_tokens(rows, rng))


def _negative_amount(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
    sheet.values["ordered_amount"][rows] *= -1


def _changed_before_ordered(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
    changed = sheet.values["changed_at"][rows] // MINUTES
    sheet.values["ordered_on"][rows] = changed + rng.integers(1, 60, len(rows))


def _cleared_before_recorded(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
    recorded = sheet.values["recorded_at"][rows] // MINUTES
    sheet.values["cleared_on"][rows] = recorded - rng.integers(1, 40, len(rows))


def _negative_terms(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
    sheet.values["payment_terms_days"][rows] = -rng.integers(1, 60, len(rows))


def _no_quantity(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
    sheet.values["received_qty"][rows] *= -rng.integers(0, 2, len(rows))


def _no_currency(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
    sheet.empty("currency_code", rows, null_tokens(rows, rng))


def _reverses_itself(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
    sheet.values["reverses_receipt_number"][rows] = sheet.values["receipt_number"][rows]


def _removed_before_blocked(sheet: Sheet, rows: Ints, rng: np.random.Generator) -> None:
    days = MINUTES * rng.integers(1, 20, len(rows))
    sheet.values["removed_at"][rows] = sheet.values["blocked_at"][rows] - days


def _is_newest(sheet: Sheet) -> Bools:
    """The newest row of an item that has an older version."""
    key, version = sheet.key(), sheet.values["changed_at"]
    order = np.lexsort((version, key))
    key, version = key[order], version[order]
    last = np.diff(key, append=-1) != 0
    has_older = np.append(False, (key[1:] == key[:-1]) & (version[1:] != version[:-1]))
    newest = np.zeros(len(sheet), dtype=np.bool_)
    newest[order] = last & has_older & (key != NULL)
    return newest


def _has_terms(sheet: Sheet) -> Bools:
    has: Bools = sheet.values["payment_terms_days"] != NULL
    return has


def _spread(names: list[str], rows: Ints, rng: np.random.Generator) -> list[tuple[str, Ints]]:
    choice = rng.integers(0, len(names), len(rows))
    return [(name, rows[choice == place]) for place, name in enumerate(names)]


_V, _O, _A, _C, _R, _I, _B, _P = TABLE_NAMES
DAMAGES = (
    Damage("newest_quarantined", (_O,), 0.001, 0.005, _unreadable("amount"), _is_newest),
    Damage("required_null", TABLE_NAMES, 0.005, 0.018, _required_null),
    Damage("unreadable_amount", (_O, _R, _I, _P), 0.003, 0.010, _unreadable("amount")),
    Damage("unreadable_date", TABLE_NAMES, 0.003, 0.010, _unreadable("date", "time")),
    Damage("unreadable_vendor", (_V, _O, _I), 0.002, 0.008, _unreadable("vendor")),
    Damage("unreadable_number", (_O, _A, _C, _R, _I, _B, _P), 0.001, 0.005, _unreadable("number")),
    Damage("unreadable_quantity", (_O, _R), 0.001, 0.004, _unreadable("quantity")),
    Damage("unreadable_count", (_V,), 0.02, 0.03, _unreadable("count"), _has_terms),
    Damage("unreadable_flag", (_A,), 0.002, 0.006, _unreadable("flag")),
    Damage("unreadable_change_type", (_C,), 0.003, 0.010, _unreadable_word("change_type_code")),
    Damage("two_defects", (_O, _I), 0.0, 0.003, _two_defects),
    Damage("amount_negative", (_O,), 0.001, 0.005, _negative_amount),
    Damage("changed_before_ordered", (_O,), 0.001, 0.004, _changed_before_ordered),
    Damage("cleared_before_recorded", (_I,), 0.002, 0.006, _cleared_before_recorded),
    Damage("terms_negative", (_V,), 0.02, 0.03, _negative_terms),
    Damage("quantity_not_positive", (_R,), 0.002, 0.006, _no_quantity),
    Damage("amount_without_currency", (_R,), 0.002, 0.006, _no_currency),
    Damage("reverses_itself", (_R,), 0.001, 0.003, _reverses_itself),
    Damage("removed_before_blocked", (_B,), 0.004, 0.010, _removed_before_blocked),
)
