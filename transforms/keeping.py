"""What is done to a frame of which several others are made, and to a mart: a job computes it once and writes it, a test
computes it afresh for each."""

from collections.abc import Callable

from pyspark.sql import DataFrame

Keep = Callable[[DataFrame], DataFrame]
Write = Callable[[str, DataFrame], DataFrame]


def recompute(frame: DataFrame) -> DataFrame:
    """Keeps nothing: the frame is computed afresh for each that is made of it."""
    return frame
