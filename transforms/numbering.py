"""Keys of rows that have none of their own: their content, or a number among the rows of a file that share the rest of
the key. See docs/decisions/outcomes.md.

The n-th of one file is the same thing as the n-th of another: of several files the larger multiplicity stands, never
the sum.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from schemas.contract import Contract
from transforms.outcomes import is_contestant
from transforms.standardization import UNREADABLE

IdenticalRows = Literal["distinct", "duplicate"]


def with_content_id(
    rows: DataFrame, contract: Contract, *, filled: Collection[str], identical_rows: IdenticalRows
) -> DataFrame:
    """Fill the key's field numbered by `content`, where there is one and the source does not fill it: the content, and
    where identical rows are distinct things also the row's number among its file's rows of that content, by record
    number. Rows of which a value could not be read count apart: their null is none that another file has.
    """
    field = contract.numbered_by("content")
    if field is None or field.name in filled:
        return rows
    content = F.substring("content_hash", 1, 32)
    if identical_rows == "duplicate":
        return rows.withColumn(field.name, content)
    is_whole = F.size(UNREADABLE) == 0
    within_file = Window.partitionBy("landing_file_id", "content_hash", is_whole).orderBy("record_number")
    return rows.withColumn(field.name, F.concat_ws("-", content, F.row_number().over(within_file).cast("string")))


def with_occurrence_number(
    rows: DataFrame, contract: Contract, *, identical_rows: IdenticalRows, upserting: Collection[str] = ()
) -> DataFrame:
    """Fill the key's field numbered by `key`, where there is one: 1 for the newest version of a file's rows that share
    the rest of the key, then by content. Identical rows have one number where they are duplicates.

    Takes rows as `with_reasons` gives them, and numbers those that compete: of the others it is null, so that a row in
    quarantine takes no other's number.
    """
    field = contract.numbered_by("key")
    if field is None:
        return rows
    versions = (F.col(name).desc_nulls_last() for name in contract.version_order)
    within_file = Window.partitionBy("landing_file_id", *contract.natural_key, "is_contestant").orderBy(
        *versions, "content_hash", *(["record_number"] if identical_rows == "distinct" else [])
    )
    number = (F.row_number() if identical_rows == "distinct" else F.dense_rank()).over(within_file).cast(field.type)
    marked = rows.withColumn("is_contestant", is_contestant(contract, upserting=upserting))
    return marked.withColumn(field.name, F.when(F.col("is_contestant"), number)).drop("is_contestant")
