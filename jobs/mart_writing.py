"""What every domain's marts have in common: the curated tables they are made of, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import count

from pyspark.sql import DataFrame

from lake.curating.digests import code_digest
from lake.curating.too_large import refuse_landed
from lake.releases.release import parse_snapshot
from lake.releases.snapshots import Snapshot, new_folder, read_snapshot, write_snapshot
from lake.run.run import Run
from schemas.digest import digest_of
from schemas.lineage import BEYOND_CONTRACT
from transforms.keeping import Keep, Write

Build = Callable[[Keep, Write], object]


def curated_snapshots(run: Run) -> dict[str, Snapshot]:
    said = run.said("curate")["tables"]
    return {name: parse_snapshot(snapshot) for name, snapshot in said.items()}


def curated_frames(run: Run, snapshots: Mapping[str, Snapshot]) -> dict[str, DataFrame]:
    """The curated rows of each table, with their lineage."""
    return {
        name: read_snapshot(
            run.engine, run.lake, snapshot, run.tables.curated[name], BEYOND_CONTRACT, outcome="curated"
        )
        for name, snapshot in snapshots.items()
    }


def marts_digest(run: Run, snapshots: Mapping[str, Snapshot], *, code: tuple[str, ...], options: object) -> str:
    """Of everything that marts are made of: curated snapshots, options, contracts, and code by its modules."""
    parts = [repr(options), code_digest(code)]
    parts += [contract.digest for contract in run.tables.marts.values()]
    parts += [f"{name}={snapshot.folder}" for name, snapshot in sorted(snapshots.items())]
    return digest_of(parts)


def build_or_carry(run: Run, digest: str, build: Build) -> None:
    """Build every mart anew, or carry all over where nothing that they are made of changed, and write the stage.

    `build` is given what keeps a frame that several marts are made of, and what writes a mart by name and gives it back
    as it can be read.
    """
    parent = run.parent.marts if run.parent else {}
    is_current = parent and all(snapshot.digest == digest for snapshot in parent.values())
    if not is_current:
        refuse_landed(run, run.deliveries)
    marts = dict(parent) if is_current else _built(run, digest, build)
    tables = {name: asdict(snapshot) for name, snapshot in marts.items()}
    run.add_stage("marts", {"tables": tables, "as_of": run.as_of})


def _built(run: Run, digest: str, build: Build) -> dict[str, Snapshot]:
    written: dict[str, Snapshot] = {}

    def write(name: str, frame: DataFrame) -> DataFrame:
        folder = new_folder("marts", run.domain, name, run.run_id)
        with run.step("marts", name) as counted:
            written[name] = write_snapshot(run.engine, frame, run.lake, table=name, digest=digest, folder=folder)
            counted(written[name].row_count())
        return read_snapshot(run.engine, run.lake, written[name], run.tables.marts[name])

    numbers = count(1)
    with run.engine.kept() as keep:

        def kept(frame: DataFrame) -> DataFrame:
            with run.step("marts", f"shared frame {next(numbers)}"):
                return keep(frame)

        build(kept, write)
    return written
