"""Curate the landed deliveries of a domain: standardize, judge, keep latest, exclude; then what is derived from that.

Reads: landing/, and the parent release's curated snapshots.
Writes: a snapshot of every changed table under curated/<domain>/<table>/, and the stage `curate` of the manifest.
Rerun: writes new snapshots; those of an earlier attempt are read by nobody.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict

from jobs.curated_writing import write_derived, write_landed
from jobs.shell import shell
from lake.curating.counts import CuratedTable, count_tables
from lake.curating.limits import refuse_quarantined
from lake.curating.plan import plan_table
from lake.curating.too_large import refuse_landed
from lake.run.run import Run


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
            plan, plan.before if plan.mode == "carried" and plan.before else write_landed(run, plan)
        )
        for plan in plans
        if plan.mode != "absent"
    }
    for name in run.tables.derived:
        if table := write_derived(run, name, {name: table.snapshot for name, table in tables.items()}):
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


if __name__ == "__main__":
    main(sys.argv[1:])
