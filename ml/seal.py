"""The test period, which nobody sees before the settings are fixed."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ml.options import Settings


class SealError(RuntimeError):
    """The test period was asked for in a way that would let it decide something."""


class SealedTest:
    """Labels that were not known when the test period began, and those of its days. They are opened once, by settings
    that are fixed."""

    def __init__(self, labels: DataFrame) -> None:
        self._labels = labels
        self._opened_by: Settings | None = None

    def open(self, settings: Settings) -> DataFrame:
        if not isinstance(settings, Settings):
            raise SealError("the test period was opened without settings, expected settings that are fixed before")
        if self._opened_by is not None:
            raise SealError("the test period was opened a second time, expected once")
        self._opened_by = settings
        return self._labels


def sealed(labels: DataFrame, test_from: date) -> tuple[DataFrame, SealedTest]:
    """Part labels (`available_on` and the day `ranked_on` or `period_start_on`): those that were known on
    `test_from`, for everything that decides, and the others, sealed."""
    known = F.col("available_on") <= F.lit(test_from)
    return labels.where(known), SealedTest(labels.where(~known))
