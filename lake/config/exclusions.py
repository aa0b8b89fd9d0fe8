"""Which records of a source's files are no rows of its table: the `[excluded]` of a source."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lake.config.mappings import ColumnMapping, read_headers, read_null_tokens
from lake.config.toml_layers import Layers
from lake.errors import ConfigError
from schemas.contract import Contract
from transforms.standardize.excluded import ExclusionPlan
from transforms.standardize.text import folded

EXCLUDED_KEYS = ("headers", "values", "other_values", "null_tokens")


@dataclass(frozen=True)
class ExcludedRecords:
    """A reason for which a record is excluded, and the column that tells, which every file has."""

    reason: str
    headers: tuple[str, ...]
    values: tuple[str, ...]
    other_values: tuple[str, ...]
    null_tokens: frozenset[str]
    where: str

    @property
    def column(self) -> ColumnMapping:
        """The column as headers are settled: under the reason's name."""
        return ColumnMapping(self.reason, self.headers, "text", {}, True, self.null_tokens, self.where)

    @property
    def plan(self) -> ExclusionPlan:
        return ExclusionPlan(self.reason, self.headers[0], self.values, self.other_values, self.null_tokens)


def read_excluded(layers: Layers, contract: Contract, tokens: frozenset[str]) -> tuple[ExcludedRecords, ...]:
    return tuple(_excluded(reason, layers, contract, tokens) for reason in layers.table("excluded"))


def _excluded(reason: str, layers: Layers, contract: Contract, tokens: frozenset[str]) -> ExcludedRecords:
    path = ("excluded", reason)
    where = layers.where(*path)
    layers.refuse_unknown(path, EXCLUDED_KEYS)
    _refuse_unfit_reason(reason, contract, where)
    for key in ("headers", "values"):
        if not layers.table(*path).get(key):
            raise ConfigError(f"{where}: [excluded.{reason}] does not say `{key}`")
    excluded = ExcludedRecords(
        reason=reason,
        headers=read_headers(layers, (*path, "headers")),
        values=layers.typed((*path, "values"), tuple[str, ...], ()),
        other_values=layers.typed((*path, "other_values"), tuple[str, ...], ()),
        null_tokens=read_null_tokens(layers, (*path, "null_tokens"), tokens),
        where=where,
    )
    if blank := [value for value in (*excluded.values, *excluded.other_values) if folded(value) is None]:
        raise ConfigError(f"{where}: the word {blank[0]!r} is blank, and a blank cell is null: it excludes nothing")
    if both := {folded(value) for value in excluded.values} & {folded(value) for value in excluded.other_values}:
        raise ConfigError(f"{where}: {min(map(str, both))!r} is in `values` and in `other_values`")
    return excluded


def _refuse_unfit_reason(reason: str, contract: Contract, where: str) -> None:
    taken = {*contract.names, *(e.code for e in contract.exclusions), *(rule.code for rule in contract.all_rules)}
    if not re.fullmatch(r"[a-z][a-z0-9_]*", reason) or reason in taken:
        raise ConfigError(
            f"{where}: {reason!r} is no name for a reason; expected lower-case letters, digits and _, and none that "
            f"{contract.name} has as a field, a rule or an exclusion"
        )
