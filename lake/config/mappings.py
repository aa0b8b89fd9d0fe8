"""Which headers and which rule each contract field comes from: the `[columns]` and `[constants]` of a source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lake.config.field_rules import called, refuse_unfit_rule, refuse_unknown_field, refuse_unknown_values
from lake.config.toml_layers import Layers, typed
from lake.errors import ConfigError
from schemas.contract import Contract
from schemas.lineage import FILE_ID, RECORD_NUMBER
from transforms.standardize import AMBIGUOUS_PARAMETER, standardizer

OWN_KEYS = ("headers", "rule", "required_header", "null_tokens")
_CONSTANTS: dict[str, type] = {
    "string": str,
    "integer": int,
    "long": int,
    "bigint": int,
    "date": date,
    "timestamp": datetime,
    "boolean": bool,
    "decimal": str,
}


@dataclass(frozen=True)
class ColumnMapping:
    """One contract field: the headers under which it comes, and the rule that standardizes it."""

    field: str
    headers: tuple[str, ...]
    rule: str
    parameters: Mapping[str, Any]
    is_header_required: bool
    null_tokens: frozenset[str]
    where: str

    @property
    def landing_name(self) -> str:
        return self.headers[0]

    @property
    def ambiguous_formats(self) -> tuple[str, ...]:
        return tuple(self.parameters.get(AMBIGUOUS_PARAMETER, ()))


def read_columns(layers: Layers, contract: Contract, tokens: frozenset[str]) -> tuple[ColumnMapping, ...]:
    return tuple(_column(name, layers, contract, tokens) for name in layers.table("columns"))


def read_constants(layers: Layers, contract: Contract) -> dict[str, Any]:
    """A value for a field in every row of the source, of the field's own type."""
    return {name: _constant(name, layers, contract) for name in layers.table("constants")}


def read_null_tokens(layers: Layers, path: tuple[str, ...], default: frozenset[str]) -> frozenset[str]:
    tokens = layers.typed(path, tuple[str, ...])
    if bad := [token for token in tokens or () if token != token.strip()]:
        raise ConfigError(
            f"{layers.where(*path)}: the null token {bad[0]!r} begins or ends with a space, but cells "
            "are compared without the spaces around them"
        )
    return default if tokens is None else frozenset(tokens)


def read_not_delivered(layers: Layers, contract: Contract) -> tuple[str, ...]:
    """The required fields that the source has not at all."""
    path = ("source", "not_delivered")
    names: tuple[str, ...] = layers.typed(path, tuple[str, ...], ())
    for name in names:
        refuse_unknown_field(name, contract, layers.where(*path))
        if not contract.by_name[name].waivable:
            waivable = [field.name for field in contract.fields if field.waivable]
            raise ConfigError(
                f"{layers.where(*path)}: {name} of {called(contract)} is no field that a source may be without; "
                f"{'those are ' + ', '.join(waivable) if waivable else 'there are none'}"
            )
    return names


def refuse_missing_fields(
    contract: Contract, filled: Sequence[str], constants: Iterable[str], not_delivered: Iterable[str], where: str
) -> None:
    """`filled` are the fields that a rule fills, one for each time it is said."""
    mapped, constant, waived = set(filled), set(constants), set(not_delivered)
    given = mapped | constant | waived
    if missing := [field for field in contract.fields if field.needs_source and field.name not in given]:
        names = ", ".join(field.name for field in missing)
        waivable = ", ".join(field.name for field in missing if field.waivable)
        raise ConfigError(
            f"{where}: {called(contract)} requires {names}; give it a [columns] table or a constant"
            + (f", or if the source has no {waivable} at all name it in `not_delivered`" if waivable else "")
        )
    if both := sorted(waived & (mapped | constant)):
        raise ConfigError(f"{where}: {', '.join(both)} is not_delivered, and a column or a constant besides")
    if twice := sorted(mapped & constant):
        raise ConfigError(f"{where}: {', '.join(twice)} is both a column and a constant")
    if twice := sorted(name for name, count in Counter(filled).items() if count > 1):
        raise ConfigError(f"{where}: {', '.join(twice)} is filled by several of [columns], [unpivot] and [from_name]")


def _column(name: str, layers: Layers, contract: Contract, tokens: frozenset[str]) -> ColumnMapping:
    path = ("columns", name)
    where = layers.where(*path)
    refuse_unknown_field(name, contract, where)
    values = layers.table(*path)
    for key in ("headers", "rule"):
        if key not in values:
            raise ConfigError(f"{where}: column {name!r} does not say `{key}`")
    column = ColumnMapping(
        field=name,
        headers=read_headers(layers, (*path, "headers")),
        rule=layers.typed((*path, "rule"), str),
        parameters=_parameters(values),
        is_header_required=layers.typed((*path, "required_header"), bool, True),
        null_tokens=read_null_tokens(layers, (*path, "null_tokens"), tokens),
        where=where,
    )
    refuse_unfit_rule(column, path, contract, layers)
    return column


def _parameters(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the rule takes; an empty `ambiguous_formats` says that there are none, also over a file that has some."""
    return {
        key: value for key, value in values.items() if key not in OWN_KEYS and (key, value) != (AMBIGUOUS_PARAMETER, [])
    }


def read_headers(layers: Layers, path: tuple[str, ...]) -> tuple[str, ...]:
    headers: tuple[str, ...] = layers.typed(path, tuple[str, ...])
    if not headers:
        raise ConfigError(f"{layers.where(*path)}: column {path[-2]!r} names no header")
    if bad := [header for header in headers if not header.strip() or header in (RECORD_NUMBER, FILE_ID)]:
        raise ConfigError(f"{layers.where(*path)}: column {path[-2]!r} names the header {bad[0]!r}, which no file has")
    return headers


def _constant(name: str, layers: Layers, contract: Contract) -> Any:
    where = layers.where("constants", name)
    refuse_unknown_field(name, contract, where)
    field = contract.by_name[name]
    type_name = field.type.typeName()
    value = typed(layers.table("constants")[name], _CONSTANTS[type_name], where)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ConfigError(f"{where}: found {value}, expected a time with its offset, 2024-01-31T12:00:00Z")
    if field.only_rule and standardizer(field.only_rule)(value) != value:
        raise ConfigError(f"{where}: found {value!r}, expected what the rule {field.only_rule!r} gives")
    refuse_unknown_values([value], field, where)
    return _decimal(value, where) if type_name == "decimal" else value


def _decimal(text: str, where: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ConfigError(f'{where}: found {text!r}, expected a decimal number as text, "12.50"') from None
