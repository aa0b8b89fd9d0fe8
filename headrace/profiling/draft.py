"""A first source for a file: what each key would say, and what of it somebody who knows the file must settle."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from headrace.profiling.columns import Column, Profile
from headrace.profiling.doubts import Doubt
from headrace.profiling.fields import CERTAIN, Match, guess_table, matches, nameable, named_alike, packaged_column
from headrace.profiling.outline import outline, words
from headrace.profiling.verdict import serials
from lake.config import Configuration
from lake.errors import ConfigError
from lake.toml_layers import closest
from schemas.contract import Contract, Field
from transforms.standardize import standardizer
from transforms.standardize.errors import BadRuleParameter

GUESSES_SAID = 3
MOST_WORDS = 100
_WORDS_ALIKE = 0.75
_STEM_LENGTH = 5
_MONTH = "(?P<period>[0-9]{4}-(0[1-9]|1[0-2]))"
_DELIVERY = "_d(?P<delivery>[0-9]+)"


@dataclass(frozen=True)
class FieldDraft:
    """One `[columns]` table. `unmapped` are words of the file for which no value of the contract is known."""

    field: Field
    header: str
    rule: str
    parameters: Mapping[str, Any]
    null_tokens: tuple[str, ...] = ()
    unmapped: Mapping[str, int] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """All that the first TOML says. `missing` are required fields that nothing in the file fills."""

    name: str
    contract: Contract
    kind: str
    identical_rows: str
    claims: str
    profile: Profile
    columns: tuple[FieldDraft, ...]
    constants: tuple[Field, ...]
    missing: tuple[Field, ...]
    records: tuple[str, ...]
    data_through: date | None
    doubts: tuple[Doubt, ...]


def draft_of(
    profile: Profile, configuration: Configuration, contracts: Mapping[str, Contract], *, table: str | None, name: str
) -> Draft:
    """Raises ConfigError where there is no such table."""
    doubts = list(profile.shape.doubts)
    twice = sorted({column.name for column in profile.columns} - {column.name for column in nameable(profile)})
    if any(twice):
        shown = ", ".join(map(repr, twice[:5]))
        doubts.append(Doubt("read", f"columns that cannot be told apart, or have no name, fill no field: {shown}"))
    contract = _contract(profile, configuration, contracts, table, doubts)
    sources = configuration.sources_of(contract.name)
    found = matches(profile, contract, configuration)
    columns = [_mapping(match, profile, configuration, doubts) for match in found]
    columns += _shared(contract, found, columns, doubts)
    columns += _words_again(contract, columns, profile, configuration, doubts)
    absent = [f for f in contract.fields if f.required and f.name not in {c.field.name for c in columns} | {"event_id"}]
    constants = tuple(f for f in absent if f.type.typeName() == "string" and not f.name.endswith("_number"))
    missing = tuple(f for f in absent if f not in constants)
    for one in constants:
        doubts.append(Doubt(f"constants.{one.name}", f"no column tells it, and it is required: {one.doc}"))
    for one in missing:
        doubts.append(Doubt(f"columns.{one.name}", f"no column looks like it, and it is required: {one.doc}"))
    through = _last_day(found)
    doubts.append(Doubt("coverage", "which events it records reliably, and through which day it is complete"))
    return Draft(
        name=name,
        contract=contract,
        kind=_kind(contract, doubts),
        identical_rows=_identical(contract, sources, doubts),
        claims=_claims(profile, configuration, doubts),
        profile=profile,
        columns=tuple(sorted(columns, key=lambda column: contract.names.index(column.field.name))),
        constants=constants,
        missing=missing,
        records=sources[0].coverage.records if sources else (),
        data_through=through,
        doubts=tuple(doubts),
    )


def source_name(file_name: str) -> str:
    """`kpi_orders` from `KPI orders_2024-03_d1.csv.gz`."""
    stem = re.sub(r"[0-9]{4}-[0-9]{2}|_d[0-9]+", "", file_name.split(".")[0]).casefold()
    found = re.sub(r"[^a-z0-9]+", "_", stem).strip("_")
    return found if re.match("[a-z]", found) else f"source_{found}".rstrip("_")


def _contract(
    profile: Profile,
    configuration: Configuration,
    contracts: Mapping[str, Contract],
    table: str | None,
    doubts: list[Doubt],
) -> Contract:
    if table is not None:
        if table not in contracts:
            raise ConfigError(f"--table: there is no table {table!r}{closest(table, contracts)}")
        return contracts[table]
    ranked = guess_table(profile, contracts, configuration)
    if not matches(profile, contracts[ranked[0]], configuration):
        doubts.append(Doubt("source.table", "no header is like a field of any table: say --table"))
        return contracts[ranked[0]]
    others = ", ".join(ranked[1:GUESSES_SAID])
    doubts.append(Doubt("source.table", f"guessed by the headers; next likely are {others} (say --table)"))
    return contracts[ranked[0]]


def _kind(contract: Contract, doubts: list[Doubt]) -> str:
    if contract.name == "logged_events":
        return "events"
    doubts.append(
        Doubt("source.kind", "whether a delivery adds rows by key (upsert), replaces_period, or is the full table")
    )
    return "upsert"


def _identical(contract: Contract, sources: Iterable[Any], doubts: list[Doubt]) -> str:
    doubts.append(Doubt("source.identical_rows", "whether rows equal in every column are one thing sent twice, or two"))
    return next((source.identical_rows for source in sources), "duplicate")


def _claims(profile: Profile, configuration: Configuration, doubts: list[Doubt]) -> str:
    """The file's name as a pattern, its month and delivery told by groups."""
    file = profile.shape.seen.get("manifest_file") or profile.file.name
    kept = re.split(r"([0-9]{4}-(?:0[1-9]|1[0-2])|_d[0-9]+)", file)
    pattern = "".join(
        _MONTH if re.fullmatch(r"[0-9]{4}-[0-9]{2}", part) and part not in kept[:at]
        else _DELIVERY if re.fullmatch(r"_d[0-9]+", part) and part not in kept[:at]
        else "".join(map(_literal, part))
        for at, part in enumerate(kept)
    )  # fmt: skip
    claims = f"(^|/){pattern}$"
    doubts.append(Doubt("source.claims", "the names that other deliveries will have; this one is matched"))
    for source in configuration.sources:
        if any(re.search(known, file) for known in source.claims):
            doubts.append(
                Doubt(
                    "source.claims",
                    f"the packaged source {source.name} claims files of this name: `headrace run` stops while both do; "
                    f"rename the files, or lay this over it with name = {source.name!r}",
                )
            )
    return claims


def _literal(character: str) -> str:
    """A character as a pattern that may stand between single quotes."""
    if character in ".$*+?{}()|":
        return f"[{character}]"
    if character in "[]^\\":
        return f"\\{character}"
    return "." if character == "'" or not character.isprintable() else character


def _mapping(match: Match, profile: Profile, configuration: Configuration, doubts: list[Doubt]) -> FieldDraft:
    column, target = match.column, match.field
    at = f"columns.{target.name}"
    if match.likeness < CERTAIN:
        doubts.append(Doubt(at, f"{column.name!r} is only like its name ({match.likeness:.0%})"))
    tokens = tuple(sorted(column.sketch.tokens))
    if column.verdict.kind == "empty":
        doubts.append(Doubt(at, "no row has a value, so that its rule is a guess"))
    rule, parameters, mask = _rule(column, target, profile, configuration, doubts)
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
    unmapped = {}
    if rule == "mapped":
        unmapped = {v: n for v, n in column.judged.counts().items() if v not in parameters["values"]}
        if len(column.judged.values) > MOST_WORDS:
            doubts.append(Doubt(at, f"{len(column.judged.values):,} different words: this is no list of codes"))
            unmapped = {}
        elif unmapped:
            doubts.append(Doubt(at, f"{len(unmapped)} words have no known meaning: {sum(unmapped.values()):,} rows"))
    return FieldDraft(target, column.name, rule, parameters, tokens, unmapped)


def _rule(
    column: Column, target: Field, profile: Profile, configuration: Configuration, doubts: list[Doubt]
) -> tuple[str, dict[str, Any], Any]:
    """The rule, its parameters, and which values it reads."""
    at, type_ = f"columns.{target.name}", target.type.typeName()
    verdict = column.verdict
    if target.values:
        return _mapped(column, target, at, doubts)
    if target.only_rule:
        return target.only_rule, {}, column.judged.mask(target.only_rule, "name")
    if type_ in ("date", "timestamp"):
        if verdict.rule not in ("date", "timestamp"):
            verdict = serials(column.judged)
        doubts.extend(Doubt(at, doubt) for doubt in verdict.doubts)
        return _moment(verdict.rule, verdict.parameters, type_, verdict.mask, at, doubts)
    if type_ == "decimal":
        return _amount(column, target, at, doubts)
    if type_ in ("integer", "long", "boolean"):
        doubts.extend(Doubt(at, doubt) for doubt in verdict.doubts)
        rule = "boolean" if type_ == "boolean" else "integer"
        return rule, {}, column.judged.mask(rule, "words" if rule == "boolean" else "digits")
    return _text(column, target, configuration)


def _moment(
    rule: str, parameters: Mapping[str, Any], type_: str, mask: Any, at: str, doubts: list[Doubt]
) -> tuple[str, dict[str, Any], Any]:
    said = dict(parameters)
    if type_ == "date":
        if rule == "timestamp":
            doubts.append(Doubt(at, "times of day where a date is promised: it depends on the zone which day it was"))
        return "date", said, mask
    doubts.append(Doubt(at, "the zone of its local times, such as Europe/Berlin"))
    if rule == "date":
        said["date_only"] = True
        doubts.append(Doubt(at, "dates without a time: midnight in that zone is taken"))
    return "timestamp", {**said, "zone": None}, mask


def _amount(column: Column, target: Field, at: str, doubts: list[Doubt]) -> tuple[str, dict[str, Any], Any]:
    scale = target.type.scale  # type: ignore[attr-defined]
    decimal = column.verdict.parameters.get("decimal", ".")
    parameters = {"decimal": decimal, **({} if scale == 2 else {"scale": scale})}
    if column.verdict.rule == "amount":
        doubts.extend(Doubt(at, doubt) for doubt in column.verdict.doubts)
    if (places := column.places()) > scale:
        doubts.append(Doubt(at, f"values have up to {places} decimal places, {target.name} has {scale}"))
    return "amount", parameters, column.judged.mask_of(standardizer("amount", decimal=decimal, scale=scale))


def _text(column: Column, target: Field, configuration: Configuration) -> tuple[str, dict[str, Any], Any]:
    """The rule of the packaged sources where it reads every value, else the most particular one that does."""
    table_sources = [source for source in configuration.sources if any(c.field == target.name for c in source.columns)]
    tried: list[tuple[str, dict[str, Any]]] = []
    if (known := packaged_column(target.name, table_sources)) and known[0] not in ("mapped", "vendor_code"):
        tried.append((known[0], {**known[1], **_width(column)} if known[0] == "document_number" else known[1]))
        if known[0] == "document_number" and not _width(column):
            tried[0][1].pop("width", None)
    tried += [("document_number", _width(column))] if target.name.endswith(("_number", "_id")) else []
    for rule, parameters in tried:
        try:
            mask = column.judged.mask_of(standardizer(rule, **parameters))
        except BadRuleParameter:
            continue
        if mask.all():
            return rule, parameters, mask
    return "text", {}, column.judged.mask("text", "text")


def _width(column: Column) -> dict[str, Any]:
    """The width to which numbers are padded with zeros, where some are."""
    digits = [value for value in column.judged.values if value.isascii() and value.isdigit()]
    widths = {len(value) for value in digits}
    return {"width": widths.pop()} if len(widths) == 1 and any(value.startswith("0") for value in digits) else {}


def _mapped(column: Column, target: Field, at: str, doubts: list[Doubt]) -> tuple[str, dict[str, Any], Any]:
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


def _shared(contract: Contract, found: list[Match], mapped: list[FieldDraft], doubts: list[Doubt]) -> list[FieldDraft]:
    """A required time that has no column of its own, from the column of a date: two fields may share one."""
    have = {mapping.field.name for mapping in mapped}
    dates = [m for m in found if m.column.verdict.rule in ("date", "timestamp")]
    shared = []
    for target in contract.fields:
        type_ = target.type.typeName()
        if target.required and target.name not in have and type_ in ("timestamp", "date") and dates:
            verdict, at = dates[0].column.verdict, f"columns.{target.name}"
            doubts.append(Doubt(at, f"no column of its own: {dates[0].column.name!r} stands in for it"))
            rule, parameters, _ = _moment(verdict.rule, verdict.parameters, type_, verdict.mask, at, doubts)
            shared.append(FieldDraft(target, dates[0].column.name, rule, parameters))
    for mapping in shared:
        have.add(mapping.field.name)
    return shared


def _words_again(
    contract: Contract, mapped: list[FieldDraft], profile: Profile, configuration: Configuration, doubts: list[Doubt]
) -> list[FieldDraft]:
    """Required code lists without a column of their own, from a column that another field has: an activity's type."""
    have = {mapping.field.name for mapping in mapped}
    found = []
    for target in contract.fields:
        if target.required and target.values and target.name not in have:
            column = named_alike(profile, target, contract, configuration)
            if column is not None:
                found.append(_mapping(Match(target, column, 1.0), profile, configuration, doubts))
    return found


def _last_day(found: list[Match]) -> date | None:
    spans = [span for match in found if (span := match.column.span()) and isinstance(span[1], date)]
    days = [last.date() if isinstance(last, datetime) else last for _, last in spans]
    return max(days, default=None)
