"""How a setting is taken."""

from __future__ import annotations

import pytest

from ml.choice import base_changes, best_of, grid
from ml.options import Settings

START = Settings()
CLOSE, BETTER = START.but(ridge=1e-7), START.but(ridge=1e-8)


@pytest.mark.parametrize(
    ("errors", "taken"),
    [
        pytest.param({CLOSE: 0.0999, BETTER: 0.0998}, START, id="a gain of 0.2 % is noise"),
        pytest.param({CLOSE: 0.0999, BETTER: 0.0997}, BETTER, id="a gain of more is taken"),
        pytest.param({CLOSE: 0.05, BETTER: 0.05}, CLOSE, id="of two equal ones the first is taken"),
        pytest.param({CLOSE: float("inf"), BETTER: 0.2}, START, id="what is worse, or has no error, is not"),
    ],
)
def test_what_is_taken(errors: dict[Settings, float], taken: Settings) -> None:
    assert best_of(START, list(errors), [(START, 0.1), *errors.items()]) == taken


def test_a_grid_has_every_combination_and_nothing_else() -> None:
    found = grid(START, {"level_step": (0.1, 1.0), "trend_share_ratio": (0.0, 0.5, 1.0)})
    assert [(s.level_step, s.trend_share_ratio) for s in found] == [
        (0.1, 0.0),
        (0.1, 0.5),
        (0.1, 1.0),
        (1.0, 0.0),
        (1.0, 0.5),
        (1.0, 1.0),
    ]
    assert {s.but(level_step=1.0, trend_share_ratio=0.0) for s in found} == {START}


def test_a_change_of_the_base_changes_something_and_weekdays_need_daily_labels() -> None:
    daily, weekly = (base_changes(START, grains) for grains in (["daily"], ["weekly"]))
    assert [c for c in daily if c not in weekly] == [{"weekday_terms": False}]
    assert all(START.but(**change) != START for change in daily)
    assert {"event_shape": "ramps"} in daily
    assert {"event_shape": "tokens"} in base_changes(START.but(event_shape="ramps"), ["daily"])
