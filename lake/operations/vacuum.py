"""Removing what no kept release and no running run needs: old snapshots, ledgers, runs, releases and warehouse files.

Landing is never touched: everything can be rebuilt from it. Whatever is removed was unreachable before, so that a
vacuum may be killed at any instant and run again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lake.errors import ConfigError
from lake.landing.ledger import ledgers_prefix
from lake.releases.release import Release, read_release, release_key, release_numbers
from lake.run.manifest import read_manifest
from lake.store.objects import ObjectInfo, ObjectStore

UNFINISHED_HOURS = 24.0
"""A run that has not published is taken for a running one for at least so long."""


@dataclass(frozen=True)
class Vacuumed:
    """What was removed, or would be."""

    domain: str
    is_dry_run: bool
    kept: tuple[int, ...]
    releases: tuple[int, ...]
    warehouse: tuple[str, ...]
    snapshots: tuple[str, ...]
    runs: tuple[str, ...]
    file_count: int
    byte_count: int


@dataclass(frozen=True)
class _Age:
    """What is old: by the time in a run's id, else by what its manifest says."""

    now: datetime
    older_than_hours: float

    def is_old(self, begun: datetime | None, hours: float | None = None) -> bool:
        limit = self.older_than_hours if hours is None else hours
        return begun is not None and (self.now - begun).total_seconds() >= limit * 3600


def vacuum(
    lake: ObjectStore,
    domain: str,
    *,
    releases_kept: int,
    older_than_hours: float = 24.0,
    is_dry_run: bool = False,
    now: datetime | None = None,
) -> Vacuumed:
    """Keep the last releases, younger ones, and all that they name; remove the rest that is old enough.

    What lies there is listed first, then the runs are asked, then the releases: what a run publishes meanwhile is
    either not listed, or a running run's, or named by a release.
    """
    if releases_kept < 1 or older_than_hours < 0:
        raise ConfigError(
            f"found {releases_kept} releases to keep and an age of {older_than_hours} hours, expected at least 1 and 0"
        )
    age = _Age(now or datetime.now(UTC), older_than_hours)
    folders, warehouse, runs = _snapshots(lake, domain), _warehouse(lake, domain), _runs(lake)
    ledgers = list(lake.list(ledgers_prefix(domain)))
    busy = {run_id for run_id in runs if _may_be_running(lake, run_id, age)}
    kept, dropped = _releases(lake, domain, releases_kept, age)
    needed = {folder for release in kept for folder in release.folders()}
    kept_ledgers = {release.ledger for release in kept}
    kept_runs = {run_id for release in kept for run_id in release.run_ids()} | _run_ids_of_others(lake, domain)

    def is_gone(run_id: str) -> bool:
        """A run that has no manifest yet may be a young one, before the end of its first stage."""
        hours = None if run_id in runs else max(age.older_than_hours, UNFINISHED_HOURS)
        return run_id not in busy and age.is_old(_begun(lake, run_id), hours)

    gone_folders = {
        folder: files for folder, files in folders.items() if folder not in needed and is_gone(_run_id(folder))
    }
    gone_runs = {run_id: files for run_id, files in runs.items() if run_id not in kept_runs and is_gone(run_id)}
    numbers = {release.number for release in kept}
    gone_warehouse = {key: file for key, file in warehouse.items() if _number(key) not in numbers}
    gone_ledgers = [file for file in ledgers if file.key not in kept_ledgers and is_gone(_run_id(file.key))]
    dropped_keys = {release_key(domain, release.number) for release in dropped}
    release_files = [file for file in lake.list(f"releases/{domain}/") if file.key in dropped_keys]
    groups: list[Iterable[ObjectInfo]] = [  # first what leads readers to the rest
        release_files,
        gone_warehouse.values(),
        gone_ledgers,
        *gone_folders.values(),
        *gone_runs.values(),
    ]
    files = [file for group in groups for file in group]
    if not is_dry_run:
        for group in groups:
            lake.delete(file.key for file in group)
    return Vacuumed(
        domain=domain,
        is_dry_run=is_dry_run,
        kept=tuple(sorted(numbers)),
        releases=tuple(sorted(release.number for release in dropped)),
        warehouse=tuple(sorted(gone_warehouse)),
        snapshots=tuple(sorted(gone_folders)),
        runs=tuple(sorted(gone_runs)),
        file_count=len(files),
        byte_count=sum(file.size for file in files),
    )


def _snapshots(lake: ObjectStore, domain: str) -> dict[str, list[ObjectInfo]]:
    """The files of each folder of a snapshot or a model, `<zone>/<domain>/<table>/<run>-<attempt>`."""
    found: dict[str, list[ObjectInfo]] = defaultdict(list)
    for zone in ("curated", "marts", "models"):
        for file in lake.list(f"{zone}/{domain}/"):
            parts = file.key.split("/")
            if len(parts) > 4:
                found["/".join(parts[:4])].append(file)
    return found


def _warehouse(lake: ObjectStore, domain: str) -> dict[str, ObjectInfo]:
    return {file.key: file for file in lake.list(f"warehouse/{domain}/") if _number(file.key) is not None}


def _number(key: str) -> int | None:
    found = re.search(r"/(\d{8})\.duckdb$", key)
    return int(found[1]) if found else None


def _runs(lake: ObjectStore) -> dict[str, list[ObjectInfo]]:
    found: dict[str, list[ObjectInfo]] = defaultdict(list)
    for file in lake.list("runs/"):
        found[file.key.split("/")[1]].append(file)
    return found


def _releases(lake: ObjectStore, domain: str, releases_kept: int, age: _Age) -> tuple[list[Release], list[Release]]:
    """The releases to keep, and those to drop: neither among the last, nor young."""
    numbers = release_numbers(lake, domain)
    releases = [read_release(lake, domain, number) for number in numbers]
    last = set(numbers[-releases_kept:])
    dropped = [r for r in releases if r.number not in last and age.is_old(datetime.fromisoformat(r.published_at))]
    return [release for release in releases if release not in dropped], dropped


def _run_ids_of_others(lake: ObjectStore, domain: str) -> set[str]:
    """Runs behind the releases of the lake's other domains."""
    others = {file.key.split("/")[1] for file in lake.list("releases/")} - {domain}
    releases = (read_release(lake, other, number) for other in others for number in release_numbers(lake, other))
    return {run_id for release in releases for run_id in release.run_ids()}


def _may_be_running(lake: ObjectStore, run_id: str, age: _Age) -> bool:
    """The run has not come to its end, and its last stage is not so old that it never will."""
    manifest, hours = read_manifest(lake, run_id), max(age.older_than_hours, UNFINISHED_HOURS)
    went_on = datetime.fromisoformat(manifest["went_on_at"]) if "went_on_at" in manifest else _begun(lake, run_id)
    return "publish" not in manifest.get("stages", {}) and not age.is_old(went_on, hours)


def _run_id(name: str) -> str:
    """The folder of a snapshot, and a ledger, are named by their run and its attempt."""
    return name.rsplit("/", 1)[-1].rpartition("-")[0]


def _begun(lake: ObjectStore, run_id: str) -> datetime | None:
    """When a run began; None where neither its id nor a manifest says so: then it is never old."""
    if found := re.match(r"(\d{8}T\d{6})Z", run_id):
        return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    said = read_manifest(lake, run_id).get("started_at") if run_id else None
    return datetime.fromisoformat(said) if said else None
