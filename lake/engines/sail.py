"""Sail: Spark's DataFrame API on DataFusion, inside this process and without Java. For what fits one machine."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import quote

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from lake.engines import FIXED, Keep, shares
from lake.environment import Environment
from lake.errors import ConfigError

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# Starting a process and importing what it needs takes about as long as reading so much.
WORTH_A_POOL_BYTES = 8_000_000


class SailEngine:
    """A Spark Connect server of Sail in this process, and the client that speaks with it."""

    def __init__(self, environment: Environment) -> None:
        self.session = _session(environment.sail.memory_limit_bytes)

    def map(self, work: Callable[[Item], Answer], items: Sequence[Item], *, sizes: Sequence[int]) -> list[Answer]:
        core_count = min(len(os.sched_getaffinity(0)), len(items))
        if core_count < 2 or sum(sizes) < WORTH_A_POOL_BYTES:
            return [work(item) for item in items]
        dealt = shares(sizes, 4 * core_count)
        with ProcessPoolExecutor(core_count, mp_context=get_context("spawn"), initializer=_end_with_parent) as pool:
            answered = pool.map(partial(_share, work), [[items[place] for place in share] for share in dealt])
            answers = {
                place: answer
                for share, answer_list in zip(dealt, answered, strict=True)
                for place, answer in zip(share, answer_list, strict=True)
            }
        return [answers[place] for place in range(len(items))]

    def read(self, uris: Sequence[str], schema: T.StructType) -> DataFrame:
        return self.session.read.schema(schema).parquet(*map(sail_path, uris))

    def write(self, frame: DataFrame, uri: str, *, partition_by: Sequence[str] = (), **options: str | int) -> None:
        """Sail has its own way with row groups and compression: it takes none of the options."""
        writer = frame.write.mode("error")
        (writer.partitionBy(*partition_by) if partition_by else writer).parquet(sail_path(uri))

    @contextmanager
    def kept(self) -> Iterator[Keep]:
        """Sail persists nothing: a frame is written once into a temporary folder, and read from there."""
        folder = Path(tempfile.mkdtemp(prefix="headrace-kept-"))

        def keep(frame: DataFrame) -> DataFrame:
            path = folder / str(len(list(folder.iterdir())))
            self.write(frame, str(path))
            has_rows = any(path.glob("*.parquet"))
            return (
                self.session.read.parquet(sail_path(str(path)))
                if has_rows
                else self.session.createDataFrame([], frame.schema)
            )

        try:
            yield keep
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def tasks(self) -> None:
        return None


_lock = threading.Lock()
_started: dict[str, object] = {}


def _session(memory_limit_bytes: int) -> SparkSession:
    """The session of this process; there is one server, whose memory limit is that of the first who asks."""
    with _lock:
        if "session" not in _started:
            os.environ.setdefault("RUST_LOG", "error")
            os.environ.setdefault("SAIL_RUNTIME__MEMORY_POOL__TYPE", "fair")
            os.environ.setdefault("SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE", str(memory_limit_bytes))
            os.environ.setdefault("SAIL_SPARK__SESSION_TIMEOUT_SECS", "86400")
            _started["server"], _started["session"] = _serve()
        os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"
        return cast(SparkSession, _started["session"])


def _serve() -> tuple[object, object]:
    try:
        from pysail.spark import SparkConnectServer
        from pyspark.sql.connect.session import SparkSession as ConnectSession
    except ImportError as error:
        raise ConfigError(
            f"the embedded engine is not installed ({error}); install it with: pip install 'headrace[embedded]', or "
            "run on Spark with --environment local_spark"
        ) from None
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    _, port = server.listening_address
    session = ConnectSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    for key, value in FIXED.items():
        session.conf.set(key, value)
    return server, session


def sail_path(uri: str) -> str:
    """A path or URI as Sail takes it: percent-encoded, or it would read brackets, braces, `*` and `?` as patterns, and
    find nothing without a word."""
    scheme, mark, path = uri.partition("://")
    return f"{scheme}://{quote(path)}" if mark else f"file://{quote(uri)}"


def _share(work: Callable[[Item], Answer], items: list[Item]) -> list[Answer]:
    return [work(item) for item in items]


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for ever."""
    parent = parent_process()
    assert parent is not None
    threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()
