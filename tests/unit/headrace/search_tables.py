"""Rows of a search release for a database in memory."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb

from tests.unit.headrace.tables import database

FIRST = date(2024, 11, 1)


def search_database(**rows: list[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    """`database` with one landed file."""
    connection = database("search", **rows)
    connection.execute("INSERT INTO files VALUES ('x', 'search_volumes/a.csv')")
    return connection


def estimates(
    code: str = "US", term: str = "lip balm", days: int = 30, rank: int = 100, **cells: Any
) -> list[dict[str, Any]]:
    """A term's estimates of so many days, of 1,000 searches and more."""
    return [
        {
            "marketplace_code": code,
            "department_name": "beauty",
            "term": term,
            "estimated_on": FIRST + timedelta(days=n),
            "rank": rank + n,
            "is_tied": False,
            "basis": "direct",
            "is_extrapolated": False,
            "estimated_search_count": 1000.0 + n,
            "lo_95_search_count": 700.0,
            "lo_80_search_count": 800.0,
            "hi_80_search_count": 1200.0 + n,
            "hi_95_search_count": 1400.0 + n,
            "ln_base": 6.8,
            "ln_level": 0.1,
            "ln_smearing": 0.005,
            "ln_poisson": 0.02,
            "model_id": "m1",
            **cells,
        }
        for n in range(days)
    ]


def refused(**cells: Any) -> list[dict[str, Any]]:
    """As `estimates`, without any number."""
    numbers = [name for name in estimates(days=1)[0] if name.endswith("_search_count") or name.startswith("ln_")]
    nothing = {**dict.fromkeys(numbers), "basis": "refused", "is_extrapolated": None, "model_id": None}
    return estimates(**{**nothing, **cells})


def label(n: int, count: int, **cells: Any) -> dict[str, Any]:
    """The volume of a day, so many days after the first, known two weeks later."""
    day = FIRST + timedelta(days=n)
    return {
        "marketplace_code": "US",
        "department_name": "beauty",
        "term": "lip balm",
        "grain": "daily",
        "period_start_on": day,
        "period_end_on": day,
        "search_count": count,
        "available_on": day + timedelta(days=14),
        **cells,
    }


def rank(n: int, place: int, **cells: Any) -> dict[str, Any]:
    return {
        "marketplace_code": "US",
        "department_name": "beauty",
        "term": "lip balm",
        "ranked_on": FIRST + timedelta(days=n),
        "rank": place,
        **cells,
    }
