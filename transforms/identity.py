"""What identifies a row: a hash of its values that every engine computes alike."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F


def hash_of(columns: Mapping[str, Column]) -> Column:
    """SHA-256 of the columns with their names, in their order, as text: 64 hexadecimal digits. A null is a value of its
    own, and no two rows of different values read alike: each is `name=5:value`, with its length.

    Not of JSON, into which engines write decimals and control characters each in its own way. Moments are to be given
    as numbers (`F.unix_micros`), of which no engine leaves off zeros.
    """
    return F.sha2(F.concat(*(_with_length(name, column.cast("string")) for name, column in columns.items())), 256)


def _with_length(name: str, text: Column) -> Column:
    return F.coalesce(F.concat(F.lit(f"{name}="), F.length(text).cast("string"), F.lit(":"), text), F.lit(""))
