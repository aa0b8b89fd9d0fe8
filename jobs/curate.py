"""Curate the landed deliveries of a domain: standardize, judge, keep latest, exclude.

Reads: landing/, and the parent release's curated snapshots.
Writes: a snapshot of every changed table under curated/<domain>/<table>/, and the stage `curate` of the manifest.
Rerun: writes new snapshots; those of an earlier attempt are read by nobody.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.shell import shell
from lake.curating.counts import CuratedTable, count_tables
from lake.curating.limits import refuse_quarantined
from lake.curating.plan import TablePlan, landed_frames, plan_table
from lake.curating.too_large import refuse_landed
from lake.curating.undecided import refuse_undecided
from lake.releases.release import parse_delivery
from lake.releases.snapshots import Snapshot, new_folder, read_snapshot, write_snapshot
from lake.run.run import Run
from schemas.contract import Contract
from schemas.lineage import BEYOND_CONTRACT
from transforms.numbering import with_content_id, with_occurrence_number
from transforms.outcomes import judge, judged_before, with_content_hash, with_reasons
from transforms.standardization import SourcePlan, standardize


def main(argv: Sequence[str]) -> None:
    shell(__doc__, argv, curate)


def curate(run: Run) -> None:
    """Carry over, grow or rebuild every curated table that has deliveries. What was quarantined beyond the limit stops
    the run here, and can be looked at."""
    deliveries = tuple(parse_delivery(said) for said in run.landed()["deliveries"])
    plans = [plan_table(run, contract, deliveries) for contract in run.tables.curated.values()]
    if any(plan.mode not in ("absent", "carried") for plan in plans):
        refuse_landed(run, deliveries)
    tables = [
        CuratedTable(plan, plan.before if plan.mode == "carried" and plan.before else _write(run, plan))
        for plan in plans
        if plan.mode != "absent"
    ]
    snapshots = {table.name: table.snapshot for table in tables}
    counts = count_tables(run, tables)
    run.add_stage(
        "curate",
        {
            "tables": {name: asdict(snapshot) for name, snapshot in snapshots.items()},
            "counts": {name: asdict(count) for name, count in counts.items()},
        },
    )
    refuse_quarantined(run, deliveries, snapshots, counts)


def build(
    landed: Sequence[tuple[DataFrame, SourcePlan]],
    before: DataFrame | None,
    contract: Contract,
    *,
    upserting: Sequence[str],
) -> DataFrame:
    """Every landed row, and every row judged before, with its outcome."""
    rows = [_rows(frame, plan, upserting) for frame, plan in landed]
    if before is not None:
        rows.append(judged_before(before, contract))
    return judge(reduce(DataFrame.unionByName, rows), contract, upserting=upserting)


def _rows(landed: DataFrame, plan: SourcePlan, upserting: Sequence[str]) -> DataFrame:
    rows = with_content_hash(standardize(landed, plan), plan.contract)
    rows = with_content_id(rows, plan.contract, filled=plan.filled, identical_rows=plan.identical_rows)
    replaced = tuple(sorted(file_id for file_id, file in plan.files.items() if file.is_replaced))
    reasoned = with_reasons(rows, plan.contract, replaced_file_ids=replaced, upserting=upserting)
    numbered = with_occurrence_number(reasoned, plan.contract, identical_rows=plan.identical_rows, upserting=upserting)
    return numbered.withColumn("was_judged", F.lit(False))


def _write(run: Run, plan: TablePlan) -> Snapshot:
    name = plan.contract.name
    with run.step("curate", f"{name}, {plan.mode}") as counted:
        before = None
        if plan.before is not None and plan.mode == "grown":
            before = read_snapshot(run.engine, run.lake, plan.before, plan.contract, BEYOND_CONTRACT)
        judged = build(landed_frames(run, plan), before, plan.contract, upserting=run.upserting(name))
        written = write_snapshot(
            run.engine,
            judged,
            run.lake,
            table=name,
            folder=new_folder("curated", run.domain, name, run.run_id),
            digest=plan.digest,
            replaced=plan.replaced,
            partition_by=("outcome", "was_judged"),
        )
        counted(written.row_count(was_judged="false"))
    refuse_undecided(run, plan, written)
    return written


if __name__ == "__main__":
    main(sys.argv[1:])
