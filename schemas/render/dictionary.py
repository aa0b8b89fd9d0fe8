"""The data dictionary, Markdown: a page for each table, those that a domain adds, and the page of all."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.contract import Contract, Field, Rule
from schemas.domains import DOMAINS
from schemas.lineage import JUDGEMENT, LANDING_LINEAGE
from schemas.render.words import DO_NOT_EDIT, meaning


def dictionary(contract: Contract, zone: str) -> str:
    """The page of a table in the data dictionary, Markdown."""
    version = ", ".join(f"`{name}`" for name in contract.version_order) or "the order of the deliveries"
    lines = [
        f"# {zone}.{contract.name}",
        "",
        DO_NOT_EDIT,
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


def page(domain: str, name: str, text: str) -> str:
    """A page of the domain that no table has, Markdown."""
    return f"# {domain}: {name}\n\n{DO_NOT_EDIT}\n\n{text}"


def index() -> str:
    lines = ["# Data dictionary", "", DO_NOT_EDIT, ""]
    for domain, tables in DOMAINS.items():
        lines += [f"## {domain}", "", "| table | version | one row is |", "|---|---|---|"]
        lines += [
            f"| [{zone}.{c.name}]({domain}/{c.name}.md) | {c.version} | {_cell(c.grain)} |"
            for zone, c in tables.zoned()
        ]
        pages = "".join(f"[{name}]({domain}/{name}.md), " for name in tables.pages)
        lines += [
            "",
            f"Also: {pages}[DuckDB DDL]({domain}/duckdb.sql), and the Spark schema of each table as JSON.",
            "",
        ]
    lines += [
        "## Beside the columns of a curated table",
        "",
        "`headrace query` shows all of these; the warehouse has the first four.",
        "",
        "| column | type | required | meaning |",
        "|---|---|---|---|",
        *(_row(field) for field in (*LANDING_LINEAGE, *JUDGEMENT)),
    ]
    return "\n".join(lines) + "\n"


def _row(field: Field) -> str:
    required = "yes, but see `not_delivered`" if field.waivable else "yes" if field.required else ""
    return f"| `{field.name}` | {field.type.simpleString()} | {required} | {_cell(meaning(field))} |"


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
