"""Cells as text, in Arrow: the usual print of every kind of value."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from samples.arrays import Bools, Ints
from samples.procurement.clock import MINUTES, NULL, to_date
from samples.procurement.entities import Words
from samples.procurement.layout import Column
from samples.procurement.sheet import Sheet

ISO, DAY_FIRST, MONTH_FIRST = "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y"

_CLOCK = pa.array([f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(MINUTES)])
_CENTS = pa.array([f".{cents:02d}" for cents in range(100)])
_MILLIS = pa.array(["", *(f".{millis:03d}" for millis in range(1, 1000))])
_SIGN = pa.array(["", "-"])


def usual_texts(sheet: Sheet, name: str, rows: Ints, words: Words) -> list[str]:
    """The usual print of some cells of a column; dates in ISO."""
    texts: list[str] = print_column(sheet.values[name][rows], sheet.table.by_field[name], words).to_pylist()
    return texts


def print_column(values: Ints, column: Column, words: Words, date_format: str = ISO) -> pa.Array:
    """Values as text; the empty text for null."""
    known = values != NULL
    present = values if known.all() else np.where(known, values, values[known][0] if known.any() else 0)
    match column.kind:
        case "number":
            texts = pc.utf8_lpad(pa.array(present).cast(pa.string()), column.width, "0")
        case "vendor":
            digits = pc.utf8_lpad(pa.array(present).cast(pa.string()), column.width, "0")
            texts = pc.binary_join_element_wise("V", digits, "")
        case "date":
            texts = _days(present, date_format)
        case "time":
            texts = _join(_days(present // MINUTES, ISO), _CLOCK.take(pa.array(present % MINUTES)), " ")
        case "amount":
            texts = _decimal(present, 100, _CENTS)
        case "quantity":
            texts = _decimal(present, 1000, _MILLIS)
        case "count":
            texts = pa.array(present).cast(pa.string())
        case "word" | "flag":
            texts = pa.array(words[column.words]).take(pa.array(present))
    return texts if known.all() else pc.if_else(pa.array(known), texts, "")


def decimals(values: Ints, known: Bools, scale: int) -> pa.Array:
    """Whole units of the last place as decimals; null where not known."""
    pairs = np.stack([values, values >> 63], axis=1)
    array = pa.Array.from_buffers(pa.decimal128(18, scale), len(values), [None, pa.py_buffer(pairs)])
    return pc.if_else(pa.array(known), array, None)


def _days(days: Ints, date_format: str) -> pa.Array:
    if not len(days):
        return pa.array([], pa.string())
    low = int(days.min())
    texts = pa.array([to_date(day).strftime(date_format) for day in range(low, int(days.max()) + 1)])
    return texts.take(pa.array(days - low))


def _decimal(values: Ints, unit: int, fractions: pa.Array) -> pa.Array:
    size = np.abs(values)
    whole = pa.array(size // unit).cast(pa.string())
    return _join(
        _SIGN.take(pa.array((values < 0).astype(np.int64))), _join(whole, fractions.take(pa.array(size % unit)), ""), ""
    )


def _join(left: pa.Array, right: pa.Array, between: str) -> pa.Array:
    return pc.binary_join_element_wise(left, right, between)
