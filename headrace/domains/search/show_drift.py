"""Drift as people read it: a line for each measure that is past one of its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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


def drifted(rows: Sequence[Mapping[str, Any]]) -> None:
    """A line for each measure that warns, widens or stops; one for all where none does; nothing without a model."""
    for row in rows:
        if row["status"] in FOLLOWS:
            say(_sentence(row), style=STYLES[row["status"]])
    if rows and not any(row["status"] in FOLLOWS for row in rows):
        well = sum(row["status"] == "well" for row in rows)
        rest = f", {len(rows) - well:,} could not be measured" if well < len(rows) else ""
        say(f"drift on {rows[0]['measured_on']}: {counted(well, 'measure')} well{rest}")


def _sentence(row: Mapping[str, Any]) -> str:
    verb, follows = FOLLOWS[row["status"]]
    said = MEASURES[row["measure_name"]].format(row["measured_value"])
    limit = row[f"{row['status']}_at"]
    return f"drift in {row['marketplace_code']} on {row['measured_on']}: {said}, {verb} at {limit:,.4g}: {follows}"
