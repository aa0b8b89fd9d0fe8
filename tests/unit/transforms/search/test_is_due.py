"""When a model is trained again."""

from datetime import date, timedelta

import pytest

from jobs.search.training import is_due

LAST = date(2024, 6, 30)


@pytest.mark.parametrize(
    ("days", "due"),
    [
        pytest.param(0, False, id="the same day: no"),
        pytest.param(27, False, id="a day too early: no"),
        pytest.param(28, True, id="when its time has come"),
        pytest.param(-1, True, id="an earlier day: a model must not know what came after"),
    ],
)
def test_a_training_is_due(days, due):
    assert is_due(LAST, LAST + timedelta(days), after_days=28) is due
