from datetime import date, timedelta
from itertools import pairwise

import pytest

from schemas.search import SEARCH_VOLUMES
from tests.frames import curated_frame
from transforms.search.labels import known_labels, without_overlaps

pytestmark = pytest.mark.every_engine


KNOWN_AFTER_DAYS = {"daily": 14, "weekly": 10, "monthly": 49}


def standing(volumes, day):
    return without_overlaps(known_labels(volumes, day)).collect()


def label(grain, start, days, known_after_days=None, term="lip balm", department="beauty", marketplace="US"):
    end = start + timedelta(days=days - 1)
    after = KNOWN_AFTER_DAYS[grain] if known_after_days is None else known_after_days
    return {
        "marketplace_code": marketplace,
        "department_name": department,
        "term": term,
        "grain": grain,
        "period_start_on": start,
        "period_end_on": end,
        "available_on": end + timedelta(days=after),
    }


SUNDAY = date(2024, 3, 3)
DAY, WEEK, MONTH = ("daily", SUNDAY, 1), ("weekly", SUNDAY, 7), ("monthly", date(2024, 3, 1), 31)
LATE_DAYS = [label("daily", SUNDAY + timedelta(days=n), 1) for n in (4, 5, 6)]  # known after their week


@pytest.mark.parametrize(
    ("labels", "standing"),
    [
        pytest.param([label(*WEEK), label(*MONTH)], ["weekly"], id="a week known before its month"),
        pytest.param([label(*DAY), label(*WEEK), label(*MONTH)], ["daily"], id="a day known before both"),
        pytest.param([label(*WEEK), *LATE_DAYS], ["weekly"], id="a week known before its days"),
        pytest.param([label(*WEEK), *LATE_DAYS, label(*DAY)], ["daily"] * 4, id="a week known after one of its days"),
        pytest.param([label(*DAY, 16), label(*WEEK)], ["daily"], id="a week known on the day on which its day is"),
        pytest.param([label(*DAY, 17), label(*WEEK)], ["weekly"], id="a week known one day before its day"),
        pytest.param(
            [label(*DAY, 9), label(*WEEK, 4), label(*MONTH, -25)], ["monthly"], id="a month known before its days"
        ),
        pytest.param(
            [label(*DAY, 9), label(*WEEK, 4), label(*MONTH, -25), label("weekly", date(2024, 3, 31), 7)],
            ["monthly"],
            id="a week that only begins in a month known before it",
        ),
        pytest.param(
            [label("daily", date(2024, 4, 2), 1), label("weekly", date(2024, 3, 31), 7, 20), label(*MONTH, 0)],
            ["daily", "monthly"],
            id="a day of a week that the month before leaves out",
        ),
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
            [label("weekly", SUNDAY, 7), label("weekly", date(2024, 3, 10), 7)], ["weekly"] * 2, id="weeks in a row"
        ),
        pytest.param([], [], id="no label"),
    ],
)
def test_of_overlapping_labels_the_one_known_first_stands(spark, labels, standing):
    found = without_overlaps(curated_frame(spark, SEARCH_VOLUMES, *labels))
    assert found.columns == curated_frame(spark, SEARCH_VOLUMES).columns
    assert sorted(row.grain for row in found.collect()) == standing


def test_what_is_known_later_takes_away_no_label_that_was_known(spark):
    labels = [label(*WEEK), label(*MONTH), *LATE_DAYS, label("daily", date(2024, 3, 20), 1)]
    volumes = curated_frame(spark, SEARCH_VOLUMES, *labels)
    days = [SUNDAY, *sorted({said["available_on"] for said in labels})]
    known = [{(row.grain, row.period_start_on) for row in standing(volumes, day)} for day in days]
    assert all(before <= after for before, after in pairwise(known))
    assert known[0] == set()
    assert known[-1] == {("weekly", SUNDAY), ("daily", date(2024, 3, 20))}
