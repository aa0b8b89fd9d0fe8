"""Where a model of search volume is not to be trusted, in sentences that follow from its card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ml.backtest import FROM_ALL_FOLDS, HEADRACE, LAST_KNOWN, LOG_LOG, TEST
from ml.intervals import ANY, BUCKET_NAMES, DAYS_AT_LEAST, ROWS_AT_LEAST

Card = Mapping[str, Any]

BIASED = 0.05
FEW_TERMS = 30
FEW_DAYS = 365
SAID = {"80": (0.76, 0.84), "95": (0.93, 0.97)}
RIVALS = {LOG_LOG: "a log-log line", LAST_KNOWN: "the last known value at the rank"}
ALWAYS = (
    "An estimate is of searches for a term at a rank, not of a term: two terms of one rank have one estimate, and what "
    "a term has that its rank does not tell is in the interval only.",
    "A marketplace without labels is refused. A department without labels has the marketplace's curve, and nothing "
    "measured its error.",
    "The labelled terms are a selected sample. Intervals were calibrated on terms that the fold's model had not seen "
    "as well, but on labelled ones: terms unlike them may lie outside more often.",
    "The terms of a day share its shock: intervals of sums of terms are wider than independent errors would make them "
    "(ml/sums.py).",
    "What happened after the newest label was known is seen late: an event that no special date names, a shift of "
    "the level, another way of making ranks.",
)


def limits(card: Card) -> list[str]:
    """`card` has all that `card.make_card` says but these."""
    return [*ALWAYS, *_of_labels(card), *_of_folds(card), *_of_coverage(card), *_of_cuts(card)]


def _of_labels(card: Card) -> Iterator[str]:
    if "daily" not in card["grains"]:
        yield (
            "All labels are weekly or monthly: the division over days is the model's, without weekdays; coverage was "
            "measured on periods, and that of a day cannot be tested."
        )
    lowest = min((s["lowest_rank"] for s in card["supports"]), default=1)
    highest = max((s["highest_rank"] for s in card["supports"]), default=1)
    yield f"Labels have ranks from {lowest:,} to {highest:,}; outside them estimates are extrapolated."
    for told in card["labels"]:
        where = f"{told['marketplace_code']} has {told['grain']} labels of"
        if told["term_count"] < FEW_TERMS:
            terms = "1 term" if told["term_count"] == 1 else f"{told['term_count']:,} terms"
            yield f"{where} {terms} only: what these have in common passes for a rule."
        days = (date.fromisoformat(told["last_on"]) - date.fromisoformat(told["first_on"])).days + 1
        if days < FEW_DAYS:
            yield f"{where} {days:,} days: no year was seen whole, and the season of the year is a guess."
    cells = {(c["bucket"], c["event"]): c for c in card["calibration"]["cells"]}
    for name in BUCKET_NAMES:
        cell = cells.get((name, ANY))
        if cell is None or cell["row_count"] < ROWS_AT_LEAST or cell["day_count"] < DAYS_AT_LEAST:
            count = cell["row_count"] if cell else 0
            yield f"Ranks {name} had {count:,} labels in the folds: their intervals are those of all ranks together."


def _of_folds(card: Card) -> Iterator[str]:
    if len(card["folds"]) < 2:
        yield "There was one fold only: its settings were chosen on one stretch of days, and its intervals on the same."
    if not any(c["cut_name"] == "season" and c["cut_value"] == "season" for c in card["cuts"]):
        yield "No fold has a day from 20 November to 31 December: how it does in the holiday season was not measured."
    wape = {(e["fold_name"], e["model_name"]): e["wape_ratio"] for e in card["errors"]}
    for (fold, model), error in sorted(wape.items()):
        own = wape.get((fold, HEADRACE))
        if model in RIVALS and own is not None and own >= error and fold not in (TEST, FROM_ALL_FOLDS):
            yield f"In the fold of {fold} {RIVALS[model]} did better: WAPE {error:.4f} against {own:.4f}."


def _of_coverage(card: Card) -> Iterator[str]:
    coverage = card["coverage"]
    for level, (low, high) in SAID.items():
        held = coverage.get(level)
        said = (
            f"{level} % intervals held {held:.1%} of the labels of the {coverage['fold_name']} period" if held else ""
        )
        if held is None:
            yield f"How often the {level} % interval holds could not be measured."
        elif held < low:
            yield f"{said}: read them so."
        elif held > high:
            yield f"{said}: they are wider than need be."


def _of_cuts(card: Card) -> Iterator[str]:
    """Cuts of the test period and of the folds together whose total is off, or whose intervals are too narrow; what a
    fold alone has is in the tables."""
    for cut in card["cuts"]:
        if cut["fold_name"] not in (TEST, FROM_ALL_FOLDS):
            continue
        what = f"{'ranks' if cut['cut_name'] == 'rank' else cut['cut_name']} {cut['cut_value']}"
        where = f"({'test period' if cut['fold_name'] == TEST else 'folds'}, {cut['label_count']:,} labels)."
        if abs(cut["bias_ratio"] or 0.0) > BIASED:
            yield f"Of {what} the total was off by {cut['bias_ratio']:+.1%} {where}"
        for level, (low, _) in SAID.items():
            held = cut[f"coverage_{level}_ratio"]
            if held is not None and held < low and cut["label_count"] >= ROWS_AT_LEAST:
                yield f"Of {what} the {level} % intervals held {held:.1%} only {where}"
