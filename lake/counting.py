"""The counts of a curated table in one run, each from footers or from the written rows, and the equations over them."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.curating import TablePlan
from lake.errors import AuditError
from lake.landing import landing_key
from lake.objects import ObjectStore
from lake.releases import TableCounts
from lake.run import Run
from lake.tables import Snapshot, footer_row_count, read_snapshot
from schemas.lineage import BEYOND_CONTRACT, OUTCOMES
from transforms.outcomes import summarise_key_changes


def count_table(run: Run, plan: TablePlan, snapshot: Snapshot) -> TableCounts:
    """Count what this run did to a table; a table carried over was done nothing to."""
    before = plan.before.row_count(outcome="curated") if plan.before else 0
    after = snapshot.row_count(outcome="curated")
    new = _by_outcome(snapshot, was_judged="false")
    read = _landed_rows(run.lake, plan, read_only=True)
    changes = {"keys_added": 0, "keys_replaced": 0, "keys_removed": 0}
    parent = run.parent.counts.get(plan.contract.name) if run.parent else None
    if plan.mode == "carried" and parent:
        told = {"version_conflicts": parent.version_conflicts, "reasons": parent.reasons, "warnings": parent.warnings}
        new = dict.fromkeys(OUTCOMES, 0)
    else:
        with run.step("curate", f"{plan.contract.name}, counts"):
            told = _told(run, plan, snapshot)
            changes = _key_changes(run, plan, snapshot)
    return TableCounts(
        read=read, **new, rows_before=before, **changes, rows_after=after, **told,
        cumulative={"landed": _landed_rows(run.lake, plan, read_only=False), **_by_outcome(snapshot)},
        mode=plan.mode, why=plan.why,
    )


def audit_counts(table: str, counts: TableCounts) -> None:
    """The run's and the table's equations. Raises AuditError, one sentence with the figures."""
    outcomes = {name: getattr(counts, name) for name in OUTCOMES}
    cumulative = {name: counts.cumulative[name] for name in OUTCOMES}
    _must_equal(table, "rows read", counts.read, outcomes)
    _must_equal(table, "rows ever landed", counts.cumulative["landed"], cumulative)
    _must_equal(table, "rows newly curated", counts.curated,
                {"keys added": counts.keys_added, "keys replaced": counts.keys_replaced})
    _must_equal(table, "rows after", counts.rows_after,
                {"before": counts.rows_before, "keys added": counts.keys_added, "keys removed": -counts.keys_removed})


def _must_equal(table: str, name: str, left: int, right: Mapping[str, int]) -> None:
    if left != sum(right.values()):
        found = " + ".join(f"{count:,} {part}" for part, count in right.items())
        raise AuditError(f"{table}: {name}: {left:,} is not {found} = {sum(right.values()):,}; nothing was published")


def _by_outcome(snapshot: Snapshot, **partition: str) -> dict[str, int]:
    found = snapshot.row_counts("outcome", **partition)
    return {outcome: found[outcome] for outcome in OUTCOMES}


def _landed_rows(lake: ObjectStore, plan: TablePlan, *, read_only: bool) -> int:
    """Rows of the landing files, from their footers."""
    return sum(footer_row_count(lake, landing_key(plan.domain, d.source_name, d.landing_file_id, "parquet"))
               for d in (plan.to_read if read_only else plan.deliveries))


def _told(run: Run, plan: TablePlan, snapshot: Snapshot) -> dict[str, object]:
    """Version conflicts, and how often each reason and each warning stands, over everything that ever landed."""
    rows = read_snapshot(run.spark, run.lake, snapshot, plan.contract, BEYOND_CONTRACT)
    said = rows.select(
        F.explode(F.concat(
            F.transform("reasons", lambda code: F.struct(F.lit("reasons").alias("kind"), code.alias("code"))),
            F.transform(F.coalesce("warnings", F.array().cast("array<string>")),
                        lambda code: F.struct(F.lit("warnings").alias("kind"), code.alias("code"))),
            F.when(F.col("is_version_conflict"), F.array(
                F.struct(F.lit("conflicts").alias("kind"), F.lit("version_conflict").alias("code")))).otherwise(
                F.array().cast("array<struct<kind:string,code:string>>")),
        )).alias("said")).groupBy("said.kind", "said.code").count().collect()
    by_kind = {kind: {row["code"]: row["count"] for row in said if row["kind"] == kind}
               for kind in ("reasons", "warnings", "conflicts")}
    return {"version_conflicts": sum(by_kind["conflicts"].values()), "reasons": by_kind["reasons"],
            "warnings": by_kind["warnings"]}


def _key_changes(run: Run, plan: TablePlan, snapshot: Snapshot) -> dict[str, int]:
    def curated(of: Snapshot | None) -> DataFrame:
        chosen = of or Snapshot(snapshot.table, snapshot.folder, (), "")
        return read_snapshot(run.spark, run.lake, chosen, plan.contract, BEYOND_CONTRACT, outcome="curated")

    changes = summarise_key_changes(curated(plan.before), curated(snapshot), plan.contract).first()
    return changes.asDict() if changes else {}
