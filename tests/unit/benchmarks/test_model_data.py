"""What the contestants of the model's benchmark are given."""

from datetime import date, timedelta

import pandas as pd

from benchmarks.model.data import whole_weeks

SUNDAY = date(2024, 3, 3)


def daily(term: str, first_on: date, counts: list[int]) -> pd.DataFrame:
    days = [first_on + timedelta(n) for n in range(len(counts))]
    return pd.DataFrame(
        {
            "marketplace_code": "US",
            "department_name": None,
            "term": term,
            "grain": "daily",
            "period_start_on": days,
            "search_count": counts,
            "available_on": [day + timedelta(14) for day in days],
        }
    )


def test_weeks_from_sunday_to_saturday_are_summed_and_known_ten_days_after():
    saturday_before = daily("a", SUNDAY - timedelta(1), [100, 1, 2, 3, 4, 5, 6, 7, 200])
    six_days = daily("b", SUNDAY, [9] * 6)
    found = whole_weeks(pd.concat([saturday_before, six_days], ignore_index=True))
    assert found.drop(columns=["marketplace_code", "department_name"]).to_dict("records") == [
        {
            "term": "a",
            "period_start_on": SUNDAY,
            "search_count": 28,
            "grain": "weekly",
            "available_on": date(2024, 3, 19),
        }
    ]
