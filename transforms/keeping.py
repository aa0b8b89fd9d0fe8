"""What is done to a frame of which several others are made: a job computes it once, a test afresh for each."""

from collections.abc import Callable

from pyspark.sql import DataFrame

Keep = Callable[[DataFrame], DataFrame]


def recompute(frame: DataFrame) -> DataFrame:
    """Keeps nothing: the frame is computed afresh for each that is made of it."""
    return frame
