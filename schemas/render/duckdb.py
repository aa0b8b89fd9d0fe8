"""DuckDB DDL of a contract, and of a domain's warehouse file."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import types as T

from schemas.contract import Contract, Field
from schemas.domains import DomainTables
from schemas.lineage import LANDING_LINEAGE
from schemas.render.words import meaning

_DUCKDB = {
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "integer": "INTEGER",
    "long": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
}


def duckdb_type(data_type: T.DataType) -> str:
    """DuckDB's type for a Spark type. A timestamp is plain and UTC: no session's time zone changes what it shows."""
    if isinstance(data_type, T.DecimalType):
        return f"DECIMAL({data_type.precision},{data_type.scale})"
    if isinstance(data_type, T.ArrayType):
        return f"{duckdb_type(data_type.elementType)}[]"
    return _DUCKDB[data_type.typeName()]


def duckdb_ddl(contract: Contract, zone: str, beyond: Sequence[Field] = ()) -> str:
    """`CREATE TABLE` of a table in the schema of its zone, with its comments; `beyond` are columns after its own.

    The key stands in the comment: DuckDB would build an index for it, and keys of roll-ups hold nulls.
    """
    table = f"{quoted(zone)}.{quoted(contract.name)}"
    fields = (*contract.fields, *beyond)
    columns = ",\n".join(f"    {quoted(f.name)} {duckdb_type(f.type)}" + " NOT NULL" * f.is_never_null for f in fields)
    about = f"{contract.grain}. Version {contract.version}; key: {', '.join(contract.key)}."
    about += f" {contract.note}" if contract.note else ""
    comments = [f"COMMENT ON TABLE {table} IS {_text(about)};"]
    comments += [f"COMMENT ON COLUMN {table}.{quoted(f.name)} IS {_text(meaning(f))};" for f in fields]
    return f"CREATE TABLE {table} (\n{columns}\n);\n" + "\n".join(comments) + "\n"


def domain_ddl(tables: DomainTables) -> str:
    """The DDL of a domain's warehouse file."""
    parts = [
        "-- Rendered from schemas/ by `headrace contracts`: change it there.\n",
        "CREATE SCHEMA curated;\nCREATE SCHEMA marts;\n",
    ]
    parts += [
        duckdb_ddl(contract, zone, LANDING_LINEAGE if zone == "curated" else ()) for zone, contract in tables.zoned()
    ]
    return "\n".join(parts)


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
