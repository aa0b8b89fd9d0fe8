"""Search volume by Headrace and its peers, measured: python -m benchmarks.model

Sets are run in the order of SETS. Results and page are written after every contestant, so that --resume goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.measure import Measurement, measure
from benchmarks.model.data import PYPI, REPOSITORY, DataSet, generator_set, pypi_set, weekly_set
from benchmarks.model.grains import weekly_against_daily
from benchmarks.model.judging import errors, judged_labels
from benchmarks.model.lagged import joined
from benchmarks.model.pooled import with_backtest
from benchmarks.model.results import DAILY, HEADRACE, SETS, WEEKLY, Results
from benchmarks.model.table import as_markdown

CONTESTANTS = ("log_log_line", "spline_only", "last_known", "lightgbm", "lightgbm_monotone", HEADRACE)
SCORED_DAYS = (1, 10)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    out: Path = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    world = {"terms": arguments.terms, "seed": arguments.seed}
    results = Results.resumed(out, world) if arguments.resume else Results(out, world)
    for name, contestants in _wanted(arguments, results):
        folder = out / name
        folder.mkdir(exist_ok=True)
        told = _made(name, folder, arguments)
        labels = joined(folder)
        for contestant in contestants:
            settings, settings_of = results.settings_for(name, arguments.settings)
            found = _contest(contestant, told, labels, folder, settings)
            about = {"settings_of": settings_of} if contestant == HEADRACE else {}
            results.add({"set": name, "title": told.name, "model": contestant, **found, **about})
            _say(json.dumps(results.contests[-1]))
            _write(results)
    if results.has(DAILY) and results.has(WEEKLY):
        results.grains = _grains(out)
    if results.has(DAILY) and arguments.scoring_rows:
        for days in SCORED_DAYS:
            if all(one["rows"] != arguments.scoring_rows * days for one in results.scoring):
                results.scoring.append(_scoring(out / DAILY, arguments.scoring_rows, days))
                _say(json.dumps(results.scoring[-1]))
                _write(results)
    _say(_write(results))
    return 0


def _wanted(arguments: argparse.Namespace, results: Results) -> Iterator[tuple[str, list[str]]]:
    """Sets and what of them is still to be run. With weekly labels Headrace is alone: the peers learn from days."""
    for name in (name for name in SETS if name in arguments.sets):
        if name.startswith("pypi") and not PYPI.exists():
            _say(f"{name}: left out, {PYPI} is not there")
            continue
        own = [one for one in arguments.only if one == HEADRACE or name != WEEKLY]
        if left := [one for one in own if not results.has(name, one)]:
            yield name, left


def _write(results: Results) -> str:
    results.write()
    page = as_markdown(results)
    (results.out / "model.md").write_text(page)
    return page


def _made(name: str, folder: Path, arguments: argparse.Namespace) -> DataSet:
    if name.startswith("pypi"):
        return pypi_set(folder, lag_days=int(name.removeprefix("pypi_")))
    make = weekly_set if name == WEEKLY else generator_set
    return make(folder, terms=arguments.terms, seed=arguments.seed)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model", description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), metavar="SET", help=", ".join(SETS))
    parser.add_argument(
        "--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS), metavar="NAME", help=", ".join(CONTESTANTS)
    )
    parser.add_argument("--terms", type=int, default=480, help="of the generator: 480 are a million label days")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument(
        "--settings",
        help=f"JSON of Headrace's settings in every set; without it the folds choose, for {WEEKLY} those of {DAILY} "
        "where that was run",
    )
    parser.add_argument(
        "--scoring-rows",
        type=int,
        default=1_000_000,
        help=f"ranks a day that the model of {DAILY} scores at the end, for {SCORED_DAYS[0]} and for {SCORED_DAYS[1]} "
        "days (default: %(default)s; 0: none)",
    )
    parser.add_argument("--resume", action="store_true", help="keep what results.json in the folder already says")
    parser.add_argument("--out", type=Path, default=Path("bench/model"), help="folder (default: ./%(default)s)")
    return parser.parse_args(argv)


def _contest(
    contestant: str, told: DataSet, labels: pd.DataFrame, folder: Path, settings: str | None
) -> dict[str, Any]:
    out = folder / contestant
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    measured = _measured(_command(contestant, folder, out, settings), log=out / "job.log")
    judged = judged_labels(_of_test(labels, told), _estimates(out))
    found = errors(judged)
    if contestant == HEADRACE:
        card = json.loads((out / "card.json").read_text())
        found = with_backtest(found, pd.read_parquet(out / "backtest"), card["coverage"])
    said = out / "said.json"
    return {**found, **_cost(measured), **(json.loads(said.read_text()) if said.exists() else {})}


def _measured(command: Sequence[str], *, log: Path) -> Measurement:
    environment = {**os.environ, "OMP_NUM_THREADS": "2", "SPARK_LOCAL_IP": "127.0.0.1"}
    measured = measure([sys.executable, "-m", *command], folder=REPOSITORY, env=environment, log=log)
    if measured.status:
        raise SystemExit(f"{' '.join(command)} ended with status {measured.status}: see {log}")
    return measured


def _command(contestant: str, data: Path, out: Path, settings: str | None) -> list[str]:
    module, kind = {
        HEADRACE: ("headrace_job", [settings] if settings else []),
        "lightgbm": ("lightgbm_job", ["plain"]),
        "lightgbm_monotone": ("lightgbm_job", ["monotone"]),
    }.get(contestant, ("simple_job", [contestant]))
    return [f"benchmarks.model.{module}", str(data), str(out), *kind]


def _estimates(out: Path) -> pd.DataFrame:
    found = pd.read_parquet(next(p for p in (out / "estimates", out / "estimates.parquet") if p.exists()))
    return found.assign(ranked_on=pd.to_datetime(found["ranked_on"]))


def _of_test(labels: pd.DataFrame, *sets: DataSet) -> pd.DataFrame:
    """Labels of the days that are the test of every set."""
    begins, through = max(told.test_from for told in sets), min(told.test_through for told in sets)
    day = labels["ranked_on"]
    return labels[(day > pd.Timestamp(begins)) & (day <= pd.Timestamp(through))]


def _grains(out: Path) -> dict[str, Any]:
    folders = out / DAILY, out / WEEKLY
    labels = _of_test(joined(out / WEEKLY), *map(DataSet.read, folders))
    return weekly_against_daily(labels, *(_estimates(folder / HEADRACE) for folder in folders))


def _scoring(data: Path, rows: int, days: int) -> dict[str, float]:
    command = ["benchmarks.model.scoring", str(data), "--rows", str(rows), "--days", str(days)]
    measured = _measured(command, log=data / f"scoring_{days}_days.log")
    return {**json.loads((data / "scoring/said.json").read_text()), "days": days, **_cost(measured)}


def _cost(measured: Measurement) -> Mapping[str, float]:
    said = asdict(measured)
    return {name: said[name] for name in ("wall_seconds", "cpu_seconds", "peak_mebibytes", "load_before")}


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
