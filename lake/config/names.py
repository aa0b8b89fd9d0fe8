"""What a file's name says: its period in a form of its own, and fields that all its rows share, `[from_name]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from lake.config.field_rules import FieldRule, read_field_rule
from lake.config.toml_layers import Layers, closest
from lake.errors import ConfigError
from schemas.contract import Contract
from transforms.standardize import standardizer

FROM_NAME_KEYS = ("group", "rule")
OWN_GROUPS = ("period", "delivery")
_PARTS = ("Y", "m", "d", "H")
_LENGTHS = {1: len("2020"), 2: len("2020-01"), 3: len("2020-01-22"), 4: len("2020-01-22T09")}
_DIRECTIVE = re.compile("%(.?)")


@dataclass(frozen=True)
class FromName:
    """A field whose value is a named group of `claims`, in every row of the file."""

    group: str
    filling: FieldRule

    @property
    def field(self) -> str:
        return self.filling.field

    def reads(self, text: str) -> bool:
        return standardizer(self.filling.rule, **self.filling.parameters)(text) is not None


def read_from_name(layers: Layers, contract: Contract) -> tuple[FromName, ...]:
    """Raises ConfigError."""
    return tuple(_from_name(name, layers, contract) for name in layers.table("from_name"))


def _from_name(name: str, layers: Layers, contract: Contract) -> FromName:
    path = ("from_name", name)
    if "group" not in layers.table(*path):
        raise ConfigError(f"{layers.where(*path)}: [from_name.{name}] does not say `group`")
    filling = read_field_rule(layers, path, contract, frozenset(), FROM_NAME_KEYS)
    if contract.by_name[filling.field].personal:
        raise ConfigError(f"{filling.where}: {filling.field} is personal, and file names are shown to all")
    return FromName(layers.typed((*path, "group"), str), filling)


def refuse_unfit_groups(pattern: str, fields: tuple[FromName, ...], where: str) -> set[str]:
    """The groups of a pattern of `claims`. Raises ConfigError for one that nothing uses, and where one is wanting that
    a field is made of."""
    try:
        groups = set(re.compile(pattern).groupindex)
    except re.error as error:
        raise ConfigError(f"{where}: {pattern!r} is not a regular expression: {error}") from None
    used = {*OWN_GROUPS, *(field.group for field in fields)}
    if unknown := sorted(groups - used):
        raise ConfigError(
            f"{where}: {pattern!r} names the group {unknown[0]!r}{closest(unknown[0], used)}; for a group that fills a "
            f'field say [from_name.<field>] with group = "{unknown[0]}"'
        )
    for field in fields:
        if field.group not in groups:
            raise ConfigError(
                f"{field.filling.where}: {field.field} is made of the group {field.group!r}, which {pattern!r} has "
                f"not; expected (?P<{field.group}>...) in each of `claims` ({where})"
            )
    return groups


def read_period_format(layers: Layers) -> str | None:
    """Raises ConfigError."""
    path = ("source", "period_format")
    format_: str | None = layers.typed(path, str)
    if format_ is None:
        return None
    parts = _DIRECTIVE.findall(format_)
    if sorted(parts) != sorted(_PARTS[: len(parts)]) or not parts:
        raise ConfigError(
            f"{layers.where(*path)}: found {format_!r}, expected %Y, and as far as the name says them %m, %d and %H, "
            'each once, such as "%m-%d-%Y" or "%Y/%m/%d/%H"'
        )
    if not any("(?P<period>" in pattern for pattern in layers.table("source")["claims"]):
        raise ConfigError(f"{layers.where(*path)}: `claims` have no group (?P<period>...) that it could read")
    return format_


def iso_period(text: str, format_: str) -> str | None:
    """`2020-01-22` from `01-22-2020` by `%m-%d-%Y`, `2017-06-05T09` from `2017/06/05/09`; None from what is no such
    day or hour."""
    match = re.fullmatch(_regex(format_), text)
    if match is None:
        return None
    said = {part: int(text) for part, text in match.groupdict().items()}
    try:
        moment = datetime(said["Y"], said.get("m", 1), said.get("d", 1), said.get("H", 0))
    except ValueError:
        return None
    return moment.isoformat(timespec="hours")[: _LENGTHS[len(said)]]


def _regex(format_: str) -> str:
    """Where two parts adjoin each has all its digits."""
    width = "2" if re.search("%.%", format_) else "1,2"
    regex = ""
    for place, text in enumerate(_DIRECTIVE.split(format_)):
        regex += re.escape(text) if place % 2 == 0 else f"(?P<{text}>[0-9]{{{'4' if text == 'Y' else width}}})"
    return regex
