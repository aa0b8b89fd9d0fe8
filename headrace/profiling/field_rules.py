"""The rule by which a column would fill a field, with its parameters, and what of it is in doubt."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from headrace.facts.profile import Doubt
from headrace.profiling.columns import Column
from headrace.profiling.fields import CERTAIN, Match, packaged_column
from headrace.profiling.outline import outline, words
from headrace.profiling.verdict import Parameters, currencies, serials
from lake.config.configuration import Configuration
from schemas.contract import Field
from transforms.standardize import standardizer
from transforms.standardize.errors import BadRuleParameter

MOST_WORDS = 100
_WORDS_ALIKE = 0.75
_STEM_LENGTH = 5
_FEWEST_NUMBERS = 4
Said = tuple[str, Parameters, np.ndarray]


@dataclass(frozen=True)
class FieldDraft:
    """One `[columns]` table. `unmapped` are words of the file for which no value of the contract is known."""

    field: Field
    header: str
    rule: str
    parameters: Parameters
    null_tokens: tuple[str, ...] = ()
    unmapped: Mapping[str, int] = dataclasses.field(default_factory=dict)


def draft_field(match: Match, configuration: Configuration, doubts: list[Doubt]) -> FieldDraft:
    column, target = match.column, match.field
    at = f"columns.{target.name}"
    if match.likeness < CERTAIN:
        doubts.append(Doubt(at, f"{column.name!r} is only like its name ({match.likeness:.0%})"))
    tokens = tuple(sorted(column.sketch.tokens))
    if column.verdict.kind == "empty":
        doubts.append(Doubt(at, "no row has a value, so that its rule is a guess"))
    rule, parameters, mask = _rule(column, target, configuration, doubts)
    if tokens:
        is_text = target.type.typeName() == "string" and not target.values
        said = ", ".join(f"{token!r} ({column.sketch.tokens[token]:,})" for token in tokens)
        doubts.append(Doubt(at, f"null, or a value? {said}: {'taken for values' if is_text else 'taken for null'}"))
        tokens = () if is_text else tokens
    lost = column.judged.unread(mask) if rule != "mapped" else []
    if lost:
        count = sum(rows for _, rows in lost)
        shown = ", ".join(f"`{shape}`" for shape in dict.fromkeys(outline(value) for value, _ in lost[:20]))
        doubts.append(Doubt(at, f"rule {rule} does not read {count:,} rows, which would be quarantined: {shown[:160]}"))
    doubts.extend(Doubt(at, sentence) for sentence in (*_made_one(column, rule, parameters), *_word(column, rule)))
    unmapped = {}
    if rule == "mapped":
        unmapped = {v: n for v, n in column.judged.counts().items() if v not in parameters["values"]}
        if len(column.judged.values) > MOST_WORDS:
            doubts.append(Doubt(at, f"{len(column.judged.values):,} different words: this is no list of codes"))
            unmapped = {}
        elif unmapped:
            doubts.append(Doubt(at, f"{len(unmapped)} words have no known meaning: {sum(unmapped.values()):,} rows"))
    return FieldDraft(target, column.name, rule, parameters, tokens, unmapped)


def _made_one(column: Column, rule: str, parameters: Parameters) -> list[str]:
    """What to ask where the rule takes different texts for one. Numbers, dates and codes of a list are not told by how
    they are written; a whole number may be a key, whose zeros tell."""
    if rule in ("mapped", "boolean", "amount", "date", "timestamp"):
        return []
    reads = standardizer(rule, **parameters)
    alike: dict[object, list[str]] = {}
    for text in column.judged.values:
        if (value := reads(text)) is not None:
            alike.setdefault(value, []).append(text)
    several = [texts for texts in alike.values() if len(texts) > 1]
    if not several:
        return []
    shown = ", ".join(f"`{outline(text)}`" for text in sorted(several[0])[:4])
    count = sum(map(len, several))
    return [f"rule {rule} makes {count:,} different values {len(several):,}, such as {shown}: are they the same?"]


def _word(column: Column, rule: str) -> list[str]:
    """What to ask where a single word stands among numbers, and the rule reads it too."""
    reads = standardizer("document_number")
    words_ = [text for text in column.judged.values if reads(text) is None]
    if rule != "text" or len(words_) != 1 or len(column.judged.values) < _FEWEST_NUMBERS or not words_[0].isalpha():
        return []
    rows = column.judged.counts()[words_[0]]
    return [f"a single word among numbers, `{outline(words_[0])}` in {rows:,} rows: is it a total, which is no record?"]


def _rule(column: Column, target: Field, configuration: Configuration, doubts: list[Doubt]) -> Said:
    """The rule, its parameters, and which values it reads."""
    at, type_ = f"columns.{target.name}", target.type.typeName()
    verdict = column.verdict
    if target.values:
        return _mapped(column, target, at, doubts)
    if target.only_rule:
        return target.only_rule, {}, column.judged.mask_of(standardizer(target.only_rule))
    if type_ in ("date", "timestamp"):
        if verdict.rule not in ("date", "timestamp"):
            verdict = serials(column.judged)
        doubts.extend(Doubt(at, doubt) for doubt in verdict.doubts)
        return in_time(verdict.rule, verdict.parameters, type_, verdict.mask, at, doubts)
    if type_ == "decimal":
        return _amount(column, target, at, doubts)
    if type_ in ("integer", "long", "boolean"):
        doubts.extend(Doubt(at, doubt) for doubt in verdict.doubts)
        rule = "boolean" if type_ == "boolean" else "integer"
        return rule, {}, column.judged.mask(rule, "words" if rule == "boolean" else "digits")
    return _text(column, target, configuration)


def in_time(rule: str, parameters: Parameters, type_: str, mask: np.ndarray, at: str, doubts: list[Doubt]) -> Said:
    said = dict(parameters)
    if type_ == "date":
        if rule == "timestamp":
            doubts.append(Doubt(at, "times of day where a date is expected: it depends on the zone which day it was"))
        return "date", said, mask
    doubts.append(Doubt(at, "the zone of its local times, such as Europe/Berlin"))
    if rule == "date":
        said["date_only"] = True
        doubts.append(Doubt(at, "dates without a time: midnight in that zone is taken"))
    return "timestamp", {**said, "zone": None}, mask


def _amount(column: Column, target: Field, at: str, doubts: list[Doubt]) -> Said:
    scale = target.type.scale  # type: ignore[attr-defined]
    decimal = column.verdict.parameters.get("decimal", ".")
    parameters = {"decimal": decimal, **({} if scale == 2 else {"scale": scale})}
    if column.verdict.rule == "amount":
        doubts.extend(Doubt(at, doubt) for doubt in column.verdict.doubts)
    else:
        read = column.judged.mask("amount", decimal)
        doubts.extend(Doubt(at, doubt) for doubt in currencies(column.judged, read))
    if (places := column.places()) > scale:
        doubts.append(Doubt(at, f"values have up to {places} decimal places, {target.name} has {scale}"))
    return "amount", parameters, column.judged.mask_of(standardizer("amount", decimal=decimal, scale=scale))


def _text(column: Column, target: Field, configuration: Configuration) -> Said:
    """The rule of the packaged sources where it reads every value, else the most particular one that does."""
    table_sources = [source for source in configuration.sources if any(c.field == target.name for c in source.columns)]
    tried: list[tuple[str, Parameters]] = []
    if (known := packaged_column(target.name, table_sources)) and known[0] not in ("mapped", "vendor_code"):
        rule, packaged, *_ = known
        own = {**{name: value for name, value in packaged.items() if name != "width"}, **_width(column)}
        tried.append((rule, own if rule == "document_number" else packaged))
    tried += [("document_number", _width(column))] if target.name.endswith(("_number", "_id")) else []
    for rule, parameters in tried:
        try:
            mask = column.judged.mask_of(standardizer(rule, **parameters))
        except BadRuleParameter:
            continue
        if mask.all():
            return rule, parameters, mask
    return "text", {}, column.judged.mask("text", "text")


def _width(column: Column) -> Parameters:
    """The width to which numbers are padded with zeros, where some are."""
    digits = [value for value in column.judged.values if value.isascii() and value.isdigit()]
    widths = {len(value) for value in digits}
    return {"width": widths.pop()} if len(widths) == 1 and any(value.startswith("0") for value in digits) else {}


def _mapped(column: Column, target: Field, at: str, doubts: list[Doubt]) -> Said:
    known = {text: best for text in column.judged.values if (best := _meaning(text, target.values))}
    doubts.append(Doubt(at, "whether these words mean so"))
    return "mapped", {"values": known}, column.judged.mask("text", "text")


def _meaning(text: str, values: Iterable[str]) -> str | None:
    """The value whose words are like the text's, if any is."""
    best = max(values, key=lambda value: _in_common(text, value))
    return best if _in_common(text, best) >= _WORDS_ALIKE else None


def _in_common(one: str, other: str) -> float:
    """The share of words whose beginnings are the same: `Clear Invoice` is `invoice_cleared`."""
    first, second = ({word[:_STEM_LENGTH] for word in words(text)} for text in (one, other))
    return len(first & second) / max(1, len(first | second))
