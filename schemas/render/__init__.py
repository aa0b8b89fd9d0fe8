"""Renderings of the contracts, a module for each engine. Nothing of them is written by hand."""

from schemas.domains import DOMAINS
from schemas.render.dictionary import dictionary, index, page
from schemas.render.duckdb import domain_ddl
from schemas.render.spark import spark_schema


def renderings() -> dict[str, str]:
    """Every rendering of every domain: its path below `docs/contracts`, and its text."""
    files = {"README.md": index()}
    for domain, tables in DOMAINS.items():
        for zone, contract in tables.zoned():
            files[f"{domain}/{contract.name}.md"] = dictionary(contract, zone)
            files[f"{domain}/{contract.name}.spark.json"] = spark_schema(contract)
        for name, text in tables.pages.items():
            files[f"{domain}/{name}.md"] = page(domain, name, text)
        files[f"{domain}/duckdb.sql"] = domain_ddl(tables)
    return files
