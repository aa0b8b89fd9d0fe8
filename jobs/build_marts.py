"""Build the marts of a domain from its curated tables.

Reads: the run's curated snapshots.
Writes: a snapshot of every mart under marts/<domain>/<mart>/, and the stage `marts` of the manifest.
Rerun: writes new snapshots; marts of unchanged tables are carried over.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from pyspark import StorageLevel
from pyspark.errors import AnalysisException, ParseException
from pyspark.sql import DataFrame

from jobs.options import marts_options_of
from jobs.shell import shell
from lake.digests import code_digest
from lake.errors import ConfigError
from lake.releases import parse_snapshot
from lake.run import Run
from lake.runs import add_stage, stage_said
from lake.tables import Snapshot, new_folder, read_snapshot, write_snapshot
from schemas.lineage import BEYOND_CONTRACT
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import ProcurementOptions


def main(argv: Sequence[str]) -> None:
    shell(__doc__, argv, build_marts)


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
    add_stage(run.lake, run.run_id, "marts", {"tables": tables, "as_of": run.as_of})


def delivered_options(run: Run) -> ProcurementOptions:
    """What the configuration says about the marts, and about the sources that have delivered."""
    delivered = {said["source_name"] for said in stage_said(run.lake, run.run_id, "land")["deliveries"]}
    return marts_options_of(run, [source for source in run.configuration.sources if source.name in delivered])


def _write(run: Run, curated: Mapping[str, Snapshot], options: ProcurementOptions, digest: str) -> dict[str, Snapshot]:
    kept: list[DataFrame] = []

    def keep(frame: DataFrame) -> DataFrame:
        kept.append(frame.persist(StorageLevel.MEMORY_AND_DISK))
        return kept[-1]

    try:
        frames = build_procurement_marts(
            {
                name: read_snapshot(
                    run.spark, run.lake, snapshot, run.tables.curated[name], BEYOND_CONTRACT, outcome="curated"
                )
                for name, snapshot in curated.items()
            },
            options,
            keep=keep,
        )
    except (AnalysisException, ParseException) as error:
        said = str(error).splitlines()[0]
        raise ConfigError(f"[marts] of {run.domain}: never_expected is no condition over a case: {said}") from None
    written: dict[str, Snapshot] = {}
    for name, frame in frames.items():
        with run.step("marts", name) as counted:
            written[name] = write_snapshot(
                frame, run.lake, table=name, digest=digest, folder=new_folder("marts", run.domain, name, run.run_id)
            )
            counted(written[name].row_count())
    for frame in kept:
        frame.unpersist()
    return written


def _digest(run: Run, curated: Mapping[str, Snapshot], options: ProcurementOptions) -> str:
    """Of everything that the marts are made of: curated snapshots, options, contracts and code."""
    parts = [repr(options), code_digest([f"transforms/{run.domain}", f"schemas/{run.domain}"])]
    parts += [contract.digest for contract in run.tables.marts.values()]
    parts += [f"{name}={snapshot.folder}" for name, snapshot in sorted(curated.items())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


if __name__ == "__main__":
    main(sys.argv[1:])
