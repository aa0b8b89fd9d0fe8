"""Blocks and payments brought to the items of their invoices, whole or not at all."""

import random
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest

from tests.unit.transforms.procurement.ledger import billed, block, ledger, minute, payment
from tests.unit.transforms.procurement.stories import DAY_0, day
from transforms.procurement.events import build_events
from transforms.procurement.events.whole_invoices import settle_items
from transforms.procurement.unallocated import summarise_unallocated

BIG = "900000000000000.00"


def lines(invoice, *worths, **cells):
    """A line for each amount, on items 10, 20 and so on."""
    return [
        billed(invoice, worth, item_number=f"{10 * n}", line_number=f"{n}", **cells)
        for n, worth in enumerate(worths, start=1)
    ]


CASES = [
    pytest.param(lines("?", "30.00"), "30.00", ["30.00"], None, id="one item bears all"),
    pytest.param(lines("?", "30.00", "10.00"), "20.00", ["15.00", "5.00"], None, id="by amount"),
    pytest.param(
        lines("?", "1.00", "1.00", "1.00"), "1.00", ["0.34", "0.33", "0.33"], None, id="equal rests: the first item"
    ),
    pytest.param(
        lines("?", "1.00", "1.00", "1.00"),
        "-1.00",
        ["-0.34", "-0.33", "-0.33"],
        None,
        id="what comes back is divided as what was paid",
    ),
    pytest.param(
        lines("?", "0.01", "0.02", "0.04"),
        "0.04",
        ["0.01", "0.01", "0.02"],
        None,
        id="the greatest rests get the cents",
    ),
    pytest.param(lines("?", "-3.00", "-1.00"), "-4.00", ["-3.00", "-1.00"], None, id="a credit memo"),
    pytest.param(lines("?", "100.00", "-40.00"), "60.00", ["100.00", "-40.00"], None, id="a credit among the lines"),
    pytest.param(
        lines("?", "100.00", "-40.00"), "0.01", ["0.02", "-0.01"], None, id="a credit among the lines, and little paid"
    ),
    pytest.param(lines("?", "5.00", "0.00"), "5.00", ["5.00", "0.00"], None, id="an item of 0 has a part of 0"),
    pytest.param(lines("?", "5.00", "5.00"), "0.00", ["0.00", "0.00"], None, id="nothing paid is paid"),
    pytest.param(
        [*lines("?", "10.00", "20.00"), billed("?", "10.00", line_number="9")],
        "4.00",
        ["2.00", "2.00"],
        None,
        id="an item billed by two lines has one part",
    ),
    pytest.param(
        [*lines("?", "10.00", "20.00"), billed("?-back", "-10.00", reverses_invoice_number="?")],
        "5.00",
        ["5.00"],
        None,
        id="an item taken back has no part",
    ),
    pytest.param(
        [*lines("?", "10.00"), billed("?-back", "-1.00", item_number="70", reverses_invoice_number="?")],
        "5.00",
        ["5.00"],
        None,
        id="an item that only a reversal names has none",
    ),
    pytest.param([], "5.00", [], "invoice_unknown", id="an invoice without lines"),
    pytest.param(
        [billed("?-back", "-10.00", reverses_invoice_number="?")],
        "5.00",
        [],
        "invoice_unknown",
        id="an invoice of which only the reversal is known",
    ),
    pytest.param(
        [*lines("?", "10.00"), billed("?-back", "-10.00", reverses_invoice_number="?")],
        "5.00",
        [None],
        "all_reversed",
        id="an invoice taken back",
    ),
    pytest.param(
        [billed("?", "-10.00", reverses_invoice_number="another")],
        "5.00",
        [None],
        "all_reversed",
        id="an invoice that takes another back",
    ),
    pytest.param(lines("?", "5.00", "-5.00"), "5.00", [None, None], "adds_up_to_zero", id="lines that add up to 0"),
    pytest.param(lines("?", "0.00"), "5.00", [None], "adds_up_to_zero", id="a line of 0"),
    pytest.param(
        lines("?", "5.00", currency_code="USD"), "5.00", [None], "currency_differs", id="paid in another currency"
    ),
    pytest.param(
        [*lines("?", "5.00"), billed("?", "5.00", item_number="20", line_number="2", currency_code="USD")],
        "5.00",
        [None, None],
        "currency_differs",
        id="lines of two currencies",
    ),
    pytest.param(lines("?", BIG), BIG, [BIG], None, id="nearly too large"),
    pytest.param(lines("?", "1000000000000000.00"), "1.00", [None], "too_large", id="a line of 10^15"),
    pytest.param(lines("?", "1.00"), "1000000000000000.00", [None], "too_large", id="a payment of 10^15"),
    pytest.param(
        lines("?", BIG, "-899999999999999.99"),
        "100.00",
        [None, None],
        "too_large",
        id="a part that credits make too large",
    ),
]


def numbered(rows, place):
    """The lines with the case's place as the number of its invoice."""
    return [
        row
        | {
            name: row[name].replace("?", f"{place}")
            for name in ("invoice_number", "reverses_invoice_number")
            if row.get(name)
        }
        for row in rows
    ]


@pytest.fixture(scope="module")
def curated(spark):
    payments = [payment("P", f"{place}", 20, case.values[1]) for place, case in enumerate(CASES)]
    return ledger(
        spark,
        invoices=[row for place, case in enumerate(CASES) for row in numbered(case.values[0], place)],
        payments=payments,
    )


@pytest.fixture(scope="module")
def settled(curated, keep):
    return keep(settle_items(curated, as_of=None))


@pytest.fixture(scope="module")
def parts(curated, settled):
    found = defaultdict(list)
    for row in build_events(curated, settled, as_of=None).filter("event_type = 'invoice_paid'").collect():
        found[row.document_id].append((row.case_id, row.amount, row.currency_code, row.event_on))
    return found


@pytest.fixture(scope="module")
def unallocated(settled):
    return {row.invoice_number: row for row in summarise_unallocated(settled).collect()}


@pytest.mark.every_engine
@pytest.mark.parametrize(("rows", "paid", "expected", "reason"), CASES)
def test_a_payment_by_item(parts, unallocated, request, rows, paid, expected, reason):
    place = next(n for n, case in enumerate(CASES) if case.id == request.node.callspec.id)
    found = [None if amount is None else str(amount) for _, amount, _, _ in sorted(parts[f"{place}"])]
    shown = unallocated.get(f"{place}")
    assert (found, shown and shown.reason) == (expected, reason)
    if reason:
        assert (shown.amount, shown.currency_code, shown.posted_on) == (Decimal(paid), "EUR", day(20))


@pytest.mark.every_engine
def test_parts_and_what_is_not_allocated_add_up_to_what_was_paid(parts, unallocated):
    allocated = sum(amount or 0 for rows in parts.values() for _, amount, _, _ in rows)
    shown = sum(row.amount for row in unallocated.values())
    assert allocated + shown == sum(Decimal(case.values[1]) for case in CASES)


def by_largest_rest(paid, worths):
    """The same by the book, in fractions."""
    total = sum(worths)
    shares = [Fraction(abs(paid)) * worth / total for worth in worths]
    cents = [floor(share) for share in shares]
    by_rest = sorted(range(len(worths)), key=lambda n: (cents[n] - shares[n], n))
    for n in by_rest[: abs(paid) - sum(cents)]:
        cents[n] += 1
    return [-cent if paid < 0 else cent for cent in cents]


def test_parts_are_those_of_exact_fractions(spark):
    draw = random.Random(4)
    invoices, payments, expected = [], [], {}
    for n in range(400):
        worths = [draw.choice([1, 3, 7, 33, 1001, -5, 10 ** draw.randrange(12)]) for _ in range(draw.randrange(1, 8))]
        if sum(worths) == 0:
            continue
        invoices += lines(f"I{n}", *(str(Decimal(worth) / 100) for worth in worths))
        for m in range(2):
            paid = draw.choice([1, 2, 100, -100, sum(worths), 10 ** draw.randrange(9) + 7])
            payments.append(payment(f"P{m}", f"I{n}", 3, str(Decimal(paid) / 100)))
            expected[f"I{n}", f"P{m}"] = [Decimal(part) / 100 for part in by_largest_rest(paid, worths)]
    found = defaultdict(list)
    rows = settle_items(ledger(spark, invoices=invoices, payments=payments), as_of=None).collect()
    for row in sorted(rows, key=lambda row: row.item_number):
        found[row.invoice_number, row.document_number].append(row.allocated_amount)
    assert found == expected


INCOMPLETE = [
    pytest.param(lines("?", "40.00"), [("?", "9")], [None], "invoice_incomplete", id="a line in quarantine"),
    pytest.param(
        lines("?", "60.00", "40.00"), [("?", "1")], ["60.00", "40.00"], None, id="a line whose correction is curated"
    ),
    pytest.param(
        lines("?", "60.00", "40.00"),
        [("?", "1"), ("?", "9"), ("?", "9"), ("?", "8")],
        [None, None],
        "invoice_incomplete",
        id="several lines in quarantine, one of them corrected and one there twice",
    ),
    pytest.param(
        lines("?", "60.00", "40.00"),
        [("?", None)],
        [None, None],
        "invoice_incomplete",
        id="a line whose own number could not be read",
    ),
    pytest.param(
        lines("?", "100.00"), [(None, "9")], ["100.00"], None, id="a line whose invoice could not be read tells nothing"
    ),
    pytest.param(
        lines("?", "100.00", source_system_code="OTHER"),
        [("?", "9")],
        ["100.00"],
        None,
        id="a line in quarantine of another system's invoice",
    ),
    pytest.param([], [("?", "9")], [], "invoice_unknown", id="every line in quarantine"),
    pytest.param(
        [*lines("?", "10.00"), billed("?-back", "-10.00", reverses_invoice_number="?")],
        [("?", "9")],
        [None],
        "invoice_incomplete",
        id="the lines that are known taken back",
    ),
]


@pytest.fixture(scope="module")
def with_quarantine(spark, keep):
    """Each story's payment of 100.00 and payment block, settled beside the quarantine."""
    invoices, payments, blocks, quarantined = [], [], [], []
    for place, (rows, keys, *_) in enumerate(case.values for case in INCOMPLETE):
        invoices += numbered(rows, place)
        system = {"source_system_code": rows[0]["source_system_code"] if rows else "ERP"}
        payments.append(payment("P", f"{place}", 20, "100.00", **system))
        blocks.append(block(f"{place}", "1", 2, **system))
        quarantined += [billed(number and f"{place}", "0.00", line_number=line) for number, line in keys]
    curated = ledger(spark, invoices=invoices, payments=payments, payment_blocks=blocks)
    kept = ledger(spark, invoices=quarantined)["invoices"]
    settled = keep(settle_items(curated, as_of=None, quarantined_lines=kept))
    events, shown = build_events(curated, settled, as_of=None).collect(), summarise_unallocated(settled).collect()
    return events, {(row.table_name, row.invoice_number): row.reason for row in shown}


@pytest.mark.every_engine
@pytest.mark.parametrize(("rows", "keys", "expected", "reason"), INCOMPLETE)
def test_a_payment_of_an_invoice_that_lacks_a_line_is_divided_among_none(
    with_quarantine, request, rows, keys, expected, reason
):
    events, reasons = with_quarantine
    place = next(f"{n}" for n, case in enumerate(INCOMPLETE) if case.id == request.node.callspec.id)
    of_invoice = sorted((row for row in events if row.document_id == place), key=lambda row: row.case_id)
    parts = [row.amount and str(row.amount) for row in of_invoice if row.event_type == "invoice_paid"]
    assert (parts, reasons.get(("payments", place))) == (expected, reason)
    blocked = [row.case_id for row in of_invoice if row.event_type == "payment_block_set"]
    assert len(blocked) == len(expected)


def test_lines_in_quarantine_where_no_invoice_is_curated(spark):
    curated = ledger(spark, payments=[payment("P", "A", 1, "1.00")])
    quarantined = ledger(spark, invoices=[billed("A", "1.00")])["invoices"]
    (row,) = settle_items(curated, as_of=None, quarantined_lines=quarantined).collect()
    assert (row.reason, row.allocated_amount) == ("invoice_unknown", None)


BLOCKED = {
    "invoices": [
        *lines("A", "10.00", "20.00"),
        billed("A", "5.00", line_number="9"),
        billed("B", "1.00", item_number="30"),
        billed("R", "-1.00", item_number="40", reverses_invoice_number="Q"),
        billed("S", "1.00", item_number="50"),
        billed("S", "-1.00", item_number="60", line_number="2", reverses_invoice_number="Q"),
    ],
    "payment_blocks": [
        block("A", "1", 2, 5),
        block("A", "2", 6),
        block("B", "1", 3),
        block("Z", "1", 4, 9),
        block("R", "1", 4, 9),
        block("S", "1", 4),
    ],
    "payments": [payment("P1", "A", 8, "10.00"), payment("P2", "A", 9, "25.00"), payment("P1", "B", 8, "1.00")],
}


@pytest.mark.every_engine
def test_whole_invoices_are_joined_to_distinct_items_without_a_fan_out(spark):
    curated = ledger(spark, **BLOCKED)
    settled = settle_items(curated, as_of=None)
    rows = build_events(curated, settled, as_of=None).filter("table_name <> 'invoices'").collect()
    assert sorted((row.event_type, row.document_id, row.case_id, row.event_on, str(row.amount)) for row in rows) == [
        ("invoice_paid", "A", "1_10", day(8), "4.29"),
        ("invoice_paid", "A", "1_10", day(9), "10.71"),
        ("invoice_paid", "A", "1_20", day(8), "5.71"),
        ("invoice_paid", "A", "1_20", day(9), "14.29"),
        ("invoice_paid", "B", "1_30", day(8), "1.00"),
        ("payment_block_removed", "A", "1_10", day(5), "None"),
        ("payment_block_removed", "A", "1_20", day(5), "None"),
        ("payment_block_set", "A", "1_10", day(2), "None"),
        ("payment_block_set", "A", "1_10", day(6), "None"),
        ("payment_block_set", "A", "1_20", day(2), "None"),
        ("payment_block_set", "A", "1_20", day(6), "None"),
        ("payment_block_set", "B", "1_30", day(3), "None"),
        ("payment_block_set", "S", "1_50", day(4), "None"),
    ]
    assert len({row.event_id for row in rows}) == len(rows)
    shown = summarise_unallocated(settled).collect()
    assert sorted(
        (row.invoice_number, row.table_name, row.document_number, row.reason, row.amount) for row in shown
    ) == [("R", "payment_blocks", "1", "all_reversed", None), ("Z", "payment_blocks", "1", "invoice_unknown", None)]


@pytest.mark.every_engine
def test_as_of_knows_no_later_payment_and_no_later_reversal(spark):
    curated = ledger(
        spark,
        invoices=[*lines("A", "10.00"), billed("B", "-10.00", reverses_invoice_number="A", recorded_at=minute(9))],
        payments=[payment("P1", "A", 8, "10.00"), payment("P2", "Z", 9, "1.00")],
    )
    as_of = DAY_0 + timedelta(days=8)
    settled = settle_items(curated, as_of=as_of)
    assert [(row.document_number, row.allocated_amount) for row in settled.collect()] == [("P1", Decimal("10.00"))]
    later = summarise_unallocated(settle_items(curated, as_of=None)).collect()
    assert {(row.document_number, row.reason) for row in later} == {("P1", "all_reversed"), ("P2", "invoice_unknown")}


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        pytest.param({}, None, id="neither blocks nor payments"),
        pytest.param({"payments": []}, [], id="no payment"),
        pytest.param({"payments": [payment("P", "A", 1, "1.00")]}, [("P", "invoice_unknown")], id="no invoices at all"),
    ],
)
def test_tables_that_are_not_there(spark, tables, expected):
    settled = settle_items(ledger(spark, **tables), as_of=None)
    assert (settled and [(row.document_number, row.reason) for row in settled.collect()]) == expected
