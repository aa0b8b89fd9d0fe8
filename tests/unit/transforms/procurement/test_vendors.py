"""Vendor ids of the master and of documents, kept apart and reported."""

from decimal import Decimal

import pytest

from tests.unit.transforms.procurement import ledger
from tests.unit.transforms.procurement.ledger import billed, order, payment
from tests.unit.transforms.procurement.stories import covered, event, told
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import MartOptions

pytestmark = pytest.mark.every_engine

OTHER = {"source_system_code": "OTHER"}
TABLES = {
    "vendors": [
        ledger.vendor("V1", "Acme GmbH", 30, country_code="DE"),
        ledger.vendor("V2", "ACME  gmbh.", 14),
        ledger.vendor("V9", "Never seen"),
        ledger.vendor("V1", "Acme GmbH", 7, **OTHER),
        ledger.vendor("V8", "?!"),
        ledger.vendor("V7", "--"),
    ],
    "purchase_orders": [
        order("10", 0, "100.00", vendor_name="Old name"),
        order("20", 0, "10.00", vendor_name="Old name"),
        order("30", 0, "5.00", vendor_id="V3", vendor_name="Acme-GmbH"),
        order("40", 0, "1.00", vendor_id="V4", vendor_name="Several"),
        order("50", 0, "2.00", vendor_id="V4", vendor_name="Many", currency_code="USD"),
        order("70", 0, "100.00", vendor_id="V6"),
        order("80", 0, "100.00", vendor_id="V6"),
        order("90", 0, vendor_id="V7", ordered_amount=None),
        order("91", 0, "5.00", vendor_id="V7"),
        order("92", 0, "100.00", vendor_id="V10"),
        order("93", 0, "50.00", vendor_id="V10"),
    ],
    "invoices": [
        billed("C", "100.00", item_number="70", vendor_id="V6"),
        billed("D", "100.00", item_number="80", vendor_id="V6", currency_code="USD"),
        billed("A", "60.00", cleared_on=None),
        billed("B", "7.00", item_number="60", vendor_id="V5"),
        billed("E", "100.00", item_number="92", vendor_id="V10"),
        billed("F", "-100.00", item_number="92", vendor_id="V10", reverses_invoice_number="E"),
        billed("G", "50.00", item_number="93", vendor_id="V10"),
    ],
    "payments": [payment("P", "A", 9, "20.00"), payment("P", "E", 9, "100.00"), payment("P", "G", 9, "50.00")],
}


@pytest.fixture(scope="module")
def marts(spark, keep):
    curated = ledger.ledger(spark, **TABLES)
    logged = told(spark, {"9_10": [event("goods_received", 1, vendor_id=None, vendor_name="Nobody")]})
    options = MartOptions(sources=(covered(), *ledger.covering(TABLES)))
    found = build_procurement_marts({**curated, "logged_events": logged}, options, keep=keep)
    return {(row.source_system_code, row.vendor_id): row for row in found["procurement_vendors"].collect()}


CASES = [
    pytest.param(
        ("ERP", "V1"),
        {
            "vendor_name": "Acme GmbH",
            "country_code": "DE",
            "payment_terms_days": 30,
            "has_master_entry": True,
            "ids_under_name_count": 3,
            "case_count": 2,
            "currency_count": 1,
            "currency_code": "EUR",
            "ordered_amount": Decimal("110.00"),
            "invoiced_amount": Decimal("60.00"),
            "cleared_amount": None,
            "paid_amount": Decimal("20.00"),
        },
        id="the master's name goes before an order's; amounts are added up",
    ),
    pytest.param(
        ("ERP", "V2"),
        {"vendor_name": "ACME  gmbh.", "payment_terms_days": 14, "ids_under_name_count": 3, "case_count": 0},
        id="another id under the name, but for case, punctuation and spaces, stays another vendor",
    ),
    pytest.param(
        ("ERP", "V3"),
        {"vendor_name": "Acme-GmbH", "has_master_entry": False, "payment_terms_days": None, "ids_under_name_count": 3},
        id="an id that the master has not",
    ),
    pytest.param(
        ("OTHER", "V1"),
        {"payment_terms_days": 7, "ids_under_name_count": 1, "case_count": 0},
        id="the same id in another system is another vendor",
    ),
    pytest.param(
        ("ERP", "V4"),
        {"case_count": 2, "currency_count": 2, "currency_code": None, "ordered_amount": None},
        id="several currencies have no sum",
    ),
    pytest.param(
        ("ERP", "V5"),
        {"vendor_name": None, "ids_under_name_count": None, "invoiced_amount": Decimal("7.00"), "currency_count": 1},
        id="a vendor that only an invoice names has no name",
    ),
    pytest.param(
        ("ERP", "V6"),
        {"currency_count": 1, "ordered_amount": Decimal("200.00"), "invoiced_amount": None},
        id="a case invoiced in another currency leaves no sum that looks whole",
    ),
    pytest.param(
        ("ERP", "V7"), {"case_count": 2, "ordered_amount": None}, id="an order without an amount leaves no sum either"
    ),
    pytest.param(
        ("ERP", "V10"),
        {"case_count": 2, "invoiced_amount": Decimal("50.00"), "paid_amount": None},
        id="a payment of an invoice taken back is in no case, and without it no sum looks whole",
    ),
    pytest.param(
        ("ERP", "V8"), {"vendor_name": "?!", "ids_under_name_count": None}, id="a name without a letter is none"
    ),
    pytest.param(
        ("ERP", "V9"),
        {"has_master_entry": True, "case_count": 0, "currency_count": 0, "ordered_amount": None},
        id="a vendor of the master that no document names",
    ),
]


@pytest.mark.parametrize(("vendor", "cells"), CASES)
def test_vendors(marts, vendor, cells):
    assert {name: marts[vendor][name] for name in cells} == cells


def test_every_id_has_one_row_and_a_null_none(marts):
    seen = {("ERP", f"V{n}") for n in range(1, 11)}
    assert set(marts) == seen | {("OTHER", "V1")}
