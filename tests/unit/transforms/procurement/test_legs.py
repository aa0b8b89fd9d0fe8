"""Each case below is one case of the log; all of them go through one run."""

import pytest

from schemas.procurement.words import EVENT_TYPES, LEGS
from tests.unit.transforms.procurement.stories import by_case, covered, day, event, told
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import MartOptions

pytestmark = pytest.mark.every_engine

UNRECORDED = tuple(name for name in EVENT_TYPES if name not in ("order_released", "payment_block_removed"))
OPTIONS = MartOptions(
    sources=(covered(first=0, last=365), covered("partial", records=UNRECORDED, last=300)),
    never_expected={"order_to_receipt": "item_type_name = 'Service'", "order_to_cleared": "category_name = 'Gifts'"},
)
PARTIAL = {"source_name": "partial", "source_system_code": "PARTIAL"}


def ordered(number=0, **cells):
    return event("order_created", number, **cells)


def closed(start, end, **more):
    return {
        "leg_status": "closed",
        "reason": None,
        "start_on": day(start),
        "end_on": day(end),
        "duration_days": end - start,
        "censored_days": None,
    } | more


def unended(status, reason, start, censored=None):
    return {
        "leg_status": status,
        "reason": reason,
        "start_on": day(start),
        "end_on": None,
        "duration_days": None,
        "censored_days": censored,
    }


def unbegun(status, reason, end=None):
    return {
        "leg_status": status,
        "reason": reason,
        "start_on": None,
        "end_on": day(end),
        "month": None,
        "duration_days": None,
        "censored_days": None,
        "window_status": None,
    }


CASES = [
    # Pairing
    pytest.param(
        "order_to_submission",
        [ordered(0), event("order_submitted", 3), event("order_submitted", 5)],
        [closed(0, 3)],
        id="first to first: one leg from the first of each",
    ),
    pytest.param(
        "receipt_to_invoice_date",
        [event("goods_received", 9), event("invoice_issued", 4), ordered()],
        [closed(9, 4)],
        id="first to first: an end dated before its start gives negative days",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(1), event("goods_received", 8), event("goods_received", 3), ordered(2)],
        [closed(1, 3), closed(1, 8)],
        id="one to each: from the first start to every end, by end",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(1), event("goods_received", 8), event("goods_received", 8)],
        [closed(1, 8), closed(1, 8)],
        id="one to each: ends alike in all but their record are each a leg",
    ),
    pytest.param(
        "order_to_receipt",
        [event("goods_received", 8), event("goods_received", 9)],
        [unbegun("not_applicable", "start_missing", 8), unbegun("not_applicable", "start_missing", 9)],
        id="one to each: ends without a start keep their dates",
    ),
    pytest.param(
        "recorded_to_cleared",
        [
            event("invoice_recorded", 1),
            event("invoice_recorded", 2),
            event("invoice_cleared", 9),
            event("invoice_cleared", 5),
        ],
        [closed(1, 5, is_inferred_pair=True), closed(2, 9, is_inferred_pair=True)],
        id="each to its own: first in, first out",
    ),
    pytest.param(
        "recorded_to_cleared",
        [event("invoice_recorded", 1), event("invoice_recorded", 2), event("invoice_cleared", 9)],
        [closed(1, 9, is_inferred_pair=True), unended("open", None, 2, 363)],
        id="each to its own: a start too many is a leg without an end",
    ),
    pytest.param(
        "recorded_to_cleared",
        [event("invoice_recorded", 6), event("invoice_cleared", 5), event("invoice_cleared", 9)],
        [closed(6, 5, is_inferred_pair=True), unbegun("not_applicable", "start_missing", 9)],
        id="each to its own: an end too many is a leg without a start, and comes last",
    ),
    pytest.param(
        "invoice_date_to_recorded",
        [event("invoice_issued", 1), event("invoice_recorded", 1)],
        [closed(1, 1, start_event_id="?", end_event_id="?")],
        id="a leg of no days",
    ),
    # Status, in the order in which it is decided
    pytest.param(
        "submission_to_release",
        [ordered(0, **PARTIAL), event("order_submitted", 1, **PARTIAL), event("order_released", 2, **PARTIAL)],
        [
            {
                "leg_status": "not_applicable",
                "reason": "not_recorded",
                "start_on": day(1),
                "end_on": day(2),
                "duration_days": None,
                "month": day(0),
            }
        ],
        id="not recorded, even with both ends; the dates stay",
    ),
    pytest.param(
        "submission_to_release",
        [ordered(0, **PARTIAL)],
        [unbegun("not_applicable", "not_recorded")],
        id="not recorded goes before not started",
    ),
    pytest.param(
        "requisition_to_order",
        [ordered(4)],
        [unbegun("not_applicable", "start_missing", 4)],
        id="an end without its start",
    ),
    pytest.param("recorded_to_cleared", [ordered()], [unbegun("not_applicable", "not_started")], id="neither end"),
    pytest.param(
        "receipt_to_invoice_date",
        [ordered(), event("goods_received", 1), event("goods_receipt_cancelled", 2)],
        [unbegun("ended_otherwise", "all_reversed")],
        id="neither end, but a start that was reversed",
    ),
    pytest.param(
        "receipt_to_invoice_date",
        [
            ordered(),
            event("goods_received", 1),
            event("goods_receipt_cancelled", 2),
            event("goods_received", 5),
            event("invoice_issued", 6),
        ],
        [closed(5, 6)],
        id="a reversed start does not begin a leg",
    ),
    pytest.param(
        "receipt_to_invoice_date",
        [event("goods_received", 1), event("goods_receipt_cancelled", 2), event("invoice_issued", 6)],
        [unbegun("not_applicable", "start_missing", 6)],
        id="an end whose only start was reversed",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(0), event("order_deleted", 7)],
        [unended("ended_otherwise", "deleted", 0)],
        id="deleted",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(0), event("order_deleted", 7), event("order_reactivated", 8)],
        [unended("open", None, 0, 365)],
        id="deleted and reactivated",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(0), event("order_reactivated", 7), event("order_deleted", 7)],
        [unended("ended_otherwise", "deleted", 0)],
        id="deleted after being reactivated, in the same minute",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(0), event("goods_received", 3), event("order_deleted", 7)],
        [closed(0, 3)],
        id="deleted, but closed before",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(0), event("goods_received", 3), event("goods_receipt_cancelled", 4), event("order_deleted", 7)],
        [unended("ended_otherwise", "deleted", 0)],
        id="deleted goes before all reversed",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(0), event("goods_received", 3), event("goods_receipt_cancelled", 4)],
        [unended("ended_otherwise", "all_reversed", 0)],
        id="every end was reversed",
    ),
    pytest.param(
        "invoice_date_to_recorded",
        [
            event("invoice_issued", 1),
            event("invoice_issued", 2),
            event("invoice_recorded", 3),
            event("invoice_recorded", 4),
            event("invoice_cancelled", 5),
        ],
        [closed(1, 3, is_inferred_pair=True), unended("open", None, 2, 363)],
        id="one of two ends was reversed: the other leg is open",
    ),
    pytest.param(
        "invoice_date_to_cleared",
        [
            event("invoice_issued", 1),
            event("invoice_recorded", 2),
            event("invoice_cancelled", 3),
            event("invoice_issued", 9),
        ],
        [unended("ended_otherwise", "all_reversed", 1), unended("ended_otherwise", "all_reversed", 9)],
        id="every invoice was reversed: none is left to be cleared",
    ),
    pytest.param(
        "invoice_date_to_cleared",
        [
            event("invoice_issued", 1),
            event("invoice_recorded", 2),
            event("invoice_cancelled", 3),
            event("invoice_recorded", 4),
        ],
        [unended("open", None, 1, 364)],
        id="one of two invoices was reversed: the other may be cleared",
    ),
    pytest.param(
        "invoice_date_to_cleared",
        [
            event("invoice_issued", 1),
            event("invoice_recorded", 2),
            event("invoice_cancelled", 3),
            event("invoice_cleared", 5),
        ],
        [closed(1, 5, is_inferred_pair=True)],
        id="every invoice was reversed, and cleared all the same",
    ),
    pytest.param(
        "recorded_to_released",
        [event("invoice_recorded", 1)],
        [unended("not_applicable", "no_block", 1)],
        id="never blocked",
    ),
    pytest.param(
        "recorded_to_released",
        [event("invoice_recorded", 1), event("payment_block_set", 2)],
        [unended("open", None, 1, 364)],
        id="blocked and not released",
    ),
    pytest.param(
        "recorded_to_released",
        [
            event("invoice_recorded", 1),
            event("payment_block_set", 2),
            event("payment_block_removed", 3),
            event("invoice_recorded", 4),
        ],
        [closed(1, 3, is_inferred_pair=True), unended("not_applicable", "no_block", 4)],
        id="as many blocks set as removed",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(0, item_type_name="Service")],
        [unended("not_applicable", "never_expected", 0)],
        id="never expected by a rule",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(0, item_type_name="Service"), event("goods_received", 1)],
        [closed(0, 1)],
        id="never expected, and came all the same",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(0, item_type_name=None)],
        [unended("open", None, 0, 365)],
        id="a rule that is null is not met",
    ),
    pytest.param(
        "order_to_cleared",
        [ordered(0, category_name="Gifts"), event("invoice_cleared", 9)],
        [closed(0, 9)],
        id="the rule of another leg",
    ),
    pytest.param("order_to_cleared", [ordered(0)], [unended("open", None, 0, 365)], id="open"),
    # Days and windows
    pytest.param(
        "order_to_cleared",
        [ordered(365)],
        [unended("open", None, 365, 0)],
        id="begun on the last day: watched for 0 days",
    ),
    pytest.param(
        "order_to_cleared", [ordered(400)], [unended("open", None, 400, 0)], id="begun after the last day: at least 0"
    ),
    pytest.param(
        "order_to_cleared",
        [ordered(0, **PARTIAL)],
        [unended("open", None, 0, 300)],
        id="censored where the end's source ends",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(360), event("goods_received", 365), event("goods_received", 366)],
        [closed(360, 365, is_end_after_data_through=False), closed(360, 366, is_end_after_data_through=True)],
        id="an end after the last day is flagged and closes",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(273), event("goods_received", 280)],
        [closed(273, 280, month=day(244), window_status="full")],
        id="right: a month that ends 92 days before the last day is full",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(274), event("goods_received", 280)],
        [closed(274, 280, month=day(274), window_status="right_edge")],
        id="right: a month that ends 61 days before it is at the edge",
    ),
    pytest.param(
        "invoice_date_to_recorded",
        [event("invoice_issued", 90), event("invoice_recorded", 95)],
        [closed(90, 95, month=day(60), window_status="left_edge")],
        id="left: a month that begins 60 days after the first day is at the edge",
    ),
    pytest.param(
        "invoice_date_to_recorded",
        [event("invoice_issued", 91), event("invoice_recorded", 95)],
        [closed(91, 95, month=day(91), window_status="full")],
        id="left: a month that begins 91 days after it is full",
    ),
    pytest.param(
        "invoice_date_to_recorded",
        [event("invoice_issued", -40), event("invoice_recorded", 95)],
        [closed(-40, 95, window_status="left_edge")],
        id="left: begun before the first day",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(0), event("goods_received", 5)],
        [closed(0, 5, window_status="full")],
        id="left: a leg that starts with its case has no left edge",
    ),
    pytest.param(
        "order_to_receipt",
        [ordered(0), event("goods_received", 5)],
        [closed(0, 5, is_inferred_pair=False)],
        id="one to each is not inferred",
    ),
]


@pytest.mark.parametrize(("leg", "events", "expected"), CASES)
def test_legs(legs, request, leg, events, expected):
    rows = [row.asDict() for row in legs[request.node.callspec.id] if row.leg == leg]
    cells = sorted({name for row in expected for name in row} - {"start_event_id", "end_event_id"})
    found = [{name: row[name] for name in cells if name in want} for row, want in zip(rows, expected, strict=True)]
    assert found == [{name: want[name] for name in cells if name in want} for want in expected]


@pytest.fixture(scope="module")
def legs(spark, keep):
    stories = {case.id: case.values[1] for case in CASES}
    marts = build_procurement_marts({"logged_events": told(spark, stories)}, OPTIONS, keep=keep)
    return by_case(marts["procurement_legs"].orderBy("case_id", "leg", "occurrence_number").collect())


@pytest.mark.parametrize("case", [pytest.param(case.id, id=case.id) for case in CASES])
def test_every_leg_has_a_row_and_every_row_a_number(legs, case):
    numbers = {leg.name: [row.occurrence_number for row in legs[case] if row.leg == leg.name] for leg in LEGS}
    assert all(found == list(range(1, max(len(found), 1) + 1)) for found in numbers.values()), numbers


def test_ends_name_their_events(legs):
    (row,) = (row for row in legs["a leg of no days"] if row.leg == "invoice_date_to_recorded")
    first, second = int(row.start_event_id[1:]), int(row.end_event_id[1:])
    assert second == first + 1
