"""Headers of any characters land, are standardized by Spark, and are shown as they are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import types as T

from headrace.duck.landing_views import add_landing, landing_files
from lake.config.configuration import Source
from lake.landing.deliveries import Delivery
from lake.landing.headers import plain
from lake.landing.landed_file import LandedFile, landing_key
from schemas.contract import Contract, Field
from schemas.landing_columns import landing_column
from schemas.lineage import FILE_ID, RECORD_NUMBER
from tests.unit.lake.landing.formats.places import source
from tests.unit.lake.landing.places import Place, column
from transforms.standardization import FieldPlan, FilePlan, SourcePlan, standardize

HASHED = landing_column("Bestell-Nr.")
NASTY = [
    *(
        "Bestell-Nr.",
        "Pos.",
        "a`b",
        "Betrag ($)",
        "a.b.c",
        '"',
        "'",
        "``",
        "*",
        "a\nb",
        "a,b;c\td",
        "\0",
        "é",
        "Ä.",
        "𝄞",
    ),
    *("a" * 10_000, "é" * 10_000, "2024", "_metadata", "_tmp_metadata_row_index", "__record_number_", HASHED.upper()),
    *("PO", "pos", "POS_", "Pos. ", "${x}", "a b", "a_b", "a-b", "\\", "%s", "SELECT", "\u202e", HASHED, "\ufeffPO"),
]
names = st.sampled_from(NASTY) | st.text(max_size=12) | st.text(st.sampled_from(list("aA._-`\"' é\n")), max_size=5)


@settings(max_examples=500)
@given(names, names)
def test_no_two_names_share_a_column_and_no_column_is_anything_but_a_name(one: str, other: str) -> None:
    column = landing_column(one)
    assert re.fullmatch("[A-Za-z][A-Za-z0-9_]{0,99}", column)
    assert (column == landing_column(other)) == (one == other)
    if column != one:
        assert column.lower() != landing_column(other).lower() or one == other


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Vendor", "Vendor", id="letters"),
        pytest.param("PO_2", "PO_2", id="digits and underscores"),
        pytest.param("Bestell-Nr.", "Bestell_Nr__", id="marks"),
        pytest.param("Prüf Größe", "Pruf_Groe__", id="letters of other alphabets, as far as they have a plain one"),
        pytest.param("数量", "column__", id="none that is plain"),
        pytest.param("2024", "column_2024__", id="a digit first"),
        pytest.param("a" * 101, "a" * 40 + "__", id="too long"),
        pytest.param("\ud800", "column__", id="half a surrogate pair"),
        pytest.param(RECORD_NUMBER, "record_number__", id="a name of our own"),
        pytest.param(FILE_ID, "landing_file_id__", id="the other name of our own"),
        pytest.param(HASHED, HASHED.replace("__", "_") + "__", id="like one made here"),
    ],
)
def test_what_a_column_is_called(name: str, expected: str) -> None:
    column = landing_column(name)
    assert column == expected or (column.startswith(expected) and len(column) == len(expected) + 16)


def fields_of(headers: list[str]) -> Contract:
    fields = (Field(f"c{place}", T.StringType(), "A text.") for place in range(len(headers)))
    return Contract("things", 1, "a thing", ("c0",), tuple(fields))


def plan_of(of: Source, headers: list[str], landed: LandedFile) -> SourcePlan:
    contract = fields_of(headers)
    fields = [FieldPlan(contract.by_name[c.field], c.landing_name, "verbatim", {}, frozenset()) for c in of.columns]
    return SourcePlan(
        *("orders", contract, "duplicate", tuple(fields), {}),
        {landed.landing_file_id: FilePlan("2024-01/0001", {})},
        b"a key for tests that is no secret",
    )


def is_a_header(name: str) -> bool:
    return bool(name.strip()) and bool(plain(name)) and name not in (RECORD_NUMBER, FILE_ID)


headers_of_a_file = st.lists(names.filter(is_a_header), min_size=1, max_size=40, unique_by=plain)


@pytest.mark.every_engine
@settings(deadline=None, max_examples=12)
@given(headers_of_a_file)
def test_headers_of_any_characters_land_and_are_standardized(spark, headers: list[str]) -> None:
    records = [[f"{row}.{place}" for place in range(len(headers))] for row in range(2)]
    data = json.dumps([dict(zip(headers, record, strict=True)) for record in records]).encode()
    of = source(columns=tuple(column(f"c{place}", name) for place, name in enumerate(headers)), format="json")
    with TemporaryDirectory() as folder:
        place = Place(Path(folder))
        landed = place.land(data, of)
        plan = plan_of(of, headers, landed)
        path = place.lake.local_path(landing_key("procurement", "orders", landed.landing_file_id, "parquet"))
        frame = standardize(spark.read.schema(plan.landing_schema()).parquet(str(path)), plan)
        found = [list(row) for row in frame.select(*plan.contract.names).orderBy("record_number").collect()]
    assert found == records
    assert landed.columns == headers


def shown(place: Place, *landed: LandedFile) -> list[dict[str, object]]:
    """`landing.orders` as `query --reveal` has it."""
    deliveries = [Delivery(file, "", ()) for file in landed]
    with duckdb.connect(":memory:") as connection:
        add_landing(connection, landing_files(place.lake, "procurement", deliveries))
        found = connection.execute("FROM landing.orders ORDER BY ALL")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("name", NASTY)
def test_a_query_of_landing_sees_the_header_itself(place: Place, name: str) -> None:
    landed = place.land(json.dumps([{"Order": "1", name: "x"}]).encode(), source(columns=(), format="json"))
    [row] = shown(place, landed)
    assert row == {"Order": "1", name: "x", RECORD_NUMBER: 1, FILE_ID: landed.landing_file_id}


def test_columns_of_several_files_are_put_together_by_name_whatever_their_case(place: Place) -> None:
    first = place.land(b"PO,Bestell-Nr.,Note\n1,a,n\n", key="1.csv")
    second = place.land(b"BESTELL-NR.,Order No.\nb,2\n", key="2.csv")
    common = [{RECORD_NUMBER: 1, FILE_ID: landed.landing_file_id} for landed in (first, second)]
    assert shown(place, first, second) == [
        {"PO": "1", "Bestell-Nr.": "a", "Note": "n", **common[0]},
        {"PO": "2", "Bestell-Nr.": "b", "Note": None, **common[1]},
    ]
