"""The renderings of the contracts: committed as they would be rendered, and understood by those who read them."""

import json
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import get_args

import duckdb
import pytest
from pyspark.sql import types as T

from headrace.commands.standardizer_page import standardizers_page
from schemas.contract import Contract
from schemas.domains import DOMAINS
from schemas.lineage import LANDING_LINEAGE
from schemas.procurement.words import LEG_REASONS, LEG_STATUSES, LEGS, Leg, Pairing
from schemas.render import renderings
from schemas.render.duckdb import domain_ddl, duckdb_type
from schemas.render.spark import spark_schema
from schemas.render.words import DO_NOT_EDIT
from schemas.stand_ins import STAND_INS
from tests.unit.headrace.asking import headrace
from tests.where import ROOT
from transforms.standardize import RULES

COMMITTED = ROOT / "docs" / "contracts"


def test_the_committed_renderings_are_not_stale() -> None:
    found = headrace("contracts", "--check", "--out", COMMITTED)
    assert found.code == 0, f"render them with: headrace contracts\n{found.out}"


@pytest.mark.parametrize("harm", ["changed", "missing", "left over"])
@pytest.mark.parametrize("rendering", ["procurement/invoices.md", "standardizers.md"])
def test_a_stale_rendering_fails_and_is_named(rendering: str, harm: str, tmp_path: Path) -> None:
    assert headrace("contracts", "--out", tmp_path).code == 0
    path = (tmp_path / rendering).with_name("gone.md") if harm == "left over" else tmp_path / rendering
    path.unlink() if harm == "missing" else path.write_text("other")
    found = headrace("contracts", "--check", "--out", tmp_path)
    assert found.code == 1
    assert path.relative_to(tmp_path).as_posix() in found.err
    assert headrace("contracts", "--out", tmp_path).code == 0
    assert headrace("contracts", "--check", "--out", tmp_path).code == 0


@pytest.mark.parametrize("domain", DOMAINS)
def test_duckdb_runs_the_ddl(domain: str) -> None:
    tables = DOMAINS[domain]
    with duckdb.connect(":memory:") as connection:
        connection.execute(domain_ddl(tables))
        for zone, contracts, beyond in (("curated", tables.curated, LANDING_LINEAGE), ("marts", tables.marts, ())):
            for contract in contracts.values():
                columns = connection.execute(
                    "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() "
                    "WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
                    [zone, contract.name],
                ).fetchall()
                assert [(name, kind, not nullable) for name, kind, nullable, _ in columns] == [
                    (f.name, duckdb_type(f.type), f.is_never_null) for f in (*contract.fields, *beyond)
                ]
                assert all(comment for *_, comment in columns)


@pytest.mark.parametrize(
    "contract", [c for tables in DOMAINS.values() for c in tables.marts.values()], ids=lambda contract: contract.name
)
def test_spark_reads_the_schema(contract: Contract) -> None:
    assert T.StructType.fromJson(json.loads(spark_schema(contract))) == contract.struct


def test_every_field_stands_in_the_dictionary() -> None:
    files = renderings()
    for domain, tables in DOMAINS.items():
        for contract in (*tables.curated.values(), *tables.marts.values()):
            page = files[f"{domain}/{contract.name}.md"]
            assert [f.name for f in contract.fields if f"| `{f.name}` |" not in page] == []
            assert [rule.code for rule in contract.rules if f"| `{rule.code}` |" not in page] == []


def test_a_domain_s_own_pages_stand_beside_its_tables_and_in_the_index() -> None:
    files = renderings()
    for domain, tables in DOMAINS.items():
        for name, text in tables.pages.items():
            assert files[f"{domain}/{name}.md"] == f"# {domain}: {name}\n\n{DO_NOT_EDIT}\n\n{text}"
            assert f"[{name}]({domain}/{name}.md)" in files["README.md"]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            "| `order_to_receipt` | `order_created` | `goods_received` | `one_to_each` |  | Order to each goods "
            "receipt. |",
            id="a leg without attributes",
        ),
        pytest.param(
            "| `invoice_date_to_paid` | `invoice_issued` | `invoice_paid` | `each_to_its_own` | `ends_in_full`, "
            "`due_from_terms` | The vendor's document date to the payment that pays the invoice in full: invoice to "
            "payment, by payments. |",
            id="a leg with two",
        ),
        pytest.param("* `first_to_first`: One leg, from the first of S to the first of E.", id="a pairing"),
        pytest.param("* `due_from_terms`: The vendor's payment terms run from its start.", id="an attribute"),
        pytest.param("* `closed`: Both ends are recorded.", id="a status"),
        pytest.param("* `deleted`: The item is finally deleted.", id="a reason"),
    ],
)
def test_the_page_of_legs_has_what_they_are_made_of(line: str) -> None:
    assert f"\n{line}\n" in DOMAINS["procurement"].pages["legs"]


def test_every_word_of_legs_stands_on_their_page() -> None:
    page = DOMAINS["procurement"].pages["legs"]
    assert re.findall(r"^\| `(\w+)` \|", page, re.M) == [leg.name for leg in LEGS]
    words = [*get_args(Pairing), *Leg.attribute_docs(), *LEG_STATUSES, *LEG_REASONS]
    assert re.findall(r"^\* `(\w+)`: .", page, re.M) == words
    assert {*Leg.attribute_docs()} == {f.name for f in fields(Leg) if isinstance(f.default, bool)}


def test_every_standardizer_stands_on_its_page_with_its_parameters() -> None:
    sections = re.split(r"^## `(\w+)`\n", standardizers_page(), flags=re.M)
    found = dict(zip(sections[1::2], sections[2::2], strict=True))
    assert list(found) == list(RULES)
    for name, rule in RULES.items():
        assert rule.doc
        assert found[name].startswith(f"{rule.doc}\n"), name
        assert re.findall(r"^\| `(\w+)` \|", found[name], re.M) == list(rule.parameters)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param('| `decimal` | text | `"."` |', id="a text as TOML writes it"),
        pytest.param('| `false` | a list of texts | `["false", "no", "n", "0"]` |', id="a list as TOML writes it"),
        pytest.param("| `doubles` | true or false | `false` |", id="false"),
        pytest.param("| `scale` | a whole number | `2` |", id="a number"),
        pytest.param("| `grouping` | text | none |", id="text or none"),
        pytest.param("| `values` | a table of texts | required |", id="required"),
    ],
)
def test_parameters_stand_with_type_and_default(row: str) -> None:
    assert f"\n{row}\n" in standardizers_page()


@pytest.mark.parametrize("mart", ["search_volume_estimates", "search_volume_backtest", "search_volume_model_card"])
def test_pages_of_the_model_s_tables_say_above_their_columns_what_it_was_proven_on(mart: str) -> None:
    page = renderings()[f"search/{mart}.md"]
    assert page.index(STAND_INS) < page.index("| column |")
    with duckdb.connect(":memory:") as connection:
        connection.execute(domain_ddl(DOMAINS["search"]))
        [(comment,)] = connection.execute("SELECT comment FROM duckdb_tables() WHERE table_name = ?", [mart]).fetchall()
    assert comment.endswith(STAND_INS)


def test_a_note_changes_no_row_and_so_no_digest() -> None:
    contract = DOMAINS["search"].marts["search_volume_estimates"]
    assert replace(contract, note="other").digest == contract.digest
