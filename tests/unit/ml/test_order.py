"""Pool adjacent violators, against cases by hand and scikit-learn."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from ml.order import count_violations, falling, ordered_lists, whole_lists, with_order
from tests.unit.ml.frames import DAY, RANKS

CASES = Path(__file__).with_name("cases")
isotonic = pytest.importorskip("sklearn.isotonic")


@pytest.mark.parametrize(
    ("values", "weights", "expected"),
    [
        pytest.param([], [], [], id="nothing stays nothing"),
        pytest.param([5], [1], [5], id="one value stays"),
        pytest.param([3, 2, 1], [1, 1, 1], [3, 2, 1], id="what falls stays"),
        pytest.param([2, 2], [1, 1], [2, 2], id="a tie stays"),
        pytest.param([1, 3], [1, 1], [2, 2], id="two that rise share their mean"),
        pytest.param([1, 4], [2, 1], [2, 2], id="the mean is weighted"),
        pytest.param([1, 2, 3], [1, 1, 1], [2, 2, 2], id="a whole run that rises is one block"),
        pytest.param([4, 1, 3, 2.5], [1, 1, 1, 1], [4, 6.5 / 3, 6.5 / 3, 6.5 / 3], id="a pooled block pools on"),
    ],
)
def test_by_hand(values: list[float], weights: list[float], expected: list[float]) -> None:
    found = falling(np.array(values, dtype=float), np.array(weights, dtype=float))
    np.testing.assert_allclose(found, expected)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0.5, 50)), min_size=1, max_size=60))
def test_equals_scikit_learn(cells: list[tuple[float, float]]) -> None:
    values, weights = (np.array(column) for column in zip(*cells, strict=True))
    expected = isotonic.isotonic_regression(values, sample_weight=weights, increasing=False)
    found = falling(values, weights)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose((found * weights).sum(), (values * weights).sum(), rtol=1e-9, atol=1e-6)


def test_where_another_sequence_begins_it_may_rise() -> None:
    values, begins = np.array([1.0, 3.0, 9.0, 2.0, 8.0]), np.array([True, False, True, False, False])
    np.testing.assert_allclose(falling(values, np.ones(5), begins), [2, 2, 9, 5, 5])
    np.testing.assert_allclose(falling(values, np.ones(5), np.ones(5, dtype=bool)), values)


@given(st.lists(st.integers(0, 3), max_size=40), st.lists(st.integers(1, 7), min_size=1, max_size=12))
def test_no_list_is_divided_however_its_rows_are_batched(lists: list[int], sizes: list[int]) -> None:
    table = pa.table(
        {
            "marketplace_code": pa.array(["US"] * len(lists), pa.string()),
            "department_name": pa.array([f"d{n // 2}" for n in sorted(lists)], pa.string()),
            "ranked_on": pa.array([DAY + timedelta(n % 2) for n in sorted(lists)], pa.date32()),
            "place": pa.array(range(len(lists)), pa.int64()),
        }
    )
    batches, begin = [], 0
    for size in itertools.cycle(sizes):
        if begin >= len(lists):
            break
        batches += [*table.slice(begin, size).to_batches(), *table.slice(0, 0).to_batches()]
        begin += size
    parts = list(whole_lists(batches))
    assert [place for part in parts for place in part["place"].to_pylist()] == list(range(len(lists)))
    ends = [{(row["department_name"], row["ranked_on"]) for row in part.to_pylist()} for part in parts]
    assert all(one.isdisjoint(other) for one, other in itertools.combinations(ends, 2))


@pytest.mark.every_engine
def test_each_list_is_ordered_and_its_ties_have_one_value(spark: SparkSession) -> None:
    rows = [
        ("US", "all", "a", DAY, 1, 10.0, 5.0),
        ("US", "all", "b", DAY, 2, 13.0, 6.0),
        ("US", "all", "c", DAY, 2, 15.0, 6.0),
        ("US", "all", "d", DAY, 3, 1.0, 0.5),
        ("US", "toys", "a", DAY, 1, 1.0, 0.5),  # another list: 1 at the first rank, though `all` has more at the second
        ("US", "toys", "b", DAY, 2, None, None),
    ]
    schema = f"{RANKS}, mean double, lo double"
    frame = spark.createDataFrame(rows, schema)
    assert (
        count_violations(frame, ["mean", "lo"], day="ranked_on") == 3
    )  # by mean b over a and c over b, by lo b over a
    ordered = with_order(frame, ["mean", "lo"])
    found = {(r["department_name"], r["term"]): (r["mean"], r["lo"]) for r in ordered.collect()}
    assert sorted(r["term"] for r in ordered.where("is_tied").collect()) == ["b", "c"]
    pooled = (10.0 + 13.0 + 15.0) / 3
    low = (5.0 + 6.0 + 6.0) / 3
    assert found["toys", "b"] == (None, None)
    assert found["toys", "a"] == (1.0, 0.5)
    assert found["all", "d"] == (1.0, 0.5)
    for term in "abc":
        assert found["all", term] == pytest.approx((pooled, low))
    assert count_violations(ordered, ["mean", "lo"], day="ranked_on") == 0


def test_the_scenario_that_a_person_can_read(spark: SparkSession) -> None:
    scenario, expected = (pd.read_csv(CASES / f"order_{name}.csv") for name in ("scenario", "expected"))
    scenario = scenario.astype({"searches_before_order": float})
    frame = spark.createDataFrame(scenario.assign(marketplace_code="US", ranked_on=DAY))
    found = with_order(frame, ["searches_before_order"]).toPandas().set_index(["department_name", "term"])
    wanted = expected.set_index(["department_name", "term"])["searches_in_order"]
    pd.testing.assert_series_equal(found["searches_before_order"].loc[wanted.index], wanted, check_names=False)


@given(st.data())
def test_bounds_never_cross_the_mean_and_still_fall(data: st.DataObject) -> None:
    """Drawn each alone, so that they cross by more than a last bit."""
    size = data.draw(st.integers(1, 30))
    tenths = st.lists(st.integers(1, 9), min_size=size, max_size=size)
    columns = {name: np.array(data.draw(tenths)) / 30 for name in ("mean", "lo", "hi")}
    places = {"marketplace_code": ["US"] * size, "department_name": ["all"] * size, "ranked_on": [DAY] * size}
    table = pa.table({**places, "rank": list(range(1, size + 1)), **columns})
    found = ordered_lists(table, ["mean", "lo", "hi"], ["mean", "lo"], ["mean", "hi"])
    lo, held, hi = (found[name].to_numpy() for name in ("lo", "mean", "hi"))
    assert (lo <= held).all()
    assert (held <= hi).all()
    assert all((np.diff(values) <= 0).all() for values in (lo, held, hi))


def test_bounds_that_pooling_leaves_across_are_held_at_their_neighbour(spark: SparkSession) -> None:
    """Given across, so that the outcome does not hang on a rounding: each bound is held at the column before it."""
    rows = [("US", "all", "a", DAY, 1, 10.0, 12.0, 11.0, 9.0, 8.0), ("US", "all", "b", DAY, 2, *[None] * 5)]
    names = ["mean", "lo_80", "lo_95", "hi_80", "hi_95"]
    frame = spark.createDataFrame(rows, ", ".join([RANKS, *(f"{name} double" for name in names)]))
    ordered = with_order(frame, names, below=["lo_80", "lo_95"], above=["hi_80", "hi_95"]).orderBy("rank").collect()
    assert [[r[name] for name in names] for r in ordered] == [[10.0] * 5, [None] * 5]
