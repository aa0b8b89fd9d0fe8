"""Configurations: TOML values into frozen dataclasses, nothing unknown let through. docs/configuration.md has the keys.

A domain is `configs/<domain>.toml` and a file for each source in `configs/<domain>/`. Files given with `--config` are
laid over these: a file with a `[source]` table adds a source, or changes the one of the same name key by key; one with
a `[domain]`, `[marts]` or `[model]` table changes the domain.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar

from lake.config.environment import Environment, read_environment
from lake.config.exclusions import ExcludedRecords, read_excluded
from lake.config.field_rules import FieldRule
from lake.config.mappings import (
    ColumnMapping,
    read_columns,
    read_constants,
    read_not_delivered,
    read_null_tokens,
    refuse_missing_fields,
)
from lake.config.names import FromName, read_from_name, read_period_format, refuse_unfit_groups
from lake.config.read_options import Read, read_reading
from lake.config.toml_layers import Document, Layers, closest, near, toml_names
from lake.config.unpivoting import Unpivot, read_unpivot, refuse_unfit_header
from lake.errors import ConfigError
from schemas.digest import digest_of

Options = TypeVar("Options")
Kind = Literal["upsert", "replaces_period", "full", "events"]
LANDING_FORMAT = 2  # greater where the same records lie in landing in another way: all files land again
STOPPING = ("stray_quotes", "dead_letter_halt_ratio", "unpacked_limit_bytes", "cell_limit", "more_pages")


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
    may_be_empty: bool = False
    shares_files: bool = False
    closed_through: str | None = None
    not_delivered: tuple[str, ...] = ()
    excluded: tuple[ExcludedRecords, ...] = ()
    unpivot: Unpivot | None = None
    from_name: tuple[FromName, ...] = ()
    period_format: str | None = None

    @property
    def filled(self) -> tuple[str, ...]:
        """The fields that a rule fills."""
        names = (*(column.field for column in self.columns), *(one.field for one in self.from_name))
        return (*names, *(self.unpivot.fields if self.unpivot else ()))

    @property
    def read_columns(self) -> tuple[ColumnMapping, ...]:
        """Every column that something is done with: those that fill fields, then those that exclude records."""
        return (*self.columns, *(excluded.column for excluded in self.excluded))

    def in_encoding(self, encoding: str | None) -> Source:
        """The source as one of its files is read whose encoding is known; None where none was to be told."""
        return self if encoding is None else dataclasses.replace(self, read=self.read.in_encoding(encoding))

    @property
    def wants_manifest(self) -> bool:
        """Whether its files come with a manifest that lists them."""
        return self.read.format == "parquet" and self.read.manifest

    @cached_property
    def reading_digest(self) -> str:
        """Changes when the same bytes would land as other records or other decisions; not by what stops a file."""
        return self._reading_digest(LANDING_FORMAT)

    def former_reading_digests(self) -> set[str]:
        """Those of the same reading under the formats of landing before this version's."""
        return {self._reading_digest(number) for number in range(1, LANDING_FORMAT)}

    def _reading_digest(self, landing_format: int) -> str:
        read = {key: value for key, value in self.read.stated().items() if key not in STOPPING}
        columns = sorted(
            (
                c.headers,
                c.is_header_required,
                (c.field, *c.ambiguous_formats, *sorted(c.null_tokens)) if c.ambiguous_formats else (),
            )
            for c in self.read_columns
        )
        number = [landing_format] if landing_format > 1 else []  # the first format had no number
        beside = [_settling(self.unpivot)] if self.unpivot else []
        return _digest([*number, read, columns, *beside])

    @cached_property
    def mapping_digest(self) -> str:
        """Changes when the same landed records would become other rows."""
        columns = [(c.field, c.landing_name, c.rule, dict(c.parameters), sorted(c.null_tokens)) for c in self.columns]
        excluded = [(*dataclasses.astuple(e.plan)[:-1], sorted(e.null_tokens)) for e in self.excluded]
        said = [self.table, self.kind, self.identical_rows, self.order, dict(self.constants), columns]
        rows = [[_filling(rule) for rule in (self.unpivot.header, self.unpivot.cell)]] if self.unpivot else []
        named = [{"from_name": [_filling(one.filling) for one in self.from_name]}] if self.from_name else []
        return _digest([*said, sorted(self.not_delivered), excluded, *rows, *named])


@dataclass(frozen=True)
class Domain:
    """What holds for all sources of a domain; `marts` is asked by `marts_options` and `model_options`."""

    name: str
    quarantine_halt_ratio: float = 0.2
    releases_kept: int = 10
    ignored_files: tuple[str, ...] = ()
    marts: Layers = field(default_factory=lambda: Layers([]))


@dataclass(frozen=True)
class Configuration:
    """A domain, its sources and the environment, read and checked."""

    domain: Domain
    sources: tuple[Source, ...]
    environment: Environment

    def source(self, name: str) -> Source:
        for source in self.sources:
            if source.name == name:
                return source
        raise ConfigError(
            f"domain {self.domain.name} has no source {name!r}{closest(name, [source.name for source in self.sources])}"
        )

    @cached_property
    def digest(self) -> str:
        """Changes with whatever changes a row or a figure: neither limits nor the environment do."""
        sources = [(s.name, s.reading_digest, s.mapping_digest, dataclasses.asdict(s.coverage)) for s in self.sources]
        return _digest([sources, self.domain.marts.table("marts"), self.domain.marts.table("model")])

    def sources_of(self, table: str) -> tuple[Source, ...]:
        return tuple(source for source in self.sources if source.table == table)


def load(
    domain: str, *, contracts: Mapping[str, Any], environment: str = "local", overlays: Sequence[Path] = ()
) -> Configuration:
    """The packaged configuration of a domain under the given overlays: files, or folders of `.toml` files by name.

    Raises ConfigError, one sentence.
    """
    domains, sources = _packaged(domain)
    for path in (file for overlay in overlays for file in _files(overlay)):
        document = Document.file(path)
        if "source" in document.values:
            sources.setdefault(_source_name(document), []).append(document)
        elif {"domain", "marts", "model"} & set(document.values):
            domains.append(document)
        else:
            raise ConfigError(f"{path}:1: neither a [source] nor a [domain] table; found {sorted(document.values)}")
    return Configuration(
        domain=_domain(domain, Layers(domains)),
        sources=tuple(_source(domain, Layers(documents), contracts, sources) for documents in sources.values()),
        environment=read_environment(environment),
    )


def marts_options(domain: Domain, options: type[Options], **told: Any) -> Options:
    """The options of a domain's marts from its `[marts]` table; `told` are those that come from elsewhere."""
    values = domain.marts.values_of(options, ("marts",), leave_out=told)
    try:
        return options(**told, **values)
    except ValueError as error:
        raise ConfigError(f"{domain.marts.where('marts')}: {error}") from None


def model_options(
    domain: Domain,
    options: type[Options],
    path: tuple[str, ...] = ("model",),
    leave_out: Collection[str] = (),
    beside: Collection[str] = (),
) -> Options:
    """The options of a domain's model from its `[model]` table, or from one below it; `beside` are tables in it that
    are asked for apart."""
    try:
        return options(**domain.marts.values_of(options, path, leave_out=leave_out, beside=beside))
    except ValueError as error:
        raise ConfigError(f"{domain.marts.where(*path)}: {error}") from None


def _files(overlay: Path) -> list[Path]:
    """The overlay itself, or the TOML files of a folder. Raises ConfigError where the folder has none."""
    if not overlay.is_dir():
        return [overlay]
    if not (found := sorted(overlay.glob("*.toml"))):
        raise ConfigError(f"{overlay} is a folder without a .toml file, expected configurations")
    return found


def _packaged(domain: str) -> tuple[list[Document], dict[str, list[Document]]]:
    """The documents of the domain, and of each of its sources."""
    package = resources.files("configs")
    known = toml_names(package)
    if domain not in known:
        raise ConfigError(f"there is no domain {domain!r}{closest(domain, known)}")
    sources: dict[str, list[Document]] = {}
    folder = package / domain
    for name in toml_names(folder) if folder.is_dir() else ():
        document = Document.packaged(folder / f"{name}.toml", f"configs/{domain}/{name}.toml")
        if other := sources.get(_source_name(document)):
            raise ConfigError(
                f"{document.where(('source', 'name'))}: source {_source_name(document)!r} is already in {other[0].name}"
            )
        sources[_source_name(document)] = [document]
    return [Document.packaged(package / f"{domain}.toml", f"configs/{domain}.toml")], sources


def _source_name(document: Document) -> str:
    name = Layers([document]).table("source").get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ConfigError(
            f"{document.where(('source', 'name'))}: [source] name is {name!r}, expected lower-case "
            "letters, digits and _"
        )
    return name


def _domain(name: str, layers: Layers) -> Domain:
    layers.refuse_unknown((), ("domain", "marts", "model"))
    values = layers.values_of(Domain, ("domain",), leave_out=("name", "marts"))
    layers.table("marts")
    domain = Domain(name=name, marts=layers, **values)
    layers.refuse_outside(("domain", "quarantine_halt_ratio"), domain.quarantine_halt_ratio, 0, 1)
    layers.refuse_outside(("domain", "releases_kept"), domain.releases_kept, 1)
    return domain


def _source(domain: str, layers: Layers, contracts: Mapping[str, Any], names: Iterable[str]) -> Source:
    layers.refuse_unknown(
        (), ("source", "read", "constants", "columns", "unpivot", "from_name", "excluded", "coverage")
    )
    known = (
        "name",
        "table",
        "kind",
        "identical_rows",
        "claims",
        "period_format",
        "order",
        "may_be_empty",
        "shares_files",
        "closed_through",
        "null_tokens",
        "not_delivered",
    )
    layers.refuse_unknown(("source",), known)
    head, where = layers.table("source"), layers.where("source")
    for key in ("table", "kind", "identical_rows", "claims"):
        if key not in head:
            others = [name for name in names if name != head["name"]]
            raise ConfigError(f"{where}: source {head['name']!r} does not say `{key}`{near(head['name'], others)}")
    table = layers.typed(("source", "table"), str)
    if table not in contracts:
        raise ConfigError(
            f"{layers.where('source', 'table')}: no table {table!r} that sources fill{closest(table, contracts)}"
        )
    contract = contracts[table]
    kind: Kind = layers.typed(("source", "kind"), Kind)
    constants = read_constants(layers, contract)
    tokens = read_null_tokens(layers, ("source", "null_tokens"), frozenset([""]))
    columns = read_columns(layers, contract, tokens)
    not_delivered = read_not_delivered(layers, contract)
    from_name = read_from_name(layers, contract)
    source = Source(
        domain=domain,
        name=head["name"],
        table=table,
        kind=kind,
        claims=_claims(layers, kind, from_name),
        closed_through=_closed_through(layers),
        identical_rows=layers.typed(("source", "identical_rows"), Literal["distinct", "duplicate"]),
        order=layers.typed(("source", "order"), Literal["delivery", "arrival"], "delivery"),
        may_be_empty=layers.typed(("source", "may_be_empty"), bool, False),
        shares_files=layers.typed(("source", "shares_files"), bool, False),
        read=read_reading(layers),
        constants=constants,
        columns=columns,
        not_delivered=not_delivered,
        excluded=read_excluded(layers, contract, tokens),
        unpivot=read_unpivot(layers, contract, tokens),
        from_name=from_name,
        period_format=read_period_format(layers),
        coverage=Coverage(**layers.values_of(Coverage, ("coverage",))),
        where=where,
    )
    refuse_missing_fields(contract, source.filled, constants, not_delivered, where)
    if source.unpivot:
        refuse_unfit_header(source.unpivot.header, contract, {*source.filled, *constants})
    return source


def _claims(layers: Layers, kind: Kind, from_name: tuple[FromName, ...]) -> tuple[str, ...]:
    claims: tuple[str, ...] = layers.typed(("source", "claims"), tuple[str, ...])
    where = layers.where("source", "claims")
    if not claims:
        raise ConfigError(f"{where}: no pattern, expected at least one for the files of the source")
    for pattern in claims:
        groups = refuse_unfit_groups(pattern, from_name, where)
        if kind == "replaces_period" and "period" not in groups:
            raise ConfigError(
                f"{where}: {pattern!r} does not tell the period that a file replaces; expected a group (?P<period>...)"
            )
    return claims


def _closed_through(layers: Layers) -> str | None:
    path = ("source", "closed_through")
    period: str | None = layers.typed(path, str)
    if period is not None and not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", period):
        raise ConfigError(f'{layers.where(*path)}: found {period!r}, expected a period such as "2024-03"')
    if period is not None and not all("(?P<period>" in pattern for pattern in layers.table("source")["claims"]):
        raise ConfigError(f"{layers.where(*path)}: `claims` do not tell the period of a file, so that none is closed")
    return period


def _settling(unpivot: Unpivot) -> list[Any]:
    """What decides which columns are rows, and under which names they land."""
    return [unpivot.headers, unpivot.header_pattern, unpivot.is_header_required, _filling(unpivot.header)]


def _filling(rule: FieldRule) -> list[Any]:
    return [rule.field, rule.rule, dict(rule.parameters), sorted(rule.null_tokens)]


def _digest(value: Any) -> str:
    return digest_of([json.dumps(value, sort_keys=True, default=str)])
