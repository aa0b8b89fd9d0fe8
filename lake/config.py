"""Configurations: TOML values into frozen dataclasses, nothing unknown let through.

A domain is `configs/<domain>.toml` and a file for each source in `configs/<domain>/`. Files given with `--config` are
laid over these: a file with a `[source]` table adds a source, or changes the one of the same name key by key; one with a
`[domain]` table changes the domain.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import re
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar

from lake.errors import ConfigError
from transforms.standardize import AMBIGUOUS_PARAMETER, RULES, resolved, standardizer

Options = TypeVar("Options")
Kind = Literal["upsert", "replaces_period", "full", "events"]
STOPPING = ("stray_quotes", "dead_letter_halt_ratio")


@dataclass(frozen=True)
class Read:
    """How the bytes of a source become records.

    `delimiters` are tried in order: the first under which the header has every required column is the file's. A stray
    quote stops the run, or makes its record a dead letter where the source says `stray_quotes = "dead_letter"`.
    """

    format: Literal["csv"] = "csv"
    encoding: str = "utf-8"
    delimiters: tuple[str, ...] = (",", ";", "\t", "|")
    quote: str = '"'
    has_multiline_fields: bool = False
    stray_quotes: Literal["stop", "dead_letter"] = "stop"
    dead_letter_halt_ratio: float = 0.01


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


@dataclass(frozen=True)
class Coverage:
    """What the source records, and for which days; see docs/procurement.md."""

    records: tuple[str, ...] = ()
    system_stamped: tuple[str, ...] = ()
    data_from: date | None = None
    data_through: date | None = None


@dataclass(frozen=True)
class Source:
    """One source of a domain: which files are its own, how they are read, and how they become rows of a table."""

    domain: str
    name: str
    table: str
    kind: Kind
    identical_rows: Literal["distinct", "duplicate"]
    claims: tuple[str, ...]
    order: Literal["delivery", "arrival"]
    read: Read
    constants: Mapping[str, Any]
    columns: tuple[ColumnMapping, ...]
    coverage: Coverage
    where: str

    @cached_property
    def reading_digest(self) -> str:
        """Changes when the same bytes would land as other records or other decisions; not by what stops a file."""
        read = {key: value for key, value in dataclasses.asdict(self.read).items() if key not in STOPPING}
        columns = sorted((c.headers, c.is_header_required,
                          (c.field, *c.ambiguous_formats, *sorted(c.null_tokens)) if c.ambiguous_formats else ())
                         for c in self.columns)
        return _digest([read, columns])

    @cached_property
    def mapping_digest(self) -> str:
        """Changes when the same landed records would become other rows."""
        columns = [(c.field, c.landing_name, c.rule, dict(c.parameters), sorted(c.null_tokens)) for c in self.columns]
        return _digest([self.table, self.kind, self.identical_rows, self.order, dict(self.constants), columns])


@dataclass(frozen=True)
class Domain:
    """What holds for all sources of a domain."""

    name: str
    quarantine_halt_ratio: float = 0.2
    releases_kept: int = 10
    ignored_files: tuple[str, ...] = ()
    marts: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    where: str = ""


@dataclass(frozen=True)
class Environment:
    """Where the jobs run: the Spark settings, and nothing that changes a number."""

    name: str
    spark: Mapping[str, str] = field(default_factory=dict)
    masking_key: str = "user"


@dataclass(frozen=True)
class Configuration:
    """A domain, its sources and the environment, read and checked."""

    domain: Domain
    sources: tuple[Source, ...]
    environment: Environment

    def source(self, name: str) -> Source:
        return next(source for source in self.sources if source.name == name)

    def sources_of(self, table: str) -> tuple[Source, ...]:
        return tuple(source for source in self.sources if source.table == table)


def load(domain: str, *, contracts: Mapping[str, Any], environment: str = "local",
         overlays: Sequence[Path] = ()) -> Configuration:
    """The packaged configuration of a domain under the given overlays. Raises ConfigError, one sentence."""
    package = resources.files("configs")
    domain_file = package / f"{domain}.toml"
    if not domain_file.is_file():
        known = sorted(entry.name[:-5] for entry in package.iterdir() if entry.name.endswith(".toml"))
        raise ConfigError(f"there is no domain {domain!r}; known domains: {', '.join(known)}")
    domains = [_Document.packaged(domain_file, f"configs/{domain}.toml")]
    sources: dict[str, list[_Document]] = {}
    for entry in sorted((package / domain).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            document = _Document.packaged(entry, f"configs/{domain}/{entry.name}")
            sources.setdefault(document.source_name(), []).append(document)
    for path in overlays:
        document = _Document.file(path)
        if "source" in document.values:
            sources.setdefault(document.source_name(), []).append(document)
        elif "domain" in document.values or "marts" in document.values:
            domains.append(document)
        else:
            raise ConfigError(f"{path}: neither a [source] nor a [domain] table; found {sorted(document.values)}")
    return Configuration(
        domain=_domain(domain, domains),
        sources=tuple(_source(domain, _Layers(documents), contracts) for documents in sources.values()),
        environment=_environment(environment),
    )


def marts_options(domain: Domain, options: type[Options], **told: Any) -> Options:
    """The options of a domain's marts from its `[marts]` table; `told` are those that come from elsewhere."""
    layers = _Layers([_Document({"marts": dict(domain.marts)}, domain.text, domain.where)])
    return options(**told, **_dataclass_values(options, layers, ("marts",), leave_out=set(told)))


def _domain(name: str, documents: list[_Document]) -> Domain:
    layers = _Layers(documents)
    layers.refuse_unknown((), ("domain", "marts"))
    values = _dataclass_values(Domain, layers, ("domain",), leave_out={"name", "marts", "text", "where"})
    last = next((d for d in reversed(documents) if "marts" in d.values), documents[-1])
    return Domain(name=name, marts=layers.values.get("marts", {}), text=last.text, where=last.name, **values)


def _environment(name: str) -> Environment:
    path = Path(name)
    if name.endswith(".toml"):
        document = _Document.file(path)
    else:
        folder = resources.files("configs") / "environments"
        known = sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))
        if name not in known:
            raise ConfigError(f"there is no environment {name!r}; known: {', '.join(known)}, or a path to a .toml file")
        document = _Document.packaged(folder / f"{name}.toml", f"configs/environments/{name}.toml")
    layers = _Layers([document])
    layers.refuse_unknown((), ("environment", "spark"))
    values = _dataclass_values(Environment, layers, ("environment",), leave_out={"name", "spark"})
    spark = {key: str(value) for key, value in _flatten(layers.values.get("spark", {}))}
    return Environment(name=path.stem, spark=spark, **values)


def _source(domain: str, layers: _Layers, contracts: Mapping[str, Any]) -> Source:
    layers.refuse_unknown((), ("source", "read", "constants", "columns", "coverage"))
    known = {"name", "table", "kind", "identical_rows", "claims", "order", "null_tokens"}
    layers.refuse_unknown(("source",), known)
    head = layers.values["source"]
    for key in ("table", "kind", "identical_rows", "claims"):
        if key not in head:
            raise ConfigError(f"{layers.where('source')}: source {head['name']!r} does not say `{key}`")
    if head["table"] not in contracts:
        raise ConfigError(f"{layers.where('source', 'table')}: no contract {head['table']!r}; "
                          f"known: {', '.join(sorted(contracts))}")
    contract = contracts[head["table"]]
    constants = layers.values.get("constants", {})
    for name in constants:
        _refuse_unknown_field(name, contract, layers.where("constants", name))
    tokens = frozenset(_typed(head.get("null_tokens", [""]), tuple[str, ...], layers.where("source", "null_tokens")))
    columns = tuple(
        _column(name, values, contract, tokens, layers) for name, values in layers.values.get("columns", {}).items()
    )
    _refuse_missing_fields(contract, columns, constants, layers.where("source"))
    claims = _typed(head["claims"], tuple[str, ...], layers.where("source", "claims"))
    for pattern in claims:
        _refuse_bad_pattern(pattern, layers.where("source", "claims"))
    return Source(
        domain=domain, name=head["name"], table=head["table"], claims=claims,
        kind=_typed(head["kind"], Kind, layers.where("source", "kind")),
        identical_rows=_typed(head["identical_rows"], Literal["distinct", "duplicate"],
                              layers.where("source", "identical_rows")),
        order=_typed(head.get("order", "delivery"), Literal["delivery", "arrival"], layers.where("source", "order")),
        read=_read(layers), constants=constants, columns=columns,
        coverage=Coverage(**_dataclass_values(Coverage, layers, ("coverage",))),
        where=layers.where("source"),
    )


def _read(layers: _Layers) -> Read:
    read = Read(**_dataclass_values(Read, layers, ("read",)))
    try:
        "".encode(read.encoding)
    except LookupError:
        where = layers.where("read", "encoding")
        raise ConfigError(f"{where}: there is no encoding {read.encoding!r}") from None
    for key, marks in (("delimiters", read.delimiters), ("quote", (read.quote,))):
        if bad := [mark for mark in marks if len(mark) != 1 or not mark.isascii()]:
            raise ConfigError(f"{layers.where('read', key)}: {bad[0]!r} is not one ASCII character")
    return read


def _column(name: str, values: Mapping[str, Any], contract: Any, tokens: frozenset[str],
            layers: _Layers) -> ColumnMapping:
    where = layers.where("columns", name)
    _refuse_unknown_field(name, contract, where)
    own = {"headers", "rule", "required_header", "null_tokens"}
    for key in ("headers", "rule"):
        if key not in values:
            raise ConfigError(f"{where}: column {name!r} does not say `{key}`")
    parameters = {key: value for key, value in values.items() if key not in own}
    column = ColumnMapping(
        field=name,
        headers=_typed(values["headers"], tuple[str, ...], where),
        rule=_typed(values["rule"], str, where),
        parameters=parameters,
        is_header_required=_typed(values.get("required_header", contract.by_name[name].required), bool, where),
        null_tokens=frozenset(_typed(values["null_tokens"], tuple[str, ...], where))
        if "null_tokens" in values else tokens,
        where=where,
    )
    if not column.headers:
        raise ConfigError(f"{where}: column {name!r} names no header")
    _try_rule(column, contract)
    return column


def _try_rule(column: ColumnMapping, contract: Any) -> None:
    """Build the rule once, so that an unknown rule or parameter stops the run before it begins."""
    try:
        candidates = column.ambiguous_formats
        settled = resolved(column.parameters, candidates[0]) if candidates else column.parameters
        standardizer(column.rule, **settled)
    except ValueError as error:
        raise ConfigError(f"{column.where}: {error}") from None
    returned, promised = RULES[column.rule].returns, contract.by_name[column.field].type.typeName()
    fitting = {"str": {"string"}, "int": {"integer", "long", "bigint"}, "Decimal": {"decimal"}, "date": {"date"},
               "datetime": {"timestamp"}, "bool": {"boolean"}}
    if promised not in fitting[returned.__name__]:
        raise ConfigError(f"{column.where}: rule {column.rule!r} gives {returned.__name__}, "
                          f"but {contract.name}.{column.field} is {promised}")


def _refuse_unknown_field(name: str, contract: Any, where: str) -> None:
    if name not in contract.by_name:
        raise ConfigError(f"{where}: {contract.name} v{contract.version} has no field {name!r}"
                          f"{_closest(name, contract.names)}")


def _refuse_missing_fields(contract: Any, columns: Iterable[ColumnMapping], constants: Mapping[str, Any],
                           where: str) -> None:
    given = {column.field for column in columns} | set(constants) | {"event_id"}
    if missing := [f.name for f in contract.fields if f.required and f.name not in given]:
        raise ConfigError(f"{where}: {contract.name} v{contract.version} requires {', '.join(missing)}; "
                          "give it a [columns] table or a constant")
    if twice := sorted({column.field for column in columns} & set(constants)):
        raise ConfigError(f"{where}: {', '.join(twice)} is both a column and a constant")


def _refuse_bad_pattern(pattern: str, where: str) -> None:
    try:
        groups = set(re.compile(pattern).groupindex)
    except re.error as error:
        raise ConfigError(f"{where}: {pattern!r} is not a regular expression: {error}") from None
    if unknown := groups - {"period", "delivery"}:
        raise ConfigError(f"{where}: {pattern!r} names the group {sorted(unknown)[0]!r}; known: period, delivery")


@dataclass(frozen=True)
class _Document:
    """One TOML file: its values, and its text to find a key's line in."""

    values: dict[str, Any]
    text: str
    name: str

    @classmethod
    def packaged(cls, entry: Any, name: str) -> _Document:
        return cls._parsed(entry.read_text(encoding="utf-8"), name)

    @classmethod
    def file(cls, path: Path) -> _Document:
        try:
            return cls._parsed(path.read_text(encoding="utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot read the configuration {path}: {error}") from None

    @classmethod
    def _parsed(cls, text: str, name: str) -> _Document:
        try:
            return cls(tomllib.loads(text), text, name)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{name}: not TOML: {error}") from None

    def source_name(self) -> str:
        name = self.values.get("source", {}).get("name")
        if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ConfigError(f"{self.name}: [source] name is {name!r}, promised lower-case letters, digits and _")
        return name

    def line_of(self, path: tuple[str, ...]) -> int | None:
        """The line where a key stands, by its table header and its name; None where it is not in this file."""
        table, found = "", None
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
                table = header[1].replace('"', "")
                if tuple(table.split(".")) == path:
                    found = found or number
            elif (key := re.match(r"\s*([A-Za-z0-9_\"-]+)\s*=", line)) and path[-1] == key[1].strip('"') and (
                    table == ".".join(path[:-1])):
                return number
        return found


class _Layers:
    """Documents laid one over another; the later say more."""

    def __init__(self, documents: list[_Document]) -> None:
        self.documents = documents
        self.values: dict[str, Any] = {}
        for document in documents:
            self.values = _merged(self.values, document.values)

    def where(self, *path: str) -> str:
        """File and line of a key, in the last document that has it."""
        for document in reversed(self.documents):
            if line := document.line_of(path):
                return f"{document.name}:{line}"
        return self.where(*path[:-1]) if len(path) > 1 else self.documents[-1].name

    def refuse_unknown(self, path: tuple[str, ...], known: Iterable[str]) -> None:
        values: Any = self.values
        for part in path:
            values = values.get(part, {})
        if not isinstance(values, dict):
            raise ConfigError(f"{self.where(*path)}: {'.'.join(path)} is {values!r}, promised a table")
        for key in values:
            if key not in set(known):
                raise ConfigError(f"{self.where(*path, key)}: unknown key {'.'.join((*path, key))!r}"
                                  f"{_closest(key, known)}")


def _dataclass_values(cls: type, layers: _Layers, path: tuple[str, ...],
                      leave_out: frozenset[str] | set[str] = frozenset()) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    names = [f.name for f in dataclasses.fields(cls) if f.name not in leave_out]
    layers.refuse_unknown(path, names)
    values: Any = layers.values
    for part in path:
        values = values.get(part, {})
    return {name: _typed(values[name], hints[name], layers.where(*path, name)) for name in names if name in values}


def _typed(value: Any, hint: Any, where: str) -> Any:
    """The value if it is what the hint promises (a list becomes a tuple), else one sentence."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        if value not in arguments:
            raise ConfigError(f"{where}: found {value!r}, promised one of {', '.join(map(repr, arguments))}")
        return value
    if origin is types.UnionType:
        return _typed(value, next(a for a in arguments if a is not type(None)), where)
    if origin is tuple:
        if not isinstance(value, list) or not all(isinstance(item, arguments[0]) for item in value):
            raise ConfigError(f"{where}: found {value!r}, promised a list of {arguments[0].__name__}")
        return tuple(value)
    if origin is dict:
        if not isinstance(value, dict) or not all(isinstance(item, arguments[1]) for item in value.values()):
            raise ConfigError(f"{where}: found {value!r}, promised a table of {arguments[1].__name__}")
        return value
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise ConfigError(f"{where}: found {value!r}, promised {hint.__name__}")
    return value


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = {key: _merged(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
            for key, value in above.items()}
    return {**below, **both}


def _flatten(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in values.items():
        path = f"{prefix}{key}"
        pairs += _flatten(value, f"{path}.") if isinstance(value, dict) else [(path, value)]
    return pairs


def _closest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(sorted(known))}"


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]
