"""Headrace on a data set: python -m benchmarks.model.headrace_job DATA OUT [SETTINGS]

SETTINGS is JSON of `ml.options.Settings`; without it the folds choose.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from benchmarks.model.data import DataSet
from benchmarks.model.session import spark_session
from ml.artefact import load, save
from ml.card_page import card_page
from ml.options import ModelOptions, Settings
from ml.scoring import score
from ml.training import train

NO_DATES = "event_name string, marketplace_code string, event_on date, lead_days int, lag_days int"


def main(data: Path, out: Path, settings: str | None = None) -> None:
    told, spark = DataSet.read(data), spark_session()
    ranks, volumes = (spark.read.parquet(str(data / f"{name}.parquet")) for name in ("ranks", "volumes"))
    dates = special_dates(spark, data)
    options = ModelOptions(
        test_from=told.test_from,
        origins=told.origins,
        fold_days=told.fold_days,
        settings=Settings.from_json(json.loads(settings)) if settings else None,
    )
    seconds: dict[str, float] = {}
    begun = begun_last = time.monotonic()

    def tell(begun_now: str) -> None:
        nonlocal begun_last
        begun_last = time.monotonic()
        sys.stdout.write(f"{begun_last - begun:7.1f} s {begun_now}\n")
        sys.stdout.flush()

    result = train(ranks, volumes, dates, options, tell=tell)
    seconds["train with backtest"] = time.monotonic() - begun
    seconds["of these to fit on all labels"] = time.monotonic() - begun_last
    if result.model is None or result.test_estimates is None:
        raise SystemExit(result.refusal)
    named = {f"{name}_search_count": name for name in ("lo_80", "hi_80", "lo_95", "hi_95")}
    kept = result.test_estimates.withColumnsRenamed(named).withColumnRenamed("estimated_search_count", "estimate")
    begun = time.monotonic()
    kept.withColumnRenamed("estimated_on", "ranked_on").write.mode("overwrite").parquet(str(out / "estimates"))
    seconds["score test"] = time.monotonic() - begun
    result.backtest.write.mode("overwrite").parquet(str(out / "backtest"))
    save(result.model, str(out / "model"))
    begun = time.monotonic()
    scored = score(load(spark, str(out / "model")), ranks, volumes, dates)
    scored.estimates.write.format("noop").mode("overwrite").save()
    seconds["score all"] = time.monotonic() - begun
    seconds["scored rows"] = ranks.count()
    said = {
        "settings": result.card["settings"],
        "tried": len(result.card["tried_settings"]),
        "tuning_rows_at_most": options.fit_rows_at_most,
        "fitted_rows": result.card["label_count"],
        "seconds": seconds,
        "refusal": result.refusal,
    }
    (out / "said.json").write_text(json.dumps(said))
    (out / "card.json").write_text(json.dumps(result.card, indent=1, default=str))
    (out / "card.md").write_text(card_page(result.card))


def special_dates(spark: SparkSession, data: Path) -> DataFrame:
    """The set's list, or an empty one."""
    path = data / "special_dates.parquet"
    dates = spark.read.parquet(str(path)) if path.exists() else spark.createDataFrame([], NO_DATES)
    return dates.withColumns({name: F.col(name).cast("int") for name in ("lead_days", "lag_days")})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
