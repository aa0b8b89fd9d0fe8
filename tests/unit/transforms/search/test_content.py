"""What a card says of the rows that a model was made of."""

from datetime import date

import pytest

from schemas.search import SEARCH_VOLUMES
from tests.frames import frame
from transforms.search.content import summarise_content

pytestmark = pytest.mark.every_engine
DAY, LEAP = date(2024, 2, 28), date(2024, 2, 29)
TEA = {"marketplace_code": "US", "term": "tea", "grain": "daily", "period_start_on": DAY, "search_count": 7}
SOAP = {**TEA, "term": "soap", "period_start_on": LEAP}


def content(spark, *rows):
    [found] = summarise_content(frame(spark, SEARCH_VOLUMES, *rows), SEARCH_VOLUMES, day="period_start_on").collect()
    return found


def test_the_same_rows_in_another_order_have_the_same_hash(spark):
    one, other = content(spark, TEA, SOAP), content(spark, SOAP, TEA)
    assert one == other
    assert (one.row_count, one.first_on, one.last_on) == (2, DAY, LEAP)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([TEA], id="a row less"),
        pytest.param([TEA, SOAP, SOAP], id="a row twice"),
        pytest.param([TEA, {**SOAP, "search_count": 8}], id="another volume"),
        pytest.param([TEA, {**SOAP, "department_name": "x"}], id="a department where there was none"),
        pytest.param([TEA, {**SOAP, "department_name": "", "report_marketplace_code": None}], id="empty is not null"),
        pytest.param([], id="no row"),
    ],
)
def test_other_rows_have_another_hash(spark, rows):
    assert content(spark, *rows).content_hash != content(spark, TEA, SOAP).content_hash


def test_a_value_that_moves_to_a_neighbouring_null_field_is_another_row(spark):
    here = {**TEA, "department_name": "US", "report_marketplace_code": None}
    there = {**TEA, "department_name": None, "report_marketplace_code": "US"}
    assert content(spark, here).content_hash != content(spark, there).content_hash


def test_without_rows_there_is_no_hash_and_no_day(spark):
    assert tuple(content(spark)) == (0, None, None, None)
