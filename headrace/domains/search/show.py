"""The last training as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headrace.show.console import cell, counted, grid, out, say
from lake.run.manifest import run_folder

LEVELS = ("80", "95")


def show_training(told: Mapping[str, Any] | None) -> None:
    if told is None:
        return
    stands = f"model {told['standing_model_id']} stands" if told["standing_model_id"] else "no model stands"
    said = f"{stands}; the last training had ranks through {told['ranked_through']}"
    if told["refusal"] is None:
        say(f"{said} and was released", style="bold green")
    else:
        say(f"{said} and was refused: {told['refusal']}", style="bold yellow")
        say(f"its card, in the lake: {run_folder(told['trained_model_id'])}/card.md")
    if told["errors"]:
        _errors(told["errors"], told["unseen_terms"], told["coverage"].get("ranges", {}))
        say(f"where not to trust it: {counted(len(told['limits']), 'sentence')} in its card")
    if told["standing_card"]:
        say(f"the card of the model that stands, in the lake: {told['standing_card']}")
    if told["stand_ins"]:
        say(told["stand_ins"], style="dim")
    say()


def _errors(
    rows: Sequence[Mapping[str, Any]], unseen: Mapping[str, Any] | None, ranges: Mapping[str, Sequence[float]]
) -> None:
    """The last training on days that it had not seen, beside its rivals; and on terms that it had never seen."""
    found = {("test" if row["fold_name"] == "test" else "folds", row["model_name"]): row for row in rows}
    rivals = {"log_log_line": "log-log line", "last_known_at_rank": "last known at the rank"}
    right = {"labels", "WAPE", *rivals.values(), "bias", "80 % held", "95 % held"}
    table = grid("last training", "labels", "WAPE", *rivals.values(), "bias", "80 % held", "95 % held", right=right)
    told = {
        "on rolling origins": ("folds", found.get(("folds", "headrace"))),
        "there, terms never seen": ("unseen", unseen),
        "on its last days": ("test", found.get(("test", "headrace"))),
    }
    for said, (fold, own) in told.items():
        if own is None:
            continue
        others = (found.get((fold, rival), {}).get("wape_ratio") for rival in rivals)
        held = (
            _held(own.get(f"coverage_{level}_ratio"), ranges.get(level) if fold == "test" else None) for level in LEVELS
        )
        table.add_row(
            said,
            cell(own["label_count"]),
            *("·" if error is None else f"{error:.1%}" for error in (own["wape_ratio"], *others)),
            f"{own['bias_ratio']:+.1%}",
            *held,
        )
    out().print(table)


def _held(share: float | None, low_high: Sequence[float] | None) -> str:
    if share is None:
        return "·"
    return f"{share:.1%}" + (f" ({low_high[0]:.0%} to {low_high[1]:.0%})" if low_high else "")
