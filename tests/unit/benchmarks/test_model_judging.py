"""Errors, rises and coverage of the model's benchmark, by hand-made labels."""

from __future__ import annotations

from datetime import date, timedelta
from math import log, sqrt

import numpy as np
import pandas as pd
import pytest

from benchmarks.model.judging import errors, held, judged_labels, rises

DAY = date(2024, 3, 4)
COLUMNS = {"marketplace_code": "US", "department_name": "all", "term": "a", "ranked_on": DAY, "rank": 1}


def judged(*rows: dict) -> pd.DataFrame:
    """Rows of the cells that a test is about; a label of 100 searches, estimated right, each of a rank of its own."""
    made = pd.DataFrame(
        [{**COLUMNS, "rank": n + 1, "search_count": 100.0, "estimate": 100.0, **row} for n, row in enumerate(rows)]
    )
    return made.assign(ranked_on=pd.to_datetime(made["ranked_on"]), estimate=made["estimate"].astype(float))


def test_a_missing_estimate_is_an_error_of_all_its_searches_and_is_counted():
    found = errors(judged({"estimate": None}, {"estimate": 110}))
    assert (found["labels"], found["without_estimate"]) == (2, 1)
    assert found["wape"] == pytest.approx(110 / 200)
    assert found["mdape"] == pytest.approx((1 + 0.1) / 2)
    assert found["bias"] == pytest.approx(110 / 200 - 1)
    assert found["rmsle"] == pytest.approx(sqrt((log(101) ** 2 + log(111 / 101) ** 2) / 2))


def test_the_season_is_from_20_november_through_31_december():
    outside = [{"ranked_on": date(2024, 11, 19), "estimate": 0}, {"ranked_on": date(2025, 1, 1), "estimate": 0}]
    inside = [{"ranked_on": date(2024, 11, 20), "estimate": 90}, {"ranked_on": date(2024, 12, 31), "estimate": 130}]
    assert errors(judged(*outside, *inside))["season_wape"] == pytest.approx(40 / 200)


def test_a_season_without_a_label_has_no_error_and_no_coverage():
    found = errors(judged({"lo_80": 90, "hi_80": 110, "lo_95": 80, "hi_95": 120}))
    assert found["season_wape"] is None
    assert [found["intervals"][level]["season"] for level in ("80", "95")] == [None, None]


def test_who_has_no_bounds_has_no_intervals():
    assert "intervals" not in errors(judged({}))


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        pytest.param([{"estimate": 9}, {"estimate": 8}, {"estimate": 8}], 0, id="falling, and equal, is no rise"),
        pytest.param([{"estimate": 8}, {"estimate": 9}, {"estimate": 8.5}], 1, id="only the next better rank counts"),
        pytest.param([{"rank": 5, "estimate": 8}, {"rank": 5, "estimate": 9}], 0, id="a tie is no better rank"),
        pytest.param([{"rank": 5, "estimate": 9}, {"rank": 5, "estimate": 8}], 0, id="a tie, the other way round"),
        pytest.param(
            [{"rank": 5, "estimate": 9}, {"rank": 5, "estimate": 7}, {"rank": 6, "estimate": 8}],
            1,
            id="after a tie the least of it counts",
        ),
        pytest.param(
            [{"rank": 1, "estimate": 7}, {"rank": 2, "estimate": 8}, {"rank": 2, "estimate": 8}], 2, id="a tie rises"
        ),
        pytest.param([{"rank": 9, "estimate": 9}, {"rank": 3, "estimate": 8}], 1, id="rows in any order"),
        pytest.param([{"estimate": 8}, {"estimate": None}, {"estimate": 7}], 0, id="a missing estimate is not 0"),
        pytest.param([{"estimate": 8}, {"marketplace_code": "UK", "estimate": 9}], 0, id="another marketplace"),
        pytest.param([{"estimate": 8}, {"department_name": "toys", "estimate": 9}], 0, id="another department"),
        pytest.param([{"estimate": 8}, {"ranked_on": DAY + timedelta(1), "estimate": 9}], 0, id="another day"),
        pytest.param(
            [{"department_name": None, "estimate": 8}, {"department_name": None, "estimate": 9}, {"estimate": 7}],
            1,
            id="a list without a department is a list",
        ),
    ],
)
def test_rises_are_counted_within_a_list(rows, count):
    assert rises(judged(*rows)) == count


def test_coverage_is_over_labels_with_both_bounds_and_says_how_many():
    both = {"lo_80": 90, "hi_80": 110, "lo_95": 80, "hi_95": 120}
    found = errors(
        judged(
            {**both, "search_count": 90},
            {**both, "search_count": 120},
            {**both, "lo_95": None, "hi_95": None, "search_count": 110},
            {"lo_80": None, "hi_80": None, "lo_95": None, "hi_95": None, "estimate": None},
        )
    )["intervals"]
    assert found["80"]["test"] == {"share": pytest.approx(2 / 3), "range": None, "labels": 3, "days": 1}
    assert found["95"]["test"] == {"share": 1.0, "range": None, "labels": 2, "days": 1}
    assert (found["80"]["width"], found["95"]["width"]) == (pytest.approx(0.2), pytest.approx(0.4))


def test_of_bounds_that_are_all_null_nothing_is_said():
    nothing = dict.fromkeys(("lo_80", "hi_80", "lo_95", "hi_95"))
    found = errors(judged(nothing, nothing))["intervals"]
    assert found["80"] == found["95"] == {"width": None, "test": None, "season": None}


@pytest.mark.parametrize(("days", "is_ranged"), [(7, False), (8, True), (28, True)])
def test_more_days_than_a_block_have_a_range(days, is_ranged):
    hits = np.random.default_rng(4).random(days) < 0.5
    rows = [
        {"ranked_on": DAY + timedelta(n), "lo_80": 90, "hi_80": 110, "search_count": 100 if hit else 200}
        for n, hit in enumerate(hits)
    ]
    found = held(judged(*rows), 80)
    assert found is not None
    assert found["share"] == hits.mean()
    assert (found["range"] is not None) == is_ranged
    if is_ranged:
        low, high = found["range"]
        assert low <= hits.mean() <= high
        assert low < high


def test_days_of_a_range_are_in_order_and_of_all_labels():
    """The first week held, the second did not: no block of 7 days of the 14 can be both whole weeks."""
    weeks = [
        {"ranked_on": DAY + timedelta(n), "lo_80": 1, "hi_80": 9, "search_count": 5 + 9 * (n > 6)} for n in range(14)
    ]
    low_high = [held(judged(*order), 80)["range"] for order in (weeks, weeks[::-1])]
    assert low_high[0] == low_high[1]
    assert low_high[0] == [pytest.approx(0, abs=0.15), pytest.approx(1, abs=0.15)]


def test_a_label_keeps_its_rank_and_has_an_estimate_or_none():
    labels = judged({"term": "a"}, {"term": "b"}).drop(columns="estimate")
    estimates = judged({"term": "b", "rank": 7, "estimate": 5})[[*COLUMNS, "estimate"]]
    found = judged_labels(labels, estimates)
    assert found["rank"].tolist() == [1, 2]
    assert found["estimate"].isna().tolist() == [True, False]


def test_two_estimates_of_a_label_are_an_error():
    twice = judged({"term": "a"}, {"term": "a"})[[*COLUMNS, "estimate"]]
    with pytest.raises(pd.errors.MergeError):
        judged_labels(judged({"term": "a"}).drop(columns="estimate"), twice)
