"""`headrace rollback` and `headrace vacuum`: which releases stand, and what is kept of the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from headrace.duck.warehouse import build_warehouse
from headrace.facts.keeping import RolledBack, Vacuumed
from headrace.lakes import check_domain, domain_tables, open_lake, release_of
from lake.config.configuration import load
from lake.operations.vacuum import vacuum
from lake.releases.release import rollback
from lake.run.manifest import new_run_id, now_utc


def rollback_domain(lake_uri: str, domain: str, to: int | None) -> RolledBack:
    """Publish the older release anew, and its warehouse file."""
    check_domain(domain)
    lake = open_lake(lake_uri)
    before = release_of(lake, domain)
    release = rollback(lake, domain, to=to, run_id=new_run_id(), published_at=now_utc())
    return RolledBack(
        domain=domain,
        release=release.number,
        parent=before.number,
        rolled_back_to=release.facts["rolled_back_to"],
        run_id=release.run_id,
        warehouse=lake.uri_of(build_warehouse(lake, release)),
        marts={name: snapshot.row_count() for name, snapshot in release.marts.items()},
        curated={name: snapshot.row_count(outcome="curated") for name, snapshot in release.curated.items()},
    )


def vacuum_domain(
    lake_uri: str, domain: str, *, older_than_hours: float, is_dry_run: bool, configs: Sequence[Path] = ()
) -> Vacuumed:
    """Remove what is not needed; temporary files that killed writers left go too."""
    check_domain(domain)
    lake = open_lake(lake_uri)
    configuration = load(domain, contracts=domain_tables(domain).sourced, overlays=configs)
    removed = vacuum(
        lake,
        domain,
        releases_kept=configuration.domain.releases_kept,
        older_than_hours=older_than_hours,
        is_dry_run=is_dry_run,
    )
    swept = 0 if is_dry_run else lake.sweep(max(older_than_hours, 1.0) * 3600)
    return Vacuumed(removed, swept)
