"""One item, one case."""

import pytest

from transforms.procurement.events.columns import case_id

pytestmark = pytest.mark.every_engine


def test_an_underscore_within_a_number_is_doubled_so_that_two_items_are_never_one_case(spark):
    items = [("4500001234", "00010"), ("P5_1", "10"), ("P5", "1_10"), ("P5", None)]
    found = spark.createDataFrame(items, "po_number string, item_number string").select(case_id()).collect()
    assert [row[0] for row in found] == ["4500001234_00010", "P5__1_10", "P5_1__10", None]
