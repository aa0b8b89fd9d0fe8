"""Labels with their ranks, and what the labels known on a day say of a rank."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

KEY = ["marketplace_code", "department_name", "term", "ranked_on"]
RECENT_DAYS = 28
STALE_DAYS = 7
NEAR = 0.25


def joined(data: Path) -> pd.DataFrame:
    """One row per daily label: the key, `rank`, `search_count`, `available_on`, and codes of the categories."""
    judged = data / "judged_volumes.parquet"
    volumes = pd.read_parquet(judged if judged.exists() else data / "volumes.parquet")
    ranks = pd.read_parquet(data / "ranks.parquet")
    labels = volumes.rename(columns={"period_start_on": "ranked_on"}).merge(ranks, on=KEY)
    for name in ("ranked_on", "available_on"):
        labels[name] = pd.to_datetime(labels[name])
    return labels.assign(
        ln_rank=np.log(labels["rank"]),
        marketplace=labels["marketplace_code"].astype("category").cat.codes,
        department=labels["department_name"].astype("category").cat.codes,
        search_count=labels["search_count"].astype(float),
    ).sort_values("ranked_on", ignore_index=True)


def with_lagged(labels: pd.DataFrame, known_after_days: int) -> pd.DataFrame:
    """Add `ln_last`, the last value known at the rank, `last_age_days`, and `ln_recent`, the mean of ln volume of the
    last 28 known days near the rank. Where a value within 5 % of the rank is more than 7 days newer it is taken, and so
    one within a factor of 1.6."""
    lag = pd.Timedelta(days=known_after_days)
    group = ["marketplace_code", "department_name"]
    found = labels
    for name, width in (("exact", 0), ("fine", 20), ("coarse", 2)):
        bins = labels["rank"] if width == 0 else np.floor(labels["ln_rank"] * width).astype(int)
        binned = found.assign(_bin=bins)
        daily = binned.groupby([*group, "_bin", "ranked_on"], as_index=False)["search_count"].mean()
        daily = daily.assign(_day=daily["ranked_on"] + lag, **{f"{name}_on": daily["ranked_on"]})
        daily = daily.drop(columns="ranked_on").rename(columns={"search_count": name}).sort_values("_day")
        asked = binned.assign(_day=binned["ranked_on"]).sort_values("_day", kind="stable")
        found = pd.merge_asof(asked, daily, on="_day", by=[*group, "_bin"]).drop(columns=["_bin", "_day"])
    newest, newest_on = found["exact"], found["exact_on"]
    for name in ("fine", "coarse"):
        is_newer = newest_on.isna() | (found[f"{name}_on"] > newest_on + pd.Timedelta(days=STALE_DAYS))
        newest, newest_on = newest.where(~is_newer, found[name]), newest_on.where(~is_newer, found[f"{name}_on"])
    found = found.assign(ln_last=np.log(newest), last_age_days=(found["ranked_on"] - newest_on).dt.days.astype(float))
    near = found.assign(_bin=np.floor(found["ln_rank"] / NEAR).astype(int), _ln=np.log(found["search_count"]))
    daily = near.groupby([*group, "_bin", "ranked_on"], as_index=False)["_ln"].agg(["sum", "count"])
    daily = daily.set_index("ranked_on").sort_index()
    rolled = daily.groupby([*group, "_bin"])[["sum", "count"]].rolling(f"{RECENT_DAYS}D").sum().reset_index()
    rolled = rolled.assign(_day=rolled["ranked_on"] + lag, ln_recent=rolled["sum"] / rolled["count"])
    rolled = rolled.drop(columns=["ranked_on", "sum", "count"]).sort_values("_day")
    near = near.assign(_day=near["ranked_on"]).sort_values("_day", kind="stable")
    with_recent = pd.merge_asof(near, rolled, on="_day", by=[*group, "_bin"])
    return with_recent.drop(columns=["_bin", "_day", "_ln", "exact_on", "fine_on", "coarse_on"])
