"""The same job by Headrace, DuckDB, polars and pandas, measured: python -m benchmarks --rows 310000 --rounds 3."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.bench import Bench
from benchmarks.compare import Result, differences
from benchmarks.measure import Measurement, measure
from benchmarks.report import as_markdown
from samples.procurement.generation import SPINE, GenerationSummary, generate_procurement
from samples.procurement.tables import TABLE_NAMES

REPOSITORY = Path(__file__).parents[1]
SPARK35 = REPOSITORY / ".venv-spark35/bin/python"
# Which Python, hence which Spark, and which environment: the embedded engine, Spark, or Spark 3.5 with Comet.
HEADRACE = {
    "headrace": (Path(sys.executable), "local"),
    "headrace_spark": (Path(sys.executable), "local_spark"),
    "headrace_spark35": (SPARK35, "local_spark"),
    "headrace_comet": (SPARK35, "local_comet"),
}
USUAL = ("headrace", "headrace_spark", "duckdb", "polars", "pandas")
CONTESTANTS = (*HEADRACE, *USUAL[2:])
TABLES = {"spine": SPINE, "all": TABLE_NAMES}
LIBRARIES = ("headrace", "pyspark", "duckdb", "polars", "pandas", "pyarrow", "numpy")
DOMAIN = "procurement"
KEY = "a key for benchmarks, which is no secret"


class Failed(Exception):  # noqa: N818
    """A contestant did not finish."""


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    out: Path = arguments.out.resolve()
    data = out / f"data-{arguments.rows}-{arguments.seed}-{arguments.dirt}-{arguments.tables}"
    _say(f"generating {arguments.rows:,} rows in {data}")
    tables = TABLES[arguments.tables]
    made = generate_procurement(rows=arguments.rows, seed=arguments.seed, dirt=arguments.dirt, tables=tables, out=data)
    bench = _begun(arguments, made, data / "raw")
    try:
        for number in range(1, arguments.rounds + 1):
            _round(bench, number, arguments.only, data / "raw", out)
    except Failed as failure:
        _say(str(failure))
        return 1
    (out / "measurements.json").write_text(json.dumps(asdict(bench), indent=1))
    report = as_markdown(bench)
    (out / "report.md").write_text(report)
    _say("\n" + report)
    return 1 if bench.disagreements else 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=310_000, help="raw records to generate (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each contestant (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dirt", choices=("none", "realistic"), default="realistic")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for each (default: all, %(default)s)")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=CONTESTANTS,
        default=list(USUAL),
        metavar="NAME",
        help=f"some of {', '.join(CONTESTANTS)} (default: {', '.join(USUAL)}); Spark 3.5 from .venv-spark35",
    )
    parser.add_argument(
        "--tables",
        choices=TABLES,
        default="spine",
        help="orders and invoices, or all documents, which the peers do not know (default: %(default)s)",
    )
    parser.add_argument("--out", type=Path, default=Path("bench"), help="folder (default: ./%(default)s)")
    arguments = parser.parse_args(argv)
    if arguments.tables == "all" and (peers := set(arguments.only) - set(HEADRACE)):
        parser.error(f"found --tables all with {', '.join(sorted(peers))}, expected some of {', '.join(HEADRACE)}")
    return arguments


def _begun(arguments: argparse.Namespace, made: GenerationSummary, raw: Path) -> Bench:
    """Reads every raw file once, so that none of the contestants is the one that waits for the disk."""
    size = sum(len(path.read_bytes()) for path in raw.rglob("*") if path.is_file())
    return Bench(
        sum(made.raw_rows.values()),
        arguments.dirt,
        arguments.seed,
        arguments.threads,
        size / 2**20,
        made.files,
        _machine(),
    )


def _round(bench: Bench, number: int, names: Sequence[str], raw: Path, out: Path) -> None:
    """Every contestant once, each into a new folder; another one begins each round."""
    folder = out / "round"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    first = (number - 1) % len(names)
    for name in [*names[first:], *names[:first]]:
        measured = _run(name, raw, folder, bench.threads)
        bench.runs.setdefault(name, []).append(measured)
        _say(
            f"round {number}: {name}: {measured.wall_seconds:.1f} s, {measured.cpu_seconds:.1f} CPU s, "
            f"{measured.peak_mebibytes:,.0f} MiB, load before {measured.load_before:.1f}"
        )
    results = [Result(name, folder / name) for name in names]
    if results[0].release is not None:
        bench.steps.append(results[0].release["durations_seconds"])
    if number == 1:
        bench.disagreements = [line for other in results[1:] for line in differences(results[0], other)]
        bench.compared = list(names)
        for line in bench.disagreements:
            _say(line)
    shutil.rmtree(folder)


def _run(name: str, raw: Path, folder: Path, threads: int) -> Measurement:
    measured = measure(
        _command(name, raw, folder, threads),
        folder=REPOSITORY,
        log=folder / f"{name}.log",
        env={
            **os.environ,
            "HEADRACE_MASKING_KEY": KEY,
            "POLARS_MAX_THREADS": str(threads),
            "OMP_NUM_THREADS": str(threads),
            "SPARK_LOCAL_IP": "127.0.0.1",
        },
    )
    if measured.status:
        told = (folder / f"{name}.log").read_text(errors="replace").splitlines()[-15:]
        raise Failed("\n".join([*told, f"{name} ended with status {measured.status}"]))
    return measured


def _command(name: str, raw: Path, folder: Path, threads: int) -> list[str]:
    out = str(folder / name)
    if name not in HEADRACE:
        return [sys.executable, "-m", f"benchmarks.peers.{name}_job", str(raw), out, "--threads", str(threads)]
    python, environment_name = HEADRACE[name]
    environment = folder / f"{name}.toml"
    packaged = (REPOSITORY / f"configs/environments/{environment_name}.toml").read_text()
    environment.write_text(packaged.replace("[spark]\n", f'[spark]\nspark.master = "local[{threads}]"\n'))
    return [
        str(python),
        "-m",
        "jobs.run_pipeline",
        "--domain",
        DOMAIN,
        "--raw",
        str(raw),
        "--lake",
        out,
        "--environment",
        str(environment),
    ]


def _machine() -> dict[str, str]:
    memory = psutil.virtual_memory().total / 2**30
    return {
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", info.read_text()) if info.exists() else None
    return found[1] if found else platform.machine()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
