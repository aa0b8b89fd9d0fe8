"""JSON as the commands print it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from headrace.facts.flat import entries


def to_json(value: Any, indent: int = 0) -> str:
    """JSON text. A dataclass is an object of its fields. Dates and times are ISO 8601 texts. A decimal is a number
    written with all its digits (1234.50), so that a reader who parses numbers as decimals loses nothing. NaN and
    infinity, which JSON has not, are null."""
    if isinstance(value, Mapping) or is_dataclass(value):
        items = [
            f"{json.dumps(str(key), ensure_ascii=False)}: {to_json(item, indent + 1)}" for key, item in entries(value)
        ]
        return _block("{", items, "}", indent)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return _block("[", [to_json(item, indent + 1) for item in value], "]", indent)
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool | int | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else "null"
    if isinstance(value, float):
        return json.dumps(value) if math.isfinite(value) else "null"
    if isinstance(value, date | datetime | time):
        return json.dumps(value.isoformat())
    return json.dumps(value.hex() if isinstance(value, bytes) else str(value), ensure_ascii=False)


def _block(opening: str, items: Sequence[str], closing: str, indent: int) -> str:
    if not items:
        return opening + closing
    inner = "\n" + " " * (indent + 1)
    return f"{opening}{inner}{f',{inner}'.join(items)}\n{' ' * indent}{closing}"
