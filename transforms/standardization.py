"""Landed text -> typed contract fields: each rule runs once for each distinct value of a batch, inside the worker."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.contract import Contract, Field
from schemas.landing_columns import landing_column
from schemas.lineage import CELL, EMPTY_CELL, FILE_ID, HEADER, LANDING_LINEAGE, RECORD_NUMBER
from transforms.arrow_columns import arrow_schema, arrow_type, codes, constant
from transforms.standardize import AMBIGUOUS_PARAMETER, resolved, standardizer
from transforms.standardize.excluded import ExclusionPlan, excludes
from transforms.standardize.null_token import is_null_token
from transforms.unpivoting import unpivoted

UNREADABLE, NOT_OF_TABLE = "unreadable", "not_of_table"
CACHED_VALUES = 500_000


@dataclass(frozen=True)
class FieldPlan:
    """Where a contract field comes from, and its rule: a landed column, or what stands in the place of one."""

    field: Field
    landing_name: str
    rule: str
    parameters: Mapping[str, Any]
    null_tokens: frozenset[str]


@dataclass(frozen=True)
class UnpivotPlan:
    """Of a source whose records are several rows each: what fills a field from the header of a column, and what one
    from its cell. An empty cell is no row of the table."""

    header: FieldPlan
    cell: FieldPlan


@dataclass(frozen=True)
class FilePlan:
    """What was decided for one landed file; `unpivoted` are those of its columns that are rows, `named` what its name
    says, by the fields that it fills."""

    delivery_order: str
    decided_formats: Mapping[str, str]
    is_replaced: bool = False
    unpivoted: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SourcePlan:
    """Everything that turns the landed records of one source into rows of a contract."""

    source_name: str
    contract: Contract
    identical_rows: Literal["distinct", "duplicate"]
    fields: tuple[FieldPlan, ...]
    constants: Mapping[str, Any]
    files: Mapping[str, FilePlan]
    masking_key: bytes = field(repr=False)
    exclusions: tuple[ExclusionPlan, ...] = ()
    unpivot: UnpivotPlan | None = None
    named: tuple[FieldPlan, ...] = ()

    def of_record(self) -> tuple[str, ...]:
        """The landed columns that say something of a record as a whole."""
        landed = [plan.landing_name for plan in self.fields] + [plan.landing_name for plan in self.exclusions]
        return tuple(dict.fromkeys(map(landing_column, landed)))

    @property
    def filled(self) -> frozenset[str]:
        """The fields that the source fills."""
        rows = (self.unpivot.header, self.unpivot.cell) if self.unpivot else ()
        return frozenset((*(plan.field.name for plan in (*self.fields, *self.named, *rows)), *self.constants))

    def landing_schema(self) -> T.StructType:
        rows = (landing_column(name) for file in self.files.values() for name in file.unpivoted)
        names = dict.fromkeys((*self.of_record(), *rows))
        return T.StructType(
            [T.StructField(name, T.StringType()) for name in names]
            + [T.StructField(RECORD_NUMBER, T.LongType()), T.StructField(FILE_ID, T.StringType())]
        )

    def row_schema(self) -> T.StructType:
        return T.StructType(
            [
                *self.contract.struct.fields,
                *(T.StructField(f.name, f.type) for f in LANDING_LINEAGE),
                T.StructField(UNREADABLE, T.ArrayType(T.StringType())),
                T.StructField(NOT_OF_TABLE, T.StringType()),
            ]
        )


def standardize(landed: DataFrame, plan: SourcePlan) -> DataFrame:
    """The contract's fields and the lineage columns, `unreadable`: `<field>_unreadable` for each value lost, and
    `not_of_table`: the first reason for which the source excludes the record, else null.

    A null token is a null and no loss. A value that its rule refuses, or that its type cannot hold, is lost: null, and
    named in `unreadable`. Fields called personal carry a keyed hash (HMAC-SHA256, hexadecimal), nulls stay null.
    Derived fields are computed from the others, in the contract's order.
    """
    rows = landed.mapInArrow(_worker(plan), plan.row_schema())
    for derived in (f for f in plan.contract.fields if f.derived):
        rows = rows.withColumn(derived.name, F.expr(str(derived.derived)).cast(derived.type))
    return rows


def _worker(plan: SourcePlan) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        standardizing = Standardizing(plan)
        for batch in batches:
            for part in _by_file(batch):
                yield from map(standardizing.rows, standardizing.unpivoted(part))

    return run


def _by_file(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch cut where one file's records end and another's begin: decisions hold for a file."""
    if batch.num_rows == 0:
        return
    ends = pc.run_end_encode(batch.column(FILE_ID)).run_ends.to_pylist()
    for start, end in zip([0, *ends], ends, strict=False):
        yield batch.slice(start, end - start)


class Standardizing:
    """The rules of one source at work in one worker, with what they have answered so far."""

    def __init__(self, plan: SourcePlan) -> None:
        self.plan = plan
        self.schema = arrow_schema(plan.row_schema())
        self._columns: dict[tuple[str, str | None], _Column] = {}
        self._exclusions = [(plan, excludes(plan)) for plan in plan.exclusions]

    def unpivoted(self, batch: pa.RecordBatch) -> Iterable[pa.RecordBatch]:
        """The records of one file as `rows` takes them: as they are, or each as often as the file has columns that are
        rows."""
        if self.plan.unpivot is None:
            return (batch,)
        names = self.plan.files[batch.column(FILE_ID)[0].as_py()].unpivoted
        return unpivoted(batch, names, (*self.plan.of_record(), RECORD_NUMBER, FILE_ID))

    def rows(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of a batch whose records all come from one file."""
        file_id = batch.column(FILE_ID)[0].as_py()
        file = self.plan.files[file_id]
        columns: dict[str, pa.Array] = {}
        lost: dict[str, np.ndarray] = {}
        for plan, texts in self._texts(batch, file):
            name = plan.field.name
            column = self._column(plan, file.decided_formats.get(name))
            columns[name], lost_here = column.standardized(texts)
            if lost_here is not None:
                lost[name] = lost_here
        columns[NOT_OF_TABLE] = self._excluded(batch, lost)
        if self.plan.unpivot:
            cell = self.plan.unpivot.cell.field.name
            columns[NOT_OF_TABLE] = pc.coalesce(columns[NOT_OF_TABLE], _empty_cells(columns[cell], lost.get(cell)))
        columns |= {
            "source_name": constant(self.plan.source_name, batch.num_rows, pa.string()),
            "landing_file_id": constant(file_id, batch.num_rows, pa.string()),
            "record_number": batch.column(RECORD_NUMBER),
            "delivery_order": constant(file.delivery_order, batch.num_rows, pa.string()),
            UNREADABLE: codes(lost, batch.num_rows),
        }
        arrays = [
            columns[f.name] if f.name in columns else constant(self._constant_of(f.name), batch.num_rows, f.type)
            for f in self.schema
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _texts(self, batch: pa.RecordBatch, file: FilePlan) -> Iterator[tuple[FieldPlan, pa.Array]]:
        """Each field that a rule fills, with the texts that it is made of."""
        for plan in self.plan.fields:
            yield plan, batch.column(landing_column(plan.landing_name))
        for plan in self.plan.named:
            yield plan, constant(file.named[plan.field.name], batch.num_rows, pa.string())
        if self.plan.unpivot:
            yield self.plan.unpivot.header, batch.column(HEADER)
            yield self.plan.unpivot.cell, batch.column(CELL)

    def _excluded(self, batch: pa.RecordBatch, lost: dict[str, np.ndarray]) -> pa.Array:
        """The reason that excludes each record; a word that is not known is `lost`, under the reason's name."""
        reasons = pa.nulls(batch.num_rows, pa.string())
        for plan, judge in self._exclusions:
            encoded = batch.column(landing_column(plan.landing_name)).dictionary_encode()
            words = pa.array([judge(text) for text in encoded.dictionary.to_pylist()], pa.bool_())
            said = words.take(encoded.indices)
            is_unknown = pc.and_(pc.is_null(said), pc.is_valid(encoded))
            if pc.any(is_unknown).as_py():
                lost[plan.reason] = is_unknown.to_numpy(zero_copy_only=False)
            reasons = pc.coalesce(reasons, pc.if_else(pc.fill_null(said, False), plan.reason, None))
        return reasons

    def _constant_of(self, name: str) -> Any:
        value = self.plan.constants.get(name)
        return masked(value, self.plan.masking_key) if value and self.plan.contract.by_name[name].personal else value

    def _column(self, plan: FieldPlan, decided_format: str | None) -> _Column:
        key = (plan.field.name, decided_format)
        if key not in self._columns:
            self._columns[key] = _Column(plan, decided_format, self.plan.masking_key)
        return self._columns[key]


class _Column:
    """One field's rule with a bounded memory of its answers."""

    def __init__(self, plan: FieldPlan, decided_format: str | None, masking_key: bytes) -> None:
        self.rule = _rule(plan, decided_format)
        self.null_tokens = plan.null_tokens
        self.type = arrow_type(plan.field.type)
        self.fits = _fits(plan.field.type)
        self.masking_key = masking_key if plan.field.personal else None
        self.answers: dict[str, tuple[Any, bool]] = {}

    def standardized(self, texts: pa.Array) -> tuple[pa.Array, np.ndarray | None]:
        """The typed values, and where a value that was not null was lost (None where nowhere)."""
        encoded = texts.dictionary_encode()
        answers = [self._answer(text) for text in encoded.dictionary.to_pylist()]
        values = pa.array([value for value, _ in answers], self.type).take(encoded.indices)
        if not any(is_lost for _, is_lost in answers):
            return values, None
        flags = pa.array([is_lost for _, is_lost in answers]).take(encoded.indices)
        return values, flags.fill_null(False).to_numpy(zero_copy_only=False)

    def _answer(self, text: str | None) -> tuple[Any, bool]:
        if text is None:
            return None, False
        answer = self.answers.get(text)
        if answer is None:
            if len(self.answers) >= CACHED_VALUES:
                self.answers.clear()
            answer = self.answers[text] = self._judged(text)
        return answer

    def _judged(self, text: str) -> tuple[Any, bool]:
        if is_null_token(text, self.null_tokens):
            return None, False
        value = self.rule(text)
        if value is None or not self.fits(value):
            return None, True
        return (masked(value, self.masking_key) if self.masking_key is not None else value), False


def _empty_cells(cells: pa.Array, lost: np.ndarray | None) -> pa.Array:
    """The reason that excludes a row whose cell is empty: null, and not for a value that was lost."""
    is_empty = pc.is_null(cells) if lost is None else pc.and_not(pc.is_null(cells), pa.array(lost))
    return pc.if_else(is_empty, EMPTY_CELL, None)


def _rule(plan: FieldPlan, decided_format: str | None) -> Callable[[str], Any]:
    """The field's rule under the format that its file decided for."""
    if AMBIGUOUS_PARAMETER not in plan.parameters:
        return standardizer(plan.rule, **plan.parameters)
    if decided_format is not None:
        return standardizer(plan.rule, **resolved(plan.parameters, decided_format))

    def undecided(text: str) -> Any:
        raise ValueError(
            f"{plan.field.name}: its file decided for none of {plan.parameters[AMBIGUOUS_PARAMETER]}; "
            "only a file without the column may leave that open"
        )

    return undecided


def masked(value: str, key: bytes) -> str:
    """A keyed hash of a personal value: equal for equal values, and nothing without the key."""
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:32]


def _fits(declared: T.DataType) -> Callable[[Any], bool]:
    if isinstance(declared, T.DecimalType):
        limit, scale = Decimal(10) ** (declared.precision - declared.scale), declared.scale
        return lambda value: value.copy_abs() < limit and _places(value) <= scale
    bits = {"integer": 31, "long": 63, "bigint": 63}.get(declared.typeName())
    if bits:
        return lambda value: -(1 << bits) <= value < 1 << bits
    return lambda value: True


def _places(value: Decimal) -> int:
    """Decimal places without trailing zeros; not by `normalize`, which rounds to 28 digits."""
    digits, exponent = value.as_tuple()[1:]
    places = -int(exponent) if value else 0
    for digit in reversed(digits):
        if digit or places <= 0:
            break
        places -= 1
    return places
