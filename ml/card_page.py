"""The model card as tables, and as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Card = Mapping[str, Any]


@dataclass(frozen=True)
class CardTable:
    """A part of the card: a sentence or two, and rows whose cells are texts as people read them."""

    title: str
    text: str = ""
    rows: Sequence[Mapping[str, str]] = ()


def card_page(card: Card) -> str:
    """The card as a Markdown page."""
    lines = ["# Search volume model", "", card["stand_ins"], ""]
    lines += [f"**Not released**: {card['refusal']}.", ""] if card.get("refusal") else []
    if card.get("limits"):
        lines += ["## Where not to trust it", "", *(f"* {line}" for line in card["limits"]), ""]
    for table in card_tables(card):
        lines += [f"## {table.title}", "", *([table.text, ""] if table.text else []), *_markdown(table.rows)]
    return "\n".join(lines)


def card_tables(card: Card) -> list[CardTable]:
    """Every part that has something to say, but for the limits."""
    return [table for table in _tables(card) if table.text or table.rows]


def _tables(card: Card) -> Iterator[CardTable]:
    yield CardTable("Errors in the backtest", ERRORS_TEXT if card.get("errors") else "", _errors(card))
    yield CardTable("Coverage", _coverage(card))
    cuts = [_cut(cut) for cut in card.get("cuts", ()) if cut["fold_name"] in ("test", "folds")]
    yield CardTable("Bias and coverage by rank and other cuts", "", cuts)
    yield CardTable("Labels", _labels_text(card), [_row(told, LABELS) for told in card.get("labels", ())])
    yield CardTable("Ranks that the labels have", "", [_row(told, SUPPORTS) for told in card.get("supports", ())])
    yield CardTable("The data", DATA_TEXT if card.get("data") else "", _data(card))
    yield CardTable("Made by", "", _made_by(card))
    yield CardTable("Settings", _settings_text(card), _settings(card))


LABELS = ("marketplace_code", "grain", "label_count", "label_day_count", "term_count", "first_on", "last_on")
SUPPORTS = ("marketplace_code", "department_name", "lowest_rank", "highest_rank", "label_count")
RAW = ("raw_file_count", "raw_sha256")
DATA = (
    "row_count", "overlapping_row_count", "first_on", "last_on", "content_hash", *RAW, "snapshot", "snapshot_made_by"
)  # fmt: skip
ERRORS_TEXT = (
    "test is the last days, which chose nothing; folds is over all folds, each named by the day whose knowledge it "
    "had. WAPE is the sum of absolute errors over the sum of searches, bias the sum of errors (estimate less searches) "
    "over it; MdAPE the median of a label's absolute error over its searches; RMSLE the root mean square of ln(1 + "
    "estimate) - ln(1 + searches). 80 % held is the share of labels within the interval that promises 80 %. headrace "
    "is this model; its rivals are log_log_line, a straight line of ln searches on ln rank, and last_known_at_rank, "
    "the newest volume known at about the rank."
)
DATA_TEXT = (
    "The rows that the training saw; overlapping_row_count labels beside them were left out, since they are of days "
    "that other labels, known earlier, are of. content_hash is the sum of the 64-bit hashes of the rows, in any order: "
    "two trainings of the same rows have the same. raw_sha256 is the SHA-256 of the identities of the raw files, which "
    "are of their bytes. snapshot is the folder in the lake."
)


def _errors(card: Card) -> list[dict[str, str]]:
    return [
        {
            "fold": row["fold_name"],
            "model": row["model_name"],
            "labels": f"{row['label_count']:,}",
            "WAPE": _ratio(row["wape_ratio"]),
            "MdAPE": _ratio(row["mdape_ratio"]),
            "RMSLE": _ratio(row["rmsle"]),
            "bias": _share(row["bias_ratio"], signed=True),
            "80 % held": _share(row.get("coverage_80_ratio")),
            "95 % held": _share(row.get("coverage_95_ratio")),
        }
        for row in card.get("errors", ())
    ]


def _coverage(card: Card) -> str:
    coverage = card.get("coverage") or {}
    said = []
    for level in ("80", "95"):
        if coverage.get(level) is not None:
            within = _within(coverage["ranges"].get(level))
            said.append(f"{level} % intervals held {coverage[level]:.1%} of the labels{within}")
    if not said:
        return "Not measured." if card.get("errors") else ""
    folds = coverage.get("folds") or {}
    held = (
        f"{folds[f'coverage_{level}_ratio']:.1%}{_within((coverage.get('folds_ranges') or {}).get(level))}"
        for level in ("80", "95")
        if folds.get(f"coverage_{level}_ratio") is not None
    )
    pooled = (
        f" Over the folds, each judged by intervals of those before it: {' and '.join(held)}, widths "
        f"{folds['width_80_ratio']:.2f} and {folds['width_95_ratio']:.2f} of the estimate."
        if folds.get("coverage_80_ratio") is not None
        else ""
    )
    return f"On the {coverage['fold_name']} period {'; '.join(said)}.{pooled}"


def _within(low_high: Sequence[float] | None) -> str:
    return f" (95 % range by blocks of days: {low_high[0]:.1%} to {low_high[1]:.1%})" if low_high else ""


def _cut(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "fold": row["fold_name"],
        "by": row["cut_name"],
        "which": row["cut_value"],
        "labels": f"{row['label_count']:,}",
        "WAPE": _ratio(row["wape_ratio"]),
        "bias": _share(row["bias_ratio"], signed=True),
        "80 % held": _share(row.get("coverage_80_ratio")),
        "95 % held": _share(row.get("coverage_95_ratio")),
    }


def _labels_text(card: Card) -> str:
    if not card.get("known_through"):
        return f"{card['label_count']:,} labels have a rank." if "label_count" in card else ""
    return (
        f"Fitted on {card['label_count']:,} labels known through {card['known_through']}; judged once on what "
        f"was not known on {card['test_from']}."
    )


def _data(card: Card) -> list[dict[str, str]]:
    return [{"table": name, **_row(told, DATA)} for name, told in card.get("data", {}).items()]


def _made_by(card: Card) -> list[dict[str, str]]:
    made_by = card.get("made_by") or {}
    pairs = [(name, value) for name, value in made_by.items() if not isinstance(value, Mapping)]
    pairs += [(f"{kind}: {name}", value) for kind in made_by if isinstance(made_by[kind], Mapping)
              for name, value in made_by[kind].items()]  # fmt: skip
    return [{"what": name, "digest or version": str(value)} for name, value in pairs]


def _settings_text(card: Card) -> str:
    tried = card.get("tried_settings") or []
    if not card.get("settings"):
        return ""
    if not tried or card.get("are_settings_fixed"):
        return "Fixed by the configuration; none were chosen."
    least = min(one["mean_fold_wape_ratio"] for one in tried)
    choosing = ", ".join(fold["origin_on"] for fold in card["folds"] if fold.get("is_choosing", True))
    return (
        f"Chosen by the folds of {choosing} among {len(tried)} that were tried; the least mean WAPE of these folds was "
        f"{least:.4f}. What is said over the folds, and the intervals, are of all."
    )


def _settings(card: Card) -> list[dict[str, str]]:
    return [{"setting": name, "value": str(value)} for name, value in (card.get("settings") or {}).items()]


def _row(told: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    cells = ((name, told[name]) for name in names if name in told)
    return {name: f"{value:,}" if isinstance(value, int) else str(value or "") for name, value in cells}


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _share(value: float | None, *, signed: bool = False) -> str:
    return "" if value is None else f"{value:+.1%}" if signed else f"{value:.1%}"


def _markdown(rows: Sequence[Mapping[str, str]]) -> list[str]:
    if not rows:
        return []
    head = list(rows[0])
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return [*lines, *(f"| {' | '.join(row[name].replace('|', chr(92) + '|') for name in head)} |" for row in rows), ""]
