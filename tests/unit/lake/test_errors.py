"""Several sentences as one."""

from lake.errors import ALL_AT_MOST, all_of


def test_one_sentence_stays_as_it_is() -> None:
    assert all_of(["a: bad"]) == "a: bad"


def test_several_are_numbered() -> None:
    assert all_of(["a: bad", "b: worse"]) == "2 things are refused: (1) a: bad; (2) b: worse"


def test_of_very_many_the_first_are_told() -> None:
    told = all_of([f"{n}: bad" for n in range(1_000 + ALL_AT_MOST)])
    assert told.startswith("1,010 things are refused: (1) 0: bad; ")
    assert told.endswith(f"({ALL_AT_MOST}) {ALL_AT_MOST - 1}: bad and 1,000 more")
