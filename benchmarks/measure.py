"""Run a command and measure its whole process tree: python -m benchmarks.measure --into FILE -- COMMAND...

Prints nothing of its own; FILE gets the measurement as JSON. The exit status is the command's. It is a process of its
own, so that it may wait for every descendant of the command, and for nobody else.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

LEAST_PAUSE, MOST_PAUSE, MOST_OF_A_CORE = 0.05, 0.5, 0.02
_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE_SECONDS = 15


@dataclass(frozen=True)
class Measurement:
    """One run of one command.

    `cpu_seconds` are user and system time of the command and every process it began. `peak_mebibytes` is the greatest
    sum over the tree at one time, of the proportional set size where the system tells it (`memory_kind` PSS: pages
    that several processes share count once), else of the resident set. `load_before` is the load average of the last
    minute when it began.
    """

    status: int
    wall_seconds: float
    cpu_seconds: float
    peak_mebibytes: float
    memory_kind: str
    load_before: float


def measure(command: Sequence[str], *, folder: Path, env: Mapping[str, str], log: Path) -> Measurement:
    """Run the command in `folder` under a measuring process; its output goes to `log`."""
    into = log.with_suffix(".json")
    with log.open("wb") as output:
        subprocess.run(
            [sys.executable, "-m", "benchmarks.measure", "--into", into, "--", *command],
            cwd=folder,
            env=dict(env),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return Measurement(**json.loads(into.read_text()))


def run(command: Sequence[str]) -> Measurement:
    """Run the command as the only child of this process."""
    _adopt_orphans()
    load_before = os.getloadavg()[0]
    tree, is_over = Tree(), threading.Event()
    begun = time.monotonic()
    child = subprocess.Popen(command)
    sampling = threading.Thread(target=tree.sample_until, args=(is_over,), daemon=True)
    sampling.start()
    _, how, usage = os.wait4(child.pid, 0)
    wall_seconds = time.monotonic() - begun
    is_over.set()
    sampling.join()
    cpu_seconds = usage.ru_utime + usage.ru_stime + _wait_for_the_rest()
    return Measurement(
        os.waitstatus_to_exitcode(how),
        wall_seconds,
        max(cpu_seconds, tree.cpu_seconds()),
        tree.peak_bytes / 2**20,
        tree.memory_kind,
        load_before,
    )


class Tree:
    """The descendants of this process, as samples show them."""

    def __init__(self) -> None:
        self.root = psutil.Process()
        self.peak_bytes = 0
        self.memory_kind = "PSS"
        self._cpu: dict[tuple[int, float], float] = {}

    def sample_until(self, is_over: threading.Event) -> None:
        while not is_over.wait(self.sample()):
            pass

    def sample(self) -> float:
        """Take a sample, and say how long to pause so that sampling costs little."""
        begun = time.thread_time()
        total = 0
        for process in self.root.children(recursive=True):
            with suppress(psutil.Error):
                times = process.cpu_times()
                self._cpu[process.pid, process.create_time()] = times.user + times.system
                total += self._bytes(process)
        self.peak_bytes = max(self.peak_bytes, total)
        return min(max(LEAST_PAUSE, (time.thread_time() - begun) / MOST_OF_A_CORE), MOST_PAUSE)

    def cpu_seconds(self) -> float:
        """What was seen of every process: a lower bound, for systems that lose orphans."""
        return sum(self._cpu.values())

    def _bytes(self, process: psutil.Process) -> int:
        try:
            with open(f"/proc/{process.pid}/smaps_rollup") as lines:
                return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
        except FileNotFoundError:
            if Path("/proc/self/smaps_rollup").exists():  # the process has just ended
                return 0
        except (PermissionError, StopIteration):
            pass
        except ProcessLookupError:
            return 0
        self.memory_kind = "RSS"
        return process.memory_info().rss


def _adopt_orphans() -> None:
    """Make this process the parent of every descendant whose own parent ends (Linux): the JVM outlives its driver."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _wait_for_the_rest() -> float:
    """CPU seconds of what outlived the command; who does not end is ended."""
    seconds = 0.0
    for usage in _ended_within(_PATIENCE_SECONDS):
        seconds += usage.ru_utime + usage.ru_stime
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            process.send_signal(signal.SIGKILL)
    return seconds + sum(usage.ru_utime + usage.ru_stime for usage in _ended_within(1))


def _ended_within(patience: float) -> Iterator:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            ended, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if ended:
            yield usage
        else:
            time.sleep(0.05)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args(argv)
    measured = run(arguments.command)
    arguments.into.write_text(json.dumps(asdict(measured), indent=1))
    return measured.status


if __name__ == "__main__":
    sys.exit(main())
