"""LightGBM is tuned on a sample and fitted on all rows, as Headrace is."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from benchmarks.model.data import DataSet

lightgbm_job = pytest.importorskip("benchmarks.model.lightgbm_job")
FIRST, TEST_FROM, TERMS, DAYS = date(2024, 1, 1), date(2024, 3, 31), 6, 100


@pytest.fixture
def data(tmp_path):
    random = np.random.default_rng(5)
    key = {"marketplace_code": "US", "department_name": "all"}
    days = [(term, FIRST + timedelta(n)) for n in range(DAYS) for term in range(TERMS)]
    ranks = pd.DataFrame([{**key, "term": f"t{term}", "ranked_on": day, "rank": 10 * (term + 1)} for term, day in days])
    ranks.to_parquet(tmp_path / "ranks.parquet")
    counts = (10_000 / ranks["rank"] * random.lognormal(0, 0.05, len(ranks))).round().astype(int)
    volumes = ranks.drop(columns="rank").rename(columns={"ranked_on": "period_start_on"})
    known = [day + timedelta(1) for _, day in days]
    volumes.assign(grain="daily", search_count=counts, available_on=known).to_parquet(tmp_path / "volumes.parquet")
    DataSet("small", TEST_FROM, FIRST + timedelta(DAYS - 1), (date(2024, 2, 1), date(2024, 3, 1)), 14, 1).write(
        tmp_path
    )
    return tmp_path


def test_tuning_draws_rows_and_the_last_fit_takes_all_that_were_known(data, monkeypatch):
    fitted = []
    train = lightgbm_job.lightgbm.train
    monkeypatch.setattr(lightgbm_job, "TUNING_ROWS_AT_MOST", 50)
    monkeypatch.setattr(
        lightgbm_job.lightgbm,
        "train",
        lambda parameters, rows, **kept: (train(parameters, rows, **kept), fitted.append(rows.num_data()))[0],
    )
    lightgbm_job.main(data, data, "monotone")
    said = json.loads((data / "said.json").read_text())
    known_days = (TEST_FROM - FIRST).days
    of_known = TERMS * (known_days - 1)
    assert fitted == [50] * 2 * len(lightgbm_job.CHOICES) + [of_known]
    assert (said["fitted_rows"], said["tuning_rows_at_most"]) == (of_known, 50)
    assert said["tried"] == len(lightgbm_job.CHOICES)
    estimates = pd.read_parquet(data / "estimates.parquet")
    assert estimates["ranked_on"].min() == pd.Timestamp(TEST_FROM) + pd.Timedelta(days=1)
    assert len(estimates) == TERMS * (DAYS - known_days - 1)
