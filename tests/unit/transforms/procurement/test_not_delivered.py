"""What the marts make of the fields that a source does not deliver."""

from decimal import Decimal

import pytest

from schemas.procurement import CURATED
from tests.unit.transforms.procurement.ledger import covering, ledger, line, order, receipt
from tests.unit.transforms.procurement.stories import day
from transforms.procurement.events.orders import ordered
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import MartOptions

pytestmark = pytest.mark.proof_on_spark
SAID = {
    ("goods_receipts", "received_qty"),
    ("invoices", "recorded_at"),
    ("purchase_orders", "changed_at"),
    ("purchase_orders", "ordered_amount"),
    ("vendors", "changed_at"),
}


def issued(invoice, item, number, cleared=None, **cells):
    """A line of an invoice of which no posting is known."""
    return line(invoice, item, number, 0, cleared, **cells) | {"recorded_at": None}


ORDERS = [order(item, 0) for item in ("10", "20", "30", "40", "50")]
TABLES = {
    "purchase_orders": ORDERS,
    "goods_receipts": [
        receipt("R1", 3, "1", item_number="10") | {"received_qty": None},
        receipt("R2", 3, "2", item_number="20"),
        receipt("R3", 4, "3", item_number="20") | {"received_qty": None},
    ],
    "invoices": [
        issued("A", "10", 5, 9, invoiced_amount=Decimal("7.00")),
        issued("B", "20", 5, invoiced_amount=Decimal("8.00")),
        issued("C", "30", 5, 9, invoiced_amount=Decimal("9.00")),
        issued("D", "30", 8, invoiced_amount=Decimal("9.00"), reverses_invoice_number="C"),
        issued("E", "40", 5, invoiced_amount=Decimal("1.00")),
        line("F", "40", 5, 6, invoiced_amount=Decimal("2.00")),
    ],
}


@pytest.fixture(scope="module")
def marts(spark, keep):
    options = MartOptions(sources=covering(TABLES))
    found = build_procurement_marts(ledger(spark, **TABLES), options, keep=keep)
    return {name: found[name].collect() for name in ("procurement_cases", "procurement_events", "procurement_legs")}


def case(marts, item):
    return next(row for row in marts["procurement_cases"] if row.case_id == f"1_{item}")


def test_these_fields_may_be_undelivered_and_no_others():
    assert {(name, f.name) for name, contract in CURATED.items() for f in contract.fields if f.waivable} == SAID


@pytest.mark.parametrize(
    ("item", "status", "invoices", "worth"),
    [
        pytest.param("10", "cleared", 1, "7.00", id="a cleared invoice"),
        pytest.param("20", "invoiced", 1, "8.00", id="an open invoice"),
        pytest.param("30", "reversed", 0, None, id="an invoice that another takes back"),
        pytest.param("40", "invoiced", 2, "3.00", id="one with its posting, one without"),
        pytest.param("50", "ordered", 0, None, id="no invoice"),
    ],
)
def test_an_invoice_without_a_posting_counts_by_its_document_date(marts, item, status, invoices, worth):
    found = case(marts, item)
    assert (found.case_status, found.invoice_count) == (status, invoices)
    assert found.invoiced_amount == (worth and Decimal(worth))


def test_an_invoice_without_a_posting_that_is_taken_back_is_a_reversed_pair(marts):
    assert {item: case(marts, item).reversed_pair_count for item in ("10", "30", "40")} == {"10": 0, "30": 1, "40": 0}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param("10", [("A", "not_applicable", "not_recorded")], id="an invoice without a posting"),
        pytest.param("30", [(None, "ended_otherwise", "all_reversed")], id="one that another takes back"),
        pytest.param(
            "40",
            [("E", "not_applicable", "not_recorded"), ("F", "closed", None)],
            id="one without its posting, one with it",
        ),
    ],
)
def test_an_invoice_without_a_posting_waits_for_none_where_other_sources_say_theirs(marts, item, expected):
    legs = [
        (row.document_id, row.leg_status, row.reason)
        for row in marts["procurement_legs"]
        if (row.case_id, row.leg) == (f"1_{item}", "invoice_date_to_recorded")
    ]
    assert sorted(legs, key=str) == expected


def test_no_posting_is_made_up(marts):
    recorded = [row.document_id for row in marts["procurement_events"] if row.event_type == "invoice_recorded"]
    assert recorded == ["F"]


def test_the_amount_is_posted_once_with_the_document_date_or_with_the_posting(marts):
    posted = [
        (row.document_id, row.event_type, row.amount)
        for row in marts["procurement_events"]
        if row.table_name == "invoices" and row.amount is not None
    ]
    assert sorted(posted) == [
        ("A", "invoice_issued", Decimal("7.00")),
        ("B", "invoice_issued", Decimal("8.00")),
        ("C", "invoice_issued", Decimal("9.00")),
        ("D", "invoice_cancelled", Decimal("9.00")),
        ("E", "invoice_issued", Decimal("1.00")),
        ("F", "invoice_recorded", Decimal("2.00")),
    ]


def test_a_reversal_without_a_posting_takes_back_on_its_document_date(marts):
    events = {(row.document_id, row.event_type): row for row in marts["procurement_events"]}
    cancelled = events["D", "invoice_cancelled"]
    assert (cancelled.is_reversal, cancelled.event_on) == (True, day(8))
    assert [events["C", name].is_reversed for name in ("invoice_issued", "invoice_cleared")] == [True, True]


def test_quantities_of_which_one_is_not_delivered_are_not_added_up(marts):
    assert [case(marts, item).received_qty for item in ("10", "20", "30")] == [None, None, None]
    assert [case(marts, item).case_status for item in ("10", "20")] == ["cleared", "invoiced"]


@pytest.mark.parametrize(
    ("amount", "quantity", "price", "worth"),
    [
        pytest.param("5.00", "2", "3.0000", "5.00", id="the amount that the source says"),
        pytest.param(None, "2", "3.0000", "6.00", id="quantity times price"),
        pytest.param(None, "0.5", "0.0100", "0.01", id="half a cent up"),
        pytest.param(None, "0.499", "0.0100", "0.00", id="less than half a cent down"),
        pytest.param(None, None, "3.0000", None, id="no quantity"),
        pytest.param(None, "2", None, None, id="no price"),
        pytest.param(None, "999999999999999.999", "10.0000", "9999999999999999.99", id="the greatest that fits"),
    ],
)
def test_an_order_is_worth_its_amount_else_quantity_times_price(spark, amount, quantity, price, worth):
    told = {
        name: value and Decimal(value)
        for name, value in (("ordered_amount", amount), ("ordered_qty", quantity), ("unit_price_amount", price))
    }
    orders = ledger(spark, purchase_orders=[order("10", 0, **told)])["purchase_orders"]
    [found] = ordered(orders).select("amount", "worth_amount", "currency_code").collect()
    expected = worth and Decimal(worth)
    assert found == (expected, expected, worth and "EUR")


@pytest.mark.parametrize(
    ("amount", "quantity", "price", "code"),
    [
        pytest.param(None, "999999999999999.999", "10.0001", "amount_too_large", id="beyond 16 digits"),
        pytest.param(None, "100.001", "99999000009999.9000", "amount_too_large", id="beyond 16 digits once rounded"),
        pytest.param(None, "999999999999999.999", "10.0000", None, id="the greatest that fits"),
        pytest.param(None, "1", "-0.0001", "amount_negative", id="below nothing"),
        pytest.param("1.00", "1", "-1.0000", None, id="only what counts is judged"),
        pytest.param(None, None, None, None, id="nothing to judge"),
        pytest.param(None, "0", "1.0000", None, id="nothing ordered"),
    ],
)
def test_a_worth_that_cannot_be_breaks_a_rule(spark, amount, quantity, price, code):
    told = {
        name: value and Decimal(value)
        for name, value in (("ordered_amount", amount), ("ordered_qty", quantity), ("unit_price_amount", price))
    }
    contract = CURATED["purchase_orders"].waiving(["changed_at", "ordered_amount"])
    orders = ledger(spark, purchase_orders=[order("10", 0, status_code="open", **told)])["purchase_orders"]
    [(codes,)] = orders.select(contract.violations(severity="quarantine")).collect()
    assert codes == ([code] if code else [])


def test_a_waived_field_is_missing_nowhere_and_every_other_still_is(spark):
    contract = CURATED["purchase_orders"]
    nulls = dict.fromkeys(("changed_at", "ordered_amount", "status_code"))
    orders = ledger(spark, purchase_orders=[order("10", 0, **nulls)])["purchase_orders"]
    waived = contract.waiving(["changed_at", "ordered_amount"])
    [(strict, lenient)] = orders.select(
        contract.violations(severity="quarantine"), waived.violations(severity="quarantine")
    ).collect()
    assert strict == ["changed_at_missing", "ordered_amount_missing", "status_code_missing"]
    assert lenient == ["status_code_missing"]
