"""The page of the model's benchmark: whose settings, what is pooled, weekly against daily, and what was reached."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pandas as pd
import pytest

from benchmarks.model.aims import MILLION, aims
from benchmarks.model.grains import weekly_against_daily
from benchmarks.model.pooled import with_backtest
from benchmarks.model.results import DAILY, WEEKLY, Results
from benchmarks.model.table import as_markdown

SUNDAY = date(2024, 12, 1)
WORLD = {"terms": 480, "seed": 11}
CHOSEN = {"ridge": 1e-7, "knot_ranks": [3, 10]}


def held(share: float, *, low_high=None, labels: int | None = None) -> dict:
    return {"share": share, "range": low_high, "labels": labels, "days": labels}


def contest(name: str = DAILY, model: str = "headrace", **cells) -> dict:
    interval = {
        "width": 0.25,
        "test": held(0.8, low_high=[0.77, 0.81], labels=90),
        "season": held(0.9, labels=5),
        "folds": held(0.8),
        "folds_season": None,
    }
    own = {
        "intervals": {"80": interval, "95": {**interval, "folds": held(0.95)}},
        "order_violations": 0,
        "folds_wape": 0.07,
        "folds_bias": -0.01,
        "settings": CHOSEN,
        "settings_of": "folds",
        "tried": 99,
        "tuning_rows_at_most": 100_000,
        "fitted_rows": 1_000_000,
        "seconds": {"train with backtest": 300.0, "of these to fit on all labels": 120.0},
        "refusal": None,
    }
    errors = {
        "labels": 100,
        "without_estimate": 0,
        "wape": 0.085,
        "season_wape": 0.09,
        "mdape": 0.07,
        "rmsle": 0.1,
        "bias": -0.03,
        "rises": 0,
        "wall_seconds": 400.0,
        "cpu_seconds": 500.0,
        "peak_mebibytes": 3072.0,
    }
    return {"set": name, "title": name, "model": model, **errors, **(own if model == "headrace" else {}), **cells}


def results(tmp_path, *contests: dict, **said) -> Results:
    return Results(tmp_path, WORLD, contests=list(contests), **said)


def reached(found: Results) -> dict[str, str]:
    return {aim.name: aim.reached for aim in aims(found)}


@pytest.mark.parametrize(
    ("name", "given", "contests", "settings", "whose"),
    [
        pytest.param(DAILY, None, [], None, "folds", id="the daily set's folds choose"),
        pytest.param(WEEKLY, None, [contest()], CHOSEN, "settings of the daily set", id="weekly takes the daily set's"),
        pytest.param(WEEKLY, None, [], None, "folds", id="without a daily set the weekly set's folds choose"),
        pytest.param(WEEKLY, None, [contest(model="lightgbm")], None, "folds", id="a peer's settings are none"),
        pytest.param(WEEKLY, '{"ridge": 1}', [contest()], {"ridge": 1}, "given", id="given settings come first"),
        pytest.param("pypi_32", None, [contest()], None, "folds", id="packages choose their own"),
    ],
)
def test_whose_settings(tmp_path, name, given, contests, settings, whose):
    found, told = results(tmp_path, *contests).settings_for(name, given)
    assert (found and json.loads(found), told) == (settings, whose)


def test_a_stopped_run_goes_on_with_the_settings_that_it_found(tmp_path):
    results(tmp_path, contest(), scoring=[{"rows": 7}]).write()
    found = Results.resumed(tmp_path, WORLD)
    assert found.has(DAILY)
    assert found.scoring == [{"rows": 7}]
    assert json.loads(found.settings_for(WEEKLY, None)[0] or "") == CHOSEN


def test_nothing_to_go_on_with_is_a_beginning(tmp_path):
    assert Results.resumed(tmp_path, WORLD).contests == []


def test_results_of_another_world_do_not_go_on(tmp_path):
    results(tmp_path).write()
    with pytest.raises(SystemExit, match=r"found results of .*480.*, asked for .*24"):
        Results.resumed(tmp_path, {"terms": 24, "seed": 11})


def test_a_new_model_has_not_scored_yet(tmp_path):
    found = results(tmp_path, scoring=[{"rows": 7}])
    found.add(contest("pypi_32"))
    assert found.scoring == [{"rows": 7}]
    found.add(contest())
    assert found.scoring == []


def test_pooled_coverage_is_that_of_all_folds_and_of_their_season():
    row = {"model_name": "headrace", "fold_name": "folds", "wape_ratio": 0.07, "bias_ratio": 0.01}
    row |= {"cut_name": "all", "cut_value": "all", "order_violation_count": None}
    row |= {"coverage_80_ratio": 0.8, "coverage_95_ratio": None}
    season = {**row, "cut_name": "season", "cut_value": "season", "coverage_80_ratio": 0.7}
    rest = {**season, "cut_value": "rest of the year", "coverage_80_ratio": 0.1}
    test = {**row, "fold_name": "test", "coverage_80_ratio": 0.2, "order_violation_count": 3, "wape_ratio": 0.9}
    fold, rival = {**test, "fold_name": "2022-10-01"}, {**row, "model_name": "log_log_line", "coverage_80_ratio": 0.3}
    found = with_backtest(
        {"intervals": {"80": {"width": 1}, "95": {}}},
        pd.DataFrame([fold, rival, rest, season, test, row]),
        {"folds_ranges": {"80": [0.78, 0.82]}},
    )
    assert found["intervals"] == {
        "80": {"width": 1, "folds": {**held(0.8), "range": [0.78, 0.82]}, "folds_season": held(0.7)},
        "95": {"folds": None, "folds_season": None},
    }
    assert (found["order_violations"], found["folds_wape"], found["folds_bias"]) == (3, 0.07, 0.01)


def labels(*searches: int, first_on: date = SUNDAY, column: str = "search_count") -> pd.DataFrame:
    days = pd.to_datetime([first_on + timedelta(n) for n in range(len(searches))])
    key = {"marketplace_code": "US", "department_name": "all", "term": "a", "ranked_on": days}
    return pd.DataFrame({**key, column: [float(n) for n in searches]})


def test_weekly_against_daily_on_days_and_on_whole_weeks():
    """Eight days from a Sunday: errors of +1 and -1 make the whole week right; the eighth day has no whole week."""
    daily = labels(10, 10, 10, 10, 10, 10, 11, 10, column="estimate")
    weekly = labels(11, 9, 11, 9, 10, 10, 10, column="estimate")
    found = weekly_against_daily(labels(*[10] * 8), daily, weekly)
    assert found["days"] == {"labels": 8, "daily": pytest.approx(1 / 80), "weekly": pytest.approx(14 / 80)}
    assert found["weeks"] == {"labels": 1, "daily": pytest.approx(1 / 70), "weekly": 0.0}
    assert found["season"] == found["days"]


def test_seven_days_that_are_no_week_are_not_summed():
    days = {"first_on": SUNDAY + timedelta(1)}
    estimates = labels(*[1] * 7, column="estimate", **days)
    assert weekly_against_daily(labels(*[1] * 7, **days), estimates, estimates)["weeks"] is None


def test_days_out_of_season_have_none():
    days = {"first_on": date(2025, 1, 5)}
    estimates = labels(1, column="estimate", **days)
    assert weekly_against_daily(labels(1, **days), estimates, estimates)["season"] is None


def test_without_results_nothing_is_said_to_be_reached(tmp_path):
    assert set(reached(results(tmp_path)).values()) == {"not measured"}


def test_aims_are_reached_at_their_figures(tmp_path):
    rival = {"wape": 0.0851}
    packages = [
        contest(name, model, **(rival if model != "headrace" else {}))
        for name in ("pypi_32", "pypi_62")
        for model in ("headrace", "last_known", "lightgbm", "lightgbm_monotone")
    ]
    scoring = [
        {"rows": 1_000_000, "label_seconds": 4.0, "score_seconds": 6.0, "peak_mebibytes": 1000.0},
        {"rows": 10_000_000, "label_seconds": 50.0, "score_seconds": 50.0, "peak_mebibytes": 1100.0},
    ]
    grains = {part: {"labels": 9, "daily": 0.1, "weekly": 0.11} for part in ("days", "season", "weeks")}
    found = results(tmp_path, contest(), contest(WEEKLY), *packages, scoring=scoring, grains=grains)
    assert {name for name, said in reached(found).items() if said != "yes"} == set()


@pytest.mark.parametrize(
    ("cells", "missed"),
    [
        ({"wape": 0.0851}, "generator: WAPE 0.085 or less"),
        ({"season_wape": 0.0901}, "generator: WAPE in season 0.09 or less"),
        ({"bias": 0.031}, "generator: bias within 3 %"),
        ({"bias": -0.031}, "generator: bias within 3 %"),
        ({"rises": 1}, "no estimate that rises with rank"),
        ({"order_violations": 1}, "no estimate that rises with rank"),
        ({"peak_mebibytes": 3073.0}, "in 3 GB (3,072 MiB)"),
        (
            {"seconds": {"of these to fit on all labels": 121.0, "train with backtest": 300.0}},
            "a million rows fitted once in 120 s or less",
        ),
    ],
)
def test_an_aim_is_missed(tmp_path, cells, missed):
    said = reached(results(tmp_path, contest(**cells)))
    assert [name for name, told in said.items() if told == "**no**"] == [missed]


@pytest.mark.parametrize(
    ("rows", "seconds", "mebibytes", "speed", "memory"),
    [
        pytest.param(MILLION, 101.0, 1100.0, "**no**", "yes", id="slow"),
        pytest.param(MILLION, 99.0, 1101.0, "yes", "**no**", id="growing"),
        pytest.param(999_999, 1.0, 1.0, "not measured", "not measured", id="too few"),
    ],
)
def test_speed_and_memory_of_scoring(tmp_path, rows, seconds, mebibytes, speed, memory):
    least = {"rows": rows, "label_seconds": 1.0, "score_seconds": 1.0, "peak_mebibytes": 1000.0}
    most = {**least, "rows": 10 * rows, "label_seconds": seconds - 1, "peak_mebibytes": mebibytes}
    said = reached(results(tmp_path, scoring=[most, least]))
    titles = f"100,000 rows scored a second: {10 * rows if rows == MILLION else rows:,} rows", "memory does not grow"
    assert [next(told for name, told in said.items() if name.startswith(title)) for title in titles] == [speed, memory]


def test_fewer_than_a_million_rows_say_nothing_of_a_million(tmp_path):
    said = reached(results(tmp_path, contest(fitted_rows=999_999)))
    assert said["a million rows fitted once in 120 s or less"] == said["in 3 GB (3,072 MiB)"] == "not measured"


@pytest.mark.parametrize(
    ("level", "part", "share", "told"),
    [
        ("80", "folds", 0.759, "**no**"),
        ("80", "folds", 0.841, "**no**"),
        ("95", "folds", 0.929, "**no**"),
        ("95", "folds", 0.971, "**no**"),
        ("80", "season", 0.749, "**no**"),
        ("80", "folds_season", 0.749, "**no**"),
        ("95", "season", 0.899, "**no**"),
        ("95", "season", 1.0, "yes"),
    ],
)
def test_coverage_is_reached_pooled_and_in_season(tmp_path, level, part, share, told):
    own = contest()
    own["intervals"][level] = {**own["intervals"][level], part: held(share)}
    said = reached(results(tmp_path, own))
    pooled = {
        "80": "generator: 80 % held 76% to 84%, pooled over the origins",
        "95": "generator: 95 % held 93% to 97%, pooled over the origins",
    }
    season = {"80": "generator: 80 % in season held 75% or more", "95": "generator: 95 % in season held 90% or more"}
    assert said[(pooled if part == "folds" else season)[level]] == told


def test_better_than_lightgbm_is_better_than_both_of_it(tmp_path):
    own = [contest("pypi_32"), contest("pypi_32", "lightgbm", wape=0.1)]
    name = "pypi_32: better than LightGBM"
    assert reached(results(tmp_path, *own))[name] == "not measured"
    tied = contest("pypi_32", "lightgbm_monotone", wape=0.085)
    assert reached(results(tmp_path, *own, tied))[name] == "**no**"


def test_the_page_says_coverage_with_and_without_a_range_and_how_each_was_tuned(tmp_path):
    of = {"settings": {"num_leaves": 31}, "tried": 4, "tuning_rows_at_most": 60_000, "fitted_rows": 967_000}
    peers = [contest(model="log_log_line", season_wape=None), contest(model="lightgbm", without_estimate=3, **of)]
    weekly = contest(WEEKLY, settings_of="settings of the daily set", tried=0, refusal="too wide")
    page = as_markdown(results(tmp_path, *peers, contest(), weekly)).splitlines()
    assert (
        "| headrace | 0.0850 | 0.0900 | 0.0700 | 0.1000 | -3.00% | 0 | 80.0% | 80.0% | 25% | 25% | 400 | 500 | 3,072 |"
        in page
    )
    assert "| log_log_line | 0.0850 |  | 0.0700 | 0.1000 | -3.00% | 0 |  |  |  |  | 400 | 500 | 3,072 |" in page
    assert "The commands took 27 minutes in all. The generator was asked for terms 480 and seed 11." in page
    assert "| pooled over the origins | 80.0% (no range) | 95.0% (no range) |  |  |" in page
    assert "| test period | 80.0% (77.0% to 81.0%) | 80.0% (77.0% to 81.0%) | 90 | 90 |" in page
    tuned = next(line for line in page if line.startswith("* lightgbm: "))
    assert (
        "3 labels have no estimate. `{'num_leaves': 31}`: the best of 4 on the folds, by fits of at most 60,000"
        in tuned
    )
    assert "Fitted on 967,000 rows for the test" in tuned
    own = [line for line in page if line.startswith("* headrace: ")]
    assert "the best of 99 on the folds, by fits of at most 100,000 rows" in own[0]
    assert "Released." in own[0]
    assert "settings of the daily set" in own[1]
    assert "**Not released**: too wide." in own[1]
    assert "folds, by" not in own[1]


def test_the_page_ends_with_the_aims(tmp_path):
    page = as_markdown(results(tmp_path, contest()))
    lines = page[page.index("## Aims") :].splitlines()
    assert lines[2] == "| aim | reached | found |"
    assert "| generator: WAPE 0.085 or less | yes | 0.0850 |" in lines
    assert "| 100,000 rows scored a second | not measured |  |" in lines
