"""Sail: Spark's DataFrame API on DataFusion, inside this process and without Java. For what fits one machine."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import TypeVar, cast
from urllib.parse import quote

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from lake.config.environment import Environment
from lake.engines import FIXED, kept_in_files, shares, with_disk_full_told
from lake.errors import ConfigError, DataError
from transforms.keeping import Keep

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# What the tests have compared with Spark, and no other: a newer one may read the same code in another way.
PROVEN = {"pysail": "0.7.2", "pyspark": "4.1"}
# Starting a process and importing what it needs takes about as long as reading so much.
WORTH_A_POOL_BYTES = 8_000_000


class SailEngine:
    """A Spark Connect server of Sail in this process, and the client that speaks with it."""

    def __init__(self, environment: Environment) -> None:
        self.session = _session(environment.sail.memory_limit_bytes)
        self.version = f"sail {version('pysail')}"

    def map(self, work: Callable[[Item], Answer], items: Sequence[Item], *, sizes: Sequence[int]) -> list[Answer]:
        core_count = min(_core_count(), len(items))
        if core_count < 2 or sum(sizes) < WORTH_A_POOL_BYTES:
            return [work(item) for item in items]
        dealt = shares(sizes, 4 * core_count)
        with _pool(core_count) as pool:
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
        with with_disk_full_told(uri):
            (writer.partitionBy(*partition_by) if partition_by else writer).parquet(sail_path(uri))

    def kept(self) -> AbstractContextManager[Keep]:
        """Sail persists nothing."""
        return kept_in_files(self)

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
            os.environ.setdefault("SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE", str(_memory_limit(memory_limit_bytes)))
            os.environ.setdefault("SAIL_SPARK__SESSION_TIMEOUT_SECS", "86400")
            _started["server"], _started["session"] = _serve()
        os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"
        return cast(SparkSession, _started["session"])


_MEND = "install it with: pip install 'headrace[embedded]', or run on Spark with --environment local_spark"


def _refuse_unproven() -> None:
    """Raises ConfigError for versions whose tables nobody has compared with Spark's."""
    for package, wanted in PROVEN.items():
        with suppress(PackageNotFoundError):
            if not (found := version(package)).startswith(wanted):
                raise ConfigError(f"found {package} {found}, expected {wanted}, for the embedded engine; {_MEND}")


def _serve() -> tuple[object, object]:
    _refuse_unproven()
    try:
        from pysail.spark import SparkConnectServer
        from pyspark.sql.connect.session import SparkSession as ConnectSession
    except ImportError as error:
        raise ConfigError(f"the embedded engine is not installed ({error}); {_MEND}") from None
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


def _core_count() -> int:
    """The cores that this process may use; not every system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _pool(process_count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with this one. Raises DataError where one of them was ended from outside."""
    pool = ProcessPoolExecutor(process_count, mp_context=get_context("spawn"), initializer=_end_with_parent)
    try:
        yield pool
    except BrokenProcessPool:
        raise DataError(
            "a process that landed raw files was ended from outside, most likely for want of memory; run again, on "
            "fewer files at once or on a machine with more memory"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _memory_limit(memory_limit_bytes: int) -> int:
    """At most half of what this machine has: the process needs some beside the engine's."""
    with suppress(ValueError, OSError, AttributeError):
        return min(memory_limit_bytes, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2)
    return memory_limit_bytes


def _share(work: Callable[[Item], Answer], items: list[Item]) -> list[Answer]:
    return [work(item) for item in items]


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for ever."""
    parent = parent_process()
    assert parent is not None
    threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()
