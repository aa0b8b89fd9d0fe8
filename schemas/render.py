"""Renderings of a contract: DuckDB DDL, Spark schema, data dictionary. Nothing of them is written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from pyspark.sql import types as T

from schemas.contract import Contract, Field, Rule, describe
from schemas.domains import DOMAINS, DomainTables
from schemas.lineage import JUDGEMENT, LINEAGE

_DUCKDB = {
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "integer": "INTEGER",
    "long": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
}
_DO_NOT_EDIT = "Rendered from `schemas/` by `headrace contracts`: change it there."


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
    comments += [f"COMMENT ON COLUMN {table}.{quoted(f.name)} IS {_text(_meaning(f))};" for f in fields]
    return f"CREATE TABLE {table} (\n{columns}\n);\n" + "\n".join(comments) + "\n"


def spark_schema(contract: Contract) -> str:
    """The Spark schema as JSON, as `StructType.fromJson` reads it."""
    return json.dumps(contract.struct.jsonValue(), indent=1, ensure_ascii=False) + "\n"


def dictionary(contract: Contract, zone: str) -> str:
    """The page of a table in the data dictionary, Markdown."""
    version = ", ".join(f"`{name}`" for name in contract.version_order) or "the order of the deliveries"
    lines = [
        f"# {zone}.{contract.name}",
        "",
        _DO_NOT_EDIT,
        "",
        *([f"**{contract.note}**", ""] if contract.note else []),
        f"* One row is: {contract.grain}.",
        f"* Key: {', '.join(f'`{name}`' for name in contract.key)}.",
        f"* Contract version: {contract.version}.",
        *([f"* Of two rows of a key the newer is told by: {version}."] if zone == "curated" else []),
        "",
        "| column | type | required | meaning |",
        "|---|---|---|---|",
        *(_row(field) for field in contract.fields),
        *_rules(contract, zone),
    ]
    if any(field.personal for field in contract.fields):
        lines += ["", "*personal*: the column carries a keyed hash of the value; nulls stay null."]
    return "\n".join(lines) + "\n"


def renderings() -> dict[str, str]:
    """Every rendering of every domain: its path below `docs/contracts`, and its text."""
    files = {"README.md": _index()}
    for domain, tables in DOMAINS.items():
        for zone, contract in _tables(tables):
            files[f"{domain}/{contract.name}.md"] = dictionary(contract, zone)
            files[f"{domain}/{contract.name}.spark.json"] = spark_schema(contract)
        files[f"{domain}/duckdb.sql"] = domain_ddl(tables)
    return files


def domain_ddl(tables: DomainTables) -> str:
    """The DDL of a domain's warehouse file."""
    parts = [
        "-- Rendered from schemas/ by `headrace contracts`: change it there.\n",
        "CREATE SCHEMA curated;\nCREATE SCHEMA marts;\n",
    ]
    parts += [duckdb_ddl(contract, zone, LINEAGE if zone == "curated" else ()) for zone, contract in _tables(tables)]
    return "\n".join(parts)


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _tables(tables: DomainTables) -> Iterator[tuple[str, Contract]]:
    yield from (("curated", contract) for contract in tables.curated.values())
    yield from (("marts", contract) for contract in tables.marts.values())


def _index() -> str:
    lines = ["# Data dictionary", "", _DO_NOT_EDIT, ""]
    for domain, tables in DOMAINS.items():
        lines += [f"## {domain}", "", "| table | version | one row is |", "|---|---|---|"]
        lines += [
            f"| [{zone}.{c.name}]({domain}/{c.name}.md) | {c.version} | {_cell(c.grain)} |"
            for zone, c in _tables(tables)
        ]
        lines += ["", f"Also: [DuckDB DDL]({domain}/duckdb.sql), and beside each page the Spark schema as JSON.", ""]
    lines += [
        "## Beside the columns of a curated table",
        "",
        "`headrace query` shows all of these; the warehouse has the first four.",
        "",
        "| column | type | required | meaning |",
        "|---|---|---|---|",
        *(_row(field) for field in (*LINEAGE, *JUDGEMENT)),
    ]
    return "\n".join(lines) + "\n"


def _row(field: Field) -> str:
    required = "yes, but see `not_delivered`" if field.waivable else "yes" if field.required else ""
    return f"| `{field.name}` | {field.type.simpleString()} | {required} | {_cell(_meaning(field))} |"


def _meaning(field: Field) -> str:
    computed = f" Computed: `{field.derived}`." if field.derived else ""
    return describe(field) + computed + (" Personal: a keyed hash." if field.personal else "")


def _rules(contract: Contract, zone: str) -> Iterable[str]:
    if zone == "curated":
        yield from (
            "",
            "## Rules",
            "",
            "A row that breaks one is, by severity: `warn` kept and flagged, `quarantine` "
            "set aside, `halt` the end of the run. A null condition is not a breach.",
            "",
            "| code | severity | condition of a breach | meaning |",
            "|---|---|---|---|",
            *(_rule_row(rule) for rule in contract.all_rules),
        )
        if contract.exclusions:
            yield from (
                "",
                "## Exclusions",
                "",
                "The newest row of a key is kept out where a condition holds.",
                "",
                "| code | condition | meaning |",
                "|---|---|---|",
                *(f"| `{e.code}` | `{_cell(e.condition)}` | {_cell(e.doc)} |" for e in contract.exclusions),
            )


def _rule_row(rule: Rule) -> str:
    return f"| `{rule.code}` | {rule.severity} | `{_cell(rule.condition)}` | {_cell(rule.doc)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
