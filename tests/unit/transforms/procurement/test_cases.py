"""Each case below is one case of the log; all of them go through one run."""

from decimal import Decimal

import pytest

from tests.unit.transforms.procurement.stories import by_case, covered, day, event, told
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import MartOptions

EUR = {"currency_code": "EUR"}


def ordered(number=0, **cells):
    return event("order_created", number, **cells)


def both(number, *names):
    return [event(name, number) for name in names]


CASES = [
    # Status
    pytest.param([event("goods_received", 1)], {"case_status": "orphan", "ordered_on": None}, id="no order"),
    pytest.param([ordered(3)], {"case_status": "ordered", "ordered_on": day(3)}, id="an order only"),
    pytest.param([ordered(), event("order_deleted", 1)], {"case_status": "deleted", "is_deleted": True}, id="deleted"),
    pytest.param(
        [ordered(), event("order_deleted", 1), event("order_reactivated", 2)],
        {"case_status": "ordered", "is_deleted": False},
        id="deleted and reactivated",
    ),
    pytest.param(
        [ordered(), event("order_reactivated", 1), event("order_deleted", 2)],
        {"case_status": "deleted", "is_deleted": True},
        id="reactivated and deleted again",
    ),
    pytest.param(
        [ordered(), event("order_deleted", 2), event("goods_received", 1)],
        {"case_status": "received", "is_deleted": True},
        id="deleted though received is kept and flagged",
    ),
    pytest.param(
        [ordered(), *both(1, "goods_received", "goods_receipt_cancelled"), event("order_deleted", 2)],
        {"case_status": "deleted"},
        id="deleted with the receipt taken back",
    ),
    pytest.param(
        [ordered(), event("invoice_cleared", 1), event("order_deleted", 2)],
        {"case_status": "ordered", "is_deleted": True},
        id="deleted though cleared",
    ),
    pytest.param(
        [event("order_deleted", 1)], {"case_status": "orphan", "is_deleted": True}, id="orphan goes before deleted"
    ),
    pytest.param(
        [ordered(), *both(1, "invoice_recorded", "invoice_cleared")],
        {"case_status": "cleared"},
        id="as many clearings as invoices",
    ),
    pytest.param(
        [ordered(), *both(1, "invoice_recorded", "invoice_recorded", "invoice_cleared")],
        {"case_status": "invoiced", "invoice_count": 2, "clearing_count": 1},
        id="a clearing too few",
    ),
    pytest.param(
        [ordered(), *both(1, "invoice_recorded", "invoice_cancelled", "invoice_cleared")],
        {"case_status": "reversed", "invoice_count": 0, "clearing_count": 1},
        id="every invoice taken back, and cleared all the same",
    ),
    pytest.param(
        [ordered(), *both(1, "invoice_recorded", "invoice_cancelled", "goods_received")],
        {"case_status": "reversed", "goods_receipt_count": 1},
        id="reversed goes before received",
    ),
    pytest.param(
        [ordered(), event("invoice_cleared", 1)],
        {"case_status": "ordered", "clearing_count": 1},
        id="a clearing without an invoice",
    ),
    pytest.param(
        [ordered(), event("service_entered", 1)],
        {"case_status": "ordered", "service_entry_count": 1},
        id="a service entry is not a receipt",
    ),
    # Counts
    pytest.param(
        [
            ordered(),
            *both(1, "goods_received", "goods_received", "goods_receipt_cancelled"),
            event("goods_receipt_cancelled", 2),
            event("goods_receipt_cancelled", 3),
            event("order_changed", 4),
        ],
        {
            "event_count": 7,
            "goods_receipt_count": 0,
            "reversed_pair_count": 2,
            "change_count": 1,
            "unmatched_reversal_count": 1,
            "first_received_on": None,
        },
        id="pairs and a lone cancellation",
    ),
    pytest.param(
        [ordered(), *both(1, "goods_received", "goods_received"), event("goods_received", 2)],
        {"event_count": 4, "distinct_event_count": 3, "goods_receipt_count": 3},
        id="events alike are counted each and once",
    ),
    pytest.param(
        [ordered(vendor_id="V1"), ordered(vendor_id=None, vendor_name="V1")],
        {"event_count": 2, "distinct_event_count": 2},
        id="a null elsewhere is not alike",
    ),
    # Attributes
    pytest.param(
        [
            ordered(9, vendor_id="V2", category_name=None),
            ordered(1, vendor_id="V1", category_name="Paper"),
            event("order_changed", 12, vendor_id=None),
        ],
        {"vendor_id": "V2", "category_name": "Paper", "has_several_vendor_ids": True},
        id="each attribute of the latest event that has it",
    ),
    pytest.param(
        [ordered(), event("goods_received", 1)],
        {"vendor_id": None, "category_name": None, "company_code": None, "has_several_vendor_ids": False},
        id="attributes that no event has",
    ),
    pytest.param(
        [
            ordered(0, net_worth_amount=Decimal("5.00"), **EUR),
            event("order_changed", 2, net_worth_amount=Decimal("7.00"), **EUR),
            event("order_changed", 3),
        ],
        {
            "ordered_amount": Decimal("7.00"),
            "currency_code": "EUR",
            "invoiced_amount": None,
            "three_way_match_status": None,
            "three_way_match_reason": "not_recorded",
        },
        id="the latest net worth, and no amount of invoices",
    ),
    # Dates and days
    pytest.param(
        [ordered(), *(event("goods_received", n) for n in (5, 3, 9)), event("goods_receipt_cancelled", 9)],
        {
            "first_received_on": day(3),
            "last_received_on": day(5),
            "order_to_receipt_first_days": 3,
            "order_to_receipt_last_days": 5,
        },
        id="first and last after reversed pairs are out",
    ),
    pytest.param(
        [
            ordered(),
            event("invoice_recorded", 1),
            event("invoice_recorded", 2),
            event("invoice_cleared", 4),
            event("invoice_cleared", 30),
        ],
        {
            "recorded_to_cleared_first_days": 3,
            "recorded_to_cleared_last_days": 28,
            "first_cleared_on": day(4),
            "last_cleared_on": day(30),
            "order_to_cleared_last_days": 30,
        },
        id="first and last by their end",
    ),
    pytest.param(
        [
            ordered(),
            event("invoice_recorded", 1),
            event("invoice_recorded", 2),
            event("invoice_cleared", 9),
            event("invoice_cleared", 9),
        ],
        {"recorded_to_cleared_first_days": 8, "recorded_to_cleared_last_days": 7},
        id="ended on one day: by their number",
    ),
    pytest.param(
        [ordered(), event("order_submitted", 2), event("invoice_recorded", 4)],
        {"order_to_submission_days": 2, "submission_to_release_days": None, "recorded_to_cleared_first_days": None},
        id="null unless closed",
    ),
    pytest.param(
        [ordered(5), event("invoice_issued", 4)],
        {"has_invoice_before_order": True, "first_invoiced_on": day(4)},
        id="an invoice before its order",
    ),
    pytest.param([ordered(5), event("invoice_issued", 5)], {"has_invoice_before_order": False}, id="on the same day"),
    pytest.param([event("invoice_issued", 5)], {"has_invoice_before_order": False}, id="an invoice without an order"),
    pytest.param(
        [ordered(5), event("invoice_issued", 366)],
        {"has_event_after_data_through": True},
        id="an event after the last day",
    ),
    pytest.param(
        [ordered(5), event("invoice_issued", 365)],
        {"has_event_after_data_through": False},
        id="an event on the last day",
    ),
]


@pytest.mark.parametrize(("events", "cells"), CASES)
def test_cases(cases, request, events, cells):
    (row,) = cases[request.node.callspec.id]
    assert {name: row[name] for name in cells} == cells


@pytest.fixture(scope="module")
def cases(spark, keep):
    logged = told(spark, {case.id: case.values[0] for case in CASES})
    marts = build_procurement_marts({"logged_events": logged}, MartOptions(sources=(covered(last=365),)), keep=keep)
    return by_case(marts["procurement_cases"].collect())
