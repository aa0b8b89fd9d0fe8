"""The engines that are here, each in a process of its own that answers requests one after another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.parity.tables import Table
from tests.where import ROOT

PYTHON35 = Path(os.environ.get("HEADRACE_PYTHON35", ROOT / ".venv-spark35/bin/python"))
ENVIRONMENTS = {"sail": "local", "spark": "local_spark"}


@dataclass
class Peer:
    """An engine: its name, and the Python that has it."""

    name: str
    engine: str
    python: Path
    environment: str = ""
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def ask(self, **request: Any) -> dict[str, Any]:
        """The worker's answer. A worker that died is told as an error, and begun anew with the next request."""
        process = self._begun()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            if line.startswith("answer: "):
                return json.loads(line.removeprefix("answer: "))
        self._process = None
        return {"error": f"the process of {self.name} died with {process.wait()}"}

    def tables(self, subject: str, inputs: Mapping[str, str], out: Path) -> dict[str, Table] | str:
        """What a subject makes of the frames; the error's class where it refuses them."""
        answer = self.ask(subject=subject, inputs=dict(inputs), out=str(out))
        if "error" in answer:
            return answer["error"]
        return {
            name: Table(
                tuple((column, kind) for column, kind in columns),
                tuple(sorted(str(file) for file in (out / name).rglob("*.parquet"))),
            )
            for name, columns in answer["tables"].items()
        }

    def release(
        self,
        raw: Path,
        lake: Path,
        *,
        configs: Sequence[Path] = (),
        environment: str | None = None,
        has_marts: bool = True,
    ) -> int | None:
        """The number of the release that a whole run publishes, None where there is nothing to do."""
        said = {"raw": str(raw), "lake": str(lake), "configs": [*map(str, configs)], "has_marts": has_marts}
        answer = self.ask(run={**said, "environment": environment or self.environment or ENVIRONMENTS[self.engine]})
        if "error" in answer:
            raise AssertionError(f"{self.name}: {answer['error']}")
        return answer["release"]

    def end(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(timeout=60)
            self._process = None

    def _begun(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [str(self.python), "-m", "tests.parity.worker", self.engine],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env=environment(),
            )
        return self._process


def environment() -> dict[str, str]:
    """Of a process of an engine: this tree's packages, UTC, and no word on which engine the tests run."""
    said = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {
        **said,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "TZ": "UTC",
        "HEADRACE_MASKING_KEY": "a key for tests that is no secret",
    }


LEFT_OUT = ("SPARK_CONNECT_MODE_ENABLED", "HEADRACE_TEST_ENGINE", "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON")


def peers(*, with_spark35: bool = True) -> list[Peer]:
    """Sail, Spark 4.1, and where its Python is there Spark 3.5."""
    here = Path(sys.executable)
    found = [Peer("Sail", "sail", here), Peer("Spark 4.1", "spark", here)]
    if with_spark35 and PYTHON35.exists():
        found.append(Peer("Spark 3.5", "spark", PYTHON35))
    return found
