"""The rule that fills a contract field: whether there is such a field, such a rule, and whether it gives what fits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lake.config.toml_layers import Layers, closest
from lake.errors import ConfigError
from schemas.contract import Contract, Field
from transforms.standardize import AMBIGUOUS_PARAMETER, RULES, BadRuleParameter, UnknownRule, resolved, standardizer

if TYPE_CHECKING:
    from lake.config.mappings import ColumnMapping

_GIVES = {
    "str": {"string"},
    "int": {"integer", "long", "bigint"},
    "Decimal": {"decimal"},
    "date": {"date"},
    "datetime": {"timestamp"},
    "bool": {"boolean"},
}


@dataclass(frozen=True)
class FieldRule:
    """One contract field, and the rule that makes its value of a text that is no cell of one column."""

    field: str
    rule: str
    parameters: Mapping[str, Any]
    null_tokens: frozenset[str]
    where: str


def read_field_rule(
    layers: Layers, path: tuple[str, ...], contract: Contract, tokens: frozenset[str], own_keys: Collection[str]
) -> FieldRule:
    """The rule of the table `path`, called as the field that it fills; `own_keys` are those that are no parameters."""
    where = layers.where(*path)
    refuse_unknown_field(path[-1], contract, where)
    values = layers.table(*path)
    if "rule" not in values:
        raise ConfigError(f"{where}: [{'.'.join(path)}] does not say `rule`")
    if AMBIGUOUS_PARAMETER in values:
        raise ConfigError(
            f"{layers.where(*path, AMBIGUOUS_PARAMETER)}: only a column can leave the order of day and month to each "
            "file; say it with `formats`"
        )
    found = FieldRule(
        field=path[-1],
        rule=layers.typed((*path, "rule"), str),
        parameters={key: value for key, value in values.items() if key not in own_keys},
        null_tokens=tokens,
        where=where,
    )
    refuse_unfit_rule(found, path, contract, layers)
    return found


def refuse_unfit_rule(
    column: ColumnMapping | FieldRule, path: tuple[str, ...], contract: Contract, layers: Layers
) -> None:
    """Build the rule once, so that an unknown rule or parameter stops the run before it begins."""
    of_rule = layers.where(*path, "rule")
    try:
        for parameters in _resolved(column, path, layers):
            standardizer(column.rule, **parameters)
    except UnknownRule as error:
        raise ConfigError(f"{of_rule}: {error}") from None
    except BadRuleParameter as error:
        raise ConfigError(f"{layers.where(*path, error.parameter)}: {error}") from None
    field = contract.by_name[column.field]
    if field.only_rule not in (None, column.rule):
        raise ConfigError(
            f"{of_rule}: rule {column.rule!r} fills {contract.name}."
            f"{column.field}, expected the rule {field.only_rule!r}"
        )
    refuse_unknown_values(_words_of(column), field, layers.where(*path))
    returned, expected = RULES[column.rule].returns.__name__, field.type.typeName()
    if expected not in _GIVES[returned]:
        raise ConfigError(
            f"{of_rule}: rule {column.rule!r} gives {returned}, but {contract.name}.{column.field} is {expected}"
        )


def _words_of(column: ColumnMapping | FieldRule) -> list[Any]:
    """The values that a rule can give, where it lists them."""
    listed = column.parameters.get("values")
    otherwise = column.parameters.get("otherwise")
    return [*(listed.values() if isinstance(listed, Mapping) else ()), *([otherwise] if otherwise is not None else [])]


def refuse_unknown_values(values: Iterable[Any], field: Field, where: str) -> None:
    if field.values and (unknown := [value for value in values if value not in field.values]):
        raise ConfigError(
            f"{where}: {unknown[0]!r} is no value of {field.name}{closest(str(unknown[0]), field.values)}"
        )


def _resolved(column: ColumnMapping | FieldRule, path: tuple[str, ...], layers: Layers) -> list[Mapping[str, Any]]:
    """The parameters under each format that a file may decide for."""
    if AMBIGUOUS_PARAMETER not in column.parameters:
        return [column.parameters]
    path = (*path, AMBIGUOUS_PARAMETER)
    candidates = layers.typed(path, tuple[str, ...])
    if column.rule in RULES and "formats" not in RULES[column.rule].parameters:
        raise ConfigError(f"{layers.where(*path)}: rule {column.rule!r} has no formats that a file could decide")
    if len(set(candidates)) != 2 or len(candidates) != 2:
        raise ConfigError(f"{layers.where(*path)}: found {list(candidates)!r}, expected two formats to decide between")
    return [resolved(column.parameters, candidate) for candidate in candidates]


def refuse_unknown_field(name: str, contract: Contract, where: str) -> None:
    if name not in contract.by_name:
        raise ConfigError(f"{where}: {called(contract)} has no field {name!r}{closest(name, contract.names)}")
    if derived := contract.by_name[name].derived:
        raise ConfigError(f"{where}: {called(contract)} computes {name} itself, as {derived}; leave it out")
    if contract.by_name[name].numbered == "key":
        raise ConfigError(
            f"{where}: {called(contract)} numbers {name} itself, among the rows of a file that share the rest of the "
            "key; leave it out"
        )


def called(contract: Contract) -> str:
    return f"{contract.name} v{contract.version}"
