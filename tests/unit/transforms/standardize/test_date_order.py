from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.standardize.date_order import Decision, decide_format
from transforms.standardize.errors import BadRuleParameter

DAY_FIRST, MONTH_FIRST = "%d/%m/%Y", "%m/%d/%Y"


@pytest.mark.parametrize(
    ("counts", "decision"),
    [
        pytest.param(
            {"31/01/2024": 14, "01/02/2024": 5},
            Decision(DAY_FIRST, "31/01/2024 is only %d/%m/%Y (14 rows like it)"),
            id="one value tells",
        ),
        pytest.param(
            {"01/31/2024": 1, "01/02/2024": 5},
            Decision(MONTH_FIRST, "01/31/2024 is only %m/%d/%Y (1 row like it)"),
            id="the other way round",
        ),
        pytest.param(
            {"01/02/2024": 2, "03/04/2024": 3},
            Decision(None, "all 2 values (5 rows) have both parts <= 12 and unequal, such as 03/04/2024"),
            id="nothing tells",
        ),
        pytest.param(
            {"01/02/2024": 2, "05/05/2024": 3},
            Decision(None, "1 of 2 values (2 rows) have both parts <= 12 and unequal, such as 01/02/2024"),
            id="one value would differ",
        ),
        pytest.param(
            {"05/05/2024": 3, "6/6/2024": 1},
            Decision(DAY_FIRST, "all 2 values are the same date under both"),
            id="it makes no difference",
        ),
        pytest.param(
            {"31/01/2024": 14, "30/01/2024": 1, "01/31/2024": 3, "01/02/2024": 9},
            Decision(None, "31/01/2024 is only %d/%m/%Y (15 rows like it), 01/31/2024 only %m/%d/%Y (3 rows like it)"),
            id="the file is of two minds",
        ),
        pytest.param(
            {"31/01/2024": 1, "soon": 2, "32/1/2024": 4},
            Decision(
                DAY_FIRST,
                "31/01/2024 is only %d/%m/%Y (1 row like it); left aside: 6 rows that neither reads, such as 32/1/2024",
            ),
            id="values that neither reads decide nothing",
        ),
        pytest.param(
            {"soon": 2},
            Decision(DAY_FIRST, "nothing to decide; left aside: 2 rows that neither reads, such as soon"),
            id="no date at all",
        ),
        pytest.param({}, Decision(DAY_FIRST, "nothing to decide"), id="an empty column"),
        pytest.param(
            {"\u200f３１/01/2024 ": 1},
            Decision(DAY_FIRST, "\u200f３１/01/2024  is only %d/%m/%Y (1 row like it)"),
            id="values are read as the rule reads them",
        ),
        pytest.param(
            {"29/02/2023": 1, "01/02/2024": 1},
            Decision(
                None,
                "all 1 values (1 row) have both parts <= 12 and unequal, such as 01/02/2024;"
                " left aside: 1 row that neither reads, such as 29/02/2023",
            ),
            id="a day that no calendar has tells nothing",
        ),
    ],
)
def test_decide_format(counts, decision):
    assert decide_format(counts, [DAY_FIRST, MONTH_FIRST]) == decision


def test_times_are_read_too():
    decision = decide_format({"31.01.2024 10:30": 1}, ["%m.%d.%Y %H:%M", "%d.%m.%Y %H:%M"])
    assert decision.format == "%d.%m.%Y %H:%M"


def test_equal_examples_do_not_depend_on_the_order_of_the_file():
    one, other = {"30/01/2024": 1, "31/01/2024": 1}, {"31/01/2024": 1, "30/01/2024": 1}
    assert decide_format(one, [DAY_FIRST, MONTH_FIRST]) == decide_format(other, [DAY_FIRST, MONTH_FIRST])


@pytest.mark.parametrize("candidates", [[], [DAY_FIRST], [DAY_FIRST, MONTH_FIRST, "%Y"]])
def test_candidates_are_two(candidates):
    with pytest.raises(BadRuleParameter, match=r"ambiguous_formats is .*, expected two formats"):
        decide_format({}, candidates)


any_date = st.builds("{:02d}/{:02d}/2024".format, st.integers(0, 33), st.integers(0, 33)) | st.just("soon")
telling_nothing = st.builds("{:02d}/{:02d}/2024".format, st.integers(1, 12), st.integers(1, 12))
same_in_both = st.integers(1, 12).map(lambda n: f"{n:02d}/{n:02d}/2024")


@given(
    st.one_of(st.dictionaries(v, st.integers(1, 9), max_size=4) for v in (any_date, telling_nothing, same_in_both)),
    st.permutations([DAY_FIRST, MONTH_FIRST]),
)
def test_against_brute_force(counts, candidates):
    assert decide_format(counts, candidates).format == _by_brute_force(counts, candidates)


def _by_brute_force(counts, candidates):
    read = {(value, c): _by_strptime(value, c) for value in counts for c in candidates}
    readable = [value for value in counts if any(read[value, c] for c in candidates)]
    complete = [c for c in candidates if all(read[value, c] for value in readable)]
    if len(complete) == 2 and any(len({read[value, c] for c in complete}) > 1 for value in readable):
        return None
    return complete[0] if complete else None


def _by_strptime(value, format_):
    try:
        return datetime.strptime(value, format_)
    except ValueError:
        return None
