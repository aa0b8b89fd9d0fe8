"""Hostile cells: rows of a schema from seeds, so that hypothesis can leave rows away until few are left that differ."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import types as T

from schemas.procurement.words import CHANGE_TYPES, EVENT_TYPES, LEG_STATUSES, LEGS, WINDOW_STATUSES

WORDS = (
    "", " ", "x", "X", "x ", "é", "e\u0301", "ß", "ẞ", "İ", "ı", "😀", "日本", "ﬁ", "ǅ", "Σ", "ς", "Ⅷ", "٣", "_", "a_b",
    "a__b", "%", "*?[]{}", "a\tb", "a\nb", "a\r\nb", 'q"q', "it's", "back\\slash", "</s>", "null", "NULL", "\u0001",
    "\u001f", "\u007f", "\u0085", "\u2028", "\u00a0", "\ufeffx", "\ufffd", "10", "010", "-", "$1", "9" * 40, "9 " * 60,
)  # fmt: skip
NAMES = (
    "Miller",
    "MILLER",
    "Mil-ler",
    "Müller",
    "MÜLLER",
    "mu\u0308ller",
    "Straße",
    "STRASSE",
    "Ærø",
    "...",
    "№ 1",
    "",
)
ZONES = ("Europe/Berlin", "UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe")
NEAR, FAR = date(2024, 2, 20), (date(1900, 1, 1), date(1970, 1, 1), date(1969, 12, 31), date(2100, 12, 31))
EXTREME = ("0", "0.01", "-0.01", "1", "10", "10", "-10", "33.33", "100", "0.5", "999999", "123456789.12")
# Of the columns of these names a row has one of a few values, so that rows meet; a null among them where one may be.
FEW: Mapping[str, Sequence[Any]] = {
    "source_system_code": ("ERP", "ERP", "LOG", "erp"),
    "case_id": ("1_10", "1_10", "1_20", "2_10", "_", "é"),
    "po_number": ("1", "1", "2", "_", "1_"),
    "item_number": ("10", "10", "20", "_10"),
    "line_number": ("1", "2", "3"),
    "vendor_id": ("V1", "V1", "V2", "v1", "", None),
    "vendor_name": (*NAMES, None),
    "company_code": ("C1", "C2", "C3", None),
    "category_name": ("Pens", "Paper", "pens", "", None),
    "document_type_name": ("Standard", "EC Purchase order", None),
    "item_type_name": ("Standard", "Service", None),
    "currency_code": ("EUR", "EUR", "EUR", "USD", "eur", None),
    "line_currency_code": ("EUR", "EUR", "EUR", "USD", None),
    "worth_currency_code": ("EUR", "EUR", "USD", None),
    "time_zone_name": ZONES,
    "time_precision": ("minute", "day"),
    "event_type": (*EVENT_TYPES, *("order_created", "goods_received", "invoice_recorded", "invoice_cancelled") * 4),
    "change_type_code": (*CHANGE_TYPES, None),
    "status_code": ("open", "closed", "cancelled", None),
    "leg": tuple(leg.name for leg in LEGS[:3]),
    "leg_status": tuple(LEG_STATUSES),
    "window_status": (*WINDOW_STATUSES, None),
    "table_name": ("purchase_orders", "invoices", "goods_receipts", "logged_events"),
    "document_id": ("D1", "D1", "D2", "", None, None),
    "reverses_document_id": (None, None, None, "D1", "D2"),
    "receipt_number": ("R1", "R2", "R3", "R4"),
    "reverses_receipt_number": (None, None, None, "R1", "R2"),
    "invoice_number": ("I1", "I1", "I2", "I3"),
    "reverses_invoice_number": (None, None, None, None, "I1", "I2"),
    "source_name": ("one", "one", "other"),
    "landing_file_id": ("f1", "f1", "f2"),
    "delivery_order": ("2024-01/0001", "2024-01/0002", None),
    "payment_terms_days": (0, 14, 30, -7, None),
    "case_status": ("ordered", "received", "orphan", "deleted", "cleared", None),
    "not_of_table": (None, None, None, None, "not_delivered"),
    "cell_grain": ("vendor", "all"),
    "days": (*range(-3, 12), 400, -400, None),
    "month": (date(2024, 1, 1), date(2024, 2, 1), None),
    "data_from": (date(2024, 1, 15), date(1999, 1, 1), None),
    "data_through": (date(2024, 3, 1), date(2024, 2, 1), None),
}


@dataclass(frozen=True)
class Wanted:
    """The rows that a frame may have: of rows with one `unique` the first stays, and `never_null` columns have values;
    `few` takes the place of the words above, `limit` is of the decimals."""

    struct: T.StructType
    unique: tuple[str, ...] = ()
    never_null: tuple[str, ...] = ()
    few: Mapping[str, Sequence[Any]] | None = None
    extreme: bool = False

    def rows(self, seeds: Sequence[int]) -> list[dict[str, Any]]:
        """A row for each seed, which decides its cells, but for those of a key that was there before."""
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for place, seed in enumerate(seeds):
            row = self._row(random.Random(seed))
            row |= {"record_number": place + 1} if "record_number" in row else {}
            rows.setdefault(tuple(row[name] for name in self.unique) or (place,), row)
        return list(rows.values())

    def _row(self, chance: random.Random) -> dict[str, Any]:
        few = {**FEW, **(self.few or {})}
        # A row with few nulls, one with many, and one that is full: conditions on several columns must come true.
        null_share = chance.choice((0.0, 0.0, 0.1, 0.4))
        row = {}
        for field in self.struct:
            if field.name in few:
                value = chance.choice(few[field.name])
            else:
                value = None if chance.random() < null_share else self._cell(field.dataType, chance)
            while value is None and field.name in self.never_null:
                values = [one for one in few.get(field.name, ()) if one is not None]
                value = chance.choice(values) if values else self._cell(field.dataType, chance)
            row[field.name] = value
        return row

    def _cell(self, kind: T.DataType, chance: random.Random) -> Any:
        if isinstance(kind, T.StringType):
            return chance.choice(WORDS)
        if isinstance(kind, T.DecimalType):
            if self.extreme and chance.random() < 0.2:
                digits = Decimal(10) ** kind.precision - 1
                return chance.choice((digits, -digits)).scaleb(-kind.scale)
            return Decimal(chance.choice(EXTREME))
        if isinstance(kind, T.BooleanType):
            return chance.random() < 0.5
        if isinstance(kind, T.DateType):
            return self._day(chance)
        if isinstance(kind, T.TimestampType):
            micros = chance.choice((0, 0, 1, 999_999))
            moment = timedelta(minutes=chance.randrange(0, 1440, 15), microseconds=micros)
            return datetime.combine(self._day(chance), datetime.min.time(), UTC) + moment
        if isinstance(kind, T.DoubleType):
            return chance.choice((0.0, -0.0, 0.1, 1e-7, 1e10, -1.5, 1 / 3))
        if isinstance(kind, T.ArrayType):
            return [self._cell(kind.elementType, chance) for _ in range(chance.choice((0, 0, 1, 2)))]
        if isinstance(kind, T.StructType):
            return {field.name: self._cell(field.dataType, chance) for field in kind}
        return chance.choice((0, 1, 2, 3, 5, -1))

    def _day(self, chance: random.Random) -> date:
        if self.extreme and chance.random() < 0.03:
            return chance.choice(FAR)
        return NEAR + timedelta(days=round(chance.gauss(0, 8)))


def write_rows(wanted: Wanted, rows: Sequence[Mapping[str, Any]], path: Path) -> str:
    """The rows as a Parquet file that says its Spark schema."""
    schema = pa.schema([pa.field(field.name, arrow_type(field.dataType)) for field in wanted.struct])
    table = pa.Table.from_pylist([dict(row) for row in rows], schema)
    # Whole numbers of the schema's places, as Parquet takes them.
    pq.write_table(table.replace_schema_metadata({"spark": json.dumps(wanted.struct.jsonValue())}), path)
    return str(path)


def arrow_type(kind: T.DataType) -> pa.DataType:
    if isinstance(kind, T.DecimalType):
        return pa.decimal128(kind.precision, kind.scale)
    if isinstance(kind, T.ArrayType):
        return pa.list_(arrow_type(kind.elementType))
    if isinstance(kind, T.StructType):
        return pa.struct([pa.field(field.name, arrow_type(field.dataType)) for field in kind])
    plain = {
        T.StringType: pa.string(),
        T.IntegerType: pa.int32(),
        T.LongType: pa.int64(),
        T.DateType: pa.date32(),
        T.TimestampType: pa.timestamp("us", "UTC"),
        T.BooleanType: pa.bool_(),
        T.DoubleType: pa.float64(),
    }
    return plain[type(kind)]
