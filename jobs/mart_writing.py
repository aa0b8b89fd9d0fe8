"""What every domain's marts have in common: the curated tables they are made of, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from itertools import count

from pyspark.sql import DataFrame

from lake.config.toml_layers import closest
from lake.curating.digests import code_digest
from lake.curating.too_large import refuse_landed
from lake.errors import AuditError
from lake.releases.release import parse_snapshot
from lake.releases.snapshots import Snapshot, new_folder, read_snapshot, refuse_nulls, write_snapshot
from lake.run.run import Run
from schemas.contract import Contract, ContractError
from schemas.digest import digest_of
from schemas.lineage import BEYOND_CONTRACT
from transforms.keeping import Keep, Write

Build = Callable[[Mapping[str, DataFrame], Keep, Write], object]


def curated_snapshots(run: Run) -> dict[str, Snapshot]:
    said = run.stage("curate")["tables"]
    return {name: parse_snapshot(snapshot) for name, snapshot in said.items()}


def curated_frames(run: Run, snapshots: Mapping[str, Snapshot]) -> dict[str, DataFrame]:
    """The curated rows of each table, with their lineage."""
    return {
        name: read_snapshot(
            run.engine, run.lake, snapshot, run.tables.curated[name], BEYOND_CONTRACT, outcome="curated"
        )
        for name, snapshot in snapshots.items()
    }


def build_or_carry(run: Run, build: Build, *, options: object = None) -> None:
    """Build every mart anew, or carry all over where nothing that they are made of changed, and write the stage.

    They are made of the curated tables, `options`, their contracts, and the module of `build` with what it imports of
    ml, schemas and transforms. `build` is given the curated rows of each table that has delivered, what keeps a frame
    that several marts are made of, and what writes a mart by name and gives it back as it can be read. Raises
    AuditError where it does not write every mart as its contract says.
    """
    snapshots = curated_snapshots(run)
    digest = _digest(run, snapshots, code=(build.__module__, __name__), options=options)
    parent = run.parent.marts if run.parent else {}
    is_current = parent and all(snapshot.digest == digest for snapshot in parent.values())
    if not is_current:
        refuse_landed(run, run.deliveries)
    marts = dict(parent) if is_current else _built(run, digest, partial(build, curated_frames(run, snapshots)))
    tables = {name: asdict(snapshot) for name, snapshot in marts.items()}
    run.add_stage("marts", {"tables": tables, "as_of": run.as_of})


def _digest(run: Run, snapshots: Mapping[str, Snapshot], *, code: tuple[str, ...], options: object) -> str:
    parts = [repr(options), code_digest(code)]
    parts += [contract.digest for contract in run.tables.marts.values()]
    parts += [f"{name}={snapshot.folder}" for name, snapshot in sorted(snapshots.items())]
    return digest_of(parts)


def _built(run: Run, digest: str, build: Callable[[Keep, Write], object]) -> dict[str, Snapshot]:
    written: dict[str, Snapshot] = {}

    def write(name: str, frame: DataFrame) -> DataFrame:
        contract, folder = _contract(run, name), new_folder("marts", run.domain, name, run.run_id)
        with run.step("marts", name) as counted:
            rows = contract.conform(frame)
            written[name] = write_snapshot(run.engine, rows, run.lake, table=name, digest=digest, folder=folder)
            counted(written[name].row_count())
        refuse_nulls(run.lake, written[name], contract)
        return read_snapshot(run.engine, run.lake, written[name], contract)

    numbers = count(1)
    with run.engine.kept() as keep:

        def kept(frame: DataFrame) -> DataFrame:
            with run.step("marts", f"shared frame {next(numbers)}"):
                return keep(frame)

        try:
            build(kept, write)
        except ContractError as error:
            raise AuditError(f"{error}; nothing was published") from None
    if missing := [name for name in run.tables.marts if name not in written]:
        raise AuditError(f"{', '.join(missing)}: no step of domain {run.domain} writes it; nothing was published")
    return written


def _contract(run: Run, name: str) -> Contract:
    if name not in run.tables.marts:
        near = closest(name, run.tables.marts)
        raise AuditError(f"{name} is no mart of domain {run.domain}{near}; nothing was published")
    return run.tables.marts[name]
