"""What Java writes to standard error does not reach the terminal; what headrace writes there does."""

import glob
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os, subprocess, sys
from headrace.commands.run import quiet_spark
from lake.errors import DataError
try:
    with quiet_spark():
        subprocess.run(["sh", "-c", "echo WARN from Java >&2"])
        sys.stderr.write("progress\\n")
        {then}
except Exception as error:
    sys.stderr.write("; ".join([str(error), *getattr(error, "__notes__", [])]) + "\\n")
subprocess.run(["sh", "-c", "echo after >&2"])
"""


@pytest.mark.parametrize(
    ("then", "is_debugged", "said", "is_kept"),
    [
        pytest.param("pass", False, ["progress", "after"], False, id="all is well"),
        pytest.param("pass", True, ["WARN from Java", "progress", "after"], False, id="all is shown with --debug"),
        pytest.param(
            "raise DataError('a sentence')",
            False,
            ["progress", "a sentence", "after"],
            False,
            id="a sentence needs no log",
        ),
        pytest.param(
            "raise ValueError('odd')",
            False,
            ["progress", "odd; what Spark said is in LOG", "after"],
            True,
            id="the log of what is unexpected is kept and named",
        ),
    ],
)
def test_quiet_spark(tmp_path: Path, then: str, is_debugged: bool, said: list[str], is_kept: bool) -> None:
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(then=then)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, "TMPDIR": str(tmp_path), "HEADRACE_DEBUG": "1" if is_debugged else ""},
    )
    logs = glob.glob(f"{tmp_path}/headrace-spark-*.log")
    assert [line.replace(logs[0] if logs else "-no-", "LOG") for line in found.stderr.splitlines()] == said
    assert [Path(log).read_text() for log in logs] == ["WARN from Java\n"] * is_kept
