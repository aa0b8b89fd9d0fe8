"""Opening the lake that a command is told of, and the sentences for what is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lake.errors import ConfigError, DataError

if TYPE_CHECKING:
    from lake.releases.release import Release
    from lake.store.objects import ObjectStore
    from schemas.domains import DomainTables


def check_domain(domain: str) -> str:
    """The domain, if there is one of this name. Raises ConfigError."""
    known = domain_names()
    if domain not in known:
        raise ConfigError(f"there is no domain {domain!r}; known domains: {', '.join(known)}")
    return domain


def domain_of(lake: ObjectStore, domain: str | None) -> str:
    """The domain that is asked for, or else the only one that the lake has a release of. Raises DataError
    where it has none, ConfigError where it has several."""
    from lake.releases.release import release_numbers

    if domain is not None:
        return check_domain(domain)
    found = [name for name in domain_names() if release_numbers(lake, name)]
    if not found:
        raise DataError(
            f"{lake.uri} has no release yet; publish one with: headrace run DOMAIN --raw RAW --lake {lake.uri}, where "
            f"DOMAIN is {' or '.join(domain_names())}"
        )
    if len(found) > 1:
        raise ConfigError(f"{lake.uri} has releases of {' and of '.join(found)}; name one with --domain")
    return found[0]


def domain_names() -> list[str]:
    from importlib import resources

    return sorted(entry.name[:-5] for entry in resources.files("configs").iterdir() if entry.name.endswith(".toml"))


def domain_tables(domain: str) -> DomainTables:
    from schemas.domains import DOMAINS

    return DOMAINS[check_domain(domain)]


def open_lake(uri: str) -> ObjectStore:
    """The lake, which must be there. Raises ConfigError where its folder is not."""
    from lake.store.objects import open_store

    lake = open_store(uri)
    if is_folder(lake) and not Path(lake.uri).is_dir():
        raise ConfigError(
            f"there is no lake at {lake.uri}; the first `headrace run DOMAIN --raw RAW --lake {uri}` makes it"
        )
    return lake


def is_folder(lake: ObjectStore) -> bool:
    return lake.local_path("releases") is not None


def only_in_folders(lake: ObjectStore, what: str) -> None:
    """Raises ConfigError for a lake in S3, where a command cannot work yet."""
    if not is_folder(lake):
        raise ConfigError(
            f"{what} reads lakes in folders only so far, and {lake.uri} is in S3; copy the release's "
            "warehouse file (warehouse/<domain>/<release>.duckdb) and open it with DuckDB"
        )


def release_of(lake: ObjectStore, domain: str) -> Release:
    """The current release. Raises DataError where there is none."""
    from lake.releases.release import current_release

    release = current_release(lake, check_domain(domain))
    if release is None:
        raise DataError(
            f"{lake.uri} has no release of {domain} yet; publish one with: "
            f"headrace run {domain} --raw RAW --lake {lake.uri}"
        )
    return release


def run_manifest(lake: ObjectStore, run_id: str) -> Mapping[str, Any]:
    """What a run's stages said. Raises ConfigError where there is no such run."""
    from lake.run.manifest import check_run_id, manifest_key

    key = manifest_key(check_run_id(run_id))
    if not lake.exists(key):
        found = sorted({info.key.split("/")[1] for info in lake.list("runs/") if info.key.endswith("/manifest.json")})
        raise ConfigError(f"there is no run {run_id} in {lake.uri}; the latest are {', '.join(found[-3:]) or 'none'}")
    said: Mapping[str, Any] = json.loads(lake.read(key))
    return said


def warehouse_key(domain: str, number: int) -> str:
    return f"warehouse/{domain}/{number:08d}.duckdb"


def warehouse_release(lake: ObjectStore, domain: str) -> int | None:
    """The release at which the warehouse stands: the greatest number that has a file."""
    found = (
        re.fullmatch(r"(\d{8})\.duckdb", info.key.rsplit("/", 1)[-1]) for info in lake.list(f"warehouse/{domain}/")
    )
    return max((int(match[1]) for match in found if match), default=None)
