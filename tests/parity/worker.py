"""One engine at work: `python -m tests.parity.worker sail`. Requests and answers are lines of JSON.

A request names a subject of `subjects.py`, the Parquet file of each of its frames and the folder to write to; the
answer has the columns of each table written. Or it tells of a run: raw files, lake, configurations, environment; the
answer has the number of the release, null where there was nothing to do. An error is answered by its class and words.
"""

from __future__ import annotations

import json
import shutil
import sys
import traceback
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pyspark.sql import types as T

from lake.config.environment import Environment
from lake.engines import Engine, open_engine
from lake.run.arguments import Arguments
from lake.run.manifest import new_run_id
from lake.run.run import Run
from tests.conftest import SMALL
from tests.jobs.lakes import release_of
from tests.parity.subjects import SUBJECTS


def main() -> None:
    engine = open_engine(Environment("parity", sys.argv[1], SMALL), "headrace-parity")
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = released(**request["run"]) if "run" in request else {"tables": answered(engine, request)}
        except Exception as error:
            print(traceback.format_exc(limit=-3), file=sys.stderr)
            answer = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
        print("answer: " + json.dumps(answer), flush=True)


def answered(engine: Engine, request: dict[str, Any]) -> dict[str, list[list[str]]]:
    """Columns of the tables that were written."""
    subject = SUBJECTS[request["subject"]]
    frames = {}
    for name, path in request["inputs"].items():
        struct = T.StructType.fromJson(json.loads(pq.read_schema(path).metadata[b"spark"]))
        frames[name] = engine.read([path], struct)
    written = {}
    with engine.kept() as keep:
        for name, frame in subject.make(frames, keep).items():
            folder = Path(request["out"]) / name
            shutil.rmtree(folder, ignore_errors=True)
            engine.write(frame, str(folder))
            written[name] = [[field.name, field.dataType.simpleString()] for field in frame.schema]
    return written


def released(
    *,
    raw: str,
    lake: str,
    environment: str,
    configs: Sequence[str] = (),
    as_of: str | None = None,
    has_marts: bool = True,
) -> dict[str, int | None]:
    """The number of the release that a whole run published."""
    arguments = Arguments(
        domain="procurement",
        raw=raw,
        lake=lake,
        run_id=new_run_id(),
        environment=environment,
        configs=tuple(map(Path, configs)),
        as_of=None if as_of is None else date.fromisoformat(as_of),
    )
    found = release_of(Run.of(arguments), has_marts=has_marts)
    return {"release": None if found is None else found.number}


if __name__ == "__main__":
    main()
