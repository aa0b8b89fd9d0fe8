"""Drift as people read it: a line for each measure that is past one of its limits."""

from __future__ import annotations

from collections.abc import Sequence

from headrace.domains.search.facts import DriftMeasure
from headrace.show.console import counted, say

MEASURES = {
    "label_age_days": "the newest label is {:,.0f} days old",
    "level_shift": "the level moved by {:.2f} (ln) since the training",
    "recent_error_ratio": "recent errors are {:.2f} times the usual ones",
    "labelled_rank_psi": "the ranks of the labelled terms have a PSI of {:.2f}",
    "list_length_change": "the length of the lists changed by {:.2f} (ln)",
    "coverage_80_shortfall_ratio": "80 % intervals held {:.2f} less of the new labels",
}
FOLLOWS = {
    "warn": ("warns", "nothing else follows"),
    "widen": ("widens", "the day's intervals are half as wide again"),
    "stop": ("stops", "the day is refused"),
}
STYLES = {"warn": "yellow", "widen": "bold yellow", "stop": "bold red"}


def show_drift(measures: Sequence[DriftMeasure]) -> None:
    """A line for each measure that warns, widens or stops; one for all where none does; nothing without a model."""
    for measure in measures:
        if measure.status in FOLLOWS:
            say(_sentence(measure), style=STYLES[measure.status])
    if measures and not any(measure.status in FOLLOWS for measure in measures):
        well = sum(measure.status == "well" for measure in measures)
        rest = f", {len(measures) - well:,} could not be measured" if well < len(measures) else ""
        say(f"drift on {measures[0].measured_on}: {counted(well, 'measure')} well{rest}")


def _sentence(measure: DriftMeasure) -> str:
    verb, follows = FOLLOWS[measure.status]
    said = MEASURES[measure.measure_name].format(measure.measured_value)
    limit = {"warn": measure.warn_at, "widen": measure.widen_at, "stop": measure.stop_at}[measure.status]
    where = f"{measure.marketplace_code} on {measure.measured_on}"
    return f"drift in {where}: {said}, {verb} at {limit:,.4g}: {follows}"
