"""The last stage, where the folds ask for it: a mean that is right where the searches are.

Smearing makes the mean of logarithms the mean of searches rank by rank, every label counting alike, and leaves what a
day shares to the level. Where that misses the total, a Poisson regression of the searches themselves, in which a label
counts as much as its searches, puts it right.
"""

from __future__ import annotations

import math

from pyspark.ml import PipelineModel, Transformer
from pyspark.ml.feature import CountVectorizerModel, SQLTransformer, VectorAssembler
from pyspark.ml.regression import GeneralizedLinearRegression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ml.features import LN_RANK_SCALE

KNOT_RANKS = (10, 100, 1_000, 10_000)
RIDGE = 1e-6
RATIO, OFFSET, SEARCHES = "poisson_ratio", "poisson_offset", "poisson_search_count"


def statement() -> str:
    """ln rank, hinges (ln rank - ln knot where that is positive) at 10, 100, 1,000 and 10,000, all / 5, and the
    marketplace."""
    hinges = [
        f"greatest(ln(rank) - {math.log(knot)!r}, 0D) / {LN_RANK_SCALE} AS poisson_hinge_{knot}" for knot in KNOT_RANKS
    ]
    numbers = ", ".join([f"ln(rank) / {LN_RANK_SCALE} AS poisson_ln_rank", *hinges])
    return f"SELECT *, {numbers}, array(marketplace_code) AS poisson_marketplace FROM __THIS__"  # noqa: S608 - numbers


def fit_poisson(errors: DataFrame) -> PipelineModel:
    """From rows of `marketplace_code`, `rank`, `ln_estimate`, of the stages before, and `error`, ln(searches) - it.

    Poisson regression of the searches with a log link and the estimate so far as offset, so that it says a ratio to
    that: of `rank` and marketplace only.
    """
    codes = [row[0] for row in errors.select("marketplace_code").distinct().orderBy("marketplace_code").collect()]
    names = ["poisson_ln_rank", *(f"poisson_hinge_{knot}" for knot in KNOT_RANKS)]
    before: list[Transformer] = [
        SQLTransformer(statement=statement()),
        CountVectorizerModel.from_vocabulary(
            codes, inputCol="poisson_marketplace", outputCol="poisson_marketplace_counted"
        ),
        VectorAssembler(inputCols=[*names, "poisson_marketplace_counted"], outputCol="poisson_features"),
    ]
    counted = errors.withColumns({OFFSET: F.col("ln_estimate"), SEARCHES: F.exp(F.col("ln_estimate") + F.col("error"))})
    assembled = PipelineModel(before).transform(counted).select("poisson_features", OFFSET, SEARCHES)
    regression = GeneralizedLinearRegression(
        family="poisson",
        link="log",
        featuresCol="poisson_features",
        labelCol=SEARCHES,
        offsetCol=OFFSET,
        predictionCol=RATIO,
        regParam=RIDGE,
    )
    return PipelineModel([*before, regression.fit(assembled)])


def with_poisson(ranked: DataFrame, model: PipelineModel | None) -> DataFrame:
    """Add `ln_poisson`, ln of the stage's ratio to the estimate before it; 0 without the stage."""
    if model is None:
        return ranked.withColumn("ln_poisson", F.lit(0.0))
    found = model.transform(ranked.withColumn(OFFSET, F.lit(0.0)))
    return found.withColumn("ln_poisson", F.ln(RATIO)).select(*ranked.columns, "ln_poisson")
