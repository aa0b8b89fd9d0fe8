"""Legs to the full payment explained: every payment that makes it, over tables of a test's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from headrace.domains.procurement import explain as procurement
from headrace.domains.procurement.show_explanation import show_explanation
from headrace.facts.explain import Explained
from headrace.show.explanation import show_explained
from tests.unit.headrace.tables import database, trail_of

MAY = date(2024, 5, 1)
CELL = ("leg=invoice_date_to_paid", "vendor_id=V1", "month=2024-05")
OF_INVOICE = {"source_system_code": "ERP", "case_id": "1_10", "document_id": "I1"}


def day(number: int) -> date:
    return MAY + timedelta(days=number)


def event(event_id: str, event_type: str, number: int, amount: str | None = None, **cells):
    at = datetime(2024, 5, 1) + timedelta(days=number)
    told = {"event_id": event_id, "event_type": event_type, "event_on": day(number), "event_at": at}
    paid = {"amount": amount and Decimal(amount), "currency_code": amount and "EUR", "landing_file_id": event_id}
    return OF_INVOICE | told | paid | {"table_name": "payments"} | cells


ISSUED = event("i", "invoice_issued", 0, "100.00", table_name="invoices")
PAYMENTS = [
    event("p1", "invoice_paid", 5, "60.00"),
    event("p2", "invoice_paid", 9, "10.00"),
    event("p3", "invoice_paid", 9, "30.00", record_number=2),
    event("later", "invoice_paid", 20, "1.00"),
]
OTHERS = [
    event("other", "invoice_paid", 5, "7.00", document_id="I2"),
    event("other case", "invoice_paid", 5, "7.00", case_id="2_10"),
    event("taken back", "invoice_paid", 5, "7.00", is_reversed=True),
]


def leg(**cells):
    told = {"leg": "invoice_date_to_paid", "leg_status": "closed", "start_on": MAY, "month": MAY, "vendor_id": "V1"}
    ends = {"end_on": day(9), "duration_days": 9, "start_event_id": "i", "end_event_id": "p3", "first_paid_on": day(5)}
    return OF_INVOICE | told | ends | cells


@pytest.fixture
def traced(monkeypatch):
    """The files of the payments that were traced to their rows."""
    files = set()
    monkeypatch.setattr(
        procurement, "trace_rows", lambda trail, seeds: files.update(file for file, _ in seeds["payments"]) or []
    )
    return files


@pytest.fixture
def explain(traced):

    def ask(row, *events):
        cell = {
            "leg": row["leg"],
            "cell_grain": "vendor",
            "source_system_code": "ERP",
            "vendor_id": "V1",
            "month": MAY,
            "leg_count": 1,
            "closed_count": int(row["leg_status"] == "closed"),
            "open_count": int(row["leg_status"] == "open"),
            **dict.fromkeys(("median_reason", "p90_reason", "censored_median_reason"), "thin"),
        }
        tables = {"procurement_legs": [row], "procurement_events": list(events), "cycle_times_monthly": [cell]}
        with database("procurement", **tables) as connection:
            trail = trail_of(connection, marts=("cycle_times_monthly",), curated=())
            return procurement.explain(trail, "cycle_times_monthly", (f"leg={row['leg']}", *CELL[1:]))

    return ask


def ids(explanation):
    return [event.cells["event_id"] for event in explanation.cells[0].legs[0].events()]


OPEN = {"leg_status": "open", "end_on": None, "end_event_id": None, "duration_days": None, "censored_days": 90}


@pytest.mark.parametrize(
    ("row", "events", "expected"),
    [
        pytest.param(leg(), [ISSUED, *PAYMENTS, *OTHERS], ["i", "p1", "p2", "p3"], id="all through the last, in order"),
        pytest.param(leg(**OPEN), [ISSUED, *PAYMENTS[:2], *OTHERS], ["i", "p1", "p2"], id="partly paid: what was paid"),
        pytest.param(leg(**OPEN, first_paid_on=None), [ISSUED, *OTHERS], ["i"], id="not paid"),
        pytest.param(
            leg(leg="invoice_date_to_cleared", end_event_id="p3"),
            [ISSUED, *PAYMENTS],
            ["i", "p3"],
            id="a leg to the clearing has no payments",
        ),
    ],
)
def test_every_payment_of_a_leg_is_shown_down_to_its_row(explain, traced, row, events, expected):
    assert ids(explain(row, *events)) == expected
    assert traced == {name for name in expected if name.startswith("p")}


def test_what_each_payment_paid_of_the_item_is_said(explain, capsys):
    explanation = explain(leg(), ISSUED, *PAYMENTS)
    show_explained(Explained("procurement", "lake", explanation, is_revealed=False), show_explanation)
    said = " ".join(capsys.readouterr().out.split())
    assert "first paid 2024-05-06" in said
    for line in ("2024-05-06 invoice_paid 60.00 EUR for the item", "2024-05-10 invoice_paid 30.00 EUR for the item"):
        assert line in said
    assert "invoice_issued 100.00" not in said
