"""The events of each document, told one by one."""

from datetime import datetime
from decimal import Decimal

import pytest

from tests.unit.transforms.procurement.ledger import approval, billed, change, ledger, receipt
from tests.unit.transforms.procurement.stories import day
from transforms.procurement.events import build_events

pytestmark = pytest.mark.every_engine

TABLES = {
    "approvals": [
        approval("A1", 1, 3),
        approval("A2", 5, is_manual=True),
        approval("A3", 400, 400, item_number="20", time_zone_name="Asia/Tokyo", submitted_at=datetime(2024, 1, 1, 15)),
    ],
    "purchase_order_changes": [
        change("1", 2, "price"),
        change("2", 3, "deleted"),
        change("3", 4, "reactivated"),
        change("4", 5, "other"),
    ],
    "goods_receipts": [
        receipt("R1", 7, "2.500", "25.00"),
        receipt("R2", 8, "1.000"),
        receipt("R3", 9, "2.500", "25.00", reverses_receipt_number="R1"),
    ],
    "invoices": [
        billed("I1", "12.00", cleared_on=day(9)),
        billed("I2", "-12.00", cleared_on=day(9), reverses_invoice_number="I1", recorded_at=datetime(2024, 1, 10, 9)),
    ],
}


@pytest.fixture(scope="module")
def events(spark):
    found = {}
    for row in build_events(ledger(spark, **TABLES), as_of=None).collect():
        found.setdefault(row.table_name, []).append(row)
    return found


def cells(rows, *names):
    return sorted(tuple(row[name] for name in names) for row in rows)


def test_an_approval_is_submitted_and_released_and_says_who_decided(events):
    assert cells(events["approvals"], "document_id", "event_type", "event_on", "time_precision", "is_manual") == [
        ("A1", "order_released", day(3), "minute", False),
        ("A1", "order_submitted", day(1), "minute", False),
        ("A2", "order_submitted", day(5), "minute", True),
        ("A3", "order_released", day(400), "minute", False),
        ("A3", "order_submitted", day(1), "minute", False),
    ]


def test_a_change_deletes_reactivates_or_changes(events):
    assert cells(events["purchase_order_changes"], "document_id", "event_type", "event_on", "change_type_code") == [
        ("1", "order_changed", day(2), "price"),
        ("2", "order_deleted", day(3), "deleted"),
        ("3", "order_reactivated", day(4), "reactivated"),
        ("4", "order_changed", day(5), "other"),
    ]


def test_a_receipt_is_received_or_takes_one_back(events):
    found = [
        (row.document_id, row.event_type, row.event_on, row.amount, row.currency_code, row.line_qty)
        for row in sorted(events["goods_receipts"], key=lambda row: row.document_id)
    ]
    assert found == [
        ("R1", "goods_received", day(7), Decimal("25.00"), "EUR", Decimal("2.500")),
        ("R2", "goods_received", day(8), None, None, Decimal("1.000")),
        ("R3", "goods_receipt_cancelled", day(9), Decimal("25.00"), "EUR", Decimal("2.500")),
    ]


def test_an_invoice_that_takes_another_back_is_neither_issued_nor_cleared(events):
    found = [
        (row.document_id, row.event_type, row.event_on, row.amount, row.reverses_document_id)
        for row in sorted(events["invoices"], key=lambda row: (row.document_id, row.event_type))
    ]
    assert found == [
        ("I1", "invoice_cleared", day(9), None, None),
        ("I1", "invoice_issued", day(1), None, None),
        ("I1", "invoice_recorded", day(1), Decimal("12.00"), None),
        ("I2", "invoice_cancelled", day(9), Decimal("-12.00"), "I1"),
    ]


def test_every_event_has_an_id_of_its_own(events):
    ids = [row.event_id for rows in events.values() for row in rows]
    assert len(ids) == len(set(ids)) == 16


def test_vendors_alone_make_no_events(spark):
    assert build_events(ledger(spark, vendors=[{"vendor_id": "V1"}]), as_of=None).collect() == []
