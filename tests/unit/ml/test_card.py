"""What the card says in words, and that every part of it stands on the page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pyspark.sql import SparkSession

from ml import STAND_INS
from ml.card import label_counts
from ml.card_page import card_page, card_tables
from ml.intervals import BUCKET_NAMES
from ml.labels import labelled_days
from ml.limits import ALWAYS, limits
from tests.unit.ml.frames import DAY, ranks, volumes

SCORES = {
    "label_count": 1234,
    "bounded_label_count": 1234,
    "wape_ratio": 0.0712,
    "mdape_ratio": 0.05,
    "rmsle": 0.09,
    "bias_ratio": 0.01,
    "coverage_80_ratio": 0.79,
    "coverage_95_ratio": 0.95,
    "width_80_ratio": 0.3,
    "width_95_ratio": 0.5,
}


def error(fold: str, model: str = "headrace", **cells: Any) -> dict[str, Any]:
    return {"fold_name": fold, "model_name": model, **SCORES, **cells}


def cut(name: str, value: str, fold: str = "test", **cells: Any) -> dict[str, Any]:
    return {"fold_name": fold, "cut_name": name, "cut_value": value, **SCORES, **cells}


FOLDS = [{"origin_on": day, "is_choosing": True} for day in ("2022-10-01", "2023-10-01")]
SEASONS = [cut("season", "season", fold["origin_on"]) for fold in FOLDS]


def card(**parts: Any) -> dict[str, Any]:
    """One that has nothing to warn of but what is always true."""
    said = {
        "stand_ins": STAND_INS,
        "refusal": None,
        "known_through": "2025-01-14",
        "test_from": "2024-10-01",
        "label_count": 9876,
        "labels": [
            {
                "marketplace_code": "US",
                "grain": "daily",
                "label_count": 900,
                "label_day_count": 901,
                "term_count": 40,
                "first_on": "2022-01-01",
                "last_on": "2024-12-31",
            }
        ],
        "grains": ["daily"],
        "settings": {"ridge": 1e-6},
        "tried_settings": [{"settings": {}, "mean_fold_wape_ratio": 0.0699}],
        "supports": [
            {
                "marketplace_code": "US",
                "department_name": "toys",
                "lowest_rank": 3,
                "highest_rank": 98765,
                "label_count": 901,
            }
        ],
        "are_settings_fixed": False,
        "folds": FOLDS,
        "errors": [error(fold, model) for fold in ("2022-10-01", "folds", "test") for model in ("headrace",)],
        "cuts": [*SEASONS, cut("rank", "1 to 10")],
        "coverage": {
            "80": 0.79,
            "95": 0.95,
            "fold_name": "test",
            "judged": {"marketplace": ["US"], "department": ["toys"]},
            "ranges": {"80": [0.77, 0.81], "95": [0.93, 0.96]},
            "folds_ranges": {"80": [0.78, 0.8], "95": [0.94, 0.96]},
            "folds": {name: SCORES[name] for name in SCORES if name.startswith(("coverage", "width"))},
        },
        "calibration": {
            "cells": [{"bucket": name, "event": "any", "row_count": 200, "day_count": 20} for name in BUCKET_NAMES]
        },
        "data": {
            "search_ranks": {
                "row_count": 5555,
                "content_hash": "00ff00ff00ff00ff",
                "raw_sha256": "ab" * 32,
                "snapshot": "curated/search/search_ranks/r1",
            }
        },
        "made_by": {"code": "c0de", "contracts": {"search_ranks": "d1ge57"}, "spark": "4.1.1"},
    }
    whole = {**said, **parts}
    return {**whole, "limits": limits(whole)}


def warned(**parts: Any) -> list[str]:
    """Sentences beyond those of a card that has nothing to warn of."""
    return [line for line in card(**parts)["limits"] if line not in card()["limits"]]


def test_where_nothing_is_wrong_the_limits_are_those_that_always_hold() -> None:
    assert card()["limits"] == ["Labels have ranks from 3 to 98,765; outside them estimates are extrapolated.", *ALWAYS]


US = card()["labels"][0]


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        pytest.param(
            {"labels": [US, {**US, "marketplace_code": "DE", "grain": "weekly"}]},
            "All labels of DE are weekly or monthly",
            id="a marketplace of weekly labels beside one of daily ones",
        ),
        pytest.param(
            {"supports": [*card()["supports"], {**card()["supports"][0], "marketplace_code": "DE"}]},
            "The backtest judged no label of DE: their intervals are of other marketplaces' errors",
            id="a marketplace that came after the test period began",
        ),
        pytest.param(
            {"cuts": SEASONS[:1]}, "One fold has days from 20 November to 31 December", id="a single holiday season"
        ),
        pytest.param(
            {"folds": [FOLDS[0], {**FOLDS[1], "is_choosing": False}]},
            "Settings were chosen on one fold",
            id="one fold that chose",
        ),
        pytest.param(
            {"errors": [error("test", bounded_label_count=120, coverage_80_ratio=0.6)]},
            "Of all labels the 80 % intervals held 60.0% only (test period, 120 labels).",
            id="too narrow intervals of few labels",
        ),
        pytest.param({"labels": [{**US, "term_count": 29}]}, "US has daily labels of 29 terms only", id="few terms"),
        pytest.param(
            {"labels": [{**US, "term_count": 29}, {**US, "marketplace_code": "DE", "term_count": 29}]},
            "US, DE each have daily labels of 29 terms only",
            id="few terms in two marketplaces, said once",
        ),
        pytest.param(
            {"labels": [{**US, "last_on": "2022-12-30"}]},
            "daily labels of 364 days: no year",
            id="a day less than a year",
        ),
        pytest.param({"folds": FOLDS[1:]}, "There was one fold only", id="one fold"),
        pytest.param({"cuts": []}, "No fold has a day from 20 November to 31 December", id="no holiday season"),
        pytest.param(
            {"errors": [error("2022-10-01"), error("2022-10-01", "last_known_at_rank", wape_ratio=0.07)]},
            "In the fold of 2022-10-01 the last known value at the rank did better: WAPE 0.0700 against 0.0712",
            id="a rival that was better in a fold",
        ),
        pytest.param(
            {"errors": [error("test"), error("test", "last_known_at_rank", mdape_ratio=0.05, rmsle=0.08)]},
            "On the test period the last known value at the rank did better: MdAPE, the typical label's error, 0.0500 "
            "against 0.0500, RMSLE 0.0800 against 0.0900.",
            id="a rival as good or better by another measure on the test period",
        ),
        pytest.param(
            {"errors": [error("folds"), error("folds", "log_log_line", mdape_ratio=0.06, rmsle=0.08)]},
            "Over the folds a log-log line did better: RMSLE 0.0800 against 0.0900.",
            id="a rival better by another measure over the folds",
        ),
        pytest.param(
            {"errors": [error("test", coverage_95_ratio=0.9)]},
            "Of all labels the 95 % intervals held 90.0% only (test period, 1,234 labels).",
            id="intervals that are too narrow",
        ),
        pytest.param(
            {"errors": [error("folds", bias_ratio=0.178)]},
            "Of all labels the total was off by +17.8% (folds, 1,234 labels).",
            id="a total that is off",
        ),
        pytest.param(
            {"coverage": {**card()["coverage"], "80": 0.8, "95": 0.999}},
            "95 % intervals held 99.9% of the labels of the test period: over all ranks they are wider than need be.",
            id="intervals that are too wide",
        ),
        pytest.param({"coverage": {}}, "How often the 80 % interval holds could not be measured", id="no coverage"),
        pytest.param(
            {"cuts": [*SEASONS, cut("rank", "1 to 10", bias_ratio=-0.061)]},
            "Of ranks 1 to 10 the total was off by -6.1% (test period, 1,234 labels).",
            id="a rank bucket that is off",
        ),
        pytest.param(
            {"cuts": [*SEASONS, cut("marketplace", "JP", "folds", bias_ratio=0.2)]},
            "Of marketplace JP the total was off by +20.0% (folds, 1,234 labels).",
            id="a marketplace that is off",
        ),
        pytest.param(
            {"cuts": [*SEASONS, cut("terms", "unseen", "folds", coverage_80_ratio=0.744)]},
            "Of terms unseen the 80 % intervals held 74.4% only (folds, 1,234 labels).",
            id="terms whose intervals are too narrow",
        ),
        pytest.param(
            {"calibration": {"cells": card()["calibration"]["cells"][1:]}},
            "Ranks 1 to 10 had 0 labels on 0 days in the folds",
            id="a rank bucket without labels",
        ),
    ],
)
def test_what_is_wrong_is_said(parts: dict[str, Any], sentence: str) -> None:
    assert any(sentence in line for line in warned(**parts)), warned(**parts)


def test_what_is_at_a_limit_or_of_a_single_fold_or_of_few_labels_is_in_the_tables_only() -> None:
    cuts = [
        *SEASONS,
        cut("rank", "1 to 10", bias_ratio=0.05, coverage_95_ratio=0.93),
        cut("rank", "11 to 100", coverage_80_ratio=0.1, bounded_label_count=199),
        cut("rank", "1 to 10", "2022-10-01", bias_ratio=1.0),
    ]
    assert warned(cuts=cuts) == []


def test_where_the_whole_is_off_its_cuts_are_in_the_table_only() -> None:
    cuts = [*SEASONS, cut("rank", "1 to 10", bias_ratio=0.3), cut("rank", "1 to 10", "folds", bias_ratio=0.3)]
    assert warned(errors=[error("test", bias_ratio=0.2), error("folds")], cuts=cuts) == [
        "Of ranks 1 to 10 the total was off by +30.0% (folds, 1,234 labels).",
        "Of all labels the total was off by +20.0% (test period, 1,234 labels).",
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("No public pair of Amazon search ranks and volumes exists", id="what it was proven on"),
        pytest.param("two terms of one rank have one estimate", id="where not to trust it"),
        pytest.param("| 2022-10-01 | headrace | 1,234 | 0.0712 |", id="a fold's errors"),
        pytest.param("| test | log_log_line |", id="a rival on the test period"),
        pytest.param("MdAPE the median of a label's absolute error over its searches", id="what a measure is"),
        pytest.param("last_known_at_rank, the newest volume known at about the rank", id="what a rival is"),
        pytest.param(
            "80 % intervals held 79.0% of the labels (95 % range by blocks of days: 77.0% to 81.0%)", id="coverage"
        ),
        pytest.param(
            "Over the folds, each judged by intervals of those before it: 79.0% (95 % range by blocks of days: 78.0% "
            "to 80.0%) and 95.0% (95 % range by blocks of days: 94.0% to 96.0%), widths 0.30 and 0.50 of the estimate",
            id="coverage over the folds, with its ranges",
        ),
        pytest.param("| test | rank | 1 to 10 | 1,234 | 0.0712 | +1.0% |", id="bias by rank"),
        pytest.param("| US | daily | 900 | 901 | 40 | 2022-01-01 |", id="labels by grain"),
        pytest.param("| US | toys | 3 | 98,765 | 901 |", id="the ranks of the labels"),
        pytest.param("| search_ranks | 5,555 | 00ff00ff00ff00ff | " + "ab" * 32, id="what data"),
        pytest.param("| contracts: search_ranks | d1ge57 |", id="the contracts' digests"),
        pytest.param("| code | c0de |", id="the code's digest"),
        pytest.param("| ridge | 1e-06 |", id="settings"),
        pytest.param(
            "Chosen by the folds of 2022-10-01, 2023-10-01 among 1 that were tried; the least mean WAPE of these folds "
            "was 0.0699",
            id="tried",
        ),
        pytest.param("known through 2025-01-14; judged once on what was not known on 2024-10-01", id="what was known"),
    ],
)
def test_it_stands_on_the_page(text: str) -> None:
    errors = [error("2022-10-01"), error("test"), error("test", "log_log_line", coverage_80_ratio=None)]
    assert text in card_page(card(errors=errors))


def test_the_page_of_a_refused_training_says_so_first() -> None:
    page = card_page(card(refusal="its total is off by +9.0%"))
    assert page.index("**Not released**: its total is off by +9.0%.") < page.index("## Where not to trust it")


def test_the_card_of_a_training_without_labels_has_a_page() -> None:
    nothing = {"stand_ins": STAND_INS, "label_count": 0, "refusal": "no labels", "settings": None}
    assert [table.title for table in card_tables(nothing)] == ["Labels"]
    assert "**Not released**: no labels." in card_page(nothing)


def test_a_term_whose_label_has_no_department_counts_once_whatever_department_it_is_best_in(
    spark: SparkSession,
) -> None:
    days = [DAY + timedelta(n) for n in range(2)]
    ranked = [
        {"department_name": name, "ranked_on": day, "rank": 1 if (name == "toys") == (day == DAY) else 2}
        for day in days
        for name in ("all", "toys")
    ]
    labels = [{"department_name": None, "period_start_on": day} for day in days]
    [found] = label_counts(labelled_days(ranks(spark, *ranked), volumes(spark, *labels), department_rule="best"))
    assert (found["label_count"], found["term_count"]) == (2, 1)


def test_labels_are_counted_by_marketplace_and_grain(spark: SparkSession) -> None:
    """Of four labels two have a rank."""
    ranked = ranks(spark, {"rank": 3}, {"department_name": "toys", "rank": 2}, {"term": "soap", "rank": 9})
    labels = volumes(
        spark, {"department_name": None}, {"term": "soap"}, {"term": "soap", "marketplace_code": "UK"}, {"term": "none"}
    )
    found = label_counts(labelled_days(ranked, labels, department_rule="best"))
    assert found == [
        {
            "marketplace_code": "US",
            "grain": "daily",
            "label_count": 2,
            "label_day_count": 2,
            "term_count": 2,
            "first_on": DAY.isoformat(),
            "last_on": DAY.isoformat(),
        }
    ]
    assert label_counts(labelled_days(ranked, volumes(spark), department_rule="best")) == []
