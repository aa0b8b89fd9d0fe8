"""What the labels known on a day say of a rank, by hand-made labels."""

from __future__ import annotations

from datetime import date, timedelta
from math import log, nan

import numpy as np
import pandas as pd
import pytest

from benchmarks.model.lagged import joined, with_lagged

DAY = date(2024, 3, 4)
LAG = 2


def lagged(*rows: tuple, lag: int = LAG) -> pd.DataFrame:
    """Of (day number, rank, searches[, department]); in the order of the rows."""
    made = pd.DataFrame(
        [
            {
                "marketplace_code": "US",
                "department_name": row[3] if len(row) > 3 else "all",
                "term": f"term {n}",
                "ranked_on": pd.Timestamp(DAY + timedelta(row[0])),
                "rank": row[1],
                "ln_rank": log(row[1]),
                "search_count": float(row[2]),
            }
            for n, row in enumerate(rows)
        ]
    )
    found = with_lagged(made.sort_values("ranked_on", kind="stable", ignore_index=True), lag).set_index("term")
    return found.loc[made["term"]]


def last(found: pd.DataFrame, n: int) -> tuple[float, float]:
    row = found.loc[f"term {n}"]
    return float(np.exp(row["ln_last"])), float(row["last_age_days"])


@pytest.mark.parametrize(
    ("earlier", "asked", "value", "age_days"),
    [
        pytest.param(
            [(0, 10, 100), (1, 10, 200), (2, 10, 300)], (3, 10, 1), 200, 2, id="the newest known, a day short"
        ),
        pytest.param([(0, 10, 100), (2, 10, 300)], (3, 10, 1), 100, 3, id="not what is known tomorrow"),
        pytest.param([(2, 10, 300)], (3, 10, 1), nan, nan, id="nothing known, nothing said"),
        pytest.param([], (3, 10, 1), nan, nan, id="never itself"),
        pytest.param([(1, 10, 200), (1, 10, 400)], (3, 10, 1), 300, 2, id="of a tie the mean"),
        pytest.param([(0, 10, 100), (1, 11, 500)], (3, 10, 1), 100, 3, id="the rank itself before a newer one near"),
        pytest.param([(1, 11, 500)], (3, 10, 1), 500, 2, id="without the rank one within a factor of 1.6"),
        pytest.param([(1, 100, 700), (1, 101, 500), (0, 110, 9)], (3, 100, 1), 700, 2, id="the rank of the same day"),
        pytest.param([(1, 101, 500), (1, 110, 9)], (3, 100, 1), 500, 2, id="within 5 % before within 1.6"),
        pytest.param([(1, 40, 500)], (3, 10, 1), nan, nan, id="a far rank says nothing"),
        pytest.param([(0, 10, 100), (7, 11, 500)], (9, 10, 1), 100, 9, id="7 days newer is not enough"),
        pytest.param([(0, 10, 100), (8, 11, 500)], (10, 10, 1), 500, 2, id="8 days newer is taken"),
        pytest.param([(1, 10, 200, "toys")], (3, 10, 1), nan, nan, id="another department says nothing"),
    ],
)
def test_the_last_value_at_the_rank(earlier, asked, value, age_days):
    assert last(lagged(*earlier, asked), len(earlier)) == (
        pytest.approx(value, nan_ok=True),
        pytest.approx(age_days, nan_ok=True),
    )


@pytest.mark.parametrize(
    ("earlier", "day", "mean"),
    [
        pytest.param([(0, 10, 100), (1, 11, 400), (2, 10, 9)], 3, (log(100) + log(400)) / 2, id="known, near the rank"),
        pytest.param([(0, 10, 100), (28, 10, 400)], 30, log(400), id="28 days before the newest known is too old"),
        pytest.param([(1, 10, 100), (28, 10, 400)], 30, (log(100) + log(400)) / 2, id="27 days is not"),
        pytest.param(
            [(1, 10, 100), (1, 10, 100), (1, 11, 800)], 3, (2 * log(100) + log(800)) / 3, id="each label once"
        ),
        pytest.param([(1, 40, 400)], 3, nan, id="a far rank says nothing"),
        pytest.param([(1, 10, 400, "toys")], 3, nan, id="another department says nothing"),
    ],
)
def test_the_mean_of_the_last_known_weeks(earlier, day, mean):
    found = lagged(*earlier, (day, 10, 1))["ln_recent"].iloc[-1]
    assert found == pytest.approx(mean, nan_ok=True)


def test_no_label_is_lost_or_doubled():
    found = lagged((0, 10, 100), (1, 10, 100), (1, 10, 100), (3, 10, 1), (3, 11, 1))
    assert found.index.tolist() == [f"term {n}" for n in range(5)]


def _write(folder, name: str, rows: list[dict]) -> None:
    pd.DataFrame(rows).to_parquet(folder / f"{name}.parquet")


@pytest.fixture
def data(tmp_path):
    """Ranks of two terms, labels of one of them and of a third."""
    key = {"marketplace_code": "US", "department_name": "all"}
    label = {**key, "grain": "daily", "period_start_on": DAY, "search_count": 7, "available_on": DAY + timedelta(14)}
    _write(tmp_path, "ranks", [{**key, "term": term, "ranked_on": DAY, "rank": 10} for term in "ab"])
    _write(tmp_path, "volumes", [{**label, "term": term} for term in "ac"])
    return tmp_path


def test_a_label_joins_its_rank_and_one_without_falls_out(data):
    [row] = joined(data).to_dict("records")
    assert (row["term"], row["rank"], row["search_count"]) == ("a", 10, 7.0)
    assert row["available_on"] == pd.Timestamp(DAY + timedelta(14))
    assert row["ln_rank"] == pytest.approx(log(10))


def test_what_is_judged_is_other_labels_where_the_set_says_so(data):
    given = pd.read_parquet(data / "volumes.parquet")
    given.assign(search_count=9).to_parquet(data / "judged_volumes.parquet")
    assert joined(data)["search_count"].tolist() == [9.0]
