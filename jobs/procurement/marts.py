"""The marts of procurement, from its curated tables; of invoices also which lines are in quarantine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.procurement.options import marts_options_of
from lake.digests import code_digest
from lake.errors import ConfigError, DataError
from lake.landing import read_landed
from lake.releases import parse_snapshot
from lake.run import Run
from lake.runs import stage_said
from lake.tables import Snapshot, new_folder, read_snapshot, write_snapshot
from schemas.lineage import BEYOND_CONTRACT
from schemas.procurement import PROCUREMENT_COVERAGE
from schemas.procurement.documents import INVOICES
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import OptionsError, ProcurementOptions

CODE = ("transforms.procurement.marts",)


def build_marts(run: Run) -> None:
    """Build every mart anew, or carry all over where nothing that they are made of changed."""
    said = stage_said(run.lake, run.run_id, "curate")["tables"]
    curated = {name: parse_snapshot(snapshot) for name, snapshot in said.items()}
    options = delivered_options(run)
    digest = _digest(run, curated, options)
    parent = run.parent.marts if run.parent else {}
    if parent and all(snapshot.digest == digest for snapshot in parent.values()):
        marts = dict(parent)
    else:
        marts = _write(run, curated, options, digest)
    tables = {name: asdict(snapshot) for name, snapshot in marts.items()}
    run.add_stage("marts", {"tables": tables, "as_of": run.as_of})


def delivered_options(run: Run) -> ProcurementOptions:
    """What the configuration says about the marts, and about the sources that have delivered."""
    delivered = {said["source_name"] for said in run.landed()["deliveries"]}
    return marts_options_of(run, [source for source in run.configuration.sources if source.name in delivered])


def _write(run: Run, curated: Mapping[str, Snapshot], options: ProcurementOptions, digest: str) -> dict[str, Snapshot]:
    written: dict[str, Snapshot] = {}

    def write(name: str, frame: DataFrame) -> DataFrame:
        folder = new_folder("marts", run.domain, name, run.run_id)
        with run.step("marts", name) as counted:
            written[name] = write_snapshot(run.engine, frame, run.lake, table=name, digest=digest, folder=folder)
            counted(written[name].row_count())
        return read_snapshot(run.engine, run.lake, written[name], run.tables.marts[name])

    try:
        with run.engine.kept() as keep:
            build_procurement_marts(
                {
                    name: read_snapshot(
                        run.engine, run.lake, snapshot, run.tables.curated[name], BEYOND_CONTRACT, outcome="curated"
                    )
                    for name, snapshot in curated.items()
                },
                options,
                quarantined_lines=_quarantined_lines(run, curated),
                keep=keep,
                write=write,
            )
    except OptionsError as error:
        raise ConfigError(f"[marts] of {run.domain}: {error}") from None
    _refuse_future(run, written[PROCUREMENT_COVERAGE.name])
    return written


def _quarantined_lines(run: Run, curated: Mapping[str, Snapshot]) -> DataFrame | None:
    """Quarantined rows of the invoices, None where there are none."""
    snapshot = curated.get(INVOICES.name)
    if snapshot is None or not snapshot.row_count(outcome="quarantined"):
        return None
    return read_snapshot(run.engine, run.lake, snapshot, run.tables.curated[INVOICES.name], outcome="quarantined")


def _refuse_future(run: Run, coverage: Snapshot) -> None:
    """Raises DataError where a source would be complete through a day that had not come when its last file arrived."""
    arrived = _last_arrivals(run)
    found = read_snapshot(run.engine, run.lake, coverage, PROCUREMENT_COVERAGE)
    for row in found.where(F.col("data_through_rule") == "latest_system_stamped").collect():
        last = arrived.get(row["source_name"])
        if last and row["data_through"] and row["data_through"] > last + timedelta(days=1):
            raise DataError(
                f"source {row['source_name']}: its latest system-stamped event is dated {row['data_through']}, but its "
                f"last file arrived on {last}; mend the date, or say data_through in its [coverage] "
                f"({run.configuration.source(row['source_name']).where})"
            )


def _last_arrivals(run: Run) -> dict[str, date]:
    """The day on which each source's last file landed first, UTC."""
    arrived: dict[str, date] = {}
    for said in run.landed()["deliveries"]:
        landed = read_landed(run.lake, run.domain, said["source_name"], said["landing_file_id"])
        if landed:
            day = datetime.fromisoformat(landed.arrived_at).date()
            arrived[said["source_name"]] = max(day, arrived.get(said["source_name"], day))
    return arrived


def _digest(run: Run, curated: Mapping[str, Snapshot], options: ProcurementOptions) -> str:
    """Of everything that the marts are made of: curated snapshots, options, contracts and code."""
    parts = [repr(options), code_digest(CODE)]
    parts += [contract.digest for contract in run.tables.marts.values()]
    parts += [f"{name}={snapshot.folder}" for name, snapshot in sorted(curated.items())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
