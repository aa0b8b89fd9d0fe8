"""Typed values as the text that lands: one spelling for each value, whichever format it came in."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

# A double tells whole numbers of more digits apart only by chance.
_EXACT_BELOW = 10**15
_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def number_text(value: float | np.floating[Any]) -> str:
    """`12` from 12.0, `0.1`, `0.0000001`: all digits that tell the number from its neighbours, and no exponent.

    A whole number of more than 15 digits keeps its `.0`, by which rules for document numbers refuse it: a spreadsheet
    or a double has rounded it. Minus zero is `0`; `NaN`, `Infinity` and `-Infinity` are those words.
    """
    double = float(value)
    if not math.isfinite(double):
        return _NOT_FINITE[str(double)]
    if double.is_integer():
        return str(int(double)) if abs(double) < _EXACT_BELOW else f"{int(double)}.0"
    return np.format_float_positional(value, unique=True, trim="-")


def shown_number_text(value: float) -> str:
    """As `number_text`, of the 15 digits that a spreadsheet shows: `20944.56` from 20944.559999999998."""
    return number_text(value if value == int(value) else float(f"{value:.15g}"))


def decimal_text(value: Decimal) -> str:
    """`1.10` from 1.10: every decimal place that the type declares, and no exponent."""
    return format(value, "f")


def moment_text(value: datetime) -> str:
    """`2024-01-31 10:00:00`, and the fraction of a second where there is one: `10:00:00.5`."""
    return _without_zeros(value.isoformat(sep=" "))


def duration_text(value: timedelta) -> str:
    """`26:30:00`: hours count on beyond a day; the fraction of a second where there is one."""
    micros = value // timedelta(microseconds=1)
    sign = "-" if micros < 0 else ""
    seconds, fraction = divmod(abs(micros), 1_000_000)
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return _without_zeros(f"{text}.{fraction:06}")


def _without_zeros(text: str) -> str:
    """Without the zeros at the end of a fraction."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def cell_text(value: Any) -> str:
    """The text of a value of any of the types above, of a boolean (`true`), a date, a time, bytes (hexadecimal) or a
    text, which is itself."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | np.floating):
        return number_text(value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _without_zeros(value.isoformat())
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no text for {type(value).__name__}")
