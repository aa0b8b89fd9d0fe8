"""The median that open legs have a part in, computed again by `explain`."""

import pytest

from headrace.domains.procurement.check import kaplan_meier_median


@pytest.mark.parametrize(
    ("watched", "median"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([(3, True)], 3, id="one closed"),
        pytest.param([(3, False)], None, id="one open"),
        pytest.param([(1, True), (2, True)], 1, id="one half exactly is reached"),
        pytest.param([(1, True), (2, False), (3, False)], None, id="not reached"),
        pytest.param([(1, True), (2, False), (3, True)], 3, id="the open one leaves the curve's later step larger"),
        pytest.param(
            [(5, True), (5, False), (5, False)], None, id="open ones are at risk on the day they are last seen"
        ),
        pytest.param([(-4, True), (0, True), (9, True)], 0, id="days may be negative"),
    ],
)
def test_kaplan_meier_median(watched: list[tuple[int, bool]], median: int | None) -> None:
    assert kaplan_meier_median(watched) == median
