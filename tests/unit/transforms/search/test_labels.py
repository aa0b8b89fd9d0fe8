from datetime import date, timedelta
from itertools import pairwise

import pytest

from schemas.search import SEARCH_VOLUMES
from tests.frames import curated_frame
from transforms.search.labels import known_labels, without_overlaps

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


CASES = {
    "a week known before its month": ([label(*WEEK), label(*MONTH)], ["weekly"]),
    "a day known before both": ([label(*DAY), label(*WEEK), label(*MONTH)], ["daily"]),
    "a week known before its days": ([label(*WEEK), *LATE_DAYS], ["weekly"]),
    "a week known after one of its days": ([label(*WEEK), *LATE_DAYS, label(*DAY)], ["daily"] * 4),
    "a week known on the day on which its day is": ([label(*DAY, 16), label(*WEEK)], ["daily"]),
    "a week known one day before its day": ([label(*DAY, 17), label(*WEEK)], ["weekly"]),
    "a month known before its days": ([label(*DAY, 9), label(*WEEK, 4), label(*MONTH, -25)], ["monthly"]),
    "a week that only begins in a month known before it": (
        [label(*DAY, 9), label(*WEEK, 4), label(*MONTH, -25), label("weekly", date(2024, 3, 31), 7)],
        ["monthly"],
    ),
    "a day of a week that the month before leaves out": (
        [label("daily", date(2024, 4, 2), 1), label("weekly", date(2024, 3, 31), 7, 20), label(*MONTH, 0)],
        ["daily", "monthly"],
    ),
    "a day of another week": ([label(*DAY), label("weekly", date(2024, 3, 10), 7)], ["daily", "weekly"]),
    "a week that only begins in it": ([label("weekly", date(2024, 3, 31), 7), label(*MONTH)], ["weekly"]),
    "another term": ([label(*DAY), label(*WEEK, term="soap")], ["daily", "weekly"]),
    "another marketplace": ([label(*DAY), label(*WEEK, marketplace="UK")], ["daily", "weekly"]),
    "over all departments": ([label(*DAY, department=None), label(*WEEK, department=None)], ["daily"]),
    "all departments and one": ([label(*DAY, department=None), label(*WEEK)], ["daily", "weekly"]),
    "weeks in a row": ([label("weekly", SUNDAY, 7), label("weekly", date(2024, 3, 10), 7)], ["weekly"] * 2),
}


@pytest.fixture(scope="module")
def found(spark):
    """The grains that stand, by case: each has terms of its own."""
    labels = [cells | {"term": f"{case}/{cells['term']}"} for case, (told, _) in CASES.items() for cells in told]
    rows = without_overlaps(curated_frame(spark, SEARCH_VOLUMES, *labels))
    assert rows.columns == curated_frame(spark, SEARCH_VOLUMES).columns
    grains = {case: [] for case in CASES}
    for row in rows.collect():
        grains[row.term.split("/")[0]].append(row.grain)
    return grains


@pytest.mark.every_engine
@pytest.mark.parametrize("case", CASES)
def test_of_overlapping_labels_the_one_known_first_stands(found, case):
    assert sorted(found[case]) == CASES[case][1]


@pytest.mark.every_engine
def test_of_no_labels_none_stands(spark):
    assert without_overlaps(curated_frame(spark, SEARCH_VOLUMES)).collect() == []


def test_what_is_known_later_takes_away_no_label_that_was_known(spark):
    labels = [label(*WEEK), label(*MONTH), *LATE_DAYS, label("daily", date(2024, 3, 20), 1)]
    volumes = curated_frame(spark, SEARCH_VOLUMES, *labels)
    days = [SUNDAY, *sorted({said["available_on"] for said in labels})]
    known = [{(row.grain, row.period_start_on) for row in standing(volumes, day)} for day in days]
    assert all(before <= after for before, after in pairwise(known))
    assert known[0] == set()
    assert known[-1] == {("weekly", SUNDAY), ("daily", date(2024, 3, 20))}
