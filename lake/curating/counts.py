"""The counts of a curated table in one run, each from footers or from the written rows, and the equations over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.curating.plan import TablePlan
from lake.errors import AuditError
from lake.landing.deliveries import Delivery
from lake.releases.release import TableCounts
from lake.releases.snapshots import Snapshot, read_snapshot
from lake.run.run import Run
from schemas.lineage import BEYOND_CONTRACT, OUTCOMES
from transforms.outcomes import is_standing, key_changes
from transforms.same import is_greater, is_same, prefixed, under

Found = dict[str, dict[str, int]]  # by kind and code


@dataclass(frozen=True)
class CuratedTable:
    """A table of this run: what was to be done, what was written, and of a derived one how many rows were derived,
    counted before they were judged."""

    plan: TablePlan
    snapshot: Snapshot
    derived_row_count: int | None = None

    @property
    def name(self) -> str:
        return self.plan.contract.name


def count_tables(run: Run, tables: Sequence[CuratedTable]) -> dict[str, TableCounts]:
    """Count what this run did to every table, each in one query. Nothing was done to a table carried over, of which its
    parent's counts stand."""
    parents = run.parent.counts if run.parent else {}
    with run.step("curate", "counts"):
        return {
            table.name: _counts_carried(table, parents[table.name])
            if table.plan.mode == "carried"
            else _counts(table, _found(run, table))
            for table in tables
        }


def _counts(table: CuratedTable, found: Found) -> TableCounts:
    plan, snapshot = table.plan, table.snapshot
    new = _by_outcome(snapshot, was_judged="false")
    curated_count = snapshot.row_count(outcome="curated")
    changes = found.get("change", {}) if plan.before else {"keys_added": curated_count}
    return TableCounts(
        read=_row_count(table, plan.to_read),
        **new,
        rows_before=plan.before.row_count(outcome="curated") if plan.before else 0,
        keys_added=changes.get("keys_added", 0),
        keys_replaced=changes.get("keys_replaced", 0),
        keys_removed=changes.get("keys_removed", 0),
        rows_after=curated_count,
        version_conflicts=found.get("version_conflict", {}).get("", 0),
        reasons=found.get("reasons", {}),
        warnings=found.get("warnings", {}),
        repeated=found.get("repeated", {}),
        outdated=found.get("outdated", {}).get("", 0),
        cumulative={"landed": _row_count(table, plan.deliveries), **_by_outcome(snapshot)},
        mode=plan.mode,
        why=plan.why,
        read_records=_records(plan.to_read),
        landed_records=_records(plan.deliveries),
    )


def _counts_carried(table: CuratedTable, parent: TableCounts) -> TableCounts:
    plan, outcomes = table.plan, _by_outcome(table.snapshot)
    return replace(
        parent,
        read=0,
        curated=0,
        superseded=0,
        duplicate=0,
        excluded=0,
        quarantined=0,
        rows_before=outcomes["curated"],
        keys_added=0,
        keys_replaced=0,
        keys_removed=0,
        rows_after=outcomes["curated"],
        cumulative={"landed": _row_count(table, plan.deliveries), **outcomes},
        mode=plan.mode,
        why=plan.why,
        read_records={},
        landed_records=_records(plan.deliveries),
    )


def audit_counts(table: str, counts: TableCounts) -> None:
    """The run's and the table's equations. Raises AuditError, one sentence with the figures."""
    outcomes = {name: getattr(counts, name) for name in OUTCOMES}
    cumulative = {name: counts.cumulative[name] for name in OUTCOMES}
    _must_equal(table, "rows read", counts.read, outcomes)
    _must_equal(table, "rows ever landed", counts.cumulative["landed"], cumulative)
    _must_equal(
        table,
        "rows newly curated",
        counts.curated,
        {"keys added": counts.keys_added, "keys replaced": counts.keys_replaced},
    )
    _must_equal(
        table,
        "rows after",
        counts.rows_after,
        {"before": counts.rows_before, "keys added": counts.keys_added, "keys removed": -counts.keys_removed},
    )


def _must_equal(table: str, name: str, left: int, right: Mapping[str, int]) -> None:
    if left != sum(right.values()):
        found = " + ".join(f"{count:,} {part}" for part, count in right.items())
        raise AuditError(f"{table}: {name}: {left:,} is not {found} = {sum(right.values()):,}; nothing was published")


def _by_outcome(snapshot: Snapshot, **partition: str) -> dict[str, int]:
    found = snapshot.row_counts("outcome", **partition)
    return {outcome: found[outcome] for outcome in OUTCOMES}


def _row_count(table: CuratedTable, deliveries: Iterable[Delivery]) -> int:
    """Landed rows of these deliveries; of a derived table the rows that were derived."""
    if table.derived_row_count is None:
        return sum(delivery.row_count for delivery in deliveries)
    return table.derived_row_count


def _records(deliveries: Iterable[Delivery]) -> dict[str, int]:
    """Records by how many rows each of them is, as a release keeps them; nothing where each is one."""
    records = Counter[int]()
    for delivery in deliveries:
        records[delivery.landed.rows_of_a_record] += delivery.landed.landing_row_count
    return {str(rows): count for rows, count in sorted(records.items())} if records.keys() - {1} else {}


def _found(run: Run, table: CuratedTable) -> Found:
    """What the written rows say beside their outcome, over all that ever landed."""
    found: Found = {}
    for row in _things(run, table).groupBy("thing").count().collect():
        kind, _, code = row["thing"].partition(":")
        found.setdefault(kind, {})[code] = row["count"]
    return found


def _things(run: Run, table: CuratedTable) -> DataFrame:
    """A row for each thing to count, `thing` being its `kind:code`."""
    things = [_codes(run, table), _repeated(run, table), _outdated(run, table), _changed(run, table)]
    return reduce(DataFrame.unionByName, (frame for frame in things if frame is not None))


def _codes(run: Run, table: CuratedTable) -> DataFrame:
    """Reasons and warnings of every row, and whether it is one of several contents of its version."""
    conflict = F.when(F.col("is_version_conflict"), F.array(F.lit("version_conflict:")))
    things = F.concat(_prefixed("reasons"), _prefixed("warnings"), F.coalesce(conflict, _no_codes()))
    return _rows(run, table).select(F.explode(things).alias("thing"))


def _repeated(run: Run, table: CuratedTable) -> DataFrame | None:
    """Duplicates by landed file, where the row that stands is of another file: increments that overlap, or a log that
    was corrected and sent again, whose old rows stand beside the corrected ones."""
    events = {source.name for source in run.sources_of(table.name) if source.kind == "events"}
    if sum(delivery.source_name in events for delivery in table.plan.deliveries) < 2:
        return None
    key = table.plan.contract.key
    standing = _rows(run, table, "curated").select(
        *under("standing", key), F.col("landing_file_id").alias("standing_file_id")
    )
    lost = _rows(run, table, "duplicate").where(F.col("source_name").isin(*events))
    is_of_other_file = F.col("landing_file_id") != F.col("standing_file_id")
    found = lost.join(standing, is_same(key, prefixed("standing", key)) & is_of_other_file)
    return found.select(F.concat(F.lit("repeated:"), "landing_file_id").alias("thing"))


def _outdated(run: Run, table: CuratedTable) -> DataFrame | None:
    """Keys whose standing row, curated or excluded, is older than one in quarantine: what stands says nothing of it.
    Of rows that are numbered in their file any may be the refused one.

    Where a refused row's own version could not be read, its place in the order of the deliveries says how new it is.
    """
    if not table.snapshot.row_count(outcome="quarantined"):
        return None
    contract, place = table.plan.contract, ("delivery_order", "record_number")
    key, version = contract.natural_key, contract.version_order
    refused = _rows(run, table, "quarantined").select(*under("refused", (*key, *version, *place)))
    standing = (
        _rows(run, table, "curated")
        .unionByName(_rows(run, table, "excluded"))
        .where(is_standing(contract, upserting=run.upserting(table.name)))
        .select(*key, *version, *place)
    )
    is_versioned = reduce(
        Column.__and__, (F.col(name).isNotNull() for name in prefixed("refused", version)), F.lit(True)
    )
    is_newer = F.when(is_versioned, is_greater(prefixed("refused", (*version, *place)), (*version, *place))).otherwise(
        is_greater(prefixed("refused", place), place)
    )
    found = standing.join(refused, is_same(key, prefixed("refused", key)) & is_newer, "left_semi")
    return found.select(F.lit("outdated:").alias("thing"))


def _changed(run: Run, table: CuratedTable) -> DataFrame | None:
    if table.plan.before is None:
        return None
    before, after = (_rows(run, replace(table, snapshot=of), "curated") for of in (table.plan.before, table.snapshot))
    changes = key_changes(before, after, table.plan.contract)
    return changes.select(F.concat(F.lit("change:"), "change").alias("thing"))


def _rows(run: Run, table: CuratedTable, outcome: str | None = None) -> DataFrame:
    partition = {"outcome": outcome} if outcome else {}
    return read_snapshot(run.engine, run.lake, table.snapshot, table.plan.contract, BEYOND_CONTRACT, **partition)


def _no_codes() -> Column:
    return F.array().cast("array<string>")


def _prefixed(name: str) -> Column:
    return F.coalesce(F.transform(name, lambda code: F.concat(F.lit(f"{name}:"), code)), _no_codes())
