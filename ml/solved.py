"""Ridge regression solved exactly, also where a feature is the same in every row."""

from __future__ import annotations

from pyspark.ml import Transformer
from pyspark.ml.feature import VarianceThresholdSelector
from pyspark.ml.regression import LinearRegression
from pyspark.sql import DataFrame

VARIED = "varied_features"
ROUNDING = 1e-20


def fit_exactly(regression: LinearRegression, rows: DataFrame) -> list[Transformer]:
    """The stages from the regression's features to its prediction.

    Spark gives a feature without variance no penalty, finds its equations singular, and goes over to a hundred steps of
    an approximation without a word (`WeightedLeastSquares`, `Auto`): what it tells of terms that stand together, such
    as a marketplace and its departments, is then far off. Such a feature tells nothing beside the intercept: it is
    left out, and the rest solved by the normal equations. Means of a constant vary in their last bit, which is no
    variance either.
    """
    fitted = regression.fit(rows)
    if len(fitted.summary.objectiveHistory) == 1:
        return [fitted]
    name = regression.getFeaturesCol()
    varied = VarianceThresholdSelector(featuresCol=name, outputCol=VARIED, varianceThreshold=ROUNDING).fit(rows)
    if not varied.selectedFeatures:
        return [fitted]
    return [varied, regression.copy({regression.featuresCol: VARIED}).fit(varied.transform(rows))]
