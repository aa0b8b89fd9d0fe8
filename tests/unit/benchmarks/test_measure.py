"""What a process tree takes, by commands that take a known amount."""

import os
import sys

import pytest

from benchmarks.measure import Measurement, measure

BUSY = "import time\nwhile time.process_time() < 0.6: pass\n"
HOLD = "import time\nheld = bytearray(150 << 20)\ntime.sleep(0.8)\n"


def _measured(tmp_path, program: str) -> Measurement:
    return measure([sys.executable, "-c", program], folder=os.getcwd(), env=os.environ, log=tmp_path / "log")


@pytest.mark.parametrize(
    "wait",
    [
        pytest.param("child.wait()", id="waited for"),
        pytest.param(
            "", id="an orphan", marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux adopts orphans")
        ),
    ],
)
def test_cpu_of_children_counts(tmp_path, wait):
    program = f"import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', {BUSY!r}])\n{wait}\n{BUSY}"
    assert 1.2 <= _measured(tmp_path, program).cpu_seconds < 1.6


def test_memory_is_of_the_whole_tree_at_one_time(tmp_path):
    program = f"import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', {HOLD!r}])\n{HOLD}child.wait()"
    assert 300 <= _measured(tmp_path, program).peak_mebibytes < 400


def test_wall_time_and_status_are_the_commands(tmp_path):
    measured = _measured(tmp_path, "import sys, time\nprint('told')\ntime.sleep(0.5)\nsys.exit(3)")
    assert measured.status == 3
    assert 0.5 <= measured.wall_seconds < 5
    assert (tmp_path / "log").read_text() == "told\n"
