"""Rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

Row = Mapping[str, Any]
"""A row as a query gives it, by the names of its columns."""
F = TypeVar("F")


def of_row(kind: type[F], row: Row) -> F:
    """The dataclass of a row whose columns are its fields. Raises KeyError where the row lacks one."""
    return kind(**{one.name: row[one.name] for one in fields(kind)})  # type: ignore[arg-type]
