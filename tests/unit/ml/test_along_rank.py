"""A column that is read off between knots is what its stage says at every rank."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from ml.along_rank import along_rank
from ml.base import fit_on_labels, with_base
from ml.options import LOG_LOG_LINE, Settings
from tests.unit.ml.frames import DAY, ranks

RANKS = (1, 2, 3, 4, 9, 10, 11, 99, 100, 101, 5_000, 900_000)
OF_LIST = ("trend_years", "event_tokens", "event_ramps")


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(
            Settings(knot_ranks=(3, 10, 100)), marks=pytest.mark.every_engine, id="knots and tokens of events"
        ),
        pytest.param(Settings(knot_ranks=(3, 10, 100), event_shape="ramps"), id="ramps of events"),
        pytest.param(LOG_LOG_LINE, id="a straight line"),
        pytest.param(LOG_LOG_LINE.but(knot_ranks=(1, 10)), id="a knot at the first rank"),
    ],
)
def test_it_equals_the_regression_at_every_rank(spark: SparkSession, settings: Settings) -> None:
    rng = np.random.default_rng(3)
    rows = [
        {"department_name": department, "term": f"t{rank}", "ranked_on": DAY + timedelta(n), "rank": rank}
        for department in ("all", "toys")
        for n in range(9)
        for rank in RANKS
    ]
    near = F.col("ranked_on") == F.lit(date(2024, 3, 3))
    ranked = ranks(spark, *rows).withColumns(
        {
            "trend_years": F.datediff("ranked_on", F.lit(DAY)) / 365.25,
            "event_tokens": F.when(near, F.array(F.lit("e+0"))).otherwise(F.array().cast("array<string>")),
            "event_ramps": F.when(near, F.array_repeat(F.lit("e"), 7)).otherwise(F.array().cast("array<string>")),
        }
    )
    noisy = spark.createDataFrame(
        [(*row.values(), float(np.exp(rng.normal(8 - 0.7 * np.log(row["rank"]), 0.5)))) for row in rows],
        "department_name string, term string, ranked_on date, rank long, period_search_count double",
    )
    labelled = ranked.join(noisy, ["department_name", "term", "ranked_on", "rank"])
    model = fit_on_labels(labelled.withColumn("period_day_count", F.lit(1)), settings, grains=["daily"])
    by_name = ["department_name", "ranked_on", "rank"]
    expected = with_base(ranked, model).orderBy(*by_name).toPandas()
    found = along_rank(
        ranked, lambda frame: with_base(frame, model), "ln_base", knots=settings.knot_ranks, of_list=OF_LIST
    )
    assert found.columns == [*ranked.columns, "ln_base"]
    own = found.orderBy(*by_name).toPandas()
    assert own["ln_base"].nunique() > 20
    np.testing.assert_allclose(own["ln_base"], expected["ln_base"], rtol=1e-9, atol=1e-9)


def test_without_rows_there_is_none(spark: SparkSession) -> None:
    found = along_rank(
        ranks(spark), lambda frame: frame.withColumn("x", F.ln("rank")), "x", knots=(3,), of_list=("term",)
    )
    assert found.collect() == []
