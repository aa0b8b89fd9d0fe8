"""What the demo says of planted vendors, over tables of a test's own."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from headrace.domains.procurement.demo import planted_sentence
from headrace.domains.procurement.planted import planted_vendors
from tests.unit.headrace.tables import database

CHANGE = date(2024, 7, 1)
LEG = "invoice_date_to_cleared"
MEDIAN = f"median of {LEG} with open legs counted"
PLANTED = [
    {"name": "always-slow", "vendor_id": "V1", "leg": LEG},
    {"name": "delay-then-fall", "vendor_id": "V2", "leg": LEG, "change_on": str(CHANGE), "factor": 3.0},
    {"name": "few", "vendor_id": "V9", "leg": LEG},
    {"name": "company-shift", "leg": LEG, "change_on": str(CHANGE), "factor": 1.5},
]


def leg(vendor: str, document: str, start: date, days: int | None, **cells):
    closed = {"leg_status": "closed", "duration_days": days, "end_on": start + timedelta(days=days or 0)}
    return {"leg": LEG, "vendor_id": vendor, "document_id": document, "start_on": start, **closed, **cells}


def open_leg(vendor: str, document: str, start: date, days: int):
    return leg(vendor, document, start, None, leg_status="open", end_on=None, censored_days=days)


def cell(vendor: str, median: int | None, leg: str = LEG):
    cells = {"cell_grain": "vendor", "vendor_id": vendor, "leg": leg, "median_days": 1.0, "source_system_code": "E"}
    return {**cells, "censored_median_days": median}


@pytest.fixture
def told(tmp_path):
    (tmp_path / "planted.json").write_text(json.dumps(PLANTED))
    before = CHANGE - timedelta(days=1)
    legs = [
        *(leg("V1", f"a{days}", before, days) for days in (70, 80, 90)),
        *(leg("V2", f"b{days}", before, days) for days in (9, 10, 11)),
        leg("V2", "b10", before, 10, case_id="an invoice over two items counts once"),
        *(leg("V2", f"c{days}", CHANGE, days) for days in (30, 33)),
        open_leg("V2", "d", CHANGE, 50),
        leg("V2", "e", CHANGE, 1, leg="order_to_cleared"),
        leg("V2", "f", CHANGE, None, leg_status="not_applicable", end_on=None),
    ]
    cells = [cell("V2", 20), cell("V1", 80), cell("V3", 80), cell("V4", None), cell("V5", 999, leg="order_to_receipt")]
    with database("procurement", procurement_legs=legs, cycle_times_overall=cells) as connection:
        return {vendor.vendor_id: vendor for vendor in planted_vendors(connection, tmp_path)}


@pytest.mark.parametrize(
    ("vendor", "sentence"),
    [
        pytest.param(
            "V1",
            f"vendor V1 (always-slow) is number 2 of 4 in that order, {MEDIAN} 80 days; "
            "it was planted to be slow all along",
            id="slow all along, behind one whose median is not reached, before its equal",
        ),
        pytest.param(
            "V2",
            f"vendor V2 (delay-then-fall) is number 4 of 4 in that order, {MEDIAN} 10 days until 2024-07-01 and "
            "33 days since; it was planted to take 3 times as long",
            id="slower since a day, open legs counted",
        ),
        pytest.param(
            "V9",
            f"vendor V9 (few) is not among those with enough legs in that order, {MEDIAN} not reached; "
            "it was planted to be slow all along",
            id="of no legs",
        ),
    ],
)
def test_a_planted_vendor_is_told_with_its_place_and_its_medians(told, vendor, sentence) -> None:
    assert planted_sentence(told[vendor]) == sentence


def test_what_was_planted_in_no_vendor_is_no_vendor(told) -> None:
    assert set(told) == {"V1", "V2", "V9"}
