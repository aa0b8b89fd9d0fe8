"""Tables of two engines compared row by row by DuckDB, which is neither of them: every column, every type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Table:
    """What one engine wrote: its columns with the types that it says they have, and the files, none where no row is."""

    columns: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


def differences(one: Table, other: Table, *, shown: int = 3) -> list[str]:
    """Sentences on what differs; none where the tables are equal as bags of rows."""
    if one.columns != other.columns:
        odd = sorted(set(one.columns) ^ set(other.columns))
        return [f"columns or their order differ: {odd or [one.columns, other.columns]}"]
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        stored = [_stored_types(database, table) for table in (one, other)]
        if all(stored) and stored[0] != stored[1]:
            return [f"stored types differ: {sorted(set(stored[0].items()) ^ set(stored[1].items()))}"]
        names = [name for name, _ in one.columns]
        left, right = (_rows(table, names) for table in (one, other))
        said = []
        for sign, minuend, subtrahend in (("only in the first", left, right), ("only in the second", right, left)):
            beyond = f"FROM ({minuend} EXCEPT ALL {subtrahend})"
            [(count,)] = database.execute(f"SELECT count(*) {beyond}").fetchall()
            if count:
                examples = database.execute(f"SELECT * {beyond} ORDER BY ALL LIMIT {shown}").fetchall()
                said.append(f"{count} rows {sign}, such as {[dict(zip(names, row, strict=True)) for row in examples]}")
        return [*said, *(_odd_columns(database, names, left, right) if said else [])]


def _stored_types(database: duckdb.DuckDBPyConnection, table: Table) -> dict[str, str]:
    if not table.files:
        return {}
    described = database.execute(f"DESCRIBE SELECT * FROM {_parquet(table.files)}").fetchall()
    return {row[0]: row[1] for row in described}


def _odd_columns(database: duckdb.DuckDBPyConnection, names: Sequence[str], left: str, right: str) -> list[str]:
    """The columns whose values differ, whatever row they stand in; of each the first that the other has not."""
    said = []
    for name in names:
        one, other = (f'SELECT "{name}" FROM ({rows})' for rows in (left, right))
        odd = [
            database.execute(f"SELECT * FROM ({a} EXCEPT ALL {b}) ORDER BY ALL LIMIT 3").fetchall()
            for a, b in ((one, other), (other, one))
        ]
        if any(odd):
            said.append(f"column {name}: {[row[0] for row in odd[0]]} and {[row[0] for row in odd[1]]}")
    return said


def _rows(table: Table, names: Sequence[str]) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    if table.files:
        return f"SELECT {listed} FROM {_parquet(table.files)}"
    nothing = ", ".join(f'NULL AS "{name}"' for name in names)
    return f"SELECT {nothing} WHERE false"


def _parquet(files: Sequence[str]) -> str:
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    return f"read_parquet([{listed}], hive_partitioning = true, hive_types_autocast = false, union_by_name = true)"
