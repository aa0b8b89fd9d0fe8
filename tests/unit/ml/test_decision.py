"""What keeps a model from being released."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from ml.decision import refusal
from ml.options import ModelOptions, Settings
from schemas.search import SEARCH_VOLUME_BACKTEST
from tests.frames import frame

NEW, OLD = Settings(), Settings(ridge=1e-3)


def row(model: str, wape: float, fold: str = "test", bias: float = 0.0, rises: int = 0) -> dict[str, object]:
    return {
        "fold_name": fold,
        "model_name": model,
        "cut_name": "all",
        "cut_value": "all",
        "wape_ratio": wape,
        "bias_ratio": bias,
        "order_violation_count": rises,
    }


@pytest.mark.parametrize(
    ("own", "line", "last", "errors", "reason"),
    [
        pytest.param(row("headrace", 0.1), 0.5, 0.2, {}, None, id="better than both is released"),
        pytest.param(
            row("headrace", 0.2), 0.5, 0.2, {}, "the last known value at the rank 0.2000", id="as good is not"
        ),
        pytest.param(row("headrace", 0.1), 0.09, 0.2, {}, "a log-log line 0.0900", id="a line that is better"),
        pytest.param(row("headrace", 0.1, bias=-0.06), 0.5, 0.2, {}, "off by -6.0%", id="a total that is off"),
        pytest.param(row("headrace", 0.1, bias=0.05), 0.5, 0.2, {}, None, id="a total at the limit"),
        pytest.param(row("headrace", 0.1, rises=2), 0.5, 0.2, {}, "2 published volumes rise", id="a list that rises"),
        pytest.param(
            row("headrace", 0.1), 0.5, 0.2, {NEW: 0.2, OLD: 0.1}, "released settings refitted", id="old settings better"
        ),
        pytest.param(row("headrace", 0.1), 0.5, 0.2, {NEW: 0.1, OLD: 0.1}, None, id="old settings as good"),
    ],
)
def test_reasons(
    spark: SparkSession,
    own: dict[str, object],
    line: float,
    last: float,
    errors: dict[Settings, float],
    reason: str | None,
) -> None:
    rows = [own, row("log_log_line", line), row("last_known_at_rank", last), row("headrace", 0.01, "folds")]
    backtest = frame(spark, SEARCH_VOLUME_BACKTEST, *rows)
    options = ModelOptions()
    found = refusal(backtest, options, settings=NEW, released=OLD, tried=list(errors.items()))
    assert (found is None) == (reason is None)
    assert reason is None or reason in str(found)


def test_the_folds_count_as_well_as_the_test(spark: SparkSession) -> None:
    rows = [row(m, w, f) for f in ("test", "folds") for m, w in (("headrace", 0.1), ("log_log_line", 0.5))]
    rows += [row("last_known_at_rank", 0.2), row("last_known_at_rank", 0.05, "folds")]
    found = refusal(frame(spark, SEARCH_VOLUME_BACKTEST, *rows), ModelOptions(), settings=NEW, released=None, tried=[])
    assert found == ("on the folds its WAPE is 0.1000, that of the last known value at the rank 0.0500, expected less")


@pytest.mark.parametrize("lacking", ["folds", "test"])
def test_a_backtest_that_lacks_labels_of_the_test_or_the_folds_is_not_released(
    spark: SparkSession, lacking: str
) -> None:
    rows = [row("headrace", 0.1, f) for f in ("test", "folds") if f != lacking]
    found = refusal(frame(spark, SEARCH_VOLUME_BACKTEST, *rows), ModelOptions(), settings=NEW, released=None, tried=[])
    assert found == f"no label of the {'test period' if lacking == 'test' else 'folds'} has an estimate"
