"""Cases and legs of documents alone: each case below is one order of one ledger, all of them go through one run."""

from decimal import Decimal

import pytest

from schemas.procurement.words import LEGS as LEGS_OF_WORDS
from tests.unit.transforms.procurement import ledger
from tests.unit.transforms.procurement.ledger import billed, block, minute, order, payment, receipt
from tests.unit.transforms.procurement.stories import by_case, day
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import Calendar, MartOptions

pytestmark = pytest.mark.every_engine

TABLES = (
    "vendors",
    "purchase_orders",
    "approvals",
    "purchase_order_changes",
    "goods_receipts",
    "invoices",
    "payment_blocks",
    "payments",
)
CALENDARS = {
    "DE": Calendar(companies=("DE",), holidays=(day(9),)),
    "AE": Calendar(companies=("AE",), weekend=("friday", "saturday")),
}


def ordered(worth="100.00", quantity="10", **cells):
    return {"purchase_orders": [order("10", 0, worth, **{"ordered_qty": Decimal(quantity)} | cells)]}


def received(*receipts):
    return {"goods_receipts": list(receipts)}


def invoiced(*lines):
    return {"invoices": list(lines)}


def on(number, cleared=None, **cells):
    """Dates of an invoice line: issued and recorded on one day."""
    return {"invoiced_on": day(number), "recorded_at": minute(number), "cleared_on": day(cleared)} | cells


WHOLE = received(receipt("R?", 5, "10", "100.00"))
CASES = [
    # Amounts
    pytest.param(
        ordered()
        | received(receipt("R?1", 3, "4", "40.00"), receipt("R?2", 6, "6", "60.00"))
        | invoiced(billed("I?1", "40.00", **on(7, 30)), billed("I?2", "60.00", **on(8)))
        | {"payments": [payment("P?", "I?1", 30, "15.00"), payment("Q?", "I?1", 31, "20.00")]},
        {
            "ordered_qty": Decimal("10.000"),
            "received_qty": Decimal("10.000"),
            "ordered_amount": Decimal("100.00"),
            "received_amount": Decimal("100.00"),
            "invoiced_amount": Decimal("100.00"),
            "cleared_amount": Decimal("40.00"),
            "paid_amount": Decimal("35.00"),
            "goods_receipt_count": 2,
            "invoice_count": 2,
            "clearing_count": 1,
            "case_status": "invoiced",
            "has_unallocated_payment": False,
            "three_way_match_status": "matched",
            "three_way_match_reason": None,
        },
        id="ordered, received in two parts, invoiced in two, one of them cleared and partly paid",
    ),
    pytest.param(
        ordered() | received(receipt("R?1", 3, "4", "40.00"), receipt("R?2", 6, "6")),
        {"received_qty": Decimal("10.000"), "received_amount": None},
        id="a receipt without an amount: no sum",
    ),
    pytest.param(
        ordered() | received(receipt("R?1", 3, "4", "40.00", currency_code="USD")),
        {"received_amount": None, "currency_code": "EUR"},
        id="a receipt in another currency: no sum",
    ),
    pytest.param(
        ordered()
        | WHOLE
        | invoiced(billed("I?", "100.00"))
        | {"payments": [payment("P?", "I?", 9, "50.00", currency_code="USD"), payment("Q?", "I?", 9, "1.00")]},
        {"paid_amount": Decimal("1.00"), "has_unallocated_payment": True},
        id="a payment in another currency is shown elsewhere, and flagged",
    ),
    pytest.param(
        ordered(),
        {
            "received_qty": None,
            "received_amount": None,
            "invoiced_amount": None,
            "cleared_amount": None,
            "paid_amount": None,
            "three_way_match_status": "not_received",
            "payment_block_count": 0,
        },
        id="an order only",
    ),
    # Reversals
    pytest.param(
        ordered()
        | received(
            receipt("R?1", 3, "4", "40.00"),
            receipt("R?2", 4, "10", "100.00"),
            receipt("R?3", 5, "4", "40.00", reverses_receipt_number="R?1"),
        ),
        {
            "goods_receipt_count": 1,
            "reversed_pair_count": 1,
            "unmatched_reversal_count": 0,
            "first_received_on": day(4),
            "received_qty": Decimal("10.000"),
            "order_to_receipt_first_days": 4,
            "order_to_receipt_last_days": 4,
        },
        id="a receipt is taken back by the reference, not the last one before",
    ),
    pytest.param(
        ordered()
        | received(
            receipt("R?1", 5, "4", "40.00"),
            receipt("R?1", 5, "6", "60.00", line_number="2"),
            receipt("R?2", 3, "10", "100.00", reverses_receipt_number="R?1"),
            receipt("R?3", 6, "10", "100.00", reverses_receipt_number="R?1"),
        ),
        {"goods_receipt_count": 0, "reversed_pair_count": 2, "unmatched_reversal_count": 1},
        id="all lines of a receipt are taken back, whatever the dates; a second time finds nothing",
    ),
    pytest.param(
        ordered() | received(receipt("R?1", 3, "10"), receipt("R?2", 4, "10", reverses_receipt_number="unknown")),
        {"goods_receipt_count": 1, "reversed_pair_count": 0, "unmatched_reversal_count": 1},
        id="a receipt that takes back another that is not known stands alone and takes nothing",
    ),
    pytest.param(
        ordered()
        | WHOLE
        | invoiced(
            billed("I?1", "100.00", **on(6, 8)),
            billed("I?2", "-100.00", **on(8), reverses_invoice_number="I?1"),
            billed("I?3", "100.00", **on(9)),
        )
        | {"payment_blocks": [block("I?1", "1", 6, 7)], "payments": [payment("P?", "I?1", 8, "100.00")]},
        {
            "case_status": "invoiced",
            "invoice_count": 1,
            "clearing_count": 0,
            "payment_block_count": 0,
            "invoiced_amount": Decimal("100.00"),
            "cleared_amount": None,
            "paid_amount": None,
            "has_unallocated_payment": True,
            "first_invoiced_on": day(9),
            "first_cleared_on": None,
            "reversed_pair_count": 1,
            "event_count": 11,
            "three_way_match_status": "matched",
        },
        id="with an invoice taken back go its date, its clearing, its block and its payment, which is flagged",
    ),
    pytest.param(
        ordered()
        | invoiced(billed("I?1", "9.00", **on(1)), billed("I?2", "-9.00", **on(2), reverses_invoice_number="I?1"))
        | {"payment_blocks": [block("I?2", "1", 3, 5)]},
        {"payment_block_count": 0, "event_count": 4},
        id="a block of an invoice that takes another back blocks nothing",
    ),
    pytest.param(
        ordered() | invoiced(billed("I?1", "9.00", **on(6)), billed("I?2", "-9.00", reverses_invoice_number="I?1")),
        {"case_status": "reversed", "invoice_count": 0, "invoiced_amount": None},
        id="every invoice taken back",
    ),
    # Approvals and changes
    pytest.param(
        ordered(submitted_at=minute(1), released_at=minute(2))
        | {
            "approvals": [
                ledger.approval("A?1", 1, 2),
                ledger.approval("A?2", 4, 9, is_manual=True),
                ledger.approval("A?3", 10, is_manual=True),
            ]
        },
        {
            "approval_count": 2,
            "reapproval_count": 1,
            "manual_approval_count": 1,
            "has_manual_reapproval": True,
            "order_to_submission_days": 1,
            "submission_to_release_days": 1,
        },
        id="a manual re-approval; the order's own dates are its first approval's, and one awaited is none yet",
    ),
    pytest.param(
        ordered() | {"approvals": [ledger.approval("A?1", 1, 2, is_manual=True), ledger.approval("A?2", 4, 9)]},
        {"reapproval_count": 1, "manual_approval_count": 1, "has_manual_reapproval": False},
        id="a manual approval, and then another that is not",
    ),
    pytest.param(
        ordered(submitted_at=minute(1), released_at=minute(2)),
        {"approval_count": 1, "reapproval_count": 0, "manual_approval_count": 0, "has_manual_reapproval": False},
        id="a release of the order itself, where there are no approvals",
    ),
    pytest.param(
        ordered() | {"purchase_order_changes": [ledger.change("1", 2, "terms"), ledger.change("2", 3, "other")]},
        {"change_count": 2, "has_terms_change": True, "has_price_change": False, "has_quantity_change": False},
        id="a change of terms",
    ),
    pytest.param(
        ordered() | {"purchase_order_changes": [ledger.change("1", 2, "deleted")]},
        {
            "case_status": "deleted",
            "change_count": 0,
            "has_terms_change": False,
            "three_way_match_status": None,
            "three_way_match_reason": "deleted",
        },
        id="deleted by a change",
    ),
    pytest.param(
        ordered()
        | {"purchase_order_changes": [ledger.change("1", 2, "deleted"), ledger.change("2", 3, "reactivated")]},
        {"case_status": "ordered", "is_deleted": False},
        id="deleted and reactivated by changes",
    ),
    # Orphans
    pytest.param(
        WHOLE | {"approvals": [ledger.approval("A?", 1)]},
        {"case_status": "orphan", "ordered_amount": None, "three_way_match_reason": "no_order"},
        id="a receipt and an approval of an order that is not known",
    ),
    pytest.param(
        invoiced(billed("I?", "5.00")) | {"payments": [payment("P?", "I?", 9, "5.00")]},
        {"case_status": "orphan", "paid_amount": Decimal("5.00"), "currency_code": "EUR"},
        id="a payment of an invoice of an order that is not known",
    ),
    # Three-way match
    pytest.param(
        ordered() | WHOLE | invoiced(billed("I?", "102.00")),
        {"three_way_match_status": "matched"},
        id="an amount just within the tolerance",
    ),
    pytest.param(
        ordered() | WHOLE | invoiced(billed("I?", "102.01")),
        {"three_way_match_status": "amount_differs"},
        id="an amount just beyond it",
    ),
    pytest.param(
        ordered() | received(receipt("R?", 5, "9.799")) | invoiced(billed("I?", "100.00")),
        {"three_way_match_status": "quantity_differs"},
        id="a quantity below",
    ),
    pytest.param(
        ordered() | received(receipt("R?", 5, "9.000")) | invoiced(billed("I?", "90.00")),
        {"three_way_match_status": "quantity_differs"},
        id="the quantity goes before the amount",
    ),
    pytest.param(ordered() | WHOLE, {"three_way_match_status": "not_invoiced"}, id="not invoiced"),
    pytest.param(
        ordered() | invoiced(billed("I?", "100.00")),
        {"three_way_match_status": "not_received"},
        id="invoiced, not received",
    ),
    pytest.param(
        ordered() | WHOLE | invoiced(billed("I?", "100.00", currency_code="USD")),
        {"three_way_match_status": None, "three_way_match_reason": "currency_differs"},
        id="invoiced in another currency",
    ),
    pytest.param(
        ordered(ordered_qty=None) | WHOLE | invoiced(billed("I?", "100.00")),
        {"three_way_match_status": None, "three_way_match_reason": "not_recorded"},
        id="an order without a quantity",
    ),
    pytest.param(
        ordered(worth="0.00", quantity="10") | WHOLE | invoiced(billed("I?", "0.00")),
        {"three_way_match_status": "matched"},
        id="an order for nothing",
    ),
]

LEGS = [
    pytest.param(
        ordered()
        | invoiced(billed("I?1", "5.00", **on(1)), billed("I?2", "5.00", **on(2)))
        # The second is blocked for good, the first never was.
        | {"payment_blocks": [block("I?2", "1", 3)]},
        "recorded_to_released",
        [("I?1", "not_applicable", "no_block", None), ("I?2", "open", None, None)],
        id="each invoice by its own block",
    ),
    pytest.param(
        ordered()
        | invoiced(billed("I?1", "5.00", **on(1)), billed("I?2", "5.00", **on(2)))
        | {"payment_blocks": [block("I?2", "1", 3, 5), block("I?1", "1", 3, 9)]},
        "recorded_to_released",
        [("I?1", "closed", None, 8), ("I?2", "closed", None, 3)],
        id="each invoice to its own release",
    ),
    pytest.param(
        ordered()
        | invoiced(billed("I?1", "5.00", **on(1)), billed("I?2", "-5.00", **on(2), reverses_invoice_number="I?1"))
        | {"payment_blocks": [block("I?2", "1", 3, 5)]},
        "recorded_to_released",
        [(None, "ended_otherwise", "all_reversed", None)],
        id="the release of an invoice that takes another back ends nothing",
    ),
    pytest.param(
        ordered()
        | invoiced(
            billed("I?1", "5.00", **on(1, 9)),
            billed("I?2", "-5.00", **on(9), reverses_invoice_number="I?1"),
            billed("I?3", "5.00", **on(2)),
        ),
        "invoice_date_to_cleared",
        [("I?3", "open", None, None)],
        id="an invoice taken back has no leg, and does not end another's",
    ),
    pytest.param(
        ordered()
        | invoiced(billed("I?1", "5.00", **on(1, 9)), billed("I?2", "-5.00", **on(9), reverses_invoice_number="I?1")),
        "invoice_date_to_cleared",
        [(None, "ended_otherwise", "all_reversed", None)],
        id="the only invoice taken back",
    ),
    pytest.param(
        ordered()
        | invoiced(billed("I?1", "5.00", **on(1, 9)), billed("I?2", "-5.00", **on(9), reverses_invoice_number="I?1")),
        "order_to_cleared",
        [(None, "open", None, None)],
        id="where the only clearing went with its invoice another may come",
    ),
    pytest.param(ordered(), "order_to_cleared", [(None, "open", None, None)], id="never invoiced is open"),
    pytest.param(
        ordered() | {"purchase_order_changes": [ledger.change("1", 2, "deleted")]},
        "order_to_cleared",
        [(None, "ended_otherwise", "deleted", None)],
        id="deleted is not",
    ),
    pytest.param(
        ordered() | {"approvals": [ledger.approval("A?1", 1), ledger.approval("A?2", 4, 6)]},
        "submission_to_release",
        [("A?2", "closed", None, 5)],
        id="approval: from the first request to the first release, whichever it is",
    ),
    pytest.param(
        ordered() | received(receipt("R?1", 3, "4"), receipt("R?2", 6, "6")),
        "order_to_receipt",
        [("R?1", "closed", None, 3), ("R?2", "closed", None, 6)],
        id="a leg to each receipt names it",
    ),
]

DUE = [
    pytest.param(
        "V30",
        on(1, 31),
        {"payment_terms_days": 30, "due_on": day(31), "late_days": 0, "is_late": False},
        id="on the day",
    ),
    pytest.param("V30", on(1, 32), {"due_on": day(31), "late_days": 1, "is_late": True}, id="a day late"),
    pytest.param("V30", on(1, 21), {"due_on": day(31), "late_days": -10, "is_late": False}, id="early"),
    pytest.param(
        "V30",
        on(335),
        {"due_on": day(365), "late_days": None, "is_late": True},
        id="open, and due through the last day",
    ),
    pytest.param("V30", on(336), {"due_on": day(366), "late_days": None, "is_late": None}, id="open, and not due yet"),
    pytest.param("V0", on(1, 1), {"due_on": day(1), "late_days": 0, "is_late": False}, id="due at once"),
    pytest.param(
        "VX",
        on(1, 9),
        {"payment_terms_days": None, "due_on": None, "late_days": None, "is_late": None},
        id="no terms in the master",
    ),
    pytest.param(
        "V?",
        on(1, 9),
        {"payment_terms_days": None, "due_on": None, "late_days": None, "is_late": None},
        id="not in the master",
    ),
]

BUSINESS = [
    pytest.param(None, on(4, 7), 1, id="Friday to Monday"),
    pytest.param(None, on(5, 6), 0, id="within a weekend"),
    pytest.param(None, on(1, 1), 0, id="a leg of no days"),
    pytest.param("unknown", on(7, 14), 5, id="a week, without a calendar"),
    pytest.param("DE", on(7, 14), 4, id="a week with a holiday"),
    pytest.param("DE", on(9, 10), 0, id="from a holiday to the next day"),
    pytest.param("DE", on(8, 9), 1, id="to a holiday, which is not counted"),
    pytest.param("AE", on(3, 6), 1, id="Thursday to Sunday where Friday is no working day"),
    pytest.param("DE", {"recorded_at": minute(9)} | {"invoiced_on": day(14), "cleared_on": day(7)}, -4, id="backwards"),
]

MARTS = ("procurement_cases", "procurement_legs", "procurement_vendors", "procurement_unallocated")


def due(vendor_id, dates):
    return ordered(vendor_id=vendor_id) | invoiced(billed("I?", "5.00", vendor_id=vendor_id, **dates))


def worked(company, dates):
    return ordered(company_code=company) | invoiced(billed("I?", "5.00", **dates))


STORIES = {
    **{case.id: case.values[0] for case in (*CASES, *LEGS)},
    **{f"due: {case.id}": due(*case.values[:2]) for case in DUE},
    **{f"worked: {case.id}": worked(*case.values[:2]) for case in BUSINESS},
}


def named(value, story):
    """Documents are told apart by the story that they belong to."""
    return value.replace("?", f"<{story}>") if isinstance(value, str) else value


@pytest.fixture(scope="module")
def marts(spark, keep):
    rows = {name: [] for name in TABLES}
    for place, (story, tables) in enumerate(STORIES.items()):
        for name, told in tables.items():
            kept = {"po_number": story} if name not in ("payments", "payment_blocks") else {}
            rows[name] += [{cell: named(value, place) for cell, value in row.items()} | kept for row in told]
    rows["vendors"] = [
        ledger.vendor("V30", "Thirty", 30),
        ledger.vendor("V0", "Nil", 0),
        ledger.vendor("VX", "No terms"),
    ]
    options = MartOptions(
        sources=ledger.covering(TABLES), match_tolerance_ratio=0.02, calendars=CALENDARS, never_expected={}
    )
    found = build_procurement_marts(ledger.ledger(spark, **rows), options, keep=keep)
    return {name: found[name].collect() for name in MARTS}


@pytest.fixture(scope="module")
def cases(marts):
    return by_case(marts["procurement_cases"])


@pytest.fixture(scope="module")
def legs(marts):
    return by_case(marts["procurement_legs"])


@pytest.mark.parametrize(("tables", "cells"), CASES)
def test_cases_of_a_ledger(cases, request, tables, cells):
    (row,) = cases[f"{request.node.callspec.id}_10"]
    assert {name: row[name] for name in cells} == cells


@pytest.mark.parametrize(("tables", "leg", "expected"), LEGS)
def test_legs_of_a_ledger(legs, request, tables, leg, expected):
    story = request.node.callspec.id
    rows = [row for row in legs[f"{story}_10"] if row.leg == leg]
    found = [(row.document_id, row.leg_status, row.reason, row.duration_days) for row in rows]
    place = list(STORIES).index(story)
    assert sorted(found, key=str) == [(named(document, place), *rest) for document, *rest in expected]


@pytest.mark.parametrize(("vendor_id", "dates", "cells"), DUE)
def test_due_and_late(legs, request, vendor_id, dates, cells):
    rows = legs[f"due: {request.node.callspec.id}_10"]
    (row,) = (row for row in rows if row.leg == "invoice_date_to_cleared")
    assert {name: row[name] for name in cells} == cells
    due = {leg.name for leg in LEGS_OF_WORDS if leg.due_from_terms}
    others = [row for row in rows if row.leg not in due]
    assert {(row.payment_terms_days, row.due_on, row.late_days, row.is_late) for row in others} == {(None,) * 4}


@pytest.mark.parametrize(("company", "dates", "expected"), BUSINESS)
def test_business_days_of_legs(legs, request, company, dates, expected):
    rows = legs[f"worked: {request.node.callspec.id}_10"]
    (row,) = (row for row in rows if row.leg == "invoice_date_to_cleared")
    assert row.duration_business_days == expected


def test_business_days_are_null_unless_closed(legs):
    rows = [row for rows in legs.values() for row in rows]
    assert {row.leg_status for row in rows if row.duration_business_days is not None} == {"closed"}
    assert [row for row in rows if row.leg_status == "closed" and row.duration_business_days is None] == []


def test_every_payment_is_in_its_cases_or_shown(marts):
    paid = sum(row["paid_amount"] for tables in STORIES.values() for row in tables.get("payments", []))
    in_cases = sum(row.paid_amount or 0 for row in marts["procurement_cases"])
    shown = sum(row.amount or 0 for row in marts["procurement_unallocated"])
    assert in_cases + shown == paid
