"""The rows of a curated table with their outcomes: what its sources landed, or what is derived from other tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from schemas.contract import Contract
from schemas.lineage import LANDING_LINEAGE
from transforms.numbering import with_content_id, with_occurrence_number
from transforms.outcomes import judge, judged_before, with_content_hash, with_reasons
from transforms.standardization import NOT_OF_TABLE, UNREADABLE, SourcePlan, standardize


def judge_landed(
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


def judge_derived(derived: DataFrame, contract: Contract) -> DataFrame:
    """Every row that was derived from other tables, with its outcome: its contract judges it as a landed one.

    It has the contract's fields, and as lineage that of the row that it was made of. Raises ContractError for other
    columns.
    """
    rows = (
        replace(contract, fields=(*contract.fields, *LANDING_LINEAGE))
        .conform(derived)
        .withColumn(UNREADABLE, F.array().cast("array<string>"))
        .withColumn(NOT_OF_TABLE, F.lit(None).cast("string"))
    )
    reasoned = with_reasons(with_content_hash(rows, contract), contract, replaced_file_ids=())
    return judge(reasoned.withColumn("was_judged", F.lit(False)), contract)


def keep_latest(rows: DataFrame, *key: str) -> DataFrame:
    """The row of each key that was delivered last, by a total order: one that stands for what is derived from all."""
    order = ("delivery_order", "record_number", "landing_file_id", "content_hash")
    newest = Window.partitionBy(*key).orderBy(*(F.col(name).desc_nulls_last() for name in order))
    return rows.withColumn("__place", F.row_number().over(newest)).where("__place = 1").drop("__place")


def _rows(landed: DataFrame, plan: SourcePlan, upserting: Sequence[str]) -> DataFrame:
    contract, identical_rows = plan.contract, plan.identical_rows
    rows = with_content_hash(standardize(landed, plan), contract)
    identified = with_content_id(rows, contract, filled=plan.filled, identical_rows=identical_rows)
    replaced = tuple(sorted(file_id for file_id, file in plan.files.items() if file.is_replaced))
    reasoned = with_reasons(identified, contract, replaced_file_ids=replaced, upserting=upserting)
    numbered = with_occurrence_number(reasoned, contract, identical_rows=identical_rows, upserting=upserting)
    return numbered.withColumn("was_judged", F.lit(False))
