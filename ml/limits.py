"""Where a model of search volume is not to be trusted, in sentences that follow from its card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ml.backtest import FROM_ALL_FOLDS, HEADRACE, LAST_KNOWN, LOG_LOG, TEST
from ml.intervals import ANY, BUCKET_NAMES, DAYS_AT_LEAST, ROWS_AT_LEAST

Card = Mapping[str, Any]

BIASED = 0.05
FEW_TERMS = 30
FEW_DAYS = 365
SAID = {"80": (0.76, 0.84), "95": (0.93, 0.97)}
FOLD_MEASURES = {"wape_ratio": "WAPE"}
# By WAPE no rival may be better there: the model would not be released.
WHOLE_MEASURES = {"mdape_ratio": "MdAPE, the typical label's error,", "rmsle": "RMSLE"}
RIVALS = {LOG_LOG: "a log-log line", LAST_KNOWN: "the last known value at the rank"}
ALWAYS = (
    "An estimate is of searches for a term at a rank, not of a term: two terms of one rank have one estimate, and what "
    "a term has that its rank does not tell is in the interval only.",
    "A marketplace without labels is refused. A department without labels has the marketplace's curve, and nothing "
    "measured its error: it has no interval.",
    "The labelled terms are a selected sample. Intervals were calibrated on terms that the fold's model had not seen "
    "as well, but on labelled ones: terms unlike them may lie outside more often.",
    "The terms of a day share its shock: intervals of sums of terms are wider than independent errors would make them "
    "(ml/sums.py).",
    "What happened after the newest label was known is seen late: an event that no special date names, a shift of "
    "the level, another way of making ranks.",
)


def limits(card: Card) -> list[str]:
    """`card` has all that `card.make_card` says but these."""
    return [*_of_cuts(card), *_of_coverage(card), *_of_folds(card), *_of_labels(card), *ALWAYS]


def _of_labels(card: Card) -> Iterator[str]:
    daily = {told["marketplace_code"] for told in card["labels"] if told["grain"] == "daily"}
    if without := sorted({told["marketplace_code"] for told in card["labels"]} - daily):
        yield (
            f"All labels of {', '.join(without)} are weekly or monthly: the division over days is the model's; "
            "coverage was measured on periods, and that of a day cannot be tested. Days vary more than their week or "
            "month: fewer of them lie in these intervals than is said (docs/search-model.md has what the stand-in "
            "showed)."
        )
    judged = (card["coverage"].get("judged") or {}).get("marketplace", ())
    if never := sorted({s["marketplace_code"] for s in card["supports"]} - set(judged)):
        yield (
            f"The backtest judged no label of {', '.join(never)}: their intervals are of other marketplaces' errors, "
            "and how often they hold was not measured."
        )
    lowest = min((s["lowest_rank"] for s in card["supports"]), default=1)
    highest = max((s["highest_rank"] for s in card["supports"]), default=1)
    yield f"Labels have ranks from {lowest:,} to {highest:,}; outside them estimates are extrapolated."
    yield from _by_marketplace(card["labels"], _few_terms)
    yield from _by_marketplace(card["labels"], _few_days)
    cells = {(c["bucket"], c["event"]): c for c in card["calibration"]["cells"]}
    for name in BUCKET_NAMES:
        cell = cells.get((name, ANY))
        if cell is None or cell["row_count"] < ROWS_AT_LEAST or cell["day_count"] < DAYS_AT_LEAST:
            labels, days = (cell["row_count"], cell["day_count"]) if cell else (0, 0)
            yield (
                f"Ranks {name} had {labels:,} labels on {days:,} days in the folds: their intervals are those of all "
                "ranks together."
            )


def _by_marketplace(labels: Sequence[Card], find: Callable[[Card], str]) -> Iterator[str]:
    """What is so of several marketplaces is said once, of all of them."""
    found: dict[str, list[str]] = {}
    for told in labels:
        if said := find(told):
            found.setdefault(said, []).append(told["marketplace_code"])
    for said, codes in found.items():
        yield f"{', '.join(codes)} {'has' if len(codes) == 1 else 'each have'} {said}"


def _few_terms(told: Card) -> str:
    terms = "1 term" if told["term_count"] == 1 else f"{told['term_count']:,} terms"
    said = f"{told['grain']} labels of {terms} only: what these have in common passes for a rule."
    return said if told["term_count"] < FEW_TERMS else ""


def _few_days(told: Card) -> str:
    days = (date.fromisoformat(told["last_on"]) - date.fromisoformat(told["first_on"])).days + 1
    said = f"{told['grain']} labels of {days:,} days: no year was seen whole, and the season of the year is a guess."
    return said if days < FEW_DAYS else ""


def _of_folds(card: Card) -> Iterator[str]:
    if len(card["folds"]) < 2:
        yield "There was one fold only: settings were chosen on one stretch of days, and intervals on the same."
    elif sum(fold["is_choosing"] for fold in card["folds"]) < 2:
        yield "Settings were chosen on one fold, of one stretch of days."
    yield from _of_seasons(card)
    errors = {(row["fold_name"], row["model_name"]): row for row in card["errors"]}
    for (fold, model), row in sorted(errors.items()):
        own = errors.get((fold, HEADRACE))
        measures = WHOLE_MEASURES if fold in (TEST, FROM_ALL_FOLDS) else FOLD_MEASURES
        if model in RIVALS and own is not None:
            won = [
                f"{said} {row[name]:.4f} against {own[name]:.4f}"
                for name, said in measures.items()
                if row[name] <= own[name]
            ]
            where = {TEST: "On the test period", FROM_ALL_FOLDS: "Over the folds"}.get(fold, f"In the fold of {fold}")
            yield from [f"{where} {RIVALS[model]} did better: {', '.join(won)}."] if won else []


def _of_seasons(card: Card) -> Iterator[str]:
    """How it does in the holiday season wants two seasons to be known."""
    cuts = [c for c in card["cuts"] if c["cut_name"] == "season" and c["fold_name"] not in (TEST, FROM_ALL_FOLDS)]
    seasons = len({c["fold_name"] for c in cuts if c["cut_value"] == "season"})
    if not any(c["cut_name"] == "season" and c["cut_value"] == "season" for c in card["cuts"]):
        yield "No fold has a day from 20 November to 31 December: how it does in the holiday season was not measured."
    elif seasons < 2:
        yield (
            f"{'One fold has' if seasons else 'No fold, only the test period, has'} days from 20 November to 31 "
            "December: one holiday season says little of the next."
        )


def _of_coverage(card: Card) -> Iterator[str]:
    """Intervals that are too narrow are told with the cuts."""
    coverage = card["coverage"]
    for level, (_, high) in SAID.items():
        held = coverage.get(level)
        if held is None:
            yield f"How often the {level} % interval holds could not be measured."
        elif held > high:
            yield (
                f"{level} % intervals held {held:.1%} of the labels of the {coverage['fold_name']} period: over all "
                "ranks they are wider than need be."
            )


def _of_cuts(card: Card) -> Iterator[str]:
    """Of the test period and of the folds together, each once: the total that is off or the intervals that are too
    narrow, or else the cuts of which that is so. What a fold alone has is in the tables."""
    for fold in (FROM_ALL_FOLDS, TEST):
        whole = [e for e in card["errors"] if (e["fold_name"], e["model_name"]) == (fold, HEADRACE)]
        cuts = [cut for cut in card["cuts"] if cut["fold_name"] == fold]
        for find in (_bias, _narrow_80, _narrow_95):
            yield from [*map(find, whole)] if any(map(find, whole)) else filter(None, map(find, cuts))


def _bias(row: Card) -> str:
    is_off = abs(row["bias_ratio"] or 0.0) > BIASED
    return (
        f"{_of(row)} the total was off by {row['bias_ratio']:+.1%} {_where(row, row['label_count'])}" if is_off else ""
    )


def _narrow_80(row: Card) -> str:
    return _narrow(row, "80")


def _narrow_95(row: Card) -> str:
    return _narrow(row, "95")


def _narrow(row: Card, level: str) -> str:
    held, count = row[f"coverage_{level}_ratio"], row["bounded_label_count"]
    is_told = held is not None and ("cut_name" not in row or count >= ROWS_AT_LEAST)
    is_narrow = is_told and held < SAID[level][0]
    return f"{_of(row)} the {level} % intervals held {held:.1%} only {_where(row, count)}" if is_narrow else ""


def _of(row: Card) -> str:
    if "cut_name" not in row:
        return "Of all labels"
    return f"Of {'ranks' if row['cut_name'] == 'rank' else row['cut_name']} {row['cut_value']}"


def _where(row: Card, label_count: int) -> str:
    return f"({'test period' if row['fold_name'] == TEST else 'folds'}, {label_count:,} labels)."
