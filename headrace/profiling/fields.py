"""Which column could be which field of a contract: by the likeness of names, where the field's type can be read."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from headrace.profiling.columns import Column, Profile
from headrace.profiling.outline import words
from headrace.profiling.synonyms import SYNONYMS
from lake.config import Configuration, Source
from schemas.contract import Contract, Field

CERTAIN, LIKELY = 0.99, 0.72
_TYPES: Mapping[str, tuple[str, ...]] = {
    "decimal": ("amount", "integer"),
    "integer": ("integer",),
    "long": ("integer",),
    "date": ("date",),
    "timestamp": ("timestamp", "date"),
    "boolean": ("boolean",),
}
_IDS = ("_number", "_id", "_code")


@dataclass(frozen=True)
class Match:
    """A field, the column that it is thought to come from, and how alike their names are, 0 to 1."""

    field: Field
    column: Column
    likeness: float


def matches(profile: Profile, contract: Contract, configuration: Configuration) -> list[Match]:
    """At most one column for each field and one field for each column, the likest first; in the order of the fields."""
    usable = [column for column in profile.columns if _is_nameable(column, profile)]
    scored = sorted(
        (
            (-likeness(column.name, names), place, column.name, Match(field, column, likeness(column.name, names)))
            for place, field in enumerate(contract.fields)
            for names in [_names_of(field, contract, configuration)]
            for column in usable
            if _can_be(column, field)
        ),
        key=lambda item: item[:3],
    )
    found: dict[str, Match] = {}
    taken: set[str] = set()
    for _, _, name, match in scored:
        if match.likeness >= LIKELY and match.field.name not in found and name not in taken:
            found[match.field.name] = match
            taken.add(name)
    return [found[name] for name in contract.names if name in found]


def guess_table(profile: Profile, contracts: Mapping[str, Contract], configuration: Configuration) -> list[str]:
    """The tables by the fields that seem to be there and the required ones that do not, the likest first."""
    return sorted(contracts, key=lambda name: (-_likelihood(profile, contracts[name], configuration), name))


def named_alike(profile: Profile, target: Field, contract: Contract, configuration: Configuration) -> Column | None:
    """The column most like the field by its name, taken by another field or not."""
    names = _names_of(target, contract, configuration)
    usable = [column for column in profile.columns if _is_nameable(column, profile)]
    best = max(usable, key=lambda column: likeness(column.name, names), default=None)
    return best if best and likeness(best.name, names) >= LIKELY else None


def packaged_column(field: str, sources: Iterable[Source]) -> tuple[str, dict[str, object], frozenset[str]] | None:
    """The rule, parameters and null tokens by which a packaged source of the table fills the field."""
    for source in sources:
        for column in source.columns:
            if column.field == field:
                return column.rule, dict(column.parameters), column.null_tokens
    return None


def likeness(header: str, names: Sequence[str]) -> float:
    """1 for the same words, less for words in common and for letters in common."""
    return max((_alike(words(header), words(name)) for name in names), default=0.0)


def _alike(one: Sequence[str], other: Sequence[str]) -> float:
    if not one or not other:
        return 0.0
    if "".join(one) == "".join(other):
        return 1.0
    common = len({*one} & {*other}) / len({*one} | {*other})
    letters = difflib.SequenceMatcher(None, " ".join(one), " ".join(other)).ratio()
    return min(0.95, max(common, 0.85 * letters))


def _names_of(field: Field, contract: Contract, configuration: Configuration) -> list[str]:
    known = [
        header
        for source in configuration.sources_of(contract.name)
        for column in source.columns
        if column.field == field.name
        for header in column.headers
    ]
    own = field.name.replace("_", " ")
    return [own, own.rpartition(" ")[0] or own, *known, *SYNONYMS.get(field.name, ())]


def _likelihood(profile: Profile, contract: Contract, configuration: Configuration) -> float:
    """What is there of the fields, the required ones threefold, less a third of the required ones that are not."""
    weights = {field.name: 3.0 if field.required else 1.0 for field in contract.fields if not field.only_rule}
    found = {match.field.name: match.likeness**2 for match in matches(profile, contract, configuration)}
    lacking = sum(1.0 for field in contract.fields if field.required and field.name not in found)
    return sum(weights.get(name, 0.0) * likeness for name, likeness in found.items()) - lacking


def _can_be(column: Column, field: Field) -> bool:
    promised = _TYPES.get(field.type.typeName())
    if column.verdict.kind == "empty":
        return True
    if promised is None:
        return not (field.name.endswith(_IDS) and column.verdict.rule in ("date", "timestamp", "boolean", "amount"))
    return column.verdict.rule in promised or any(column.possible().get(rule, 0) >= 0.8 for rule in promised)


def _is_nameable(column: Column, profile: Profile) -> bool:
    """Whether the file has one column of this name: a second one could not be told from it."""
    plain = [_plain(name) for name in profile.header]
    return plain.count(_plain(column.name)) == 1


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
