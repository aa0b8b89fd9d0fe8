"""Which number formats pad a number, and what is shown of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.landing.formats.number_formats import PaddedCells, Padding, padding

literals = st.one_of(
    st.text("-/ +()", min_size=1, max_size=2).map(lambda text: (text, text)),
    st.text("ABc. #0", max_size=4).map(lambda text: (f'"{text}"', text)),
    st.sampled_from(".#y0").map(lambda mark: (f"\\{mark}", mark)),
)
formats = st.lists(st.one_of(st.just(("0", None)), literals), max_size=12)


@given(formats, st.integers(-(10**15), 10**15))
def test_the_digits_stand_in_their_places_and_the_words_beside_them(parts, number: int) -> None:
    code = "".join(code for code, _ in parts) + "0"
    found = padding(code)
    places = [shown for _, shown in parts] + [None]
    if places.count(None) < 2:
        assert found is None
        return
    digits = str(abs(number)).zfill(places.count(None))
    surplus, own = digits[: len(digits) - places.count(None)], iter(digits[len(digits) - places.count(None) :])
    shown = [part if part is not None else next(own) for part in places]
    first = places.index(None)
    expected = "".join([*shown[:first], surplus, *shown[first:]])
    assert found.text(number) == ("-" if number < 0 else "") + expected


@pytest.mark.parametrize(
    "code",
    [
        "",
        "General",
        "0",
        "0.00",
        "#,##0",
        "#,##0.00",
        "0%",
        "00%",
        "0E+00",
        "yyyy\\-mm\\-dd",
        "[h]:mm:ss",
        '"open',
        "@",
        '00" kg"',
        "#00",
        "0" * 256,
    ],
)
def test_formats_that_are_for_the_eye(code: str) -> None:
    assert padding(code) is None


@given(st.text(max_size=40))
def test_any_text_is_a_format_or_none(code: str) -> None:
    found = padding(code)
    assert found is None or re.search("[0-9]", found.text(7))


def test_runs_of_a_column_are_found_again() -> None:
    two, three = Padding((None,) * 2), Padding((None,) * 3)
    cells = PaddedCells()
    for row, shown in ((1, two), (2, two), (3, three), (5, two)):
        cells.see(row, 4, shown)
    assert [len(runs) for runs in cells.runs.values()] == [3]
    shown = {row: cells.texts(row, 3, [9.0, 7.0]) for row in range(7)}
    assert shown == {0: {}, 1: {1: "07"}, 2: {1: "07"}, 3: {1: "007"}, 4: {}, 5: {1: "07"}, 6: {}}
    assert cells.texts(1, 5, [7.0]) == {}
    assert cells.texts(1, 4, [True]) == {}
    assert cells.texts(1, 4, ["7"]) == {}
    assert cells.texts(1, 4, [None]) == {}
