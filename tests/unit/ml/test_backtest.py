"""What the backtest says of estimates and labels, against pandas and numpy twins."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from ml.backtest import coverage_ranges, summarise, total_bias
from ml.folds import Fold
from schemas.search import SEARCH_VOLUME_BACKTEST

BOUNDS = ("lo_95", "lo_80", "hi_80", "hi_95")
JUDGED = (
    "fold_name string, marketplace_code string, department_name string, ranked_on date, rank long, "
    "event_tokens array<string>, is_unseen boolean, search_count double, estimate double, lo_95 double, lo_80 double, "
    "hi_80 double, hi_95 double"
)
FOLDS = {"autumn": Fold(date(2023, 10, 1), date(2023, 12, 31)), "spring": Fold(date(2024, 4, 1), date(2024, 6, 30))}
# The edges of the season and of the rank buckets, and a rank beyond all of them.
DAYS = [date(2023, 11, 19), date(2023, 11, 20), date(2023, 12, 31), date(2024, 1, 1), date(2024, 4, 2)]
RANKS = [1, 10, 11, 100, 101, 1_000, 1_001, 10_000, 10_001, 400_000]


def judged(seed: int, count: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    actual = np.round(np.exp(rng.uniform(1, 9, count)))
    estimate = actual * np.exp(rng.normal(0.05, 0.2, count))
    found = pd.DataFrame(
        {
            "fold_name": rng.choice(list(FOLDS), count),
            "marketplace_code": rng.choice(["US", "UK"], count),
            "department_name": rng.choice(["all", "toys"], count),
            "ranked_on": rng.choice(DAYS, count),
            "rank": rng.choice(RANKS, count),
            "event_tokens": [["xmas-1"] if near else [] for near in rng.random(count) < 0.3],
            "is_unseen": rng.random(count) < 0.2,
            "search_count": actual,
            "estimate": estimate,
        }
    )
    for name, factor in zip(BOUNDS, (0.7, 0.8, 1.2, 1.3), strict=True):
        found[name] = estimate * factor
    found.loc[0, "lo_80"] = found.loc[0, "hi_80"] = found.loc[0, "search_count"]  # a label on both its bounds
    return found


def spark_frame(spark: SparkSession, rows: pd.DataFrame, schema: str) -> DataFrame:
    cells = rows.astype(object).where(rows.notna(), None)
    return spark.createDataFrame(cells.to_numpy().tolist(), schema)


def twin(rows: pd.DataFrame, *, has_coverage: bool) -> dict[tuple[str, str, str], dict[str, Any]]:
    """By fold, cut and value."""
    season = rows["ranked_on"].map(lambda day: (11, 20) <= (day.month, day.day) <= (12, 31))
    limits = [0, 10, 100, 1_000, 10_000, math.inf]
    names = ["1 to 10", "11 to 100", "101 to 1,000", "1,001 to 10,000", "10,001 and more"]
    cuts = {
        "all": pd.Series("all", rows.index),
        "rank": pd.cut(rows["rank"].astype(float), limits, labels=names).astype(str),
        "season": season.map({True: "season", False: "rest of the year"}),
        "event": rows["event_tokens"].map(lambda tokens: "event" if tokens else "none"),
        "marketplace": rows["marketplace_code"],
        "department": rows["department_name"],
        "terms": rows["is_unseen"].map({True: "unseen", False: "seen"}),
    }
    found = {}
    for fold in (*FOLDS, "folds"):
        of_fold = rows if fold == "folds" else rows[rows["fold_name"] == fold]
        for cut, values in cuts.items():
            for value, part in of_fold.groupby(values.loc[of_fold.index]):
                found[fold, cut, str(value)] = measures(part, has_coverage=has_coverage)
    return found


def measures(part: pd.DataFrame, *, has_coverage: bool) -> dict[str, Any]:
    actual, estimate = part["search_count"].to_numpy(float), part["estimate"].to_numpy(float)
    absolute = np.abs(estimate - actual)
    said = {
        "label_count": len(part),
        "wape_ratio": absolute.sum() / actual.sum(),
        "mdape_ratio": np.sort(absolute / actual)[math.ceil(len(part) / 2) - 1],
        "rmsle": float(np.sqrt(np.mean((np.log(1 + estimate) - np.log(1 + actual)) ** 2))),
        "bias_ratio": estimate.sum() / actual.sum() - 1,
    }
    for level in (80, 95):
        lo, hi = (part[f"{side}_{level}"].to_numpy(float) for side in ("lo", "hi"))
        within = float(np.mean((lo <= actual) & (actual <= hi)))
        said[f"coverage_{level}_ratio"] = within if has_coverage else None
        said[f"width_{level}_ratio"] = (hi - lo).sum() / estimate.sum() if has_coverage else None
    return said


@pytest.mark.every_engine
def test_every_cut_of_every_fold_and_of_all_has_its_measures_and_rivals_have_no_coverage(spark: SparkSession) -> None:
    rows = {"headrace": judged(1), "log_log_line": judged(2)}
    frames = {name: spark_frame(spark, part, JUDGED) for name, part in rows.items()}
    found = summarise(frames, FOLDS, pooled_as="folds")
    SEARCH_VOLUME_BACKTEST.conform(found)
    told = {
        (row["model_name"], row["fold_name"], row["cut_name"], row["cut_value"]): row.asDict()
        for row in found.collect()
    }
    wanted = {
        (name, *key): said
        for name, part in rows.items()
        for key, said in twin(part, has_coverage=name == "headrace").items()
    }
    assert told.keys() == wanted.keys()
    for key, said in wanted.items():
        numbers = {name: value for name, value in said.items() if value is not None}
        assert {name: told[key][name] for name in numbers} == pytest.approx(numbers, rel=1e-9), key
        assert all(told[key][name] is None for name in said.keys() - numbers.keys()), key
    dates = {(row["fold_name"], row["origin_on"], row["test_from_on"], row["test_through_on"]) for row in told.values()}
    assert dates == {
        ("autumn", date(2023, 10, 1), date(2023, 10, 2), date(2023, 12, 31)),
        ("spring", date(2024, 4, 1), date(2024, 4, 2), date(2024, 6, 30)),
        ("folds", None, None, None),
    }


def test_without_a_name_for_all_folds_they_are_not_pooled(spark: SparkSession) -> None:
    found = summarise({"headrace": spark_frame(spark, judged(3, 20), JUDGED)}, FOLDS)
    assert {row["fold_name"] for row in found.collect()} == set(FOLDS)


@pytest.mark.parametrize(
    ("cells", "bias"),
    [
        pytest.param(
            [(110.0, 100.0), (280.0, 300.0)], -10 / 400, id="what is too much makes up for what is too little"
        ),
        pytest.param([(5.0, 4.0), (0.0, 0.0)], 0.25, id="a label of no searches adds its estimate"),
        pytest.param([(5.0, 0.0)], 0.0, id="of no searches at all no share is told"),
        pytest.param([], 0.0, id="without labels there is no bias"),
    ],
)
def test_the_total_bias_is_a_share_of_all_searches(
    spark: SparkSession, cells: list[tuple[float, float]], bias: float
) -> None:
    found = total_bias(spark.createDataFrame(cells, "estimate double, search_count double"))
    assert found == pytest.approx(bias, abs=1e-12)


TEST = Fold(date(2024, 3, 2), date(2024, 8, 17))  # Saturdays: 24 whole weeks from 3 March on
LABELLED = (
    "marketplace_code string, label_department_name string, department_name string, term string, grain string, "
    "period_start_on date, period_day_count int, period_search_count double, ranked_on date, rank long, "
    "event_tokens array<string>"
)
ESTIMATES = (
    "marketplace_code string, department_name string, term string, estimated_on date, basis string, "
    "estimated_search_count double, lo_95_search_count double, lo_80_search_count double, hi_80_search_count double, "
    "hi_95_search_count double"
)


def published(grain: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Labelled days and estimates of five terms from 4 February on. Those of `pooled` have no bounds, `refused` has no
    number; on 20 March no term has bounds, on 21 March `tea` has no rank."""
    rng = np.random.default_rng(7)
    labelled, estimates = [], []
    for term in ("tea", "soap", "pan", "pooled", "refused"):
        for n in range(7 * 30):
            day = date(2024, 2, 4) + timedelta(n)
            if (term, day) == ("tea", date(2024, 3, 21)):
                continue
            start = day - timedelta((day.weekday() + 1) % 7) if grain == "weekly" else day
            # Errors of a week are alike, so that blocks of days are less sure than days.
            shock = np.random.default_rng(n // 7).normal(0, 0.1)
            count = 7 if grain == "weekly" else 1
            searches = 100.0 * count * math.exp(shock + (rng.normal(0, 0.05) if grain == "daily" else 0.0))
            labelled.append(("US", "all", "all", term, grain, start, count, searches, day, 5, []))
            basis = {"pooled": "department_pooled", "refused": "refused"}.get(term, "direct")
            no_bounds = basis != "direct" or day == date(2024, 3, 20)
            bounds = [None] * 4 if no_bounds else [85.0, 92.0, 109.0, 118.0]
            mean = None if basis == "refused" else 100.0
            estimates.append(("US", "all", term, day, basis, mean, *bounds))
    columns = [[part.split()[0] for part in schema.split(", ")] for schema in (LABELLED, ESTIMATES)]
    return pd.DataFrame(labelled, columns=columns[0]), pd.DataFrame(estimates, columns=columns[1])


def ranges_twin(labelled: pd.DataFrame, estimates: pd.DataFrame, level: int, seed: int) -> tuple[float, float]:
    """A label's bounds are those of its days on average, times the days of its period; a label of which no day has
    bounds tells nothing."""
    both = labelled.merge(
        estimates[estimates["basis"] != "refused"].rename(columns={"estimated_on": "ranked_on"}),
        on=["marketplace_code", "department_name", "term", "ranked_on"],
    )
    days = both["period_day_count"].iloc[0]
    through_on = TEST.through_on - timedelta(int(days) - 1)
    both = both[(both["period_start_on"] > TEST.origin_on) & (both["period_start_on"] <= through_on)]
    hits: dict[date, list[bool]] = {}
    for (_, start), label in both.groupby(["term", "period_start_on"]):
        lo, hi = (label[f"{side}_{level}_search_count"].astype(float).mean() for side in ("lo", "hi"))
        if math.isnan(lo):
            continue
        searches = label["period_search_count"].iloc[0]
        hits.setdefault(start, []).append(bool(lo * days <= searches <= hi * days))
    told = [hits[day] for day in sorted(hits)]
    length, draws = min(7, len(told)), np.random.default_rng(seed)
    starts = draws.integers(0, len(told) - length + 1, (1_000, math.ceil(len(told) / length)))
    shares = []
    for row in starts:
        drawn = [told[start + n] for start in row for n in range(length)][: len(told)]
        shares.append(sum(map(sum, drawn)) / sum(map(len, drawn)))
    return float(np.quantile(shares, 0.025)), float(np.quantile(shares, 0.975))


@pytest.mark.parametrize(
    "grain",
    [
        pytest.param("daily", id="blocks of seven days, of labels with bounds"),
        pytest.param("weekly", id="a week's bounds are the sums of its days'"),
    ],
)
def test_coverage_has_the_range_that_resampled_blocks_of_days_give(spark: SparkSession, grain: str) -> None:
    labelled, estimates = published(grain)
    found = coverage_ranges(
        spark_frame(spark, estimates, ESTIMATES), spark_frame(spark, labelled, LABELLED), TEST, grains=[grain], seed=11
    )
    wanted = {str(level): ranges_twin(labelled, estimates, level, 11) for level in (80, 95)}
    assert found.keys() == wanted.keys()
    for level, (low, high) in wanted.items():
        assert low < high
        assert found[level] == pytest.approx((low, high), rel=1e-9)
