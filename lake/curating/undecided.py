"""Rows of two files of which nothing tells which is later: the run stops, where the order of records would decide."""

from __future__ import annotations

from collections import Counter

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.curating.plan import TablePlan
from lake.errors import DataError
from lake.releases.snapshots import Snapshot, read_snapshot
from lake.run.run import Run
from schemas.lineage import BEYOND_CONTRACT
from transforms.outcomes import REPLACED, has_no_version, is_standing
from transforms.same import is_same, prefixed, under


def refuse_undecided(run: Run, plan: TablePlan, snapshot: Snapshot) -> None:
    """Raises DataError where the row that stands of a key and the last word of another file on it differ, both have no
    version, and their deliveries one place in the order.

    Deliveries of one source cannot have one place; those of two sources of a table can.
    """
    places = Counter(delivery.order for delivery in plan.deliveries if delivery.landing_file_id not in plan.replaced)
    tied = sorted(place for place, count in places.items() if count > 1)
    if not tied:
        return
    found = _undecided(_contestants(run, plan, snapshot).where(F.col("delivery_order").isin(tied)), plan)
    keys = found.groupBy(*plan.contract.key).agg(F.min("files").alias("files"))
    first = keys.orderBy(*plan.contract.key).first()
    if first is None:
        return
    names = {delivery.landing_file_id: delivery.raw_files[0].key for delivery in plan.deliveries}
    one, other = sorted(names[file_id] for file_id in first["files"].split())
    key = ", ".join(f"{name} {first[name]}" for name in plan.contract.key)
    key_count = keys.count()
    more = f" and {key_count - 1:,} more keys" if key_count > 1 else ""
    raise DataError(
        f"{plan.contract.name}: {one} and {other} differ on {key}{more}, and nothing tells which is later; number them "
        'in their names (a `delivery` group in claims), say order = "arrival" of sources that deliver one after the '
        "other, or leave only one of the files in raw; nothing was published"
    )


def _contestants(run: Run, plan: TablePlan, snapshot: Snapshot) -> DataFrame:
    rows = read_snapshot(run.engine, run.lake, snapshot, plan.contract, BEYOND_CONTRACT)
    has_lost = F.col("outcome").isin("superseded", "duplicate") & ~F.coalesce(
        F.array_contains("reasons", REPLACED), F.lit(False)
    )
    stands = is_standing(plan.contract, upserting=run.upserting(plan.contract.name))
    return rows.where((stands | has_lost) & has_no_version(plan.contract))


def _undecided(contestants: DataFrame, plan: TablePlan) -> DataFrame:
    """The key and the two `files`, for each file whose last record of a key differs from the row that stands."""
    key = (*plan.contract.key, "delivery_order")
    last = contestants.groupBy(*key, "landing_file_id").agg(
        F.max_by("content_hash", "record_number").alias("content_hash")
    )
    standing = contestants.where(F.col("outcome").isin("curated", "excluded")).select(
        *under("standing", (*key, "landing_file_id", "content_hash"))
    )
    differs = (F.col("landing_file_id") != F.col("standing_landing_file_id")) & (
        F.col("content_hash") != F.col("standing_content_hash")
    )
    files = F.array_join(F.array_sort(F.array("landing_file_id", "standing_landing_file_id")), " ")
    found = last.join(standing, is_same(key, prefixed("standing", key)) & differs)
    return found.select(*plan.contract.key, files.alias("files"))
