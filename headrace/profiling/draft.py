"""A first source for a file: what each key would say, and what of it somebody who knows the file must settle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from headrace.facts.profile import Doubt
from headrace.profiling.columns import Profile
from headrace.profiling.field_rules import FieldDraft, draft_field, in_time
from headrace.profiling.fields import Match, guess_table, matches, nameable, named_alike
from lake.config.configuration import Configuration
from lake.config.toml_layers import closest
from lake.errors import ConfigError
from schemas.contract import Contract, Field

GUESSES_SAID = 3
_MONTH = "(?P<period>[0-9]{4}-(0[1-9]|1[0-2]))"
_DELIVERY = "_d(?P<delivery>[0-9]+)"


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
    if key := profile.dialect.get("next_page"):
        more = f"by {key!r} the file says that more records follow: a run stops at such a page, unless it may be one"
        doubts.append(Doubt("read.more_pages", f'{more} ("allow")'))
    contract = _contract(profile, configuration, contracts, table, doubts)
    sources = configuration.sources_of(contract.name)
    found = matches(profile, contract, configuration)
    columns = [draft_field(match, configuration, doubts) for match in found]
    columns += _shared(contract, found, columns, doubts)
    columns += _words_again(contract, columns, profile, configuration, doubts)
    absent = [f for f in contract.fields if f.needs_source and f.name not in {c.field.name for c in columns}]
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


def _shared(contract: Contract, found: list[Match], mapped: list[FieldDraft], doubts: list[Doubt]) -> list[FieldDraft]:
    """A required time that has no column of its own, from the column of a date: two fields may share one."""
    have = {mapping.field.name for mapping in mapped}
    dates = [m for m in found if m.column.verdict.rule in ("date", "timestamp")]
    shared = []
    for target in contract.fields:
        type_ = target.type.typeName()
        if target.needs_source and target.name not in have and type_ in ("timestamp", "date") and dates:
            verdict, at = dates[0].column.verdict, f"columns.{target.name}"
            doubts.append(Doubt(at, f"no column of its own: {dates[0].column.name!r} stands in for it"))
            rule, parameters, _ = in_time(verdict.rule, verdict.parameters, type_, verdict.mask, at, doubts)
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
        if target.needs_source and target.values and target.name not in have:
            column = named_alike(profile, target, contract, configuration)
            if column is not None:
                found.append(draft_field(Match(target, column, 1.0), configuration, doubts))
    return found


def _last_day(found: list[Match]) -> date | None:
    spans = [span for match in found if (span := match.column.span()) and isinstance(span[1], date)]
    days = [last.date() if isinstance(last, datetime) else last for _, last in spans]
    return max(days, default=None)
