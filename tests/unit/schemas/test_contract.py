"""What a contract makes of a row, and what no contract may say."""

from dataclasses import replace

import pytest
from pyspark.sql import types as T

from schemas.contract import Contract, ContractError, Field

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


NUMBERED = Field("place", T.IntegerType(), "Which of alike ones.", required=True, numbered="key")


def test_a_number_is_part_of_the_key_and_not_of_the_natural_one():
    contract = replace(STATES, key=("state_code", "place"), fields=(*STATES.fields, NUMBERED))
    assert contract.natural_key == ("state_code",)
    assert (contract.numbered_by("key"), contract.numbered_by("content")) == (NUMBERED, None)
    assert [rule.code for rule in contract.all_rules] == [rule.code for rule in STATES.all_rules]


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        pytest.param(("state_code",), (NUMBERED,), id="a number beside the key"),
        pytest.param(
            ("state_code", "place", "other"), (NUMBERED, replace(NUMBERED, name="other")), id="two numbers in a key"
        ),
    ],
)
def test_a_contract_numbers_one_part_of_its_key(key, fields):
    with pytest.raises(ContractError, match="expected at most one field, and of the key"):
        replace(STATES, key=key, fields=(*STATES.fields, *fields))
