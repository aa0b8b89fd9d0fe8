"""The counts of a curated table in one run, each from footers or from the written rows, and the equations over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.curating import TablePlan
from lake.deliveries import Delivery
from lake.errors import AuditError
from lake.landing import landing_key
from lake.releases import TableCounts
from lake.run import Run
from lake.tables import Snapshot, footer_row_count, read_snapshot
from schemas.lineage import BEYOND_CONTRACT, OUTCOMES
from transforms.outcomes import is_standing, summarise_key_changes
from transforms.same import is_greater, is_same, prefixed, under

CHANGES = ("keys_added", "keys_replaced", "keys_removed")


@dataclass(frozen=True)
class _Told:
    """What the written rows say beside their outcome, over everything that ever landed."""

    version_conflicts: int
    reasons: dict[str, int]
    warnings: dict[str, int]
    repeated: dict[str, int]
    outdated: int


def count_table(run: Run, plan: TablePlan, snapshot: Snapshot) -> TableCounts:
    """Count what this run did to a table; a table carried over was done nothing to."""
    parent = run.parent.counts.get(plan.contract.name) if run.parent else None
    if plan.mode == "carried" and parent:
        told = _Told(parent.version_conflicts, parent.reasons, parent.warnings, parent.repeated, parent.outdated)
        new, changes = dict.fromkeys(OUTCOMES, 0), dict.fromkeys(CHANGES, 0)
    else:
        with run.step("curate", f"{plan.contract.name}, counts"):
            told = _told(run, plan, snapshot)
            new, changes = _by_outcome(snapshot, was_judged="false"), _key_changes(run, plan, snapshot)
    return TableCounts(
        read=_landed_row_count(run, plan, plan.to_read),
        curated=new["curated"],
        superseded=new["superseded"],
        duplicate=new["duplicate"],
        excluded=new["excluded"],
        quarantined=new["quarantined"],
        rows_before=plan.before.row_count(outcome="curated") if plan.before else 0,
        keys_added=changes["keys_added"],
        keys_replaced=changes["keys_replaced"],
        keys_removed=changes["keys_removed"],
        rows_after=snapshot.row_count(outcome="curated"),
        version_conflicts=told.version_conflicts,
        reasons=told.reasons,
        warnings=told.warnings,
        repeated=told.repeated,
        outdated=told.outdated,
        cumulative={"landed": _landed_row_count(run, plan, plan.deliveries), **_by_outcome(snapshot)},
        mode=plan.mode,
        why=plan.why,
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


def _landed_row_count(run: Run, plan: TablePlan, deliveries: Iterable[Delivery]) -> int:
    """Rows of the landing files, from their footers."""
    keys = (landing_key(plan.domain, d.source_name, d.landing_file_id, "parquet") for d in deliveries)
    return sum(footer_row_count(run.lake, key) for key in keys)


def _told(run: Run, plan: TablePlan, snapshot: Snapshot) -> _Told:
    rows = read_snapshot(run.engine, run.lake, snapshot, plan.contract, BEYOND_CONTRACT)
    conflict = F.when(F.col("is_version_conflict"), F.array(F.lit("conflicts:")))
    said = F.concat(_prefixed("reasons"), _prefixed("warnings"), F.coalesce(conflict, _no_codes()))
    counted: dict[str, dict[str, int]] = {"reasons": {}, "warnings": {}, "conflicts": {}}
    for row in rows.select(F.explode(said).alias("said")).groupBy("said").count().collect():
        kind, _, code = row["said"].partition(":")
        counted[kind][code] = row["count"]
    return _Told(
        counted["conflicts"].get("", 0),
        counted["reasons"],
        counted["warnings"],
        _repeated(run, plan, snapshot),
        _outdated(run, plan, snapshot),
    )


def _repeated(run: Run, plan: TablePlan, snapshot: Snapshot) -> dict[str, int]:
    """Duplicates by landed file, where the row that stands is of another file: increments that overlap, or a log that
    was corrected and sent again, whose old rows stand beside the corrected ones."""
    events = {source.name for source in run.sources_of(plan.contract.name) if source.kind == "events"}
    if sum(delivery.source_name in events for delivery in plan.deliveries) < 2:
        return {}

    key = plan.contract.key
    standing = _rows(run, plan, snapshot, "curated").select(
        *under("standing", key), F.col("landing_file_id").alias("standing_file_id")
    )
    lost = _rows(run, plan, snapshot, "duplicate").where(F.col("source_name").isin(*events))
    is_of_other_file = F.col("landing_file_id") != F.col("standing_file_id")
    found = lost.join(standing, is_same(key, prefixed("standing", key)) & is_of_other_file)
    return {row[0]: row[1] for row in found.groupBy("landing_file_id").count().collect()}


def _outdated(run: Run, plan: TablePlan, snapshot: Snapshot) -> int:
    """Keys whose standing row, curated or excluded, is older than one in quarantine: what stands says nothing of it.

    Where a refused row's own version could not be read, its place in the order of the deliveries says how new it is.
    """
    if not _by_outcome(snapshot)["quarantined"]:
        return 0
    key, version, place = plan.contract.key, plan.contract.version_order, ("delivery_order", "record_number")
    refused = _rows(run, plan, snapshot, "quarantined").select(*under("refused", (*key, *version, *place)))
    standing = (
        _rows(run, plan, snapshot, "curated")
        .unionByName(_rows(run, plan, snapshot, "excluded"))
        .where(is_standing(plan.contract, upserting=run.upserting(plan.contract.name)))
        .select(*key, *version, *place)
    )
    is_versioned = reduce(
        Column.__and__, (F.col(name).isNotNull() for name in prefixed("refused", version)), F.lit(True)
    )
    is_newer = F.when(is_versioned, is_greater(prefixed("refused", (*version, *place)), (*version, *place))).otherwise(
        is_greater(prefixed("refused", place), place)
    )
    return standing.join(refused, is_same(key, prefixed("refused", key)) & is_newer, "left_semi").count()


def _rows(run: Run, plan: TablePlan, snapshot: Snapshot, outcome: str) -> DataFrame:
    return read_snapshot(run.engine, run.lake, snapshot, plan.contract, BEYOND_CONTRACT, outcome=outcome)


def _no_codes() -> Column:
    return F.array().cast("array<string>")


def _prefixed(name: str) -> Column:
    return F.coalesce(F.transform(name, lambda code: F.concat(F.lit(f"{name}:"), code)), _no_codes())


def _key_changes(run: Run, plan: TablePlan, snapshot: Snapshot) -> dict[str, int]:
    if plan.before is None:
        return {**dict.fromkeys(CHANGES, 0), "keys_added": snapshot.row_count(outcome="curated")}
    before, after = (_rows(run, plan, of, "curated") for of in (plan.before, snapshot))
    [changes] = summarise_key_changes(before, after, plan.contract).collect()
    return {name: changes[name] for name in CHANGES}
