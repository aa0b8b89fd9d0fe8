"""Which column could be which field of a contract: by the likeness of names, where the field's type can be read."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from headrace.profiling.columns import Column, Profile
from headrace.profiling.outline import words
from headrace.profiling.synonyms import SYNONYMS
from lake.config.configuration import Configuration, Source
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
_NO_IDS = ("date", "timestamp", "boolean", "amount")
_IDS = ("_number", "_id", "_code")


@dataclass(frozen=True)
class Match:
    """A field, the column that it is thought to come from, and how alike their names are, 0 to 1."""

    field: Field
    column: Column
    likeness: float


def matches(profile: Profile, contract: Contract, configuration: Configuration) -> list[Match]:
    """At most one column for each field and one field for each column, the likest first; in the order of the fields.

    Of two fields to which a packaged source gives one header, that whose own name it is comes first.
    """
    usable = nameable(profile)
    scored = sorted(
        (
            (-alike, -likeness(column.name, _own_names(field)), place, column.name, Match(field, column, alike))
            for place, field in enumerate(contract.fields)
            if field.may_have_source
            for names in [_names_of(field, contract, configuration)]
            for column in usable
            if (alike := likeness(column.name, names)) >= LIKELY and _can_be(column, field)
        ),
        key=lambda item: item[:4],
    )
    found: dict[str, Match] = {}
    taken: set[str] = set()
    for *_, name, match in scored:
        if match.field.name not in found and name not in taken:
            found[match.field.name] = match
            taken.add(name)
    return [found[name] for name in contract.names if name in found]


def guess_table(profile: Profile, contracts: Mapping[str, Contract], configuration: Configuration) -> list[str]:
    """The tables by the fields that seem to be there and the required ones that do not, the likest first."""
    return sorted(contracts, key=lambda name: (-_likelihood(profile, contracts[name], configuration), name))


def likelihood(profile: Profile, contracts: Mapping[str, Contract], configuration: Configuration) -> float:
    """How likely the likeliest of these tables is; greater is likelier."""
    return max(_likelihood(profile, contract, configuration) for contract in contracts.values())


def named_alike(profile: Profile, target: Field, contract: Contract, configuration: Configuration) -> Column | None:
    """The column most like the field by its name, taken by another field or not."""
    names = _names_of(target, contract, configuration)
    usable = nameable(profile)
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
    """1 for the same words, less for words in common and for letters in common; of a path also by its last step."""
    last = re.split(r"(?<=\S)\.(?=\S)", header)[-1]
    return max((max(_alike(header, name), 0.95 * _alike(last, name)) for name in names), default=0.0)


@lru_cache(maxsize=1 << 18)
def _alike(header: str, name: str) -> float:
    one, other = _words(header), _words(name)
    if not one or not other:
        return 0.0
    if "".join(one) == "".join(other):
        return 1.0
    common = len({*one} & {*other}) / len({*one} | {*other})
    return min(0.95, max(common, 0.85 * _letters_alike(" ".join(one), " ".join(other))))


def _letters_alike(one: str, other: str) -> float:
    """0 where it can only be too little: exact likeness is dear, and files have thousands of columns."""
    compared = difflib.SequenceMatcher(None, one, other)
    is_worth_it = min(compared.real_quick_ratio(), compared.quick_ratio()) >= LIKELY / 0.85
    return compared.ratio() if is_worth_it else 0.0


_words = lru_cache(maxsize=1 << 16)(words)


def _names_of(field: Field, contract: Contract, configuration: Configuration) -> list[str]:
    known = [
        header
        for source in configuration.sources_of(contract.name)
        for column in source.columns
        if column.field == field.name
        for header in column.headers
    ]
    return [*_own_names(field), *known]


def _own_names(field: Field) -> list[str]:
    own = field.name.replace("_", " ")
    return [own, own.rpartition(" ")[0] or own, *SYNONYMS.get(field.name, ())]


def _likelihood(profile: Profile, contract: Contract, configuration: Configuration) -> float:
    """What is there of the fields, the required ones threefold, less a third of the required ones that are not."""
    weights = {field.name: 3.0 if field.required else 1.0 for field in contract.fields if not field.only_rule}
    found = {match.field.name: match.likeness**2 for match in matches(profile, contract, configuration)}
    lacking = sum(1.0 for field in contract.fields if field.needs_source and field.name not in found)
    return sum(weights.get(name, 0.0) * likeness for name, likeness in found.items()) - lacking


def _can_be(column: Column, field: Field) -> bool:
    expected = _TYPES.get(field.type.typeName())
    if column.verdict.kind == "empty":
        return True
    if expected is None:
        return not field.name.endswith(_IDS) or _can_be_id(column)
    return column.verdict.rule in expected or any(column.possible().get(rule, 0) >= 0.8 for rule in expected)


def _can_be_id(column: Column) -> bool:
    """Whether its values could be numbers or codes of something: dates could, and are none."""
    is_number = column.possible().get("document_number", 0) >= 0.8
    return column.verdict.rule not in _NO_IDS or (is_number and column.verdict.rule in ("boolean", "amount"))


def nameable(profile: Profile) -> list[Column]:
    """The columns whose name no other has: a second one could not be told from it."""
    counts = Counter(_plain(name) for name in profile.header)
    return [column for column in profile.columns if counts[_plain(column.name)] == 1]


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
