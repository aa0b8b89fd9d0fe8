"""What becomes of every row: curated, superseded, duplicate, excluded or quarantined.

The order that decides does not depend on arrival: the contract's version columns, the delivery's order, the record
number, the file's id, and of rows that are derived from one row their content; greater is newer, and a null is the
oldest. See docs/decisions/outcomes.md.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.contract import Contract, Field
from schemas.lineage import EMPTY_CELL, JUDGEMENT_NAMES, LINEAGE_NAMES
from transforms.identity import hash_of
from transforms.same import is_same, prefixed, under

REPLACED = "delivery_replaced"


def with_content_hash(rows: DataFrame, contract: Contract) -> DataFrame:
    """Add `content_hash`: SHA-256 of the contract's fields with their names, so that a null is a value of its own.

    Why the source excludes a record is part of its content: a receipt that is withdrawn differs from the receipt. What
    numbers the row in its file is not.
    """
    content = {field.name: _content_of(field) for field in contract.fields if not field.numbered}
    return rows.withColumn("content_hash", hash_of({**content, "not_of_table": F.col("not_of_table")}))


def _content_of(field: Field) -> Column:
    column = F.col(field.name)
    return F.unix_micros(column) if isinstance(field.type, T.TimestampType) else column


def with_reasons(
    rows: DataFrame, contract: Contract, *, replaced_file_ids: tuple[str, ...], upserting: Collection[str] = ()
) -> DataFrame:
    """Add `reasons`, `warnings` and `is_replaced`, and drop `unreadable`; `not_of_table` stays.

    `reasons` are the codes that quarantine a row: values lost in standardizing, and rules of severity `quarantine` or
    `halt`; a required value that was lost is not said to be missing besides. A row of a delivery that a later one
    replaced is not judged: its only reason is `delivery_replaced`; nor is a record that is no row of the table, but
    where its source is one of `upserting` and its key or version could not be read: nothing tells what it takes back.
    """
    is_replaced = F.col("landing_file_id").isin(*replaced_file_ids) if replaced_file_ids else F.lit(False)
    said_missing = F.transform("unreadable", lambda code: F.regexp_replace(code, "_unreadable$", "_missing"))
    broken = F.array_union(contract.violations(severity="quarantine"), contract.violations(severity="halt"))
    found = F.when(F.size("unreadable") == 0, broken).otherwise(
        F.array_union("unreadable", F.array_except(broken, said_missing))
    )
    is_of_table = F.col("not_of_table").isNull()
    none = F.array().cast("array<string>")
    of_place = F.array(*(F.lit(f"{name}_unreadable") for name in (*contract.key, *contract.version_order)))
    lost_place = F.array_sort(F.array_intersect("unreadable", of_place))
    is_of_upserting = F.col("source_name").isin(*upserting) if upserting else F.lit(False)
    corrects = is_of_upserting & (F.col("not_of_table") != EMPTY_CELL)
    judged = F.when(is_of_table, F.array_sort(found)).when(corrects, lost_place).otherwise(none)
    return rows.select(
        *contract.names,
        *LINEAGE_NAMES,
        "content_hash",
        F.when(is_replaced, F.array(F.lit(REPLACED))).otherwise(judged).alias("reasons"),
        F.when(is_of_table, contract.violations(severity="warn")).otherwise(none).alias("warnings"),
        is_replaced.alias("is_replaced"),
        "not_of_table",
    )


def judge(rows: DataFrame, contract: Contract, *, upserting: Collection[str] = ()) -> DataFrame:
    """Give every row its outcome; one shuffle by key.

    Takes rows as `with_reasons` gives them, and rows judged before (`was_judged`), whose quarantine and replacement
    stand and which compete anew otherwise. A record that its source excludes competes where the source is one of
    `upserting` and its key is whole: it corrects what was said before. Elsewhere it is excluded beside all. Adds
    `outcome` and `is_version_conflict`; `reasons` gets the exclusion's code, or for a loser none. Rows that lost keep
    only key, version and lineage: the rest is null, and lies in landing.
    """
    competes = is_contestant(contract, upserting=upserting)
    apart = F.when(~competes, F.concat_ws("-", "landing_file_id", F.col("record_number").cast("string")))
    order = [
        F.col(name).desc_nulls_last()
        for name in (*contract.version_order, "delivery_order", "record_number", "landing_file_id", "content_hash")
    ]
    by_key = Window.partitionBy(*contract.key, apart).orderBy(*order)
    place = F.row_number().over(by_key)
    winner = F.first("content_hash").over(by_key.rowsBetween(Window.unboundedPreceding, Window.currentRow))
    same_version = reduce(
        Column.__and__,
        (F.lag(name).over(by_key).eqNullSafe(F.col(name)) for name in contract.version_order),
        F.lit(True),
    )
    same_order = F.lag("delivery_order").over(by_key).eqNullSafe(F.col("delivery_order"))
    newer_content = F.lag("content_hash").over(by_key)  # null for the first, which then conflicts with nobody
    is_other = newer_content != F.col("content_hash")
    conflicts = competes & same_version & (~has_no_version(contract) | same_order) & is_other
    placed = rows.select(
        "*",
        competes.alias("competes"),
        place.alias("place"),
        winner.alias("winning_hash"),
        F.coalesce(conflicts, F.lit(False)).alias("is_version_conflict"),
        F.coalesce("not_of_table", contract.exclusion()).alias("excluded_by"),
    )
    return _narrowed(placed.withColumn("outcome", _outcome()), contract)


def is_contestant(contract: Contract, *, upserting: Collection[str] = ()) -> Column:
    """Whether a row, as `with_reasons` gives it, competes with the others of its key."""
    withdraws = _corrects(contract, upserting) & (F.col("not_of_table") != EMPTY_CELL)
    is_of_key = F.col("not_of_table").isNull() | withdraws
    return (F.size("reasons") == 0) & ~F.col("is_replaced") & is_of_key


def has_no_version(contract: Contract) -> Column:
    """Whether every version column of a row is null: then only the order of its delivery says how new it is."""
    return reduce(Column.__and__, (F.col(name).isNull() for name in contract.version_order), F.lit(True))


def _outcome() -> Column:
    return (
        F.when(F.col("is_replaced"), "superseded")
        .when(F.size("reasons") > 0, "quarantined")
        .when(~F.col("competes"), "excluded")
        .when((F.col("place") == 1) & F.col("excluded_by").isNotNull(), "excluded")
        .when(F.col("place") == 1, "curated")
        .when(F.col("content_hash") == F.col("winning_hash"), "duplicate")
        .otherwise("superseded")
    )


def _narrowed(judged: DataFrame, contract: Contract) -> DataFrame:
    lost = F.col("outcome").isin("superseded", "duplicate")
    kept = {*contract.key, *contract.version_order}
    fields = [F.col(n) if n in kept else F.when(~lost, F.col(n)).alias(n) for n in contract.names]
    reasons = F.when(F.col("outcome") == "excluded", F.array("excluded_by")).otherwise(F.col("reasons"))
    judgement = {"reasons": reasons.alias("reasons")}
    return judged.select(*fields, *LINEAGE_NAMES, *(judgement.get(n, F.col(n)) for n in JUDGEMENT_NAMES))


def judged_before(snapshot: DataFrame, contract: Contract) -> DataFrame:
    """Rows of an earlier snapshot as `judge` takes them: what quarantined, replaced or excluded them
    stands; an exclusion by the contract or a lost contest is decided anew."""
    stands = F.col("outcome") == "quarantined"
    is_replaced = F.coalesce(F.array_contains("reasons", REPLACED), F.lit(False))
    is_of_table = (F.col("outcome") != "excluded") | _excluded_by_contract(contract)
    return snapshot.select(
        *contract.names,
        *LINEAGE_NAMES,
        "content_hash",
        F.when(stands | is_replaced, F.col("reasons")).otherwise(F.array().cast("array<string>")).alias("reasons"),
        "warnings",
        is_replaced.alias("is_replaced"),
        F.when(~is_of_table, F.get("reasons", F.lit(0))).alias("not_of_table"),
        F.lit(True).alias("was_judged"),
    )


def is_standing(contract: Contract, *, upserting: Collection[str]) -> Column:
    """Whether a row of a snapshot is the one that stands of its key, curated or excluded."""
    withdraws = _corrects(contract, upserting) & ~F.coalesce(F.array_contains("reasons", EMPTY_CELL), F.lit(False))
    is_of_key = _excluded_by_contract(contract) | withdraws
    return (F.col("outcome") == "curated") | ((F.col("outcome") == "excluded") & is_of_key)


def _corrects(contract: Contract, upserting: Collection[str]) -> Column:
    """Whether a record that its source excludes stands in its key's place, as a correction of it. In a part of the key
    that need not be there a null is a value."""
    needed = (name for name in contract.natural_key if contract.by_name[name].required)
    has_key = reduce(Column.__and__, (F.col(name).isNotNull() for name in needed), F.lit(True))
    return F.col("source_name").isin(*upserting) & has_key if upserting else F.lit(False)


def _excluded_by_contract(contract: Contract) -> Column:
    codes = F.array(*(F.lit(e.code) for e in contract.exclusions)).cast("array<string>")
    return F.coalesce(F.arrays_overlap("reasons", codes), F.lit(False))


def key_changes(before: DataFrame, after: DataFrame, contract: Contract) -> DataFrame:
    """One row for each key whose row changed, with `change`: `keys_added`, `keys_replaced` (the row that stands was
    read in this run) or `keys_removed`.

    `before` and `after` are curated rows; `after` has `was_judged`, false for rows read in this run.
    """
    key = contract.key
    old = before.select(*under("old", key), F.lit(True).alias("was"))
    new = after.select(*under("new", key), (~F.col("was_judged")).alias("is_new"))
    both = old.join(new, is_same(prefixed("old", key), prefixed("new", key)), "full")
    change = (
        F.when(F.col("was").isNull(), "keys_added")
        .when(F.col("is_new").isNull(), "keys_removed")
        .when(F.col("is_new"), "keys_replaced")
    )
    return both.select(change.alias("change")).where(F.col("change").isNotNull())
