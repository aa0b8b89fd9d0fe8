"""The test period stays shut."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pyspark.sql import SparkSession

from ml.options import ModelOptions, Settings
from ml.seal import SealedTest, SealError, sealed
from schemas.errors import OptionsError
from tests.unit.ml.frames import DAY, volumes


def test_what_was_not_known_when_the_test_begins_is_not_for_deciding(spark: SparkSession) -> None:
    rows = volumes(spark, *({"period_start_on": DAY + timedelta(n)} for n in range(40)))
    known, rest = sealed(rows, DAY + timedelta(20))
    assert max(r["available_on"] for r in known.collect()) == DAY + timedelta(20)
    assert min(r["period_start_on"] for r in rest.open(Settings()).collect()) == DAY + timedelta(7)


def test_it_opens_once_and_for_fixed_settings_only(spark: SparkSession) -> None:
    test = SealedTest(volumes(spark, {}))
    with pytest.raises(SealError, match="without settings"):
        test.open(None)  # type: ignore[arg-type]
    test.open(Settings())
    with pytest.raises(SealError, match="a second time"):
        test.open(Settings())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"test_days": 0}, "test_days: found 0"),
        ({"unseen_terms_ratio": 1.0}, "unseen_terms_ratio: found 1.0"),
        ({"department_rule": "any"}, "department_rule: found any"),
        ({"bias_at_most_ratio": -0.1}, "bias_at_most_ratio: found -0.1"),
        ({"origins": (date(2024, 1, 1), date(2024, 1, 1))}, "origins: found a day twice"),
    ],
)
def test_options_that_do_not_hold_together(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionsError, match=message):
        ModelOptions(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"),
    [("level_step", 0.0), ("level_step", -1.0), ("ridge", -1.0), ("level_shrink_count", -5.0), ("yearly_terms", -1),
     ("knot_ranks", (0, 10)), ("level_half_life_days", 2.0), ("trend_share_ratio", 1.1)],
)  # fmt: skip
def test_settings_that_no_model_has(name: str, value: object) -> None:
    with pytest.raises(OptionsError, match=f"{name}: found"):
        Settings().but(**{name: value})


def test_settings_come_back_from_json_and_unknown_ones_are_refused() -> None:
    settings = Settings(ridge=1e-4, knot_ranks=(5, 50))
    assert Settings.from_json(settings.as_json()) == settings
    with pytest.raises(OptionsError, match="found learning_rate"):
        Settings.from_json({"learning_rate": 0.1})
    assert ModelOptions(test_from=date(2024, 1, 1)).test_from == date(2024, 1, 1)
