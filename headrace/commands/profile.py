"""`headrace profile`: a raw file as landing would see it, and its first source TOML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from headrace.facts.profile import Profiled, WrittenSource
from headrace.lakes import domain_names, domain_tables
from headrace.profiling.columns import profile_of
from headrace.profiling.draft import Draft, draft_of, source_name
from headrace.profiling.fields import likelihood
from headrace.profiling.first_toml import toml_of
from headrace.profiling.rawfile import RawFile
from headrace.profiling.shape import shape_of
from headrace.profiling.shown import profiled
from lake.config.configuration import load
from lake.errors import ConfigError
from schemas.contract import Contract


def profile_file(
    place: str,
    *,
    domain: str | None,
    table: str | None,
    sheet: str | None,
    write: Path | None,
    name: str | None,
    reveal: bool,
) -> Profiled:
    """A file's profile, and its first TOML where `write` says where to. Without a domain it is that of the likeliest
    table.

    Raises ConfigError for what is there already, and what landing raises for a file that cannot be read.
    """
    if write is not None and write.exists():
        raise ConfigError(f"{write} is there already; expected a new file: take another name")
    domains = {of: domain_tables(of).sourced for of in ([domain] if domain else domain_names())}
    if domain is None and table is not None:
        domains = {of: contracts for of, contracts in domains.items() if table in contracts} or domains
    configurations = {of: load(of, contracts=contracts) for of, contracts in domains.items()}
    file = RawFile.at(place)
    profile = profile_of(file, shape_of(file, sheet=sheet))
    domain = max(domains, key=lambda of: likelihood(profile, domains[of], configurations[of]))
    contracts, configuration = domains[domain], configurations[domain]
    draft = draft_of(profile, configuration, contracts, table=table, name=name or source_name(file.name))
    written = _written(write, draft, domain, contracts) if write is not None else None
    return profiled(profile, draft, reveal=reveal, written=written)


def _written(path: Path, draft: Draft, domain: str, contracts: Mapping[str, Contract]) -> WrittenSource:
    """Where the first TOML is, and what `headrace run` would say of it as it stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(toml_of(draft))
    try:
        load(domain, contracts=contracts, overlays=[path])
        says = None
    except ConfigError as error:
        says = str(error)
    return WrittenSource(str(path), domain, draft.name, is_accepted=says is None, says=says)
