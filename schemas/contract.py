"""What a table promises, said once: everything else about it is rendered from here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, Self

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.digest import digest_of

Severity = Literal["warn", "quarantine", "halt"]
Numbered = Literal["content", "key"]


class ContractError(ValueError):
    """A frame does not have the columns that its contract promises."""


@dataclass(frozen=True)
class Field:
    """One column: `unit` where the name does not say it, `personal` where a person can be told by it.

    `values` are the only ones that the column may have, and `only_rule` the one standardizer that may fill it, where
    its type does not promise enough. A required field that is `waivable` may be wanting in all rows of a source that
    says so: the marts know what its null means. `derived` is Spark SQL over the fields before it, by which a curated
    field is computed: no source fills it, and it is null only where what it is made of is. `numbered` is a part of the
    key for rows that have none of their own: `key` counts the rows of a file that share the rest of the key, and no
    source fills it; `content` is the row's content with its number among its file's rows of that content, unless the
    source fills it. See docs/decisions/outcomes.md.
    """

    name: str
    type: T.DataType
    doc: str
    unit: str | None = None
    required: bool = False
    personal: bool = False
    values: tuple[str, ...] = ()
    only_rule: str | None = None
    waivable: bool = False
    derived: str | None = None
    numbered: Numbered | None = None

    @property
    def is_never_null(self) -> bool:
        """Whether the column has no null in any table."""
        return self.required and not self.waivable

    @property
    def may_have_source(self) -> bool:
        """Whether a source may fill it."""
        return not self.derived and self.numbered != "key"

    @property
    def needs_source(self) -> bool:
        """Whether every source fills it, or says that it cannot."""
        return self.required and not self.derived and not self.numbered


@dataclass(frozen=True)
class Rule:
    """A condition in Spark SQL over the contract's fields. A null condition is "not violated"."""

    code: str
    condition: str
    doc: str
    severity: Severity = "quarantine"


@dataclass(frozen=True)
class Exclusion:
    """A business reason to keep the winning row of a key out of the curated table."""

    code: str
    condition: str
    doc: str


@dataclass(frozen=True)
class Contract:
    """A table.

    `version_order` names the columns by which one row of a key is newer than another, the first counts most;
    where it is empty the order of the deliveries decides. `note` is what a reader must know before using any row; it
    changes none, and so stands apart from the digest.
    """

    name: str
    version: int
    grain: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    version_order: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    note: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        known = set(self.names)
        if unknown := [name for name in (*self.key, *self.version_order) if name not in known]:
            raise ContractError(f"{self.name} v{self.version}: key or version order names {unknown}, not a field")

        if wrong := [f.name for f in self.fields if f.waivable and (not f.required or f.name in self.key)]:
            raise ContractError(
                f"{self.name} v{self.version}: {wrong} is waivable, but no required field beside the key"
            )

        numbered = [f.name for f in self.fields if f.numbered]
        if len(numbered) > 1 or not {*numbered} <= {*self.key}:
            raise ContractError(
                f"{self.name} v{self.version}: {numbered} is numbered, expected at most one field, and of the key"
            )
        if loose := [name for name in numbered if not self.by_name[name].required]:
            raise ContractError(f"{self.name} v{self.version}: {loose} is numbered, and not required")

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def natural_key(self) -> tuple[str, ...]:
        """The key without the number among the rows of a file that share the rest of it."""
        return tuple(name for name in self.key if self.by_name[name].numbered != "key")

    def numbered_by(self, by: Numbered) -> Field | None:
        """The field of the key that is numbered in this way."""
        return next((field for field in self.fields if field.numbered == by), None)

    @cached_property
    def struct(self) -> T.StructType:
        """Every field nullable: whether a required one is there is for `all_rules` to judge."""
        return T.StructType([T.StructField(f.name, f.type, True, {"comment": describe(f)}) for f in self.fields])

    @cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """The stated rules, after `<field>_missing` for each required field and `<field>_unknown` for each that has
        only certain values."""
        required = (
            Rule(f"{f.name}_missing", f"{f.name} IS NULL", f"`{f.name}` is required.")
            for f in self.fields
            if f.required and f.may_have_source
        )
        unknown = (
            Rule(
                f"{f.name}_unknown",
                f"{f.name} NOT IN ({', '.join(map(repr, f.values))})",
                f"`{f.name}` is {' or '.join(f'`{value}`' for value in f.values)}.",
            )
            for f in self.fields
            if f.values
        )
        return (*required, *unknown, *self.rules)

    def waiving(self, names: Collection[str]) -> Self:
        """The contract for the rows of a source that does not deliver these fields: they are not required of it."""
        fields = (replace(f, required=False, waivable=False) if f.name in names else f for f in self.fields)
        return replace(self, fields=tuple(fields))

    @cached_property
    def digest(self) -> str:
        """Changes when anything that can change a row of the table changes."""
        return digest_of([repr(self)])

    def violations(self, *, severity: Severity) -> Column:
        """Codes of the rules of this severity that a row breaks; an empty array when it breaks none."""
        broken = [F.when(F.expr(r.condition), F.lit(r.code)) for r in self.all_rules if r.severity == severity]
        return F.array_compact(F.array(*broken)) if broken else F.array().cast("array<string>")

    def exclusion(self) -> Column:
        """The code of the first exclusion that applies to a row, else null."""
        applying = [F.when(F.expr(e.condition), F.lit(e.code)) for e in self.exclusions]
        return F.coalesce(*applying, F.lit(None).cast("string"))

    def conform(self, frame: DataFrame) -> DataFrame:
        """The expected columns in their order, or one error that names every mismatch."""
        have = {f.name: f.dataType for f in frame.schema}
        wrong = [f"missing {n}" for n in self.names if n not in have]
        wrong += [f"unexpected {n}" for n in have if n not in self.by_name]
        wrong += [
            f"{f.name} is {have[f.name].simpleString()}, expected {f.type.simpleString()}"
            for f in self.fields
            if f.name in have and not _same_type(have[f.name], f.type)
        ]
        if wrong:
            raise ContractError(f"{self.name} v{self.version}: {'; '.join(wrong)}")
        return frame.select(*self.names)


def describe(field: Field) -> str:
    """The field's meaning and unit in one line, as it stands in every rendering."""
    return f"{field.doc} Unit: {field.unit}." if field.unit else field.doc


def _same_type(have: T.DataType, expected: T.DataType) -> bool:
    return have.simpleString() == expected.simpleString()
