"""One formula, one test, one pair of CSV files in `cases/` that a domain person can read and reckon after."""

from __future__ import annotations

import math
from datetime import date

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ml.drift import population_stability
from ml.intervals import ANY, calibrate, daily_errors, recent_errors, with_bounds
from ml.known import ASKED_ON, known_so_far
from ml.labels import labelled_days
from ml.level_curve import levels, residual_sums, with_level
from ml.metrics import coverage_columns, error_columns
from ml.options import Settings
from ml.smearing import fit_smearing
from tests.unit.ml.frames import RANKS, VOLUMES
from tests.unit.ml.tables import frame, pair, table

ASKED = f"marketplace_code string, {ASKED_ON} date"
US = {"marketplace_code": "US"}


def test_the_level_at_a_rank_is_that_of_its_known_labels_the_newest_counting_most_and_of_those_near_it(
    spark: SparkSession,
) -> None:
    """Asked on 31 March 2024; half-life 10 days. Nodes lie ln 3 apart in ln(rank + 2): at the ranks 1, 7, 25, 79, 241
    and 727. Of a node n nodes away a label counts e^(-n ln 3 / 0.4) = 1 / 3^(2.5 n): 1/15.588, 1/243, then nothing. The
    mean age of the labels is (1 x 0 + 1/2 x 10 + 1 x 20) / 2.5 = 10 days, a half-life, so that a shrinkage of 2 labels
    counts 1."""
    given, expected = pair("level")
    schema = "marketplace_code string, ranked_on date, available_on date, rank long, residual double"
    named = given.rename(columns={"label_on": "ranked_on", "ln_searches_over_base": "residual"}).assign(**US)
    settings = Settings(level_half_life_days=10.0, level_step=math.log(3), level_shrink_count=2.0)
    sums = residual_sums(frame(spark, named, schema), step=settings.level_step)
    day = date(2024, 3, 31)
    found = levels(sums, spark.createDataFrame([("US", day)], ASKED), settings, anchor=day)
    asked = frame(spark, expected.assign(ranked_on=day, **US), "marketplace_code string, ranked_on date, rank long")
    rows = {row["rank"]: row for row in with_level(asked, found, step=settings.level_step).collect()}
    assert {rank: row["ln_level"] for rank, row in rows.items()} == pytest.approx(
        dict(zip(expected["rank"], expected["ln_level"], strict=True)), rel=1e-9
    )
    assert rows[1]["label_age_days"] == pytest.approx(10)
    assert rows[1]["label_count"] == pytest.approx(2.5)


def test_smearing_is_what_the_mean_of_searches_has_over_that_of_logarithms_less_what_a_day_shares(
    spark: SparkSession,
) -> None:
    """Nodes lie at ln((rank + 2) / 3) = 0, 1, 2, ...; a label is divided between the two round it. All labels together
    count for 50 more at each. Of n labels of a day n / (n + 5) of their mean error is the day's."""
    given, expected = pair("smearing")
    named = given.assign(error=given["searches_over_estimate"].map(math.log), ranked_on=given["label_on"], **US)
    found = fit_smearing(frame(spark, named, "marketplace_code string, ranked_on date, rank long, error double"))
    assert list(found[:4]) == pytest.approx(list(expected["ln_smearing"]), rel=1e-9)


@pytest.mark.every_engine
def test_a_conformal_bound_is_a_quantile_of_the_errors_further_out_for_few_days(spark: SparkSession) -> None:
    """Forty errors of ten days, each over its `error_scale_ratio`: -0.20, -0.19, ... 0.19, so that n = 10 and a
    quantile at p is taken at 1/2 + (p - 1/2)(1 + 1/10). The bounds are of an estimate of 1,000 searches."""
    given, expected = pair("conformal")
    made = given.assign(ranked_on=given["label_on"], rank=5, **US)
    schema = "marketplace_code string, ranked_on date, rank long, error double, error_scale_ratio double"
    errors = frame(spark, made, schema).withColumn("event_tokens", F.array().cast("array<string>"))
    calibration = calibrate(errors, usual=0.1)
    [of_all] = [cell for cell in calibration.cells if (cell.bucket, cell.event) == (ANY, ANY)]
    assert (of_all.row_count, of_all.day_count) == (40, 10)
    wanted = dict(zip(expected["bound"], expected.to_dict("records"), strict=True))
    found = dict(zip(("lo_95", "lo_80", "hi_80", "hi_95"), of_all.quantiles, strict=True))
    assert found == pytest.approx({name: row["quantile"] for name, row in wanted.items()}, abs=1e-9)
    one = errors.limit(1).withColumns({"mean": F.lit(1000.0), "error_scale_ratio": F.lit(1.0)})
    bounds = with_bounds(one, calibration, mean="mean", widen=F.lit(1.0)).collect()[0]
    assert {name: bounds[name] for name in wanted} == pytest.approx(
        {name: row["searches"] for name, row in wanted.items()}, rel=1e-9
    )


def test_the_recent_error_is_that_of_the_days_known_so_far_and_of_ten_usual_ones(spark: SparkSession) -> None:
    """A usual error of 0.1; a day counts half for each 30 days of its age, however many labels it has."""
    given, expected = pair("recent_error")
    named = given.rename(columns={"label_on": "ranked_on"}).assign(**US)
    schema = "marketplace_code string, ranked_on date, available_on date, error double"
    asked = frame(spark, expected.assign(**US), ASKED)
    daily = daily_errors(frame(spark, named, schema))
    found = recent_errors(daily, asked, usual_error=0.1, anchor=date(2024, 4, 30)).collect()
    assert {row[ASKED_ON]: row["error_scale_ratio"] for row in found} == pytest.approx(
        dict(zip(expected["asked_on"], expected["error_scale_ratio"], strict=True)), rel=1e-9
    )


def test_population_stability_adds_up_how_far_each_share_has_moved() -> None:
    given, expected = pair("psi")
    shares = [[float(share) for share in given[name]] for name in ("share_at_training", "share_now")]
    for then, now, part in zip(*shares, expected["part_of_psi"], strict=True):
        assert population_stability([then], [now]) == pytest.approx(part, abs=1e-12)
    assert population_stability(*shares) == pytest.approx(sum(expected["part_of_psi"]), abs=1e-12)


def test_the_measures_of_error_and_the_coverage_of_bounds(spark: SparkSession) -> None:
    given, expected = pair("errors")
    schema = "searches double, estimate double, lo_80 double, hi_80 double, lo_95 double, hi_95 double"
    rows = frame(spark, given, schema).withColumnRenamed("searches", "search_count")
    [found] = rows.agg(*error_columns(), *coverage_columns()).collect()
    assert found.asDict() == pytest.approx(dict(zip(expected["measure"], expected["value"], strict=True)), rel=1e-9)


@pytest.mark.every_engine
def test_widths_and_coverage_are_of_the_labels_that_have_an_interval(spark: SparkSession) -> None:
    """Two labels: one of 90 searches estimated at 100 within 80 to 120, one of 300 estimated at 300 without bounds."""
    schema = "search_count double, estimate double, lo_80 double, hi_80 double, lo_95 double, hi_95 double"
    rows = spark.createDataFrame([(90.0, 100.0, 80.0, 120.0, 95.0, 130.0), (300.0, 300.0, *[None] * 4)], schema)
    [found] = rows.agg(*coverage_columns()).collect()
    assert found.asDict() == {
        "bounded_label_count": 1,
        "coverage_80_ratio": 1.0,
        "width_80_ratio": 0.4,
        "coverage_95_ratio": 0.0,
        "width_95_ratio": 0.35,
    }


@pytest.mark.every_engine
def test_a_label_counts_from_the_day_on_which_it_is_known_and_half_as_much_per_half_life(spark: SparkSession) -> None:
    """Half-life 10 days."""
    given, expected = pair("known")
    named = given.rename(columns={"label_on": "ranked_on"}).assign(**US)
    daily = frame(spark, named, "marketplace_code string, ranked_on date, available_on date, searches double")
    asked = frame(spark, expected.assign(**US), ASKED)
    for anchor in (date(2024, 3, 31), date(2024, 5, 1)):
        sums = known_so_far(
            daily, asked, by=["marketplace_code"], sums=["searches"], half_life_days=10.0, anchor=anchor
        )
        assert {row[ASKED_ON]: row["searches"] for row in sums.collect()} == pytest.approx(
            dict(zip(expected["asked_on"], expected["known_searches"], strict=True)), rel=1e-9
        )


@pytest.mark.every_engine
@pytest.mark.parametrize(
    "rule",
    [
        pytest.param("best", id="a label without department belongs to the best rank of its term"),
        pytest.param("all", id="a label without department belongs to the rank in the department named all"),
    ],
)
def test_each_label_has_one_rank_a_day(spark: SparkSession, rule: str) -> None:
    ranks = table("departments_ranks").assign(**US)
    labels = table("departments_labels").assign(
        **US, grain="daily", available_on=date(2024, 3, 20), search_count=lambda rows: rows["searches"]
    )
    days = labelled_days(frame(spark, ranks, RANKS), frame(spark, labels, VOLUMES), department_rule=rule)  # type: ignore[arg-type]
    columns = ["term", "label_department_name", "ranked_on", "department_name", "rank"]
    found = sorted(tuple(row) for row in days.select(*columns, "period_search_count").collect())
    expected = table("departments_expected")
    wanted = expected[expected["rule"] == rule][[*columns, "searches"]]
    assert found == sorted(wanted.itertuples(index=False, name=None))
