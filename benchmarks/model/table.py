"""The results as a Markdown page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ml import STAND_INS

COLUMNS = ("WAPE", "season WAPE", "MdAPE", "RMSLE", "bias", "rises", "coverage 80", "coverage 95", "s", "CPU s", "MiB")


def as_markdown(found: Sequence[Mapping[str, Any]]) -> str:
    lines = ["# Search volume by Headrace and its peers", "", STAND_INS, ""]
    for name in dict.fromkeys(one["set"] for one in found):
        rows = [one for one in found if one["set"] == name]
        lines += [f"## {name}", "", f"{rows[0]['labels']:,} labels in the test period.", ""]
        lines += ["| | " + " | ".join(COLUMNS) + " |", "| --- |" + " ---: |" * len(COLUMNS)]
        lines += [_row(one) for one in rows]
        lines += ["", *(_about(one) for one in rows if one["model"] == "headrace"), ""]
    return "\n".join(lines)


def _row(one: Mapping[str, Any]) -> str:
    cells = [
        f"{one['wape']:.4f}",
        _share(one.get("season_wape")),
        f"{one['mdape']:.4f}",
        f"{one['rmsle']:.4f}",
        f"{one['bias']:+.2%}",
        f"{one['rises']:,}",
        _covered(one, 80),
        _covered(one, 95),
        f"{one['wall_seconds']:.0f}",
        f"{one['cpu_seconds']:.0f}",
        f"{one['peak_mebibytes']:,.0f}",
    ]
    return f"| {one['model']} | " + " | ".join(cells) + " |"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _covered(one: Mapping[str, Any], level: int) -> str:
    if f"coverage_{level}" not in one:
        return ""
    low, high = one[f"coverage_{level}_range"]
    return f"{one[f'coverage_{level}']:.1%} ({low:.1%} to {high:.1%})"


def _about(one: Mapping[str, Any]) -> str:
    seconds = ", ".join(f"{name} {value:,.0f}" for name, value in one.get("seconds", {}).items())
    said = [f"Headrace: {seconds}."]
    for level in (80, 95):
        said.append(f"Median width of the {level} % interval {one[f'width_{level}']:.0%} of the estimate.")
        if one.get(f"season_coverage_{level}") is not None:
            said.append(f"In season it covers {one[f'season_coverage_{level}']:.1%}.")
    said.append(f"Refusal: {one['refusal']}." if one.get("refusal") else "Released.")
    chosen = f"Settings chosen by the folds among {one['tried']}" if one.get("tried") else "Settings as given"
    said.append(f"{chosen}: `{one.get('settings')}`.")
    return " ".join(said)
