"""Train, save, load, score: on a made-up world of one marketplace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ml.artefact import ArtefactError, load, save
from ml.backtest import backtest_test
from ml.card_page import card_page
from ml.event_days import event_days, with_event_days
from ml.folds import Fold, fold_errors, fold_estimates, fold_labels, fold_rows, rolling_folds, with_unseen
from ml.labels import labelled_days
from ml.options import ModelOptions
from ml.order import count_violations
from ml.scoring import BOUNDS, ESTIMATE, score
from ml.training import TrainingResult, train
from schemas.search import SEARCH_VOLUME_BACKTEST, SEARCH_VOLUME_DRIFT, SEARCH_VOLUME_ESTIMATES
from tests.unit.ml.frames import ranks, special_dates, volumes
from tests.unit.ml.world import DAYS, FIRST, LAST, OPTIONS, SETTINGS, TERMS, World, planted, world

COUNTED = ["estimated_search_count", "lo_80_search_count", "hi_80_search_count", "lo_95_search_count"]
ORDERED = ["lo_95_search_count", "lo_80_search_count", ESTIMATE, "hi_80_search_count", "hi_95_search_count"]


@pytest.fixture(scope="module")
def made(spark: SparkSession) -> World:
    return tuple(frame.localCheckpoint() for frame in world(spark))  # type: ignore[return-value]


@pytest.fixture(scope="module")
def trained(made: World) -> TrainingResult:
    return train(*made, OPTIONS)


@pytest.mark.proof
def test_it_is_released_with_a_backtest_that_beats_its_rivals(trained: TrainingResult) -> None:
    assert trained.refusal is None
    assert trained.model is not None
    assert (trained.model.poisson, trained.model.settings.poisson) == (None, False)
    SEARCH_VOLUME_BACKTEST.conform(trained.backtest)
    of_all = trained.backtest.where("cut_name = 'all'").toPandas().set_index(["fold_name", "model_name"])
    for fold in ("2023-07-01", "2023-10-01", "folds", "test"):
        own = of_all.loc[(fold, "headrace")]
        assert own["wape_ratio"] < 0.05
        assert own["wape_ratio"] < of_all.loc[(fold, "log_log_line"), "wape_ratio"]
        assert abs(own["bias_ratio"]) < 0.03
    assert of_all.loc[("test", "headrace"), "order_violation_count"] == 0
    assert trained.card["coverage"]["80"] == of_all.loc[("test", "headrace"), "coverage_80_ratio"]
    page = card_page(trained.card)
    assert "No public pair of Amazon search ranks and volumes exists" in page
    assert "| test | headrace |" in page


@pytest.mark.proof
def test_the_poisson_stage_heals_a_total_that_smearing_misses(spark: SparkSession, tmp_path: Path) -> None:
    """Every tenth day has four times the searches at every rank. The mean of logarithms knows a factor of 4^0.1 = 1.15
    of it, the mean of searches one of 1.3: without the stage the total is 12 % too low."""
    tenth_days = [FIRST + timedelta(n) for n in range(0, DAYS, 10)]
    made = tuple(frame.localCheckpoint() for frame in world(spark, factors=dict.fromkeys(tenth_days, 4.0)))
    told: list[str] = []
    found = train(*made, OPTIONS, tell=told.append)
    [asked] = [line for line in told if line.startswith("Poisson stage")]
    assert -0.15 < float(asked.split()[-1].rstrip("%")) / 100 < -0.08
    own = found.backtest.where("cut_name = 'all' AND model_name = 'headrace' AND fold_name = 'folds'").collect()[0]
    assert abs(own["bias_ratio"]) <= 0.05
    assert "on the folds its total" not in str(found.refusal)
    assert found.model is not None
    assert found.model.settings == SETTINGS.but(poisson=True)
    one_day = ModelOptions(score_from=date(2024, 1, 25), score_through=date(2024, 1, 25))
    save(found.model, f"{tmp_path}/model")
    with_stage, again, without = (
        score(model, *made, one_day).estimates.toPandas().set_index("term").sort_index()
        for model in (found.model, load(spark, f"{tmp_path}/model"), replace(found.model, poisson=None))
    )
    pd.testing.assert_frame_equal(with_stage, again, rtol=1e-9)
    pd.testing.assert_series_equal(with_stage["ln_smearing"], without["ln_smearing"])
    assert set(without["ln_poisson"]) == {0.0}
    assert with_stage["ln_poisson"].mean() == pytest.approx(np.log(1.3 / 1.15), abs=0.04)


@pytest.mark.proof
def test_curves_judged_in_one_pass_have_the_errors_that_each_has_alone(made: World) -> None:
    days = labelled_days(*made[:2], department_rule="best")
    dated = with_event_days(days, event_days(made[2]))
    labelled = with_unseen(dated, OPTIONS, first_origin_on=OPTIONS.origins[0]).localCheckpoint()
    folds = rolling_folds(FIRST, LAST, OPTIONS)
    rows = fold_rows(fold_labels(labelled, folds, SETTINGS, OPTIONS, grains=["daily"]), SETTINGS)
    tried = [SETTINGS, SETTINGS.but(level_half_life_days=4.0), SETTINGS.but(level_step=0.25, trend_share_ratio=1.0)]
    for settings, error in zip(tried, fold_errors(rows, folds, tried, grains=["daily"]), strict=True):
        alone = fold_estimates(rows, folds, settings, grains=["daily"]).where("is_test").toPandas()
        alone["absolute"] = (alone["estimate"] - alone["search_count"]).abs()
        sums = alone.groupby("fold_name")[["absolute", "search_count"]].sum()
        assert len(sums) == 2
        assert error == pytest.approx((sums["absolute"] / sums["search_count"]).mean(), rel=0.02)
    assert len({round(e, 6) for e in fold_errors(rows, folds, tried, grains=["daily"])}) == 3


@pytest.mark.proof
def test_the_level_remembers_all_labels_so_that_old_days_and_marketplaces_that_ended_have_an_age(
    trained: TrainingResult,
) -> None:
    assert trained.model is not None
    first = trained.model.residual_sums.groupBy("marketplace_code").agg(F.min("ranked_on")).collect()
    assert {tuple(row) for row in first} == {("US", FIRST), ("JP", FIRST)}


@pytest.mark.proof
def test_rivals_are_judged_on_the_labels_that_have_an_estimate(trained: TrainingResult, made: World) -> None:
    assert trained.test_estimates is not None
    days = labelled_days(*made[:2], department_rule="best")
    labelled = with_event_days(days, event_days(made[2]))
    refused = F.when(F.dayofmonth("estimated_on") % 2 == 0, "refused").otherwise(F.col("basis"))
    half = trained.test_estimates.withColumn("basis", refused)
    fold = Fold(date(2023, 12, 15), LAST)
    rows = backtest_test(half, labelled, trained.test_estimates, fold, grains=["daily"]).where("cut_name = 'all'")
    by_model = {row["model_name"]: row for row in rows.collect()}
    assert set(by_model) == {"headrace", "log_log_line", "last_known_at_rank"}
    assert len({row["label_count"] for row in by_model.values()}) == 1
    # The line was given the model's own estimates: of the same labels it has the same errors.
    for name in ("wape_ratio", "mdape_ratio", "rmsle", "bias_ratio"):
        assert by_model["log_log_line"][name] == pytest.approx(by_model["headrace"][name], rel=1e-12)


@pytest.mark.proof
def test_the_planted_lift_and_slope_are_recovered(trained: TrainingResult, made: World) -> None:
    """Half as much again on an event's day: ln 1.5 = 0.405, and volume falls by 0.8 ln(rank + 2)."""
    assert trained.model is not None
    lists = ranks(
        made[0].sparkSession,
        *(
            {"term": f"r{r}", "rank": r, "ranked_on": d}
            for r in (20, 200)
            for d in (date(2024, 1, 20), date(2024, 1, 27))
        ),
    )
    found = score(trained.model, lists, made[1], made[2], ModelOptions()).estimates.toPandas()
    ln = np.log(found.set_index(["rank", "estimated_on"])[ESTIMATE])
    for rank in (20, 200):
        assert ln[rank, date(2024, 1, 20)] - ln[rank, date(2024, 1, 27)] == pytest.approx(np.log(1.5), abs=0.06)
    slope = ln[20, date(2024, 1, 27)] - ln[200, date(2024, 1, 27)]
    assert slope == pytest.approx(0.8 * np.log(202 / 22), abs=0.06)


@pytest.mark.proof
@pytest.mark.every_engine
def test_a_saved_model_scores_equal_and_a_day_scored_again_is_the_same(
    trained: TrainingResult, made: World, tmp_path: Path
) -> None:
    assert trained.model is not None
    save(trained.model, f"{tmp_path}/model")
    loaded = load(made[0].sparkSession, f"{tmp_path}/model")
    one_day = ModelOptions(score_from=date(2024, 1, 20), score_through=date(2024, 1, 20))
    several = ModelOptions(score_from=date(2024, 1, 10), score_through=date(2024, 1, 25))
    first = score(trained.model, *made, one_day)
    again = score(loaded, *made, several).estimates.where("estimated_on = DATE'2024-01-20'")
    SEARCH_VOLUME_ESTIMATES.conform(first.estimates)
    SEARCH_VOLUME_DRIFT.conform(first.drift)
    one, two = (f.toPandas().sort_values("term", ignore_index=True) for f in (first.estimates, again))
    assert len(one) == TERMS + 1
    pd.testing.assert_frame_equal(one, two, rtol=1e-9)
    assert (one[ORDERED].diff(axis=1).iloc[:, 1:] >= 0).all().all()
    assert (
        count_violations(first.estimates, [ESTIMATE, *(f"{b}_search_count" for b in BOUNDS)], day="estimated_on") == 0
    )
    broken = replace(trained.model, settings=SETTINGS.but(knot_ranks=(7,)))
    save(broken, f"{tmp_path}/other")
    text = next(Path(f"{tmp_path}/other/model").glob("part-*"))
    text.write_text(text.read_text().replace('"signature": "', '"signature": "x'))
    for crc in Path(f"{tmp_path}/other/model").glob(".part-*"):
        crc.unlink()
    with pytest.raises(ArtefactError, match="train again"):
        load(made[0].sparkSession, f"{tmp_path}/other")


@pytest.mark.proof
def test_drift_of_ranks_is_measured_on_the_run_that_trains_and_coverage_is_not(
    trained: TrainingResult, made: World
) -> None:
    assert trained.model is not None
    day = ModelOptions(score_from=LAST, score_through=LAST)
    lately = F.col("ranked_on") > F.lit(LAST - timedelta(28))
    worse = made[0].withColumn("rank", F.when(lately, F.col("rank") + 50_000).otherwise(F.col("rank")))
    as_trained, drifted = (
        score(trained.model, lists, *made[1:], day).drift.toPandas().set_index(["marketplace_code", "measure_name"])
        for lists in (made[0], worse)
    )
    for code in ("US", "JP"):
        assert as_trained.loc[(code, "coverage_80_shortfall_ratio"), "status"] == "not_measured"
        assert drifted.loc[(code, "labelled_rank_psi"), "measured_value"] > 1
        assert drifted.loc[(code, "labelled_rank_psi"), "status"] == "warn"
    assert as_trained.loc[("US", "labelled_rank_psi"), "status"] == "well"


@pytest.mark.proof
def test_a_label_of_the_future_changes_nothing_before_it_is_known(trained: TrainingResult, made: World) -> None:
    assert trained.model is not None
    spark = made[0].sparkSession
    model = replace(trained.model, known_through=date(2023, 12, 31))
    state = F.col("available_on") <= F.lit(model.known_through)
    model = replace(model, residual_sums=model.residual_sums.where(state), error_days=model.error_days.where(state))
    last, key = LAST, ["estimated_on", "term"]
    days = ModelOptions(score_from=last - timedelta(1), score_through=last)
    _, moved, _ = world(spark, factors={last - timedelta(14): 3.0})  # known on the last day and not before
    before, after = (
        score(model, made[0], labels, made[2], days).estimates.toPandas().set_index(key).sort_index()[ESTIMATE]
        for labels in (made[1], moved)
    )
    pd.testing.assert_series_equal(before.loc[last - timedelta(1)], after.loc[last - timedelta(1)])
    assert (after.loc[last] > before.loc[last] * 1.001).all()


@pytest.mark.proof
def test_a_grain_that_begins_after_the_training_leaves_the_level_where_it_is(
    trained: TrainingResult, made: World
) -> None:
    """The same searches as weeks and as days: a week is not seven days of its sum."""
    assert trained.model is not None
    model = replace(trained.model, known_through=date(2023, 12, 31))
    state = F.col("available_on") <= F.lit(model.known_through)
    model = replace(model, residual_sums=model.residual_sums.where(state), error_days=model.error_days.where(state))
    _, weeks, _ = world(made[0].sparkSession, grain="weekly")
    days = ModelOptions(score_from=LAST, score_through=LAST)
    by_days, by_weeks = (
        score(model, made[0], labels, made[2], days).estimates.toPandas().set_index("term").sort_index()
        for labels in (made[1], weeks)
    )
    assert list(by_weeks["basis"]) == list(by_days["basis"])
    np.testing.assert_allclose(by_weeks[ESTIMATE], by_days[ESTIMATE], rtol=0.05)


@pytest.mark.proof
def test_unseen_marketplaces_are_refused_and_unseen_departments_pooled(trained: TrainingResult, made: World) -> None:
    assert trained.model is not None
    day = date(2024, 1, 27)
    rows = [
        {"ranked_on": day, "rank": 5},
        {"ranked_on": day, "rank": 5, "term": "also fifth"},
        {"ranked_on": day, "department_name": "garden"},
        {"ranked_on": day, "marketplace_code": "FR"},
        {"ranked_on": day, "rank": 900_000, "term": "far"},
    ]
    found = score(trained.model, ranks(made[0].sparkSession, *rows), made[1], made[2]).estimates.toPandas()
    by = found.set_index(["marketplace_code", "department_name", "term"])
    assert by["basis"].to_dict() == {
        ("US", "all", "tea"): "direct",
        ("US", "all", "also fifth"): "direct",
        ("US", "garden", "tea"): "department_pooled",
        ("FR", "all", "tea"): "refused",
        ("US", "all", "far"): "direct",
    }
    assert by["is_tied"].sum() == 2
    assert by.loc[("US", "all", "tea"), ESTIMATE] == by.loc[("US", "all", "also fifth"), ESTIMATE]
    assert by.loc[("US", "all", "far"), "is_extrapolated"]
    assert not by.loc[("US", "all", "tea"), "is_extrapolated"]
    assert by.loc[("FR", "all", "tea"), [*COUNTED, "is_extrapolated"]].isna().all()
    assert by.loc[("US", "garden", "tea"), ESTIMATE] > 0
    assert by.loc[("US", "garden", "tea"), ORDERED[:2] + ORDERED[3:]].isna().all()
    assert by["coverage_80_ratio"].notna().to_dict() == {
        key: key in {("US", "all", "tea"), ("US", "all", "also fifth")} for key in by.index
    }


@pytest.mark.parametrize(
    ("count", "said"),
    [
        pytest.param(0, "no label has a rank of its term", id="no labels"),
        pytest.param(1, "of fewer than 60 days", id="one label only"),
    ],
)
def test_too_few_labels_end_in_a_sentence(spark: SparkSession, count: int, said: str) -> None:
    result = train(ranks(spark, {}), volumes(spark, *[{}] * count), special_dates(spark), OPTIONS)
    assert result.model is None
    assert said in str(result.refusal)
    assert result.card["label_count"] == count
    assert result.backtest.collect() == []


@pytest.mark.proof
def test_a_marketplace_of_one_term_is_estimated_beside_others(trained: TrainingResult, made: World) -> None:
    assert trained.model is not None
    one = ModelOptions(score_from=LAST - timedelta(6), score_through=LAST)
    found = score(trained.model, *made, one).estimates.where("marketplace_code = 'JP'").toPandas()
    assert list(found["basis"]) == ["direct"] * 7
    assert not found["is_tied"].any()
    truth = [np.exp(planted(rank, day)) for rank, day in zip(found["rank"], found["estimated_on"], strict=True)]
    np.testing.assert_allclose(found[ESTIMATE], truth, rtol=0.15)
    assert (found[ORDERED].diff(axis=1).iloc[:, 1:] > 0).all().all()
    assert any(line.startswith("JP has daily labels of 1 term only") for line in trained.card["limits"])


@pytest.mark.proof
def test_a_year_without_the_event_has_no_lift(trained: TrainingResult, made: World) -> None:
    assert trained.model is not None
    spark = made[0].sparkSession
    days = [date(2024, 1, 20), date(2024, 1, 27)]
    lists = ranks(spark, *({"rank": 20, "ranked_on": day} for day in days))
    until_2023 = made[2].where("event_on < DATE'2024-01-01'")
    found = score(trained.model, lists, made[1], until_2023).estimates.toPandas().set_index("estimated_on")[ESTIMATE]
    assert found[days[0]] == pytest.approx(found[days[1]], rel=0.06)
    none = score(trained.model, lists, made[1], special_dates(spark)).estimates.toPandas().set_index("estimated_on")
    pd.testing.assert_series_equal(none[ESTIMATE], found)


@pytest.mark.proof
def test_weekly_labels_only_tell_the_weekday_and_the_total_is_right(spark: SparkSession) -> None:
    """A fifth more on Sundays is planted. Each week has each weekday once: what tells them is which days a term was
    ranked better on. No term of a weekday depends on the rank: such ones took the total off by half."""
    made = world(spark, grain="weekly")
    found = train(*made, replace(OPTIONS, origins=OPTIONS.origins[-1:]))  # one fold: dividing weeks is dear
    assert found.refusal is None
    assert found.model is not None
    words = [word for stage in found.model.base.stages if hasattr(stage, "vocabulary") for word in stage.vocabulary]
    assert "department US toys" in words
    [slopes] = [stage.vocabulary for stage in found.model.base.stages[1:4] if stage.getInputCol() == "slope_tokens"]
    assert not [word for word in slopes if word.startswith("weekday")]
    own = found.backtest.where("model_name = 'headrace' AND cut_name = 'all'").toPandas().set_index("fold_name")
    assert (own["bias_ratio"].abs() < 0.05).all()
    assert set(own.index) == {"2023-10-01", "folds", "test"}
    assert own.loc["folds", "wape_ratio"] == own.loc["2023-10-01", "wape_ratio"]
    assert own["coverage_80_ratio"].notna().to_dict() == {"2023-10-01": False, "folds": False, "test": True}
    weeks = ModelOptions(score_from=LAST - timedelta(27), score_through=LAST)
    estimates = score(found.model, *made, weeks).estimates.toPandas()
    truth = sum(
        np.exp(planted(rank, day)) for rank, day in zip(estimates["rank"], estimates["estimated_on"], strict=True)
    )
    assert estimates[ESTIMATE].sum() == pytest.approx(truth, rel=0.05)
    of_us = estimates[(estimates["marketplace_code"] == "US") & (estimates["department_name"] == "all")]
    off = np.log(of_us[ESTIMATE]) + 0.8 * np.log(of_us["rank"] + 2)
    is_sunday = pd.to_datetime(of_us["estimated_on"]).dt.dayofweek == 6
    assert off[is_sunday].mean() - off[~is_sunday].mean() == pytest.approx(np.log(1.2), abs=0.1)
    assert found.card["grains"] == ["weekly"]
    assert any("that of a day cannot be tested" in line for line in found.card["limits"])
