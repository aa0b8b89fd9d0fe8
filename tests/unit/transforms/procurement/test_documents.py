"""Legs and cases made of orders and invoices, alone and beside a log of the same system."""

from decimal import Decimal

import pytest

from schemas.procurement.documents import INVOICES, PURCHASE_ORDERS
from tests.frames import curated_frame
from tests.unit.transforms.procurement.ledger import line, order
from tests.unit.transforms.procurement.stories import covered, event, told
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import MartOptions

pytestmark = pytest.mark.proof_on_spark

OPTIONS = MartOptions(
    sources=(
        covered(records=("goods_received",), last=200),
        covered(
            "purchase_orders",
            table_name="purchase_orders",
            records=("order_created", "order_submitted", "order_released"),
            last=300,
        ),
        covered(
            "invoices",
            table_name="invoices",
            records=("invoice_issued", "invoice_recorded", "invoice_cleared"),
            last=250,
        ),
    )
)


ORDERS = [
    order("10", 0, ordered_amount=Decimal("100.00"), category_name="Paper", vendor_name="One"),
    order("20", 0, ordered_amount=Decimal("50.00"), category_name=None),
    order("30", 5),
    order("40", 5),
    order("50", 5),
]
LINES = [
    line("A", "10", 10, 12, 40, invoiced_amount=Decimal("60.00")),
    line("B", "10", 11, 11, 30, invoiced_amount=Decimal("-1.50")),
    line("A", "20", 10, 12, 40, invoiced_amount=Decimal("5.00")),
    line("C", "30", 20, 21, invoiced_amount=Decimal("5.00")),
    line("E", "50", 20, 21, invoiced_amount=Decimal("9999999999999999.99")),
    line("F", "50", 20, 21, invoiced_amount=Decimal("0.02")),
    line("D", "30", 20, 21, invoiced_amount=Decimal("5.00"), currency_code="USD", vendor_id="V2"),
]


@pytest.fixture(scope="module")
def marts(spark, keep):
    curated = {
        "purchase_orders": curated_frame(spark, PURCHASE_ORDERS, *ORDERS),
        "invoices": curated_frame(spark, INVOICES, *LINES),
        "logged_events": told(spark, {"1_10": [event("goods_received", 8, vendor_id="V1")]}),
    }
    found = build_procurement_marts(curated, OPTIONS, keep=keep)
    return {name: found[name].collect() for name in ("procurement_legs", "procurement_cases", "cycle_times_overall")}


def legs_of(marts, case, leg):
    rows = (row for row in marts["procurement_legs"] if (row.case_id, row.leg) == (case, leg))
    return sorted((row.document_id, row.leg_status, row.duration_days, row.is_inferred_pair) for row in rows)


@pytest.mark.parametrize(
    ("case", "leg", "found"),
    [
        pytest.param(
            "1_10",
            "recorded_to_cleared",
            [("A", "closed", 28, False), ("B", "closed", 19, False)],
            id="each invoice to its own clearing, though the second was cleared first",
        ),
        pytest.param(
            "1_10",
            "order_to_cleared",
            [("A", "closed", 40, False), ("B", "closed", 30, False)],
            id="order to each clearing names the invoice",
        ),
        pytest.param(
            "1_10",
            "order_to_receipt",
            [(None, "closed", 8, False)],
            id="a receipt of the log ends a leg of the order: log and documents are one case",
        ),
        pytest.param(
            "1_10", "receipt_to_invoice_date", [("A", "closed", 2, False)], id="the invoice that ends the leg"
        ),
        pytest.param(
            "1_30",
            "invoice_date_to_cleared",
            [("C", "open", None, False), ("D", "open", None, False)],
            id="invoices without a clearing are open",
        ),
        pytest.param(
            "1_40",
            "order_to_cleared",
            [(None, "open", None, False)],
            id="an order without an invoice is open: the system has a source of invoices",
        ),
        pytest.param("1_40", "recorded_to_released", [(None, "not_applicable", None, False)], id="no source of blocks"),
    ],
)
def test_legs_of_documents(marts, case, leg, found):
    assert legs_of(marts, case, leg) == found


@pytest.mark.parametrize(
    ("case", "leg", "days"),
    [
        pytest.param("1_40", "order_to_cleared", 245, id="clearings are known through the invoices' last day"),
        pytest.param("1_40", "order_to_receipt", 195, id="receipts through the log's"),
        pytest.param("1_40", "order_to_submission", 295, id="submissions through the orders'"),
    ],
)
def test_open_legs_are_censored_by_the_source_of_their_end(marts, case, leg, days):
    (row,) = (row for row in marts["procurement_legs"] if (row.case_id, row.leg) == (case, leg))
    assert row.censored_days == days


@pytest.mark.parametrize(
    ("case", "cells"),
    [
        pytest.param(
            "1_10",
            {
                "ordered_amount": Decimal("100.00"),
                "invoiced_amount": Decimal("58.50"),
                "invoice_count": 2,
                "currency_code": "EUR",
                "vendor_name": "One",
                "category_name": "Paper",
                "case_status": "cleared",
            },
            id="amounts add up, credits too",
        ),
        pytest.param(
            "1_30",
            {
                "invoiced_amount": None,
                "has_several_vendor_ids": True,
                "vendor_id": "V2",
                "currency_code": "EUR",
                "case_status": "invoiced",
            },
            id="invoices of two currencies have no sum",
        ),
        pytest.param("1_50", {"invoiced_amount": Decimal("10000000000000000.01")}, id="more than one amount can hold"),
        pytest.param("1_40", {"invoiced_amount": None, "invoice_count": 0, "case_status": "ordered"}, id="no invoice"),
    ],
)
def test_cases_of_documents(marts, case, cells):
    (row,) = (row for row in marts["procurement_cases"] if row.case_id == case)
    assert {name: row[name] for name in cells} == cells


@pytest.mark.parametrize(
    ("grain", "category", "closed"),
    [
        pytest.param("all", None, 2, id="an invoice over two items counts once"),
        pytest.param("vendor", None, 2, id="once for its vendor"),
        pytest.param("category", "Paper", 2, id="once in one category"),
        pytest.param("category", None, 1, id="and once in the category that is null"),
        pytest.param("vendor_category", None, 1, id="which is a cell of its own"),
    ],
)
def test_a_document_counts_once_in_a_cell(marts, grain, category, closed):
    (row,) = (
        row
        for row in marts["cycle_times_overall"]
        if row.leg == "recorded_to_cleared"
        and (row.cell_grain, row.category_name) == (grain, category)
        and row.vendor_id in (None, "V1")
    )
    assert row.closed_count == closed
