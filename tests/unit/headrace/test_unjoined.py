"""Documents that find no partner are told, and why where leading zeros are the reason."""

from datetime import date

import pytest

from headrace.domains.procurement.unjoined import ORPHANS, UNKNOWN_INVOICES, orphan_notes, unknown_invoice_notes
from headrace.duck.reader import objects
from tests.unit.headrace.tables import database

ALIKE = "; if they should, look whether the sources write their numbers alike"


def of_cases(orphans, others, system="ERP"):
    cases = [
        *({"source_system_code": system, "case_id": case_id, "case_status": "orphan"} for case_id in orphans),
        *({"source_system_code": system, "case_id": case_id, "case_status": "ordered"} for case_id in others),
        {"source_system_code": "OTHER", "case_id": "7_10", "case_status": "ordered"},
    ]
    with database("procurement", procurement_cases=cases) as connection:
        return orphan_notes(objects(connection, ORPHANS))


def of_payments(unknown, known, payment_count, reason="invoice_unknown", as_of=None, kept_out=None):
    unallocated = [
        {
            "source_system_code": "ERP",
            "table_name": "payments",
            "invoice_number": invoice,
            "document_number": f"P{number}",
            "reason": reason,
        }
        for number, invoice in enumerate(unknown)
    ]
    with database(
        "procurement",
        procurement_unallocated=unallocated,
        invoices=[{"source_system_code": "ERP", "invoice_number": number} for number in known],
        payments=[
            {"source_system_code": "ERP", "payment_number": f"P{number}", "paid_on": date(2024, 1, 1 + number)}
            for number in range(payment_count)
        ],
    ) as connection:
        return unknown_invoice_notes(objects(connection, UNKNOWN_INVOICES, [as_of]), kept_out=kept_out)


@pytest.mark.parametrize(
    ("orphans", "others", "expected"),
    [
        pytest.param([], ["1_10"], [], id="every case has an order"),
        pytest.param(["9_10"], [f"{n}_10" for n in range(10, 19)], [], id="one in ten has none: as in any firm"),
        pytest.param(
            ["9_10"],
            [f"{n}_10" for n in range(10, 18)],
            [f"1 of 9 cases of ERP have no curated order (case_status orphan), such as 9_10{ALIKE}"],
            id="more than one in ten",
        ),
        pytest.param(["9_10"], [], [], id="a system without any order: its legs are told of elsewhere"),
        pytest.param(
            ["45_10", "45_20"],
            ["0045_00010", "45_00030"],
            [
                "2 of 4 cases of ERP have no curated order (case_status orphan), such as 45_10; 1 would have one but "
                "for leading zeros, as 45_10 and 0045_00010: of po_number and item_number, in a log case_id, give "
                "what differs the rule document_number with the same `width` in each source"
            ],
            id="numbers that differ by leading zeros",
        ),
    ],
)
def test_cases_without_an_order(orphans, others, expected):
    assert of_cases(orphans, others) == expected


@pytest.mark.parametrize(
    ("unknown", "known", "payment_count", "expected"),
    [
        pytest.param([], ["I1"], 5, [], id="every payment finds its invoice"),
        pytest.param(["I9"], ["I1"], 10, [], id="one in ten does not: as in any firm"),
        pytest.param(
            ["I9", "I9"],
            ["I1"],
            3,
            [
                "2 of 3 payments of ERP name an invoice without a curated line "
                "(procurement_unallocated, invoice_unknown), "
                f"such as I9{ALIKE}"
            ],
            id="two payments of one unknown invoice",
        ),
        pytest.param(
            ["17", "8"],
            ["0017", "0017"],
            2,
            [
                "2 of 2 payments of ERP name an invoice without a curated line "
                "(procurement_unallocated, invoice_unknown), "
                "such as 17; 1 would find one but for leading zeros, as 17 and 0017: of invoice_number give what "
                "differs the rule document_number with the same `width` in each source"
            ],
            id="a number that differs by leading zeros from that of two lines",
        ),
    ],
)
def test_payments_without_an_invoice(unknown, known, payment_count, expected):
    assert of_payments(unknown, known, payment_count) == expected


def test_payments_that_cannot_be_divided_for_another_reason_are_no_unknown_invoices():
    assert of_payments(["I9", "I9"], [], 2, reason="invoice_incomplete") == []


def test_letters_before_a_number_are_no_reason_since_no_width_pads_them():
    [note] = of_payments(["INV-17"], ["INV-0017"], 1)
    assert note.endswith(ALIKE)


def test_payments_after_the_day_that_a_release_is_of_do_not_count():
    assert of_payments(["I9"], ["I1"], 20) == []
    assert len(of_payments(["I9"], ["I1"], 20, as_of="2024-01-05")) == 1


def test_what_is_in_quarantine_is_looked_at_first():
    [note] = of_payments(["I9"], ["I1"], 1, kept_out={"ERP": 1200, "OTHER": 7})
    assert note.endswith(
        "such as I9; look first at what was excluded or quarantined of invoices, rows: 1,200 (outcomes.invoices)"
    )


def test_where_every_order_of_a_system_was_kept_out_its_cases_are_told_too():
    cases = [{"source_system_code": "ERP", "case_id": "1_10", "case_status": "orphan"}]
    with database("procurement", procurement_cases=cases) as connection:
        [note] = orphan_notes(objects(connection, ORPHANS), kept_out={"ERP": 1})
    assert note.endswith(
        "look first at what was excluded or quarantined of purchase_orders, rows: 1 (outcomes.purchase_orders)"
    )
