"""`headrace run`: the pipeline with its progress shown, its release checked and told, its warehouse built."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headrace.command_options import parse_date
from headrace.commands.equations import file_equations, raw_file_equation, table_equations
from headrace.commands.next_steps import next_steps
from headrace.commands.status import status_of
from headrace.duck.warehouse import build_warehouse
from headrace.facts.run import Equations, Ran
from headrace.lakes import check_domain, warehouse_key
from headrace.show.console import err
from lake.errors import ConfigError, DataError, HeadraceError
from lake.releases.release import Release, current_release
from lake.run.arguments import Arguments
from lake.run.manifest import check_run_id, new_run_id
from lake.run.run import Run

SLOWEST = 5


@dataclass(frozen=True)
class Ask:
    """What `headrace run` was asked for."""

    domain: str
    raw: str
    lake: str
    environment: str | None = None
    configs: Sequence[Path] = ()
    as_of: str | None = None
    run_id: str | None = None

    def arguments(self) -> Arguments:
        """Raises ConfigError for what cannot be meant."""
        return Arguments(
            domain=check_domain(self.domain),
            raw=self.raw,
            lake=self.lake,
            environment=self.environment,
            run_id=check_run_id(self.run_id) if self.run_id else new_run_id(),
            configs=tuple(self.configs),
            as_of=parse_date("--as-of", self.as_of) if self.as_of else None,
        )


def raw_and_lake(raw: str | None, lake: str | None, *, domain: str, made: Path) -> tuple[str, str]:
    """As they were said; where neither was, what was generated into `made`, and the lake beside it.

    Raises ConfigError where only one was said, or nothing was generated.
    """
    if raw is not None and lake is not None:
        return raw, lake
    if raw is not None or lake is not None:
        said, missing = (f"--raw {raw}", "--lake") if raw is not None else (f"--lake {lake}", "--raw")
        raise ConfigError(f"found {said} without {missing}, expected both, or neither for {made}/raw into {made}/lake")
    if not (made / "raw").is_dir():
        raise ConfigError(
            f"found neither --raw nor --lake, and no {made}/raw, which is run then; make it with: "
            f"headrace generate {check_domain(domain)}, or say both"
        )
    return str(made / "raw"), str(made / "lake")


def run_domain(ask: Ask) -> Ran:
    """Run the pipeline and build the warehouse file."""
    from jobs.run_pipeline import run_pipeline

    begun = time.monotonic()
    with Steps() as steps:
        run = Run.of(ask.arguments(), steps.tell)
        steps.watch(run)
        with quiet_spark():
            published = run_pipeline(run)
        release = published or current_release(run.lake, run.domain)
        if release is None:
            raise DataError(f"run {run.run_id} published nothing and {run.lake.uri} has no release of {run.domain}")
        _warehouse(run, release)
    return _ran(run, release, is_new=published is not None, seconds=time.monotonic() - begun)


def _warehouse(run: Run, release: Release) -> None:
    if not run.lake.exists(warehouse_key(release.domain, release.number)):
        with run.step("warehouse", "DuckDB file") as counted:
            build_warehouse(run.lake, release)
            counted(sum(s.row_count(**_standing(release, s.table)) for s in release.tables()))


def _standing(release: Release, table: str) -> dict[str, str]:
    return {"outcome": "curated"} if table in release.curated else {}


def _ran(run: Run, release: Release, *, is_new: bool, seconds: float) -> Ran:
    status = status_of(run.lake, release)
    slowest = sorted(run.durations_seconds.items(), key=lambda item: -item[1])
    return Ran(
        status=status,
        lake=run.arguments.lake,
        raw=run.arguments.raw,
        is_new=is_new,
        this_run_id=run.run_id,
        seconds=round(seconds, 3),
        slowest_steps=dict(slowest[:SLOWEST]),
        warehouse=run.lake.uri_of(warehouse_key(release.domain, release.number)),
        equations=Equations(
            raw=raw_file_equation(run.stage("land")["raw_files"]),
            files=file_equations([file.counts for file in status.files]),
            tables={name: table_equations(counts) for name, counts in release.counts.items()},
        ),
        next=next_steps(run.lake, release, run.arguments.lake) if is_new else [],
    )


class Steps:
    """Shows a run's steps on standard error: the one at work with its tasks and time, those done with their rows."""

    def __init__(self) -> None:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self.console = err()
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[tasks]}", style="dim"),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
            redirect_stdout=False,
            redirect_stderr=False,
        )  # quiet_spark swaps sys.stderr
        self.open: list[Any] = []
        self.run: Run | None = None
        self.is_over = threading.Event()

    def __enter__(self) -> Steps:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.progress.stop()

    def watch(self, run: Run) -> None:
        """Poll Spark, once it runs, for the tasks done."""
        self.run = run
        if self.console.is_terminal:
            threading.Thread(target=self._poll, daemon=True).start()

    def tell(self, stage: str, step: str, row_count: int | None, seconds: float | None) -> None:
        """What a run tells of its steps."""
        if seconds is None:
            self.open.append(self.progress.add_task(f"{stage}: {step}", tasks="", total=None))
            return
        if self.open:
            self.progress.remove_task(self.open.pop())
        rate = f"{row_count:>12,} rows {row_count / seconds:>11,.0f} rows/s" if row_count and seconds else ""
        self.console.print(f"{seconds:>8.1f} s  {f'{stage}: {step}':<42}{rate}".rstrip(), markup=False, soft_wrap=True)

    def _poll(self) -> None:
        while not self.is_over.wait(0.5):
            with suppress(Exception):  # Spark may be starting or stopping; the figures are for the eye only
                self._show_tasks()

    def _show_tasks(self) -> None:
        engine = self.run.__dict__.get("engine")
        if engine is not None and self.open and (tasks := engine.tasks()):
            done, total = tasks
            self.progress.update(self.open[-1], tasks=f"{done} of {total} tasks" if total else "")


@contextmanager
def quiet_spark() -> Iterator[None]:
    """What Spark's Java process writes to standard error goes to a file, which is kept only where the run fails.

    With --debug it stays where it is. Java inherits the descriptor when it starts; Python's own errors go on to the
    terminal.
    """
    if os.environ.get("HEADRACE_DEBUG"):
        yield
        return
    descriptor, path = tempfile.mkstemp(prefix="headrace-spark-", suffix=".log")
    terminal, told, is_kept = os.dup(2), sys.stderr, False
    try:
        if told is sys.__stderr__:
            sys.stderr = os.fdopen(os.dup(terminal), "w", buffering=1, encoding="utf-8", errors="backslashreplace")
        os.dup2(descriptor, 2)
        yield
    except HeadraceError:
        raise
    except Exception as error:
        is_kept = os.path.getsize(path) > 0
        if is_kept:
            error.add_note(f"what Spark said is in {path}")
        raise
    finally:
        os.dup2(terminal, 2)
        sys.stderr = told
        for open_one in (terminal, descriptor):
            os.close(open_one)
        if not is_kept:
            os.unlink(path)
