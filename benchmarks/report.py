"""What was measured, as a Markdown page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from benchmarks.bench import Bench
from benchmarks.measure import Measurement

BASES = ("duckdb", "pandas")
SLOWEST_STEPS = 8


def as_markdown(bench: Bench) -> str:
    rounds = max(len(runs) for runs in bench.runs.values())
    return (
        "\n".join(
            [
                f"# {bench.rows:,} rows, {rounds} rounds",
                "",
                f"{bench.file_count} files of {bench.raw_mebibytes:,.1f} MiB, dirt `{bench.dirt}`, seed {bench.seed}, "
                f"{bench.threads} threads each.",
                "",
                *_table(bench),
                "",
                *_ratios_explained(bench),
                "",
                *_agreement(bench),
                "",
                *_steps(bench.steps),
                *_machine(bench),
            ]
        )
        + "\n"
    )


def _table(bench: Bench) -> list[str]:
    bases = [base for base in BASES if base in bench.runs]
    kind = next(iter(bench.runs.values()))[0].memory_kind
    head = [
        "",
        "wall s (min to max)",
        *(f"times {base}" for base in bases),
        "CPU s",
        f"peak MiB ({kind})",
        "rows per s",
        "load before",
    ]
    lines = [_row(head), _row(["---", *["---:"] * (len(head) - 1)])]
    for name, runs in bench.runs.items():
        walls = _walls(runs)
        lines.append(
            _row(
                [
                    name,
                    f"{median(walls):.1f} ({min(walls):.1f} to {max(walls):.1f})",
                    *(_ratio(walls, _walls(bench.runs[base])) for base in bases),
                    f"{median(run.cpu_seconds for run in runs):.1f}",
                    f"{median(run.peak_mebibytes for run in runs):,.0f}",
                    f"{bench.rows / median(walls):,.0f}",
                    _range([run.load_before for run in runs]),
                ]
            )
        )
    return lines


def _ratio(walls: Sequence[float], base: Sequence[float]) -> str:
    """Of medians, and in brackets the median of each round's own."""
    each = median(wall / other for wall, other in zip(walls, base, strict=True))
    return f"{median(walls) / median(base):.2f} ({each:.2f})"


def _ratios_explained(bench: Bench) -> list[str]:
    if not any(base in bench.runs for base in BASES):
        return []
    lines = ["Ratios are of median wall times; in brackets the median of each round's own ratio."]
    loads = [run.load_before for runs in bench.runs.values() for run in runs]
    if max(loads) > bench.threads:
        lines.append(
            f"The machine was busy (load {_range(loads)} with {bench.machine['cores']} cores): trust CPU "
            "seconds more than wall times."
        )
    return lines


def _agreement(bench: Bench) -> list[str]:
    if bench.disagreements:
        return [
            "**The results differ**, so that the times say nothing:",
            "",
            *(f"* {line}" for line in bench.disagreements),
        ]
    if len(bench.compared) < 2:
        return ["Nothing to compare the result with."]
    return [f"The results of {', '.join(bench.compared)} are the same, compared row by row in the first round."]


def _steps(steps: Sequence[dict[str, float]]) -> list[str]:
    if not steps:
        return []
    seconds = defaultdict(list)
    for of_round in steps:
        for step, taken in of_round.items():
            seconds[step].append(taken)
    slowest = sorted(seconds, key=lambda step: -median(seconds[step]))[:SLOWEST_STEPS]
    return [
        "## Where Headrace's time goes",
        "",
        _row(["step", "median s"]),
        _row(["---", "---:"]),
        *(_row([step, f"{median(seconds[step]):.1f}"]) for step in slowest),
        "",
    ]


def _machine(bench: Bench) -> list[str]:
    return ["## Machine", "", ", ".join(f"{name} {said}" for name, said in bench.machine.items()) + "."]


def _walls(runs: Sequence[Measurement]) -> list[float]:
    return [run.wall_seconds for run in runs]


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.1f} to {max(values):.1f}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
