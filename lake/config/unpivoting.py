"""Which columns of a file are rows: the `[unpivot]` of a source."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from lake.config.field_rules import FieldRule, called, read_field_rule
from lake.config.mappings import ColumnMapping, read_headers, read_null_tokens
from lake.config.toml_layers import Layers
from lake.errors import ConfigError
from schemas.contract import Contract

UNPIVOT_KEYS = ("headers", "header_pattern", "required_header")
HEADER_KEYS = ("rule",)
CELL_KEYS = ("rule", "null_tokens")


@dataclass(frozen=True)
class Unpivot:
    """A record becomes a row for each of these columns: its header fills one field, its cell another.

    The columns are those of `headers`, or those whose whole header `header_pattern` matches.
    """

    headers: tuple[str, ...]
    header_pattern: str | None
    is_header_required: bool
    header: FieldRule
    cell: FieldRule
    where: str

    @property
    def columns(self) -> tuple[ColumnMapping, ...]:
        """Those that are listed, each as headers are settled: by its own name."""
        return tuple(
            ColumnMapping(header, (header,), "verbatim", {}, self.is_header_required, frozenset(), self.where)
            for header in self.headers
        )

    @property
    def fields(self) -> tuple[str, str]:
        return self.header.field, self.cell.field

    def matches(self, header: str) -> bool:
        """Whether the pattern takes a header; where the columns are listed it takes none."""
        return self.header_pattern is not None and re.fullmatch(self.header_pattern, header.strip()) is not None


def read_unpivot(layers: Layers, contract: Contract, tokens: frozenset[str]) -> Unpivot | None:
    """Raises ConfigError. None where the source has no [unpivot]."""
    if "unpivot" not in layers.values:
        return None
    where = layers.where("unpivot")
    layers.refuse_unknown(("unpivot",), (*UNPIVOT_KEYS, "header", "cell"))
    cell = _path("cell", layers)
    unpivot = Unpivot(
        headers=_headers(layers),
        header_pattern=_pattern(layers),
        is_header_required=layers.typed(("unpivot", "required_header"), bool, True),
        header=read_field_rule(layers, _path("header", layers), contract, frozenset(), HEADER_KEYS),
        cell=read_field_rule(
            layers, cell, contract, read_null_tokens(layers, (*cell, "null_tokens"), tokens), CELL_KEYS
        ),
        where=where,
    )
    if bool(unpivot.headers) == bool(unpivot.header_pattern):
        found = "both" if unpivot.headers else "neither"
        raise ConfigError(f"{where}: [unpivot] says {found} `headers` and `header_pattern`, expected one of them")
    _refuse_columns(unpivot, layers)
    return unpivot


def _path(part: str, layers: Layers) -> tuple[str, str, str]:
    fields = list(layers.table("unpivot", part))
    if len(fields) != 1:
        raise ConfigError(
            f"{layers.where('unpivot', part)}: found {len(fields)} fields under [unpivot.{part}], expected the one "
            f"that the {part} of a column fills: [unpivot.{part}.<field>], with its rule"
        )
    return "unpivot", part, fields[0]


def _headers(layers: Layers) -> tuple[str, ...]:
    """An empty list says none, also over a file that has some."""
    path = ("unpivot", "headers")
    return read_headers(layers, path) if layers.table("unpivot").get("headers", []) != [] else ()


def _pattern(layers: Layers) -> str | None:
    path = ("unpivot", "header_pattern")
    pattern: str | None = layers.typed(path, str)
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise ConfigError(f"{layers.where(*path)}: {pattern!r} is not a regular expression: {error}") from None
    return pattern or None


def refuse_unfit_header(header: FieldRule, contract: Contract, filled: Collection[str]) -> None:
    """Rows of one record are told apart by what their headers say, so that has to be in the key, which may be their
    content where the source does not fill it. Raises ConfigError."""
    if contract.by_name[header.field].personal:
        raise ConfigError(
            f"{header.where}: {header.field} is personal, and headers are shown to all; take another field"
        )
    content = contract.numbered_by("content")
    if (content is None or content.name in filled) and header.field not in contract.natural_key:
        raise ConfigError(
            f"{header.where}: the rows of a record differ in {header.field}, which is not in the key of "
            f"{called(contract)}, so that one of them would stand for all; expected one of "
            f"{', '.join(contract.natural_key)}"
        )


def _refuse_columns(unpivot: Unpivot, layers: Layers) -> None:
    """Raises ConfigError for a header that a column names too, and that the records of a file would share."""
    for table in ("columns", "excluded"):
        for name, said in layers.table(table).items():
            named = said.get("headers", ()) if isinstance(said, dict) else ()
            if both := [header for header in named if header in unpivot.headers or unpivot.matches(str(header))]:
                raise ConfigError(
                    f"{layers.where(table, name, 'headers')}: [{table}.{name}] names the header {both[0]!r}, and so "
                    f"does [unpivot] ({unpivot.where}); a column is a field of its record or rows of their own"
                )
