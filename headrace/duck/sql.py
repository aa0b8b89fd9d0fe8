"""Pieces of DuckDB's SQL: literals, and tables of files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def parquet(paths: Sequence[str], *, union_by_name: bool = False) -> str:
    """A table of exactly these files; their columns alike, unless they are put together by name."""
    by_name = str(union_by_name).lower()
    return f"read_parquet({literal(map(escaped, paths))}, hive_partitioning = false, union_by_name = {by_name})"


def escaped(path: str) -> str:
    """Brackets, asterisks and question marks in a path are names here, not patterns."""
    return "".join(f"[{mark}]" if mark in "[*?" else mark for mark in path)


def literal(value: object) -> str:
    """An SQL literal of texts, numbers, and lists of them."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f"[{', '.join(literal(item) for item in value)}]"
    return "'" + str(value).replace("'", "''") + "'"
