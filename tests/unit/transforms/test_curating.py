"""Rows that are derived from other tables, and the row that stands for several."""

import pytest
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.contract import Contract, ContractError, Field, Rule
from schemas.lineage import LANDING_LINEAGE, LINEAGE_NAMES
from transforms.curating import judge_derived, keep_latest

pytestmark = pytest.mark.every_engine

STREETS = Contract(
    "streets",
    1,
    "One street",
    ("street",),
    (Field("street", T.StringType(), "Which.", required=True), Field("worth", T.IntegerType(), "How much.")),
    rules=(Rule("worth_negative", "worth < 0", "None is worth less."),),
)
SCHEMA = T.StructType([*STREETS.struct.fields, *(T.StructField(f.name, f.type) for f in LANDING_LINEAGE)])


def rows(spark, *cells):
    """Street, worth, delivery order, record number, file."""
    return spark.createDataFrame(
        [(street, worth, "s", file, n, order) for street, worth, order, n, file in cells], SCHEMA
    )


def test_what_is_derived_is_judged_as_what_has_landed(spark):
    derived = rows(
        spark,
        ("Elm", 1, "1", 1, "f1"),
        ("Elm", 2, "2", 1, "f2"),
        ("Oak", 1, None, 1, "f1"),
        ("Oak", 1, "1", 2, "f1"),
        (None, 1, "1", 3, "f1"),
        ("Fir", -1, "1", 4, "f1"),
    )
    found = judge_derived(derived, STREETS).collect()
    assert sorted((str(row.street), row.outcome, row.record_number, row.reasons) for row in found) == [
        ("Elm", "curated", 1, []),
        ("Elm", "superseded", 1, []),
        ("Fir", "quarantined", 4, ["worth_negative"]),
        ("None", "quarantined", 3, ["street_missing"]),
        ("Oak", "curated", 2, []),
        ("Oak", "duplicate", 1, []),
    ]
    assert {row.was_judged for row in found} == {False}


def test_nothing_derived_is_nothing_judged(spark):
    assert judge_derived(rows(spark), STREETS).collect() == []


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        pytest.param(lambda rows: rows.drop("landing_file_id"), "missing landing_file_id", id="without its lineage"),
        pytest.param(lambda rows: rows.withColumn("more", F.lit(1)), "unexpected more", id="with a column more"),
        pytest.param(
            lambda rows: rows.withColumn("worth", F.lit("x")), "worth is string, expected int", id="of another type"
        ),
    ],
)
def test_rows_of_other_columns_are_refused(spark, frame, sentence):
    with pytest.raises(ContractError, match=sentence):
        judge_derived(frame(rows(spark, ("Elm", 1, "1", 1, "f1"))), STREETS)


def test_the_latest_row_of_a_key_stands_for_all_and_a_null_is_a_key(spark):
    told = rows(
        spark,
        ("by order", 1, "2", 1, "f1"),
        ("by order", 2, "1", 9, "f9"),
        ("by record", 1, "1", 2, "f1"),
        ("by record", 2, "1", 1, "f9"),
        ("by file", 1, "1", 1, "f2"),
        ("by file", 2, "1", 1, "f1"),
        ("no order is the oldest", 1, "1", 1, "f1"),
        ("no order is the oldest", 2, None, 9, "f9"),
        (None, 1, "1", 1, "f2"),
        (None, 2, "1", 1, "f1"),
        ("of one record", 1, "1", 1, "f1"),
        ("of one record", 2, "1", 1, "f1"),
    ).withColumn("content_hash", (-F.col("worth")).cast("string"))
    latest = keep_latest(told, "street")
    assert latest.columns == told.columns == [*STREETS.names, *LINEAGE_NAMES, "content_hash"]
    found = {row.street: row.worth for row in latest.collect()}
    assert found.pop("of one record") == 2
    assert set(found.values()) == {1}
    assert len(found) == 5
