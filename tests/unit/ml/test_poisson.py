"""The Poisson stage against Newton's method in numpy."""

from __future__ import annotations

import numpy as np
import pytest
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession

from ml.poisson import KNOT_RANKS, fit_poisson, with_poisson

SCHEMA = "marketplace_code string, rank int, ln_estimate double, error double"


@pytest.fixture(scope="module")
def errors(spark: SparkSession) -> DataFrame:
    rng = np.random.default_rng(6)
    ranks, codes = rng.integers(1, 30_000, 600), rng.choice(["UK", "US"], 600)
    ln_estimate = 12 - 0.8 * np.log(ranks)
    error = rng.normal(0.0, 0.4, 600) + np.where(codes == "US", 0.2, -0.1) - 0.03 * np.log(ranks)
    rows = zip(codes.tolist(), ranks.tolist(), ln_estimate.tolist(), error.tolist(), strict=True)
    return spark.createDataFrame(list(rows), SCHEMA).localCheckpoint()


def test_ratios_are_those_of_newtons_method(errors: DataFrame) -> None:
    rows = errors.toPandas()
    x = np.log(rows["rank"].to_numpy())
    hinges = [np.maximum(x - np.log(knot), 0) for knot in KNOT_RANKS]
    codes = [(rows["marketplace_code"] == code).to_numpy(float) for code in ("UK", "US")]
    design = np.column_stack([x, *hinges, *codes]) / 5
    searches, offset = np.exp(rows["ln_estimate"] + rows["error"]).to_numpy(), rows["ln_estimate"].to_numpy()
    weights = np.zeros(design.shape[1])
    for _ in range(60):
        mean = np.exp(design @ weights + offset)
        weights += np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (searches - mean))
    found = with_poisson(errors, fit_poisson(errors)).toPandas()
    np.testing.assert_allclose(found["ln_poisson"], design @ weights, atol=2e-4)
    healed = np.exp(found["ln_estimate"] + found["ln_poisson"])
    for code in ("UK", "US"):
        of_code = (rows["marketplace_code"] == code).to_numpy()
        assert healed[of_code].sum() == pytest.approx(searches[of_code].sum(), rel=1e-4)


@pytest.mark.every_engine
def test_a_saved_stage_loads_without_code_of_ours(errors: DataFrame, tmp_path: object) -> None:
    model = fit_poisson(errors)
    model.write().save(f"{tmp_path}/poisson")
    loaded = PipelineModel.load(f"{tmp_path}/poisson")
    assert {type(stage).__module__.split(".")[0] for stage in loaded.stages} == {"pyspark"}
    before, after = (with_poisson(errors, m).toPandas()["ln_poisson"] for m in (model, loaded))
    np.testing.assert_allclose(before, after, rtol=0, atol=0)


def test_without_the_stage_nothing_changes(errors: DataFrame) -> None:
    assert with_poisson(errors, None).select("ln_poisson").distinct().collect()[0][0] == 0.0
