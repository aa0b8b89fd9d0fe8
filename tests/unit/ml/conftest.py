"""Formulas on small frames are interpreted: each plan is run once, and compiling it takes longer than running it. The
tests of jobs compile, as runs do."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

FACTORY, WHOLE_STAGE = "spark.sql.codegen.factoryMode", "spark.sql.codegen.wholeStage"


@pytest.fixture(scope="module", autouse=True)
def interpreted(spark: SparkSession) -> Iterator[None]:
    spark.conf.set(FACTORY, "NO_CODEGEN")
    spark.conf.set(WHOLE_STAGE, "false")
    yield
    spark.conf.unset(FACTORY)
    spark.conf.unset(WHOLE_STAGE)
