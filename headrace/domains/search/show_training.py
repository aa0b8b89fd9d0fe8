"""The last training as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from headrace.domains.search.facts import Training
from headrace.facts.rows import Row
from headrace.show.console import cell, counted, grid, out, say
from lake.run.manifest import run_folder

RIVALS = {"log_log_line": "log-log line", "last_known_at_rank": "last known at the rank"}


def show_training(training: Training | None) -> None:
    if training is None:
        return
    stands = f"model {training.standing_model_id} stands" if training.standing_model_id else "no model stands"
    said = f"{stands}; the last training had ranks through {training.ranked_through}"
    if training.refusal is None:
        say(f"{said} and was released", style="bold green")
    else:
        say(f"{said} and was refused: {training.refusal}", style="bold yellow")
        say(f"its card, in the lake: {run_folder(training.trained_model_id)}/card.md")
    if training.errors:
        _errors(training)
        say(f"where not to trust it: {counted(len(training.limits), 'sentence')} in its card")
    if training.standing_card:
        say(f"the card of the model that stands, in the lake: {training.standing_card}")
    if training.stand_ins:
        say(training.stand_ins, style="dim")
    say()


def _errors(training: Training) -> None:
    """On days that the training had not seen, beside its rivals; and on terms that it had never seen."""
    found = {("test" if row["fold_name"] == "test" else "folds", row["model_name"]): row for row in training.errors}
    headers = ("labels", "WAPE", *RIVALS.values(), "bias", "80 % held", "95 % held")
    table = grid("last training", *headers, right={*headers})
    for name, fold, own in (
        ("on rolling origins", "folds", found.get(("folds", "headrace"))),
        ("there, terms never seen", "unseen", training.unseen_terms),
        ("on its last days", "test", found.get(("test", "headrace"))),
    ):
        if own is not None:
            others = [found.get((fold, rival), {}).get("wape_ratio") for rival in RIVALS]
            ranges = training.coverage.get("ranges", {}) if fold == "test" else {}
            table.add_row(name, *_row(own, others, ranges))
    out().print(table)


def _row(own: Row, others: Sequence[float | None], ranges: Row) -> Iterator[str | Text]:
    yield cell(own["label_count"])
    yield from ("·" if error is None else f"{error:.1%}" for error in (own["wape_ratio"], *others))
    yield f"{own['bias_ratio']:+.1%}"
    yield _held(own.get("coverage_80_ratio"), ranges.get("80"))
    yield _held(own.get("coverage_95_ratio"), ranges.get("95"))


def _held(share: float | None, low_high: Sequence[float] | None) -> str:
    if share is None:
        return "·"
    return f"{share:.1%}" + (f" ({low_high[0]:.0%} to {low_high[1]:.0%})" if low_high else "")
