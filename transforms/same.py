"""Comparisons of several columns at once in which a null is a value, written so that every engine reads them alike."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F


def is_same(names: Sequence[str], others: Sequence[str]) -> Column:
    """Whether the columns of the first names equal those of the others, one by one; a null equals a null. Never null,
    so that a join by it loses no key for a null in it."""
    return reduce(
        Column.__and__, (F.col(one).eqNullSafe(F.col(other)) for one, other in zip(names, others, strict=True))
    )


def is_greater(names: Sequence[str], others: Sequence[str]) -> Column:
    """Whether the columns of the first names come after those of the others in the order of the first that differ; a
    null comes before every value. Never null; false where there are no columns."""
    found = F.lit(False)
    for one, other in reversed([*zip(names, others, strict=True)]):
        is_after = F.coalesce(F.col(one) > F.col(other), F.col(one).isNotNull() & F.col(other).isNull())
        found = is_after | (F.col(one).eqNullSafe(F.col(other)) & found)
    return found


def prefixed(prefix: str, names: Sequence[str]) -> list[str]:
    """The names under which one side of a join keeps its columns apart."""
    return [f"{prefix}_{name}" for name in names]


def under(prefix: str, names: Sequence[str]) -> list[Column]:
    """The columns of these names under their `prefixed` ones."""
    return [F.col(name).alias(f"{prefix}_{name}") for name in names]
