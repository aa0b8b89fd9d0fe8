"""LightGBM on a data set, plain or monotone: python -m benchmarks.model.lightgbm_job DATA OUT plain|monotone

It has what Headrace has: rank, marketplace, department, calendar, distance to each special date, and of the labels
known on the day the last value at the rank, the mean of the last four weeks round the rank and their age. What it
predicts (ln volume, or its distance from the last known value), its leaves and its trees are chosen on the same folds,
by fits of a sample; what predicts the test is fitted on every row that was known when it began.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.model.data import DataSet
from benchmarks.model.lagged import joined, with_lagged

Floats = npt.NDArray[np.float64]
CHOICES = [
    {"num_leaves": leaves, "num_boost_round": rounds, "on_last": on_last}
    for leaves, rounds in ((31, 150), (63, 150))
    for on_last in (False, True)
]
TUNING_ROWS_AT_MOST = 60_000


def main(data: Path, out: Path, kind: str) -> None:
    told = DataSet.read(data)
    labels = with_dates(with_lagged(joined(data), told.known_after_days), data)
    development = labels[labels["available_on"] <= pd.Timestamp(told.test_from)]
    errors = [_fold_error(development, told, choice, kind) for choice in CHOICES]
    chosen = CHOICES[int(np.argmin(errors))]
    test = labels[labels["ranked_on"] > pd.Timestamp(told.test_from)]
    fitted = development.dropna(subset=["ln_last"])
    estimate = _fit_predict(fitted, test, chosen, kind)
    test.assign(estimate=estimate)[["marketplace_code", "department_name", "term", "ranked_on", "estimate"]].to_parquet(
        out / "estimates.parquet"
    )
    tuning = {
        "settings": chosen,
        "fold_wape": min(errors),
        "tried": len(CHOICES),
        "tuning_rows_at_most": TUNING_ROWS_AT_MOST,
        "fitted_rows": len(fitted),
    }
    (out / "said.json").write_text(json.dumps(tuning))


def with_dates(labels: pd.DataFrame, data: Path) -> pd.DataFrame:
    """Add the day of the week and of the year, years since 2018, and days from the nearest date of each event within
    its lead and lag (99 where none is near)."""
    day = labels["ranked_on"]
    labels = labels.assign(
        weekday=day.dt.dayofweek, day_of_year=day.dt.dayofyear, years=(day - pd.Timestamp(2018, 1, 1)).dt.days / 365.25
    )
    path = data / "special_dates.parquet"
    if not path.exists():
        return labels
    days = pd.DatetimeIndex(sorted(day.unique()))
    for name, dates in pd.read_parquet(path).drop_duplicates(["event_name", "event_on"]).groupby("event_name"):
        offset = np.full(len(days), 99.0)
        for row in dates.itertuples():
            away = (days - pd.Timestamp(row.event_on)).days.to_numpy()
            offset = np.where((away >= -row.lead_days) & (away <= row.lag_days), away, offset)
        labels[f"event_{name}"] = pd.Series(offset, index=days).reindex(day).to_numpy()
    return labels


def _fold_error(development: pd.DataFrame, told: DataSet, choice: dict[str, object], kind: str) -> float:
    errors = []
    for origin in told.origins:
        known, ahead = _parted(development, origin, told.fold_days)
        if len(known) and len(ahead):
            fitted = known.dropna(subset=["ln_last"])
            sample = fitted.sample(min(len(fitted), TUNING_ROWS_AT_MOST), random_state=1)
            estimate = _fit_predict(sample, ahead, choice, kind)
            errors.append(np.abs(estimate - ahead["search_count"]).sum() / ahead["search_count"].sum())
    return float(np.mean(errors))


def _parted(labels: pd.DataFrame, origin: date, days: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    begins = pd.Timestamp(origin)
    ahead = (labels["ranked_on"] > begins) & (labels["ranked_on"] <= begins + pd.Timedelta(days=days))
    return labels[labels["available_on"] <= begins], labels[ahead]


def _fit_predict(fitted: pd.DataFrame, ahead: pd.DataFrame, choice: dict[str, object], kind: str) -> Floats:
    names = ["ln_rank", "marketplace", "department", "weekday", "day_of_year", "years", "ln_last", "last_age_days"]
    names += ["ln_recent", *(n for n in fitted.columns if n.startswith("event_"))]
    target = np.log(fitted["search_count"].to_numpy())
    offset, offset_ahead = np.zeros(len(fitted)), np.zeros(len(ahead))
    if choice["on_last"]:
        offset, offset_ahead = fitted["ln_last"].to_numpy(), ahead["ln_last"].to_numpy()
    parameters = {
        "num_leaves": choice["num_leaves"],
        "learning_rate": 0.1,
        "verbosity": -1,
        "seed": 1,
        "num_threads": 2,
    }
    if kind == "monotone":
        falls = [-1 if n == "ln_rank" else 0 for n in names]
        parameters |= {"monotone_constraints": falls, "monotone_constraints_method": "intermediate"}
    rows = lightgbm.Dataset(fitted[names], target - offset, categorical_feature=["marketplace", "department"])
    model = lightgbm.train(parameters, rows, num_boost_round=int(str(choice["num_boost_round"])))
    smear = np.exp(target - offset - np.asarray(model.predict(fitted[names]))).mean()
    return np.asarray(np.exp(np.asarray(model.predict(ahead[names])) + offset_ahead) * smear)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
