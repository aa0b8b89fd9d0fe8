"""How a curated table is written: of what its sources landed, or of other tables of the run."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame

from jobs.domains import jobs_of
from jobs.mart_writing import curated_frames
from lake.curating.counts import CuratedTable
from lake.curating.derived import plan_derived
from lake.curating.plan import TablePlan, landed_frames
from lake.curating.too_large import refuse_landed
from lake.curating.undecided import refuse_undecided
from lake.releases.snapshots import Snapshot, new_folder, read_snapshot, write_snapshot
from lake.run.run import Run
from schemas.lineage import BEYOND_CONTRACT
from transforms.curating import judge_derived, judge_landed


def write_landed(run: Run, plan: TablePlan) -> Snapshot:
    name = plan.contract.name
    with run.step("curate", f"{name}, {plan.mode}") as counted:
        before = None
        if plan.before is not None and plan.mode == "grown":
            before = read_snapshot(run.engine, run.lake, plan.before, plan.contract, BEYOND_CONTRACT)
        landed = landed_frames(run, plan)
        written = _write(run, plan, judge_landed(landed, before, plan.contract, upserting=run.upserting(name)))
        counted(written.row_count(was_judged="false"))
    refuse_undecided(run, plan, written)
    return written


def write_derived(run: Run, name: str, snapshots: Mapping[str, Snapshot]) -> CuratedTable | None:
    """The table derived from others of this run; None where one of them is absent."""
    derive, of = jobs_of(run).derive[name], run.tables.derived[name]
    plan = plan_derived(run, run.tables.curated[name], map(snapshots.get, of), derive)
    if plan.mode == "absent":
        return None
    if plan.mode == "carried" and plan.before and run.parent:
        return CuratedTable(plan, plan.before, run.parent.counts[name].cumulative["landed"])
    refuse_landed(run, run.deliveries)
    frames = curated_frames(run, {table: snapshots[table] for table in of})
    with run.step("curate", f"{name}, {plan.mode}") as counted, run.engine.kept() as keep:
        rows = keep(derive(frames))
        written = _write(run, plan, judge_derived(rows, plan.contract))
        counted(written.row_count())
        return CuratedTable(plan, written, rows.count())


def _write(run: Run, plan: TablePlan, judged: DataFrame) -> Snapshot:
    return write_snapshot(
        run.engine,
        judged,
        run.lake,
        table=plan.contract.name,
        folder=new_folder("curated", run.domain, plan.contract.name, run.run_id),
        digest=plan.digest,
        replaced=plan.replaced,
        partition_by=("outcome", "was_judged"),
    )
