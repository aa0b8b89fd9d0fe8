"""The terms by which cells of the cycle times are asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from headrace.facts.rows import Row
from lake.errors import ConfigError
from schemas.procurement.words import CELL_GRAINS, LEGS

CELL_MARTS = ("cycle_times_monthly", "cycle_times_overall")
_GRAIN = {(True, True): "vendor_category", (True, False): "vendor", (False, True): "category", (False, False): "all"}


def asked_cell(mart: str, terms: Sequence[str]) -> Row:
    """The columns of a mart that the terms name, with the values that they must have. Raises ConfigError."""
    known = (
        "leg",
        "cell_grain",
        "source_system_code",
        "vendor_id",
        "category_name",
        *(("month",) if mart == CELL_MARTS[0] else ()),
    )
    said = named_terms(terms, known)
    month = {"month": _month(said.get("month"))} if "month" in known else {}
    if (leg := said.get("leg")) and leg not in (names := [leg.name for leg in LEGS]):
        raise ConfigError(f"leg is {leg!r}, expected one of {', '.join(names)}")
    grain = said.setdefault("cell_grain", _GRAIN["vendor_id" in said, "category_name" in said])
    if grain not in CELL_GRAINS:
        raise ConfigError(f"cell_grain is {grain!r}, expected one of {', '.join(CELL_GRAINS)}")
    if "source_system_code" in said and "vendor" not in grain:
        raise ConfigError(f"cell_grain is {grain}, whose cells are over all systems: leave source_system_code out")
    cell = {"vendor_id": said.get("vendor_id") or None, "category_name": said.get("category_name") or None}
    return {**said, **month, **cell}


def named_terms(terms: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for term in terms:
        name, sign, value = term.partition("=")
        if not sign or name not in known:
            raise ConfigError(f"found {term!r}, expected name=value with one of {', '.join(known)}")
        said[name] = value
    return said


def _month(text: str | None) -> date:
    if text is None:
        raise ConfigError("found no month, expected month=YYYY-MM")
    try:
        return date.fromisoformat(f"{text}-01" if re.fullmatch(r"\d{4}-\d{2}", text) else text).replace(day=1)
    except ValueError:
        raise ConfigError(f"month is {text!r}, expected YYYY-MM") from None


def conditions(wanted: Row) -> tuple[str, list[Any]]:
    return " AND ".join(f"{name} IS NOT DISTINCT FROM ?" for name in wanted), list(wanted.values())


def as_typed(wanted: Row) -> str:
    """As the terms are typed."""
    return " ".join(
        f"{name}={f'{value:%Y-%m}' if isinstance(value, date) else value}"
        for name, value in wanted.items()
        if value is not None
    )
