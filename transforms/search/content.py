"""What rows a model was made of, in one row."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from schemas.contract import Contract


def summarise_content(rows: DataFrame, contract: Contract, *, day: str) -> DataFrame:
    """One row: `row_count`, `first_on` and `last_on` of `day`, and `content_hash`, which is the same for the same rows
    in any order, in whatever files: the sum of the 64-bit hashes of the contract's fields, modulo 2^64.

    Nulls count: xxhash64 skips them, so that which fields are null is hashed too. It tells one data set from another
    and is no proof against forgery. Without rows it is null.
    """
    fields = [F.col(name) for name in contract.names]
    row_hash = F.xxhash64(*fields, *(field.isNull() for field in fields))
    modulus = F.lit(str(2**64)).cast("decimal(20,0)")
    total = F.pmod(F.sum(row_hash.cast("decimal(20,0)")), modulus)
    return rows.agg(
        F.count(F.lit(1)).alias("row_count"),
        F.min(day).alias("first_on"),
        F.max(day).alias("last_on"),
        total.cast("string").alias("content_hash"),
    )
