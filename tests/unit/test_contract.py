"""What a contract makes of a row."""

from pyspark.sql import types as T

from schemas.contract import Contract, Field

STATES = Contract(
    "states",
    1,
    "one state",
    ("state_code",),
    (
        Field("state_code", T.StringType(), "Which.", required=True, values=("open", "closed")),
        Field("next_code", T.StringType(), "Which.", values=("closed",)),
    ),
)


def test_a_field_has_only_the_values_that_it_may_have(spark):
    rows = spark.createDataFrame(
        [("open", "closed"), ("closed", None), ("Open", None), ("gone", "open"), (None, "")], STATES.struct
    )
    found = rows.select("state_code", "next_code", STATES.violations(severity="quarantine").alias("codes")).collect()
    assert {(row.state_code, row.next_code): row.codes for row in found} == {
        ("open", "closed"): [],
        ("closed", None): [],
        ("Open", None): ["state_code_unknown"],
        ("gone", "open"): ["state_code_unknown", "next_code_unknown"],
        (None, ""): ["state_code_missing", "next_code_unknown"],
    }
