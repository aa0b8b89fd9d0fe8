"""The results as a Markdown page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.model.aims import aims, said_held
from benchmarks.model.results import HEADRACE, OF_THE_CALLER, OF_THE_DAILY_SET, SETS, WEEKLY, Results
from ml import STAND_INS

ERRORS = ("WAPE", "season WAPE", "MdAPE", "RMSLE", "bias", "rises")
INTERVALS = ("80 % held", "95 % held", "80 % width", "95 % width")
COSTS = ("s", "CPU s", "MiB")
COVERAGE_PARTS = {
    "folds": "pooled over the origins",
    "folds_season": "pooled over the origins, season",
    "test": "test period",
    "season": "test period, season",
}
COVERAGE_TEXT = (
    "Coverage of Headrace's intervals, of the labels that have bounds. The range is that of resampled blocks of 7 days."
)
INTRODUCTION = (
    "Errors are of the test period. WAPE is the sum of absolute errors over the sum of searches, bias the sum of "
    "errors over it; season is 20 November to 31 December. *Rises* are labels whose estimate is above that of the next "
    "better labelled rank of their list. A width is the median of an interval over its estimate. s, CPU s and MiB are "
    "of the whole command, from its start."
)
WEEKLY_TEXT = (
    "By weekly labels the origins are judged on whole weeks, and the test period on days: their intervals were "
    "calibrated on weeks, and what they hold of days is no test of them."
)
Contest = Mapping[str, Any]


def as_markdown(results: Results) -> str:
    lines = ["# Search volume by Headrace and its peers", "", STAND_INS, "", INTRODUCTION, "", _took(results), ""]
    for name in SETS:
        if rows := [one for one in results.contests if one["set"] == name]:
            lines += _set(rows)
    lines += _grains(results.grains) + _scoring(results.scoring)
    reached = [[aim.name, aim.reached, aim.found] for aim in aims(results)]
    return "\n".join([*lines, "## Aims", "", *table(("aim", "reached", "found"), reached, texts=3), ""])


def _took(results: Results) -> str:
    seconds = sum(one["wall_seconds"] for one in [*results.contests, *results.scoring])
    world = " and ".join(f"{name} {count}" for name, count in results.world.items())
    return f"The commands took {seconds / 60:.0f} minutes in all. The generator was asked for {world}."


def table(names: Sequence[str], rows: Sequence[Sequence[str]], *, texts: int = 1) -> list[str]:
    """Lines of a table whose first `texts` columns are words and whose others are numbers."""
    rule = [" --- " if n < texts else " ---: " for n in range(len(names))]
    return [f"| {' | '.join(names)} |", f"|{'|'.join(rule)}|", *(f"| {' | '.join(row)} |" for row in rows)]


def _set(rows: Sequence[Contest]) -> list[str]:
    lines = [f"## {rows[0]['title']}", "", f"{rows[0]['labels']:,} labels in the test period.", ""]
    lines += [*table(("", *ERRORS, *INTERVALS, *COSTS), [_row(one) for one in rows]), ""]
    lines += [f"* {line}" for line in map(about, rows) if line]
    for own in (one for one in rows if one["model"] == HEADRACE):
        text = f"{COVERAGE_TEXT} {WEEKLY_TEXT}" if own["set"] == WEEKLY else COVERAGE_TEXT
        lines += ["", text, "", *_coverage(own)]
    return [*lines, ""]


def _row(one: Contest) -> list[str]:
    of = one.get("intervals", {})
    test = [_share(of[level]["test"] and of[level]["test"]["share"]) if of else "" for level in ("80", "95")]
    widths = [_share(of[level]["width"], "{:.0%}") if of else "" for level in ("80", "95")]
    return [
        one["model"],
        f"{one['wape']:.4f}",
        _share(one["season_wape"], "{:.4f}"),
        f"{one['mdape']:.4f}",
        f"{one['rmsle']:.4f}",
        f"{one['bias']:+.2%}",
        f"{one['rises']:,}",
        *test,
        *widths,
        f"{one['wall_seconds']:.0f}",
        f"{one['cpu_seconds']:.0f}",
        f"{one['peak_mebibytes']:,.0f}",
    ]


def _share(value: float | None, form: str = "{:.1%}") -> str:
    return "" if value is None else form.format(value)


def _coverage(own: Contest) -> list[str]:
    rows = []
    for part, name in COVERAGE_PARTS.items():
        found = {level: own["intervals"][level].get(part) for level in ("80", "95")}
        if any(found.values()):
            counts = [" and ".join(_counts([one and one[of] for one in found.values()])) for of in ("labels", "days")]
            rows.append([name, said_held(found["80"]), said_held(found["95"]), *counts])
    return table(("", "80 % held", "95 % held", "labels with bounds", "days"), rows)


def _counts(counts: Sequence[int | None]) -> list[str]:
    """One count where all are the same; none where they are not kept."""
    told = [f"{count or 0:,}" for count in counts] if any(counts) else []
    return list(dict.fromkeys(told))


def about(one: Contest) -> str:
    """How it was tuned and on what it was fitted, and of Headrace what came of it."""
    said = [f"{one['without_estimate']:,} labels have no estimate."] if one["without_estimate"] else []
    if "fitted_rows" in one:
        whose = {OF_THE_DAILY_SET: OF_THE_DAILY_SET, OF_THE_CALLER: "settings as given"}.get(one.get("settings_of", ""))
        of_folds = f"the best of {one['tried']} on the folds, by fits of at most {one['tuning_rows_at_most']:,} rows"
        said.append(f"`{one['settings']}`: {whose or of_folds}.")
        of = "all labels with a last known value that were known before the test"
        fitted = "to be released" if one["model"] == HEADRACE else f"for the test, {of}"
        said.append(f"Fitted on {one['fitted_rows']:,} rows {fitted}.")
    if one["model"] == HEADRACE:
        said.append("For the test it is fitted on all labels known before it.")
        said.append(", ".join(f"{name} {value:,.0f}" for name, value in one["seconds"].items()) + " (s, rows).")
        said.append(f"**Not released**: {one['refusal']}." if one["refusal"] else "Released.")
        if one["folds_wape"] is not None:
            said.append(f"Over the folds WAPE {one['folds_wape']:.4f}, bias {one['folds_bias']:+.2%}.")
    return f"{one['model']}: {' '.join(said)}" if said else ""


def _grains(grains: Mapping[str, Any] | None) -> list[str]:
    if not grains:
        return []
    names = {"days": "days", "season": "days in season", "weeks": "whole weeks"}
    rows = [
        [name, f"{found['labels']:,}", f"{found['daily']:.4f}", f"{found['weekly']:.4f}"]
        for part, name in names.items()
        if (found := grains[part])
    ]
    text = "WAPE of Headrace on the same labels, of the days that both sets are judged on."
    return ["## Weekly against daily labels", "", text, "", *table(("", "labels", "daily", "weekly"), rows), ""]


def _scoring(scoring: Sequence[Mapping[str, Any]]) -> list[str]:
    if not scoring:
        return []
    rows = [
        [
            f"{one['rows']:,}",
            f"{one['days']}",
            f"{one['label_seconds']:.1f}",
            f"{one['score_seconds']:.1f}",
            f"{one['rows'] / one['score_seconds']:,.0f}",
            f"{one['rows'] / (one['label_seconds'] + one['score_seconds']):,.0f}",
            f"{one['peak_mebibytes']:,.0f}",
        ]
        for one in scoring
    ]
    names = ("rows", "days", "labels s", "scoring s", "rows/s", "rows/s with labels", "MiB")
    text = (
        "The generator's model scores and writes long lists, after Spark's start. *Labels* are those since the "
        "training, which are read once. MiB is the peak of the whole command, the making of the lists included."
    )
    return ["## Scoring", "", text, "", *table(names, rows), ""]
