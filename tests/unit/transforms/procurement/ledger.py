"""Documents of a ledger for tests: each function gives the cells of one row, and every document has its own item `10`
of order `1` unless it says another. Day 0 is 2024-01-01."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from schemas.procurement import CURATED
from schemas.procurement.words import EVENT_TYPES
from tests.frames import curated_frame
from tests.unit.transforms.procurement.stories import covered, day
from transforms.procurement.options import SourceCoverage

Cells = dict[str, Any]
_IN_ERP = {"source_system_code": "ERP", "time_zone_name": "UTC"}
_ITEM = {"po_number": "1", "item_number": "10"}


def amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def minute(number: int | None) -> datetime | None:
    return None if number is None else datetime(2024, 1, 1, 9) + timedelta(days=number)


def order(item: str, number: int, worth: str | None = None, **cells: Any) -> Cells:
    told = {"item_number": item, "ordered_on": day(number), "currency_code": "EUR", "vendor_id": "V1"}
    return _IN_ERP | _ITEM | told | ({} if worth is None else {"ordered_amount": amount(worth)}) | cells


def approval(approval_number: str, submitted: int, released: int | None = None, **cells: Any) -> Cells:
    told = {"approval_number": approval_number, "submitted_at": minute(submitted), "released_at": minute(released)}
    return _IN_ERP | _ITEM | told | {"is_manual": False} | cells


def change(change_number: str, number: int, change_type_code: str, **cells: Any) -> Cells:
    told = {"change_number": change_number, "changed_at": minute(number), "change_type_code": change_type_code}
    return _IN_ERP | _ITEM | told | cells


def receipt(receipt_number: str, number: int, quantity: str, worth: str | None = None, **cells: Any) -> Cells:
    told = {
        "receipt_number": receipt_number,
        "line_number": "1",
        "received_on": day(number),
        "received_qty": Decimal(quantity),
        "received_amount": amount(worth),
        "currency_code": None if worth is None else "EUR",
    }
    return _IN_ERP | _ITEM | told | cells


def line(invoice: str, item: str, issued: int, recorded: int, cleared: int | None = None, **cells: Any) -> Cells:
    told = {
        "invoice_number": invoice,
        "line_number": item,
        "item_number": item,
        "invoiced_on": day(issued),
        "vendor_id": "V1",
        "recorded_at": minute(recorded),
        "cleared_on": day(cleared),
        "currency_code": "EUR",
    }
    return _IN_ERP | _ITEM | told | cells


def billed(invoice: str, worth: str, **cells: Any) -> Cells:
    """A line of an amount, on item 10, issued and recorded on day 1."""
    return line(invoice, "10", 1, 1) | {"invoiced_amount": Decimal(worth)} | cells


def block(invoice: str, number: str, blocked: int, removed: int | None = None, **cells: Any) -> Cells:
    told = {"invoice_number": invoice, "block_number": number}
    return _IN_ERP | told | {"blocked_at": minute(blocked), "removed_at": minute(removed)} | cells


def payment(payment_number: str, invoice: str, number: int, paid: str, **cells: Any) -> Cells:
    told = {"payment_number": payment_number, "invoice_number": invoice, "paid_on": day(number)}
    return _IN_ERP | told | {"paid_amount": Decimal(paid), "currency_code": "EUR"} | cells


def vendor(vendor_id: str, name: str, terms: int | None = None, **cells: Any) -> Cells:
    told = {"source_system_code": "ERP", "vendor_id": vendor_id, "vendor_name": name, "payment_terms_days": terms}
    return told | cells


def ledger(spark: SparkSession, **tables: Sequence[Cells]) -> dict[str, DataFrame]:
    """Curated tables by name."""
    return {name: curated_frame(spark, CURATED[name], *rows) for name, rows in tables.items()}


def covering(tables: Iterable[str], *, last: int = 365) -> tuple[SourceCoverage, ...]:
    """Each table a source of its own that records every event type."""
    return tuple(
        covered(name, table_name=name, records=tuple(EVENT_TYPES), last=last) for name in tables if name != "vendors"
    )
