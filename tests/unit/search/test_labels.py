from datetime import date, timedelta

import pytest

from schemas.search import SEARCH_VOLUMES
from tests.frames import curated_frame
from transforms.search.labels import known_labels, without_overlaps

pytestmark = pytest.mark.spark35


def label(grain, start, days, term="lip balm", department="beauty", marketplace="US"):
    return {
        "marketplace_code": marketplace,
        "department_name": department,
        "term": term,
        "grain": grain,
        "period_start_on": start,
        "period_end_on": start + timedelta(days=days - 1),
    }


DAY, WEEK, MONTH = ("daily", date(2024, 3, 6), 1), ("weekly", date(2024, 3, 3), 7), ("monthly", date(2024, 3, 1), 31)


@pytest.mark.parametrize(
    ("labels", "standing"),
    [
        pytest.param([label(*WEEK), label(*MONTH)], ["weekly"], id="a week stands before its month"),
        pytest.param([label(*DAY), label(*WEEK), label(*MONTH)], ["daily"], id="a day before both"),
        pytest.param(
            [label(*DAY), label("weekly", date(2024, 3, 10), 7)], ["daily", "weekly"], id="a day of another week"
        ),
        pytest.param(
            [label("weekly", date(2024, 3, 31), 7), label(*MONTH)], ["weekly"], id="a week that only begins in it"
        ),
        pytest.param([label(*DAY), label(*WEEK, term="soap")], ["daily", "weekly"], id="another term"),
        pytest.param([label(*DAY), label(*WEEK, marketplace="UK")], ["daily", "weekly"], id="another marketplace"),
        pytest.param(
            [label(*DAY, department=None), label(*WEEK, department=None)], ["daily"], id="over all departments"
        ),
        pytest.param([label(*DAY, department=None), label(*WEEK)], ["daily", "weekly"], id="all departments and one"),
        pytest.param(
            [label("weekly", date(2024, 3, 3), 7), label("weekly", date(2024, 3, 10), 7)],
            ["weekly"] * 2,
            id="weeks in a row",
        ),
        pytest.param([], [], id="no label"),
    ],
)
def test_of_overlapping_labels_the_finest_stands(spark, labels, standing):
    found = without_overlaps(curated_frame(spark, SEARCH_VOLUMES, *labels))
    assert found.columns == curated_frame(spark, SEARCH_VOLUMES).columns
    assert sorted(row.grain for row in found.collect()) == standing


def test_a_label_that_is_not_known_yet_takes_none_away(spark):
    week = {**label(*WEEK), "available_on": date(2024, 3, 19)}
    day = {**label(*DAY), "available_on": date(2024, 3, 20)}
    volumes = curated_frame(spark, SEARCH_VOLUMES, week, day)
    known = {n: known_labels(volumes, date(2024, 3, n)).select("grain").collect() for n in (18, 19, 20)}
    assert {n: [row["grain"] for row in rows] for n, rows in known.items()} == {18: [], 19: ["weekly"], 20: ["daily"]}
