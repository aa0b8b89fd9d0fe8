"""What a run and the status say of legs that cannot be measured."""

import pytest

from headrace.domains.procurement.unmeasured import OCCURRING, STATES, unmeasured_notes
from headrace.duck.reader import objects
from schemas.procurement.words import EVENT_TYPES, LEGS
from tests.unit.headrace.tables import database

CLOSED, OPEN = {"leg_status": "closed"}, {"leg_status": "open"}
NOT_RECORDED, AMOUNT_UNKNOWN, NOT_STARTED = (
    {"leg_status": "not_applicable", "reason": reason} for reason in ("not_recorded", "amount_unknown", "not_started")
)
REVERSED = {"leg_status": "ended_otherwise", "reason": "all_reversed"}
CLEARED = ("recorded_to_cleared", "invoice_date_to_cleared", "order_to_cleared")
PAID = ("recorded_to_paid", "invoice_date_to_paid", "order_to_paid")
WITHOUT_AMOUNTS = (
    "recorded_to_paid, invoice_date_to_paid, order_to_paid cannot be measured in LOG: of no payment is the amount "
    "known that it pays of the item (reason amount_unknown). To measure, map `paid_amount` of payments, or give a "
    "payments file"
)


def each(legs, *rows):
    return dict.fromkeys(legs, rows)


def told(rows):
    """Notes of a log whose legs have these rows; a leg that is not named has one, and it is closed."""
    legs = [
        {"source_system_code": "LOG", "leg": leg.name, "occurrence_number": number, **row}
        for leg in LEGS
        for number, row in enumerate(rows.get(leg.name, [CLOSED]))
    ]
    with database("procurement", procurement_legs=legs) as connection:
        return unmeasured_notes(objects(connection, STATES), objects(connection, OCCURRING))


def notes(recorded, *, system="ERP", without=(), seen=()):
    """Of a system whose sources record these event types; `seen` are those that occur all the same."""
    legs = [
        {
            "source_system_code": system,
            "leg": leg.name,
            **(CLOSED if {leg.start, leg.end} <= set(recorded) - set(without) else NOT_RECORDED),
        }
        for leg in LEGS
    ]
    events = [{"source_system_code": system, "event_type": name} for name in (*recorded, *seen) if name not in without]
    with database("procurement", procurement_legs=legs, procurement_events=events) as connection:
        return unmeasured_notes(objects(connection, STATES), objects(connection, OCCURRING))


def test_a_system_that_records_all_has_no_note():
    assert notes(EVENT_TYPES) == []


@pytest.mark.parametrize(
    ("without", "expected"),
    [
        pytest.param(
            ("invoice_cleared",),
            "recorded_to_cleared, invoice_date_to_cleared, order_to_cleared cannot be measured in ERP: no source "
            "records invoice_cleared. To measure, map `cleared_on` of invoices, and name invoice_cleared in `records` "
            "of its source; or look at recorded_to_paid, "
            "invoice_date_to_paid, order_to_paid, measured in ERP",
            id="no clearings, but payments",
        ),
        pytest.param(
            ("invoice_paid",),
            "recorded_to_paid, invoice_date_to_paid, order_to_paid cannot be measured in ERP: no source records "
            "invoice_paid. To measure, map `paid_on` of payments, and name invoice_paid in `records` of its source; or "
            "look at recorded_to_cleared, invoice_date_to_cleared, order_to_cleared, measured in ERP",
            id="no payments, but clearings",
        ),
        pytest.param(
            ("requisition_created",),
            "requisition_to_order cannot be measured in ERP: no source records requisition_created. To measure, map an "
            "activity of an event log to `requisition_created`, and name requisition_created in `records` of its "
            "source",
            id="what only a log tells",
        ),
        pytest.param(
            ("goods_received",),
            "order_to_receipt, receipt_to_invoice_date cannot be measured in ERP: no source records goods_received. "
            "To measure, map `received_on` of goods_receipts, and name goods_received in `records` of its source",
            id="an end here and a start there",
        ),
        pytest.param(
            ("order_released",),
            "submission_to_release cannot be measured in ERP: no source records order_released. To measure, map "
            "`released_at` of purchase_orders or `released_at` of approvals, and name order_released in `records` of "
            "its source",
            id="a date that two tables have",
        ),
    ],
)
def test_what_is_missing_is_said_once_with_what_to_map(without, expected):
    assert notes(EVENT_TYPES, without=without) == [expected]


def test_neither_clearings_nor_payments_are_nothing_to_look_at_instead():
    said = notes(EVENT_TYPES, without=("invoice_cleared", "invoice_paid"))
    assert len(said) == 2
    assert not any("look at" in note for note in said)


def test_two_things_missing_of_one_leg_are_said_together():
    said = notes(EVENT_TYPES, without=("order_submitted", "order_released"))
    assert [note.split(". ")[0] for note in said] == [
        "order_to_submission cannot be measured in ERP: no source records order_submitted",
        "submission_to_release cannot be measured in ERP: no source records order_submitted or order_released",
    ]


def test_an_end_that_occurs_is_not_what_is_missing():
    (said,) = notes(EVENT_TYPES, without=("order_submitted",))
    assert said.startswith("order_to_submission, submission_to_release cannot be measured in ERP: no source records ")
    assert "no source records order_submitted. " in said


def test_events_that_occur_and_are_not_recorded_are_named_all_the_same():
    without = ("order_released",)
    recorded = [name for name in EVENT_TYPES if name not in without]
    (said,) = notes(recorded, seen=without)
    assert "no source records order_released. " in said


def test_each_system_is_told_of_by_its_own_legs():
    legs = [
        {"source_system_code": system, "leg": leg.name, "is_recorded": system == "NEW"}
        for system in ("NEW", "OLD")
        for leg in LEGS
    ]
    said = unmeasured_notes(legs, [])
    assert said
    assert all(" in OLD: " in note for note in said)


def test_a_leg_of_which_some_rows_are_measured_has_no_note():
    assert told({"invoice_date_to_recorded": [NOT_RECORDED, OPEN]}) == []


def test_a_leg_that_is_recorded_and_never_begins_has_no_note():
    assert told({"requisition_to_order": [NOT_STARTED, NOT_STARTED]}) == []


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([AMOUNT_UNKNOWN], id="nothing else"),
        pytest.param([AMOUNT_UNKNOWN, OPEN, NOT_STARTED, REVERSED], id="invoices that are not paid, or taken back"),
    ],
)
def test_payments_without_amounts_have_a_note_of_their_own(rows):
    assert told(each(PAID, *rows)) == [f"{WITHOUT_AMOUNTS}; or look at {', '.join(CLEARED)}, measured in LOG"]


def test_a_payment_without_amount_beside_others_has_no_note():
    assert told(each(PAID, AMOUNT_UNKNOWN, CLOSED)) == []


def test_payments_without_amounts_are_nothing_to_look_at_instead_of_clearings():
    rows = each(CLEARED, NOT_RECORDED) | each(PAID, AMOUNT_UNKNOWN, OPEN)
    cleared, paid = told(rows)
    assert cleared.startswith(
        "recorded_to_cleared, invoice_date_to_cleared, order_to_cleared cannot be measured in LOG: "
    )
    assert cleared.endswith("name invoice_cleared in `records` of its source")
    assert paid == WITHOUT_AMOUNTS


def test_legs_that_never_begin_are_nothing_to_look_at_instead():
    rows = each(CLEARED, NOT_RECORDED) | each(PAID, NOT_STARTED)
    (cleared,) = told(rows)
    assert "look at" not in cleared


def test_events_that_are_recorded_and_never_of_one_document_are_not_called_unrecorded():
    assert told({"invoice_date_to_recorded": [NOT_RECORDED]}) == [
        "invoice_date_to_recorded cannot be measured in LOG: invoice_issued and invoice_recorded are recorded, but "
        "never of the same document. To measure, map `recorded_at` of invoices in the source that gives invoice_issued"
    ]
