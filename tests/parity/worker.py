"""One engine at work on frames of files: `python -m tests.parity.worker sail`.

Requests and answers are lines of JSON. A request names a subject of `subjects.py`, the Parquet file of each of its
frames and the folder to write to. The answer has the columns of each table written, or the class of the error that
stopped it.
"""

from __future__ import annotations

import json
import shutil
import sys
import traceback
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pyspark.sql import types as T

from lake.engines import Engine, open_engine
from lake.environment import Environment
from tests.conftest import SMALL
from tests.parity.subjects import SUBJECTS


def main() -> None:
    engine = open_engine(Environment("parity", sys.argv[1], SMALL), "headrace-parity")
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"tables": answered(engine, request)}
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


if __name__ == "__main__":
    main()
