"""What a table that is derived from other curated ones has to do in this run: it is carried over, or made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pyspark.sql import DataFrame

from lake.curating.digests import derived_digest
from lake.curating.plan import Mode, TablePlan
from lake.releases.snapshots import Snapshot
from lake.run.run import Run
from schemas.contract import Contract


def plan_derived(
    run: Run, contract: Contract, of: Iterable[Snapshot | None], derive: Callable[..., DataFrame]
) -> TablePlan:
    """Decide the mode. `of` are the snapshots that it is derived from in this run.

    It is never grown: a row may be made of many, of which each can go.
    """
    standing = [snapshot for snapshot in of if snapshot is not None]
    digest = derived_digest(contract, standing, derive)
    before = run.parent.curated.get(contract.name) if run.parent else None
    mode: Mode
    if len(standing) < len(run.tables.derived[contract.name]):
        mode, why = "absent", "a table that it is derived from is absent"
    elif before is None:
        mode, why = "first", "the table has no snapshot yet"
    elif before.digest == digest:
        mode, why = "carried", "nothing new for it"
    else:
        mode, why = "rebuilt", "its contract, its code or a table that it is derived from changed"
    return TablePlan(run.domain, contract, mode, why, digest, before, (), (), frozenset())
