"""Arrow's side of rows: columns of one value, lists of codes, and the types of contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import types as T


def codes(lost: Mapping[str, np.ndarray], row_count: int) -> pa.Array:
    """For each row the codes of the values it lost; an empty list for most."""
    if not lost:
        return pa.ListArray.from_arrays(pa.array(np.zeros(row_count + 1, np.int32)), pa.array([], pa.string()))
    codes = [f"{name}_unreadable" for name in lost]
    grid = np.column_stack(list(lost.values()))
    offsets = np.concatenate([[0], grid.sum(axis=1).cumsum()]).astype(np.int32)
    lost_codes = np.array(codes, object)[np.nonzero(grid)[1]]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(lost_codes, pa.string()))


def constant(value: Any, row_count: int, type_: pa.DataType) -> pa.Array:
    if value is None:
        return pa.nulls(row_count, type_)
    return pa.array([value], type_).take(pa.array(np.zeros(row_count, np.int64)))


def arrow_schema(struct: T.StructType) -> pa.Schema:
    return pa.schema([(field.name, arrow_type(field.dataType)) for field in struct.fields])


def arrow_type(declared: T.DataType) -> pa.DataType:
    if isinstance(declared, T.DecimalType):
        return pa.decimal128(declared.precision, declared.scale)
    if isinstance(declared, T.ArrayType):
        return pa.list_(arrow_type(declared.elementType))
    return {
        "string": pa.string(),
        "integer": pa.int32(),
        "long": pa.int64(),
        "bigint": pa.int64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", "UTC"),
        "boolean": pa.bool_(),
        "double": pa.float64(),
    }[declared.typeName()]
