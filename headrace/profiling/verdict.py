"""What a column is, by the rules that read it: a rule with its parameters, how much it reads, and what is in doubt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from headrace.profiling.candidates import DATES, MOMENTS, ORDERS, Judged
from transforms.standardize import AMBIGUOUS_PARAMETER, decide_format, standardizer

MOST_RATIO = 0.8
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-./ ](?:[0-9]{1,2}|[A-Za-z]{3})[-./ ][0-9]{2}")
_FEW_CODES = 200
_NO_CURRENCY = re.compile(r"[^\w$¢£¤¥฿₿\u20a0-\u20c0￠￡￥￦﷼]|[\d_]")
_FIXED = "{} is taken in every file, since `ambiguous_formats` has one pair: files of the other order are read wrongly"

Parameters = Mapping[str, Any]
"""Those of a standardizing rule, as a source's TOML has them."""


@dataclass(frozen=True)
class Verdict:
    """`kind` is what the values are; `parameters` are those of the rule, without a zone or scale, which no file tells.

    `mask` says which of the judged values the rule reads, `formats` what share of them each format reads, and `decided`
    which of two orders of day and month the values tell.
    """

    kind: str
    rule: str
    parameters: Parameters
    mask: np.ndarray
    doubts: list[str] = field(default_factory=list)
    formats: dict[str, float] = field(default_factory=dict)
    decided: str | None = None


def verdict_of(judged: Judged) -> Verdict:
    """The most particular rule that reads most values; text where none does."""
    none = np.zeros(len(judged.values), bool)
    if not judged.values:
        return Verdict("empty", "text", {}, none, ["no row has a value"])
    short_years = _short_years(judged)
    if judged.share(short_years) >= MOST_RATIO:
        return Verdict("text", "text", {}, judged.mask("text", "text"), _why_text(judged))
    for found in (_boolean(judged), _date(judged), _moment(judged), _number(judged), _word(judged)):
        if found and judged.share(found.mask) >= MOST_RATIO:
            return found
    text = Verdict("text", "text", {}, judged.mask("text", "text"))
    text.doubts.extend(_why_text(judged))
    return text


def serials(judged: Judged) -> Verdict:
    """Dates as a spreadsheet's numbers, for who knows that they are dates."""
    mask = judged.mask("date", "excel_serial")
    return Verdict("date", "date", {"formats": ["excel_serial"]}, mask, ["days since 1900, as a spreadsheet counts"])


def _boolean(judged: Judged) -> Verdict | None:
    mask = judged.mask("boolean", "words")
    if len(judged.values) > 6 or not mask.any():
        return None
    found = Verdict("boolean", "boolean", {}, mask)
    if all(value in ("0", "1") for value in judged.values):
        found.doubts.append("0 and 1 may be no and yes, or numbers")
    return found


def _date(judged: Judged) -> Verdict | None:
    labels = [label for label in DATES if label != "excel_serial"]
    return _in_formats(judged, "date", "date", labels, list(ORDERS))


def _moment(judged: Judged) -> Verdict | None:
    pairs = [(one, _swapped(one)) for one in MOMENTS if one.startswith("%d") and _swapped(one) in MOMENTS]
    return _in_formats(judged, "timestamp", "timestamp", MOMENTS, pairs)


def _swapped(format_: str) -> str:
    return format_.replace("%d", "%#").replace("%m", "%d").replace("%#", "%m")


def _in_formats(
    judged: Judged, kind: str, rule: str, labels: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> Verdict | None:
    """The formats that read the values, and of those that differ by day and month the one that the values tell."""
    aside: set[str] = set()
    ambiguous: list[tuple[str, str]] = []
    told: dict[tuple[str, str], tuple[str | None, str]] = {}
    doubts: list[str] = []
    for first, second in pairs:
        one, other = judged.mask(rule, first), judged.mask(rule, second)
        if not (one | other).any():
            continue
        only_one, only_other = (int(judged.weights[mask].sum()) for mask in (one & ~other, other & ~one))
        decision = decide_format(judged.counts(), (first, second)).format
        if first.startswith("%d.") and not only_other:
            aside.add(second)  # with points, the month never stands first but by mistake
            if decision is None:
                doubts.append("day or month first is not told; with points, the day is taken to stand first")
            continue
        ambiguous.append((first, second))
        told[first, second] = decision, _order_told(decision, first, second, only_one, only_other)
    chosen, mask = judged.covering(rule, [label for label in labels if label not in aside])
    if not chosen:
        return None
    if "%Y%m%d" in chosen and rule == "date" and judged.share(mask) < 1:
        return None
    pair = next((pair for pair in ambiguous if not {*pair}.isdisjoint(chosen)), None)
    plain = [label for label in chosen if pair is None or label not in pair]
    parameters = {"formats": plain, **({AMBIGUOUS_PARAMETER: list(pair)} if pair else {})}
    for orders, (_, sentence) in told.items():
        fixed = " and ".join(label for label in chosen if label in orders)
        doubts.append(f"{sentence}; {'each file decides for itself' if orders == pair else _FIXED.format(fixed)}")
    decided = told[pair][0] if pair else None
    shares = {label: judged.share(judged.mask(rule, label)) for label in chosen}
    return Verdict(kind, rule, parameters, mask, doubts, shares, decided)


def _order_told(decision: str | None, first: str, second: str, only_first: int, only_second: int) -> str:
    """The evidence in counts of rows: a date may be a person's."""
    if decision:
        telling = f"{max(only_first, only_second):,} rows can be read in no other order"
        return f"{decision} in this file: {telling}"
    if only_first or only_second:
        return f"day or month first is not told: {only_first:,} rows are only {first}, {only_second:,} only {second}"
    return f"day or month first is not told: every row could be {first} or {second}"


def _number(judged: Judged) -> Verdict | None:
    point, comma = judged.mask("amount", "."), judged.mask("amount", ",")
    if not (point | comma).any():
        return None
    whole = judged.mask("integer", "digits")
    if judged.share(whole) >= judged.share(point | comma):
        if any(re.match(r"0[0-9]", value) for value in judged.values):
            return Verdict("number of a document", "document_number", {}, judged.mask("document_number", "number"))
        return Verdict("integer", "integer", {}, whole)
    only_point, only_comma = judged.share(point & ~comma), judged.share(comma & ~point)
    decimal = "," if only_comma > only_point else "."
    found = Verdict("amount", "amount", {"decimal": decimal}, comma if decimal == "," else point)
    found.formats[f"decimal {'comma' if decimal == ',' else 'point'}"] = judged.share(found.mask)
    found.doubts.extend(currencies(judged, found.mask))
    both = [value for value, _ in judged.unread(~(point & comma))]
    if only_point and only_comma:
        found.doubts.append(
            f"{only_point:.1%} of its values have a decimal point for certain, {only_comma:.1%} a decimal comma"
        )
    elif not (only_point or only_comma) and any(not _is_same(value) for value in both):
        found.doubts.append("points and commas could be decimal marks or stand between thousands: nothing tells")
    return found


def currencies(judged: Judged, amounts: np.ndarray) -> list[str]:
    """What to ask where cells that are read as amounts say their currency, which the rule leaves out."""
    rows = Counter[str]()
    for value, count in judged.unread(~amounts):
        if said := _NO_CURRENCY.sub("", value):
            rows[said] += count
    if not rows:
        return []
    said = ", ".join(f"{name} ({count:,})" for name, count in rows.most_common(8))
    return [f"cells carry a currency, which the rule drops: {said}; do they agree with the currency of their records?"]


def _is_same(value: str) -> bool:
    return standardizer("amount", decimal=".", scale=6)(value) == standardizer("amount", decimal=",", scale=6)(value)


def _word(judged: Judged) -> Verdict | None:
    for kind, rule, label in (
        ("time zone", "time_zone", "name"),
        ("number of a document", "document_number", "number"),
        ("code", "code", "A-Z"),
    ):
        mask = judged.mask(rule, label)
        if judged.share(mask) < 1 or (rule == "code" and (len(judged.values) > _FEW_CODES or not _is_upper(judged))):
            continue
        return Verdict(kind, rule, {}, mask)
    return None


def _is_upper(judged: Judged) -> bool:
    return all(value == value.upper() for value in judged.values)


def _short_years(judged: Judged) -> np.ndarray:
    return np.array([bool(_SHORT_YEAR.fullmatch(value)) for value in judged.values], bool)


def _why_text(judged: Judged) -> list[str]:
    found = []
    short = _short_years(judged)
    if judged.share(short) > 0.05:
        found.append(
            f"{judged.share(short):.0%} of its values look like dates with two digits of a year, of which nothing "
            "tells the century: rule date reads them with `first_year` and `%y`, if the source cannot write four"
        )
    shares = {c: share for c, share in judged.shares().items() if c.label != "excel_serial"}
    for rule in ("date", "timestamp", "amount"):
        best = max((share for c, share in shares.items() if c.rule == rule), default=0.0)
        if 0.2 < best < MOST_RATIO:
            found.append(f"rule {rule} reads {best:.0%} of its values, so that it was taken for text")
            break
    return found
