"""Ridge regression where a feature does not vary."""

from __future__ import annotations

import numpy as np
import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import LinearRegression
from pyspark.sql import SparkSession

from ml.solved import fit_exactly

LAST_BITS = [10.0, 9.999999999999998, *[10.0] * 98, 10.000000000000002, *[10.0] * 99]
linear_model = pytest.importorskip("sklearn.linear_model")


@pytest.mark.every_engine
@pytest.mark.parametrize(
    "constant",
    [
        pytest.param(None, id="every feature varies"),
        pytest.param(0.0, id="a feature that no row has"),
        pytest.param(10.0, id="a feature that every row has alike"),
        pytest.param(LAST_BITS, id="a feature that is alike but for the last bit, as means of a constant are"),
    ],
)
def test_it_is_ridge_regression_whether_or_not_every_feature_varies(spark: SparkSession, constant: object) -> None:
    """Five terms that stand together and a slope, with a penalty that hardly tells them apart: steps of an
    approximation end far from the solution."""
    rng = np.random.default_rng(3)
    one_hot = np.eye(5)[rng.integers(0, 5, 200)]
    slope = rng.uniform(-1, 1, 200)
    columns = [10.0 * one_hot[:, :2], one_hot, slope, one_hot * slope[:, None]]
    if constant is not None:
        columns.append(np.broadcast_to(np.array(constant), 200))
    x = np.column_stack(columns)
    y = 12.0 + one_hot @ np.array([2.0, -1.0, 0.5, 0.0, 3.0]) - slope + rng.normal(0, 0.1, 200)
    rows = spark.createDataFrame([(Vectors.dense(*row), float(v)) for row, v in zip(x, y, strict=True)], ["x", "y"])
    regression = LinearRegression(
        featuresCol="x", labelCol="y", predictionCol="p", standardization=False, regParam=1e-6 * float(np.std(y))
    )
    asked = np.vstack([x[:5], np.zeros(x.shape[1])])
    frame = spark.createDataFrame([(n, Vectors.dense(*row)) for n, row in enumerate(asked)], ["n", "x"])
    found = PipelineModel(fit_exactly(regression, rows)).transform(frame).orderBy("n").toPandas()["p"]
    twin = linear_model.Ridge(alpha=1e-6 * len(y)).fit(x, y)
    np.testing.assert_allclose(found, twin.predict(asked), atol=2e-3)


def test_where_no_feature_varies_the_mean_stands(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(Vectors.dense(1.0, 0.0), y) for y in (2.0, 4.0)], ["x", "y"])
    regression = LinearRegression(featuresCol="x", labelCol="y", predictionCol="p", standardization=False, regParam=0.1)
    found = PipelineModel(fit_exactly(regression, rows)).transform(rows).collect()
    assert [row["p"] for row in found] == [3.0, 3.0]
