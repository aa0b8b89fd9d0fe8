"""Curate the landed deliveries of a domain: standardize, judge, keep latest, exclude; then what is derived from that.

Reads: landing/, and the parent release's curated snapshots.
Writes: a snapshot of every changed table under curated/<domain>/<table>/, and the stage `curate` of the manifest.
Rerun: writes new snapshots; those of an earlier attempt are read by nobody.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from pyspark.sql import DataFrame

from jobs.domains import jobs_of
from jobs.mart_writing import curated_frames
from jobs.shell import shell
from lake.curating.counts import CuratedTable, count_tables
from lake.curating.derived import plan_derived
from lake.curating.limits import refuse_quarantined
from lake.curating.plan import TablePlan, landed_frames, plan_table
from lake.curating.too_large import refuse_landed
from lake.curating.undecided import refuse_undecided
from lake.landing.deliveries import Delivery
from lake.releases.snapshots import Snapshot, new_folder, read_snapshot, write_snapshot
from lake.run.run import Run
from schemas.lineage import BEYOND_CONTRACT
from transforms.curating import judge_derived, judge_landed


def main(argv: Sequence[str]) -> None:
    shell(__doc__, argv, curate)


def curate(run: Run) -> None:
    """Carry over, grow or rebuild every curated table that has deliveries, then those derived from them. What was
    quarantined beyond the limit stops the run here, and can be looked at."""
    deliveries = run.deliveries
    plans = [plan_table(run, contract, deliveries) for contract in run.tables.sourced.values()]
    if any(plan.mode not in ("absent", "carried") for plan in plans):
        refuse_landed(run, deliveries)
    tables = {
        plan.contract.name: CuratedTable(
            plan, plan.before if plan.mode == "carried" and plan.before else _write_landed(run, plan)
        )
        for plan in plans
        if plan.mode != "absent"
    }
    for name in run.tables.derived:
        if table := _derived(run, name, deliveries, {name: table.snapshot for name, table in tables.items()}):
            tables[name] = table
    snapshots = {name: table.snapshot for name, table in tables.items()}
    counts = count_tables(run, list(tables.values()))
    run.add_stage(
        "curate",
        {
            "tables": {name: asdict(snapshot) for name, snapshot in snapshots.items()},
            "counts": {name: asdict(count) for name, count in counts.items()},
        },
    )
    refuse_quarantined(run, deliveries, snapshots, counts)


def _write_landed(run: Run, plan: TablePlan) -> Snapshot:
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


def _derived(
    run: Run, name: str, deliveries: Sequence[Delivery], snapshots: Mapping[str, Snapshot]
) -> CuratedTable | None:
    """The table derived from others of this run; None where one of them is absent."""
    derive, of = jobs_of(run).derive[name], run.tables.derived[name]
    plan = plan_derived(run, run.tables.curated[name], map(snapshots.get, of), (derive.__module__,))
    if plan.mode == "absent":
        return None
    if plan.mode == "carried" and plan.before and run.parent:
        return CuratedTable(plan, plan.before, run.parent.counts[name].cumulative["landed"])
    refuse_landed(run, deliveries)
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


if __name__ == "__main__":
    main(sys.argv[1:])
