"""Do two results of the job say the same? python -m benchmarks.compare FIRST OTHER...

FIRST and OTHER are a lake with a release, or a folder of Parquet files as a peer writes it. Rows are compared by key,
floats to 1e-9, everything else exactly; what differs is said in a sentence, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

FLOAT_TOLERANCE = 1e-9
CELL = ("leg", "cell_grain", "source_system_code", "vendor_id", "category_name")
_INTEGERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
)


@dataclass(frozen=True)
class Check:
    """What of a table is compared: `columns` of None are all that the second result has."""

    table: str
    key: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    columns: tuple[str, ...] | None = None


# Of two postings alike in day, time and record, which is the first is decided by a hash of Headrace's own: legs are
# compared by what they are, and their numbers apart, by what begins when.
CHECKS = (
    Check("purchase_orders", ("source_system_code", "po_number", "item_number")),
    Check("invoices", ("source_system_code", "invoice_number", "line_number")),
    Check(
        "procurement_legs",
        ("source_system_code", "case_id", "leg", "document_id", "start_on", "end_on"),
        left_out=("occurrence_number",),
    ),
    Check("procurement_legs", ("source_system_code", "case_id", "leg", "occurrence_number"), columns=("start_on",)),
    Check("cycle_times_overall", CELL),
    Check("cycle_times_monthly", (*CELL, "month")),
)
QUARANTINES = ("purchase_orders", "invoices")


class Result:
    """The tables of one contestant."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        releases = sorted((folder / "releases" / "procurement").glob("*.json"))
        self.release = json.loads(releases[-1].read_text()) if releases else None

    def relation(self, table: str) -> str:
        """The table as DuckDB reads it."""
        if self.release is None:
            return f"read_parquet('{self.folder / table}.parquet')"
        files = self._files(table, "curated")
        return f"read_parquet({[str(self.folder / file['key']) for file in files]}, hive_partitioning = false)"

    def quarantined(self, table: str) -> int:
        if self.release is not None:
            return sum(file["row_count"] for file in self._files(table, "quarantined"))
        return duckdb.sql(f"SELECT count(*) FROM {self.relation(f'quarantine_{table}')}").fetchall()[0][0]

    def _files(self, table: str, outcome: str) -> list[dict]:
        snapshot = {**self.release["curated"], **self.release["marts"]}[table]
        return [
            file
            for file in snapshot["files"]
            if file["row_count"] and file["partition"].get("outcome", outcome) == outcome
        ]


def differences(first: Result, other: Result) -> list[str]:
    """A sentence for each thing that differs; none where the results say the same."""
    found: list[str] = []
    for table in QUARANTINES:
        counts = first.quarantined(table), other.quarantined(table)
        if counts[0] != counts[1]:
            found.append(f"{table}: {first.name} quarantined {counts[0]:,} rows, {other.name} {counts[1]:,}.")
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        for check in CHECKS:
            found += _differing(db, check, first, other)
    return found


def _differing(db: duckdb.DuckDBPyConnection, check: Check, first: Result, other: Result) -> Iterator[str]:
    types = [_types(db, result.relation(check.table)) for result in (first, other)]
    columns = check.columns or tuple(c for c in types[1] if c not in check.key + check.left_out)
    for column in (*check.key, *columns):
        if column not in types[0]:
            yield f"{check.table}: {first.name} has no column {column}."
            return
        if types[0][column] != types[1][column]:
            yield (
                f"{check.table}: {column} is {types[0][column]} by {first.name} and {types[1][column]} by {other.name}."
            )
            return
    for side, result in (("a", first), ("b", other)):
        db.execute(f"""
            CREATE OR REPLACE TEMP TABLE {side} AS
            SELECT {", ".join((*check.key, *columns))},
                   row_number() OVER (PARTITION BY {", ".join(check.key)} ORDER BY {", ".join(columns)}) AS nth
            FROM {result.relation(check.table)}""")
    same_key = " AND ".join(f"a.{name} IS NOT DISTINCT FROM b.{name}" for name in (*check.key, "nth"))
    shown = ", ".join(check.key)
    for side, there, absent in (("a", first, other), ("b", other, first)):
        only = "b" if side == "a" else "a"
        rows = db.execute(
            f"SELECT {side}.{f', {side}.'.join(check.key)}, count(*) OVER () FROM {side} "
            f"ANTI JOIN {only} ON {same_key} LIMIT 1"
        ).fetchall()
        if rows:
            yield (
                f"{check.table}: {rows[0][-1]:,} rows of {there.name} are not in {absent.name}, such as "
                f"{_example(check.key, rows[0])}."
            )
    for column in columns:
        a, b = f"a.{column}", f"b.{column}"
        is_apart = f" AND NOT coalesce(abs({a} - {b}) <= {FLOAT_TOLERANCE}, false)"
        rows = db.execute(f"""
            SELECT {", ".join(f"a.{name}" for name in check.key)}, {a}, {b}, count(*) OVER ()
            FROM a JOIN b ON {same_key}
            WHERE {a} IS DISTINCT FROM {b} {is_apart if types[0][column] == "a float" else ""}
            ORDER BY {", ".join(f"a.{name}" for name in check.key)} LIMIT 1""").fetchall()
        if rows:
            yield (
                f"{check.table}: {column} differs in {rows[0][-1]:,} rows, such as {_example(check.key, rows[0])}: "
                f"{rows[0][-3]} by {first.name}, {rows[0][-2]} by {other.name} (rows by {shown})."
            )


def _types(db: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {name: _family(type_) for name, type_, *_ in db.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}


def _family(type_: str) -> str:
    """Widths of integers and floats are a library's habit; the scale of a decimal is not."""
    if type_ in _INTEGERS:
        return "a whole number"
    return "a float" if type_ in ("FLOAT", "DOUBLE") else type_


def _example(key: Sequence[str], row: tuple) -> str:
    return ", ".join(f"{name} = {value}" for name, value in zip(key, row, strict=False))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path)
    parser.add_argument("others", type=Path, nargs="+")
    arguments = parser.parse_args(argv)
    first = Result(str(arguments.first), arguments.first)
    found = [line for other in arguments.others for line in differences(first, Result(str(other), other))]
    sys.stdout.write("\n".join(found or ["They say the same."]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
