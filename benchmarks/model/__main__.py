"""Search volume by Headrace and its peers, measured: python -m benchmarks.model --sets pypi_32 pypi_62"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.measure import Measurement, measure
from benchmarks.model.data import PYPI, REPOSITORY, DataSet, generator_set, pypi_set, weekly_set
from benchmarks.model.lagged import KEY, joined
from benchmarks.model.table import as_markdown
from ml.coverage import block_bootstrap

CONTESTANTS = ("log_log_line", "spline_only", "last_known", "lightgbm", "lightgbm_monotone", "headrace")
SETS = ("generator", "generator_weekly", "pypi_32", "pypi_62")
DAILY_ONLY = [name for name in CONTESTANTS if name != "headrace"]


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    out: Path = arguments.out.resolve()
    results = out / "results.json"
    found = json.loads(results.read_text()) if arguments.resume and results.exists() else []
    for name in arguments.sets:
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        if name.startswith("pypi") and not PYPI.exists():
            _say(f"{name}: left out, {PYPI} is not there")
            continue
        told = _made(name, folder, arguments)
        labels = joined(folder)
        for contestant in arguments.only:
            if name == "generator_weekly" and contestant in DAILY_ONLY:
                continue
            if any((one["set"], one["model"]) == (told.name, contestant) for one in found):
                continue
            found.append(_contest(contestant, told, labels, folder, arguments.settings))
            _say(json.dumps(found[-1], default=str))
            results.write_text(json.dumps(found, indent=1, default=str))
    page = as_markdown(found)
    (out / "model.md").write_text(page)
    _say(page)
    return 0


def _made(name: str, folder: Path, arguments: argparse.Namespace) -> DataSet:
    if name.startswith("pypi"):
        return pypi_set(folder, lag_days=int(name.removeprefix("pypi_")))
    make = weekly_set if name == "generator_weekly" else generator_set
    return make(folder, terms=arguments.terms, seed=arguments.seed)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model", description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), metavar="SET", help=", ".join(SETS))
    parser.add_argument(
        "--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS), metavar="NAME", help=", ".join(CONTESTANTS)
    )
    parser.add_argument("--terms", type=int, default=480, help="of the generator: 480 are a million label days")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--settings", help="JSON of Headrace's settings; without it the folds choose")
    parser.add_argument("--resume", action="store_true", help="keep what results.json in the folder already says")
    parser.add_argument("--out", type=Path, default=Path("bench/model"), help="folder (default: ./%(default)s)")
    return parser.parse_args(argv)


def _contest(
    contestant: str, told: DataSet, labels: pd.DataFrame, folder: Path, settings: str | None
) -> dict[str, object]:
    out = folder / contestant
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    environment = {**os.environ, "OMP_NUM_THREADS": "2", "SPARK_LOCAL_IP": "127.0.0.1"}
    measured = measure(
        _command(contestant, folder, out, settings), folder=REPOSITORY, env=environment, log=out / "job.log"
    )
    if measured.status:
        raise SystemExit(f"{contestant} on {told.name} ended with status {measured.status}: see {out / 'job.log'}")
    estimates = pd.read_parquet(next(p for p in (out / "estimates", out / "estimates.parquet") if p.exists()))
    estimates["ranked_on"] = pd.to_datetime(estimates["ranked_on"])
    day = labels["ranked_on"]
    test = labels[(day > pd.Timestamp(told.test_from)) & (day <= pd.Timestamp(told.test_through))]
    judged = test.merge(estimates.drop(columns="rank", errors="ignore"), on=KEY, how="left")
    return {"set": told.name, "model": contestant, **errors(judged), **_cost(measured), **_said(out)}


def _command(contestant: str, data: Path, out: Path, settings: str | None) -> list[str]:
    module, kind = {
        "headrace": ("headrace_job", [settings] if settings else []),
        "lightgbm": ("lightgbm_job", ["plain"]),
        "lightgbm_monotone": ("lightgbm_job", ["monotone"]),
    }.get(contestant, ("simple_job", [contestant]))
    return [sys.executable, "-m", f"benchmarks.model.{module}", str(data), str(out), *kind]


def _cost(measured: Measurement) -> dict[str, float]:
    said = asdict(measured)
    return {name: said[name] for name in ("wall_seconds", "cpu_seconds", "peak_mebibytes", "load_before")}


def _said(out: Path) -> dict[str, object]:
    path = out / "said.json"
    if not path.exists():
        return {}
    said = json.loads(path.read_text())
    card = said["card"]
    tried = len(card["tried_settings"])
    return {"seconds": said["seconds"], "refusal": said["refusal"], "settings": card["settings"], "tried": tried}


def errors(judged: pd.DataFrame) -> dict[str, object]:
    """Of labels (`search_count`) beside estimates (`estimate`, and where there are bounds `lo_80` to `hi_95`). A label
    without an estimate is an error of all its searches, and is counted."""
    actual = judged["search_count"].to_numpy()
    missing = int(judged["estimate"].isna().sum())
    estimate = judged["estimate"].fillna(0.0).to_numpy()
    absolute = np.abs(estimate - actual)
    month_day = judged["ranked_on"].dt.strftime("%m-%d")
    season = month_day.between("11-20", "12-31").to_numpy()
    found: dict[str, object] = {
        "labels": len(judged),
        "without_estimate": missing,
        "wape": absolute.sum() / actual.sum(),
        "mdape": float(np.median(absolute / actual)),
        "rmsle": float(np.sqrt(np.mean((np.log1p(estimate) - np.log1p(actual)) ** 2))),
        "bias": estimate.sum() / actual.sum() - 1,
        "season_wape": absolute[season].sum() / actual[season].sum() if season.any() else None,
        "rises": _rises(judged.assign(estimate=estimate)),
    }
    if "lo_80" not in judged:
        return found
    for level in (80, 95):
        lo, hi = judged[f"lo_{level}"].to_numpy(), judged[f"hi_{level}"].to_numpy()
        hit = (actual >= lo) & (actual <= hi)
        days = pd.DataFrame({"day": judged["ranked_on"], "hit": hit}).groupby("day")["hit"].agg(["sum", "count"])
        found[f"coverage_{level}"] = hit.mean()
        found[f"coverage_{level}_range"] = block_bootstrap(
            days["sum"].to_numpy(float), days["count"].to_numpy(float), seed=level
        )
        found[f"season_coverage_{level}"] = hit[season].mean() if season.any() else None
        found[f"width_{level}"] = float(np.median((hi - lo) / estimate))
    return found


def _rises(judged: pd.DataFrame) -> int:
    """How often an estimate is greater than that of the next better rank of its list."""
    lists = ["marketplace_code", "department_name", "ranked_on"]
    ordered = judged.sort_values([*lists, "rank"])
    before = ordered.groupby(lists)["estimate"].shift()
    return int((ordered["estimate"] > before * (1 + 1e-9)).sum())


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
