"""What runs the frames: Spark, or Sail inside this process. No other code knows which of them it is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from lake.config.environment import Environment
from lake.store.objects import StoreFull
from transforms.keeping import Keep

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# A figure must not depend on where it is computed: dates in UTC, exact legacy-free Parquet timestamps.
FIXED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    "spark.sql.caseSensitive": "true",
}


class Engine(Protocol):
    """One engine of one process, at work."""

    session: SparkSession
    version: str
    """Its name and version, as a release states them."""

    def map(self, work: Callable[[Item], Answer], items: Sequence[Item], *, sizes: Sequence[int]) -> list[Answer]:
        """The answer to each item, in the items' order, worked on side by side. `work` must be picklable; `sizes` tell
        in bytes how much there is to do for each item."""

    def read(self, uris: Sequence[str], schema: T.StructType) -> DataFrame:
        """The rows of Parquet files, or of folders of them whose names say partition columns: the columns of the schema
        by name, null where a file has none. No character of a URI is taken for a pattern."""

    def write(self, frame: DataFrame, uri: str, *, partition_by: Sequence[str] = (), **options: str | int) -> None:
        """Write a frame as Parquet into a folder that is not there yet; a frame without rows may leave it away."""

    def kept(self) -> AbstractContextManager[Keep]:
        """A function that computes a frame once for all that is made of it; what it kept goes with the block."""

    def tasks(self) -> tuple[int, int] | None:
        """Tasks done and tasks in all of what is at work now; None where that is not known."""


def open_engine(environment: Environment, app_name: str) -> Engine:
    """Begin the engine of an environment. Raises ConfigError where it is not there."""
    if environment.engine == "sail":
        from lake.engines.sail import SailEngine

        return SailEngine(environment)
    from lake.engines.spark import SparkEngine

    return SparkEngine(environment, app_name)


@contextmanager
def with_disk_full_told(uri: str) -> Iterator[None]:
    """Raises StoreFull where a disk is: an engine's own error says it in a hundred lines."""
    try:
        yield
    except Exception as error:
        if "No space left on device" in str(error):
            raise StoreFull(f"cannot write {uri}: the disk is full; nothing was published") from None
        raise


@contextmanager
def kept_in_files(engine: Engine) -> Iterator[Keep]:
    """Keeps frames as Parquet in a temporary folder: they forget how they were made, so that plans stay short."""
    folder = Path(tempfile.mkdtemp(prefix="headrace-kept-"))

    def keep(frame: DataFrame) -> DataFrame:
        path = folder / str(len(list(folder.iterdir())))
        path.mkdir()
        engine.write(frame, str(path / "rows"))
        if not any((path / "rows").glob("*.parquet")):
            return engine.session.createDataFrame([], frame.schema)
        return engine.read([str(path / "rows")], frame.schema)

    try:
        yield keep
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shares(sizes: Sequence[int], most: int) -> list[list[int]]:
    """Places of items dealt out to at most so many workers, the biggest first, so that the shares are about alike."""
    biggest_first = sorted(range(len(sizes)), key=lambda place: (-sizes[place], place))
    return [biggest_first[start::most] for start in range(min(most, len(biggest_first)))]
