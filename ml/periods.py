"""Regression on labels of weeks and months, whose days' searches nobody told: only their sum is known."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pyspark.ml import PipelineModel, Transformer
from pyspark.ml.feature import ElementwiseProduct, VectorAssembler, VectorSizeHint
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import LinearRegression
from pyspark.ml.stat import Summarizer
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml.labels import LABEL
from ml.solved import fit_exactly

REFITS = 2
WEEKDAY = "constant weekday "
WEEKDAY_SD = 0.1
LEAST_NOISE = 1e-6
HELD = "held_features"
DAYS = "ranked_day_count"


def fit_on_periods(
    days: DataFrame, regression: LinearRegression, names: Sequence[str], *, ridge: float
) -> list[Transformer]:
    """The stages from the regression's features, which `names` are of, to its prediction.

    A label is one row, counting its ranked days: the features of its days, each counting by the searches predicted for
    it, and the logarithm of its sum, less that of the predicted sum, on top of the days' predictions so counted. Near
    the prediction, ln(sum of exp(b x)) is linear in b with this slope (Gauss and Newton). It begins with equal days and
    is fitted again, twice.

    What tells a weekday is then only which days of its period a term was ranked better on. `names` of weekdays are held
    back as if their effects were drawn with a standard deviation of 0.1, so that of few labels next to nothing comes:
    a ridge penalty, by which a feature that is made smaller is held back more. Daily labels among the others tell much
    more than that holds back.
    """
    name, prediction, target = regression.getFeaturesCol(), regression.getPredictionCol(), regression.getLabelCol()
    noise = math.inf
    fitted: list[Transformer] = []
    for _ in range(1 + REFITS):
        predicted = PipelineModel(fitted).transform(days) if fitted else days.withColumn(prediction, F.lit(0.0))
        periods = averaged(predicted, name, F.col(prediction), size=len(names), target=target).localCheckpoint()
        held = _held(name, names, min(WEEKDAY_SD * math.sqrt(ridge * periods.count()) / noise, 1.0))
        weighed = regression.copy({regression.featuresCol: HELD, regression.weightCol: DAYS})
        fitted = [held, *fit_exactly(weighed, held.transform(periods))]
        error = F.col(target) - F.col(prediction)
        [(square,)] = PipelineModel(fitted).transform(periods).agg(F.avg(error * error)).collect()
        noise = max(math.sqrt(square), LEAST_NOISE)
    return fitted


def averaged(days: DataFrame, name: str, ln_predicted: Column, *, size: int, target: str) -> DataFrame:
    """One row per label: its days' mean features `name`, `target`, and `ranked_day_count`. A day without a rank is
    taken for an average one of its period."""
    counted = days.withColumns({"_ln": ln_predicted, "_share": F.exp(ln_predicted)})
    ln_of_period = F.ln(F.avg("_share") * F.max("period_day_count"))
    ln_of_days = F.sum(F.col("_share") * F.col("_ln")) / F.sum("_share")
    rows = counted.groupBy(*LABEL).agg(
        Summarizer.mean(F.col(name), F.col("_share")).alias("_mean"),
        (F.ln(F.max("period_search_count")) - ln_of_period + ln_of_days).alias(target),
        F.count(F.lit(1)).cast("double").alias(DAYS),
    )
    sparse: list[Transformer] = [
        VectorSizeHint(inputCol="_mean", size=size, handleInvalid="optimistic"),
        VectorAssembler(inputCols=["_mean"], outputCol=name),
    ]
    return PipelineModel(sparse).transform(rows).select(name, target, DAYS)


def _held(name: str, names: Sequence[str], factor: float) -> ElementwiseProduct:
    """Makes the features of weekdays smaller. The penalty that the drawn effects have in the mean squared error is
    (noise / WEEKDAY_SD)^2 / label count, where other features have `ridge`."""
    factors = [factor if one.startswith(WEEKDAY) else 1.0 for one in names]
    return ElementwiseProduct(inputCol=name, outputCol=HELD, scalingVec=Vectors.dense(factors))
