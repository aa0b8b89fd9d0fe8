"""Legs that end when an invoice is paid in full: each case below is one order of one ledger, all of them go through one
run. Every invoice is issued on day 1 and recorded on day 3, unless it says another day."""

from dataclasses import replace

import pytest
from pyspark.sql import functions as F

from schemas.procurement.words import EVENT_TYPES, LEGS
from tests.unit.transforms.procurement import ledger
from tests.unit.transforms.procurement.ledger import billed, change, minute, order, payment, vendor
from tests.unit.transforms.procurement.stories import by_case, covered, day, event
from tests.unit.transforms.procurement.stories import told as told_log
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import MartOptions, SourceCoverage

LEG, TABLES = "invoice_date_to_paid", ("vendors", "purchase_orders", "invoices", "payments", "purchase_order_changes")


def invoice(number, worth, **cells):
    return billed(number, worth, **{"recorded_at": minute(3)} | cells)


def paid(*payments):
    """Payments `(day, amount)` of the invoice `I?`, or `(day, amount, cells)`."""
    return [
        payment(f"P{n}?", cells.pop("of", "I?"), number, amount, **cells)
        for n, (number, amount, *more) in enumerate(payments, start=1)
        for cells in [dict(*more)]
    ]


def story(invoices, payments, **tables):
    return {"purchase_orders": [order("10", 0)], "invoices": invoices, "payments": payments} | tables


def closed(last, *, first=None, start=1, invoice="I?"):
    """Document, status, reason, days, and the day of the first payment: that of the last where there is but one."""
    return (invoice, "closed", None, last - start, day(last if first is None else first))


def unpaid(first=None, *, status="open", reason=None, invoice="I?"):
    return (invoice, status, reason, None, day(first))


def unknown(first):
    return unpaid(first, status="not_applicable", reason="amount_unknown")


ONE = [invoice("I?", "100.00")]
USD = {"currency_code": "USD"}
CASES = [
    # Amounts
    pytest.param(story(ONE, paid((9, "100.00"))), [closed(9)], id="paid in full to the cent"),
    pytest.param(story(ONE, paid((9, "99.99"))), [unpaid(9)], id="a cent short is open, and partly paid"),
    pytest.param(story(ONE, paid((9, "100.01"))), [closed(9)], id="a cent too much is paid in full"),
    pytest.param(story(ONE, []), [unpaid()], id="not paid at all"),
    pytest.param(
        story(ONE, paid((9, "60.00"), (5, "10.00"), (30, "30.00"))), [closed(30, first=5)], id="in parts over days"
    ),
    pytest.param(
        story(ONE, paid((9, "60.00"), (9, "40.00"))), [closed(9)], id="in parts on one day, whichever record is first"
    ),
    pytest.param(
        story(ONE, paid((9, "100.00"), (20, "50.00"))), [closed(9)], id="overpaid later: full since the first payment"
    ),
    # What comes back
    pytest.param(
        story(ONE, paid((9, "100.00"), (20, "-10.00"))),
        [unpaid(9)],
        id="a refund after full payment opens the invoice again",
    ),
    pytest.param(
        story(ONE, paid((9, "100.00"), (12, "-100.00"), (40, "100.00"))),
        [closed(40, first=9)],
        id="a payment that came back and was made again ends with the second",
    ),
    pytest.param(
        story(ONE, paid((9, "100.00"), (15, "100.00"), (20, "-100.00"))),
        [closed(9)],
        id="a payment made twice and given back once ends with the first",
    ),
    pytest.param(
        story(ONE, paid((9, "100.00"), (20, "-100.00"), (20, "100.00"))),
        [closed(9)],
        id="given back and paid again on one day: days count, not records",
    ),
    pytest.param(story(ONE, paid((9, "0.00"))), [unpaid(9)], id="a payment of nothing"),
    # What nobody can tell
    pytest.param(story(ONE, paid((9, "100.00", USD))), [unknown(9)], id="paid in another currency"),
    pytest.param(
        story(ONE, paid((9, "100.00"), (20, "1.00", USD))),
        [unknown(9)],
        id="paid in full, and then something in another currency, which may be a refund",
    ),
    pytest.param(
        story([*ONE, invoice("I?", "5.00", line_number="2", **USD)], paid((9, "105.00"))),
        [unknown(9)],
        id="an item billed in two currencies",
    ),
    pytest.param(
        story([*ONE, invoice("I?", "5.00", line_number="2", **USD)], []),
        [unpaid()],
        id="an item billed in two currencies and never paid is open",
    ),
    pytest.param(
        story([invoice("I?", "0.00")], []),
        [unpaid(status="not_applicable", reason="nothing_to_pay")],
        id="an invoice for nothing",
    ),
    pytest.param(
        story([invoice("I?", "5.00"), invoice("I?", "-5.00", line_number="2")], paid((9, "1.00"))),
        [unpaid(9, status="not_applicable", reason="nothing_to_pay")],
        id="lines of the item that add up to 0, although something was paid",
    ),
    pytest.param(
        story([invoice("I?", "5.00"), invoice("I?", "-5.00", line_number="2", **USD)], []),
        [unpaid()],
        id="lines of two currencies add up to nothing, not to 0",
    ),
    # Credits and reversals
    pytest.param(story([invoice("I?", "-100.00")], paid((9, "-100.00"))), [closed(9)], id="a credit memo paid back"),
    pytest.param(
        story([invoice("I?", "-100.00")], paid((9, "-99.99"))), [unpaid(9)], id="a credit memo a cent short is open"
    ),
    pytest.param(
        story([invoice("I?", "-100.00")], paid((9, "100.00"))),
        [unpaid(9)],
        id="a credit memo paid the wrong way round is open",
    ),
    pytest.param(
        story([*ONE, invoice("R?", "-100.00", reverses_invoice_number="I?")], paid((9, "100.00"))),
        [unpaid(status="ended_otherwise", reason="all_reversed", invoice=None)],
        id="the only invoice taken back, paid or not",
    ),
    pytest.param(
        story(
            [*ONE, invoice("R?", "-100.00", reverses_invoice_number="I?"), invoice("J?", "90.00")],
            paid((9, "100.00"), (12, "90.00", {"of": "J?"})),
        ),
        [closed(12, invoice="J?")],
        id="an invoice taken back and another in its place",
    ),
    # Documents, lines and dates
    pytest.param(
        story(
            [*ONE, invoice("J?", "50.00", invoiced_on=day(2))],
            paid((30, "100.00"), (9, "50.00", {"of": "J?"}), (10, "1.00", {"of": "J?"})),
        ),
        [closed(30), closed(9, start=2, invoice="J?")],
        id="two invoices of an item, each by its own payments",
    ),
    pytest.param(
        story([*ONE, invoice("I?", "5.00", line_number="2", invoiced_on=day(2))], paid((9, "105.00"))),
        [closed(9)],
        id="two lines of an item are one leg, from the first date",
    ),
    pytest.param(
        story([*ONE, invoice("I?", "5.00", line_number="2")], []), [unpaid()], id="two lines not paid are one open leg"
    ),
    pytest.param(
        story([invoice("I?", "100.00", invoiced_on=day(20))], paid((9, "100.00"))),
        [closed(9, start=20)],
        id="paid before its date: negative days",
    ),
    pytest.param(
        story(ONE, paid((9, "50.00")), purchase_order_changes=[change("1", 5, "deleted")]),
        [unpaid(9, status="ended_otherwise", reason="deleted")],
        id="partly paid, and the item is deleted",
    ),
    pytest.param(
        story(ONE, paid((9, "1.00", USD)), purchase_order_changes=[change("1", 5, "deleted")]),
        [unknown(9)],
        id="an amount nobody knows goes before deleted: it may have been paid",
    ),
    pytest.param(story([], []), [unpaid(status="not_applicable", reason="not_started", invoice=None)], id="no invoice"),
]


def of_case(number, worth, place, **cells):
    """A line of an invoice that bills several orders, those of `SEVERAL`."""
    return invoice(number, worth, line_number=place, po_number=place, **cells)


# Orders `1`, `2` and so on, in order: their invoices, payments, and the legs of each.
SEVERAL = [
    pytest.param(
        [of_case("M?", worth, place) for worth, place in (("0.33", "1"), ("0.33", "2"), ("0.34", "3"))],
        paid((9, "0.50", {"of": "M?"}), (20, "0.50", {"of": "M?"})),
        {place: closed(20, first=9, invoice="M?") for place in ("1", "2", "3")},
        id="parts are rounded with each payment, and the invoice is paid in full all the same",
    ),
    pytest.param(
        [of_case("M?", worth, place) for worth, place in (("0.33", "1"), ("0.33", "2"), ("0.34", "3"))],
        paid((9, "0.50", {"of": "M?"}), (20, "0.49", {"of": "M?"})),
        {place: unpaid(9, invoice="M?") for place in ("1", "2", "3")},
        id="a cent short of three items leaves all of them open",
    ),
    pytest.param(
        [of_case("M?", "100.00", "1"), of_case("M?", "-40.00", "2"), of_case("M?", "0.00", "3")],
        paid((9, "60.00", {"of": "M?"})),
        {place: closed(9, invoice="M?") for place in ("1", "2", "3")},
        id="a credit among the items, and an item for nothing, are paid with their invoice",
    ),
    pytest.param(
        [of_case("M?", "5.00", "1"), of_case("M?", "-5.00", "2")],
        paid((9, "1.00", {"of": "M?"})),
        {place: ("M?", "not_applicable", "amount_unknown", None, day(9)) for place in ("1", "2")},
        id="items that add up to 0: a payment of them cannot be divided",
    ),
    pytest.param(
        [
            of_case("M?", "60.00", "1"),
            of_case("M?", "40.00", "2"),
            of_case("R?", "-40.00", "2", reverses_invoice_number="M?"),
        ],
        paid((9, "60.00", {"of": "M?"})),
        {"1": closed(9, invoice="M?"), "2": unpaid(status="ended_otherwise", reason="all_reversed", invoice=None)},
        id="an item taken back is not waited for",
    ),
    pytest.param(
        [of_case("M?", "60.00", "1"), of_case("M?", "60.00", "2", source_system_code="OTHER")],
        paid((9, "60.00", {"of": "M?"}), (20, "60.00", {"of": "M?", "source_system_code": "OTHER"})),
        {"1": closed(9, invoice="M?"), "2": closed(20, invoice="M?")},
        id="one number in two systems is two invoices, each by its own payments",
    ),
]
TWO = story(
    [*ONE, invoice("J?", "50.00", invoiced_on=day(2), recorded_at=minute(7))],
    paid((30, "100.00"), (9, "20.00", {"of": "J?"}), (10, "30.00", {"of": "J?"})),
)
OTHERS = [
    pytest.param(
        TWO,
        "recorded_to_paid",
        [closed(30, start=3), closed(10, first=9, start=7, invoice="J?")],
        id="from the posting of each",
    ),
    pytest.param(
        TWO,
        "order_to_paid",
        [closed(10, first=9, start=0, invoice="J?"), closed(30, start=0)],
        id="from the order to each, by end",
    ),
    pytest.param(
        story(ONE, paid((9, "99.99"))),
        "order_to_paid",
        [unpaid(invoice=None)],
        id="an order of which no invoice is paid in full",
    ),
    pytest.param(
        story(ONE, paid((9, "1.00", USD))),
        "order_to_paid",
        [unpaid(status="not_applicable", reason="amount_unknown", invoice=None)],
        id="an order of which nobody can tell",
    ),
    pytest.param(
        story([*ONE, invoice("J?", "5.00")], paid((9, "100.00"), (9, "1.00", {"of": "J?", **USD}))),
        "order_to_paid",
        [closed(9, start=0)],
        id="an order with an invoice paid and one of which nobody can tell",
    ),
    pytest.param(
        story([*ONE, invoice("R?", "-100.00", reverses_invoice_number="I?")], paid((9, "100.00"))),
        "order_to_paid",
        [unpaid(invoice=None)],
        id="an order whose only invoice was taken back may have another",
    ),
    pytest.param(
        story([invoice("I?", "5.00", recorded_at=None)], paid((9, "5.00"))),
        "recorded_to_paid",
        [("I?", "not_applicable", "start_missing", None, day(9))],
        id="an invoice without a posting",
    ),
    pytest.param(
        story([invoice("I?", "5.00", recorded_at=None)], paid((9, "5.00"))),
        LEG,
        [closed(9)],
        id="an invoice without a posting has a date all the same",
    ),
]
# The vendor's terms are 30 days, from day 1 on.
DUE = [
    pytest.param(paid((31, "100.00")), (30, day(31), 0, False), id="paid in full on the day"),
    pytest.param(paid((9, "99.99"), (32, "0.01")), (30, day(31), 1, True), id="the last cent a day late"),
    pytest.param(paid((9, "99.99")), (30, day(31), None, True), id="a cent short, and due long ago"),
    pytest.param(paid((9, "1.00", USD)), (30, day(31), None, None), id="nobody can tell"),
]
STORIES = {
    **{case.id: case.values[0] for case in (*CASES, *OTHERS)},
    **{f"due: {case.id}": story(ONE, case.values[0]) for case in DUE},
}


def named(value, place):
    return value.replace("?", f"<{place}>") if isinstance(value, str) else value


def told(rows, place, po_number=None):
    """Documents are told apart by the story that they belong to, orders too."""
    return [{cell: named(value, place) for cell, value in row.items()} | (po_number or {}) for row in rows]


@pytest.fixture(scope="module")
def curated():
    rows = {name: [] for name in TABLES}
    for place, (story, tables) in enumerate(STORIES.items()):
        for name, of_table in tables.items():
            rows[name] += told(of_table, place, None if name == "payments" else {"po_number": story})
    for place, case in enumerate(SEVERAL, start=len(STORIES)):
        invoices, payments, expected = case.values
        rows["invoices"] += [row | {"po_number": f"{case.id} {row['po_number']}"} for row in told(invoices, place)]
        rows["payments"] += told(payments, place)
        systems = {row["po_number"]: row["source_system_code"] for row in invoices}
        rows["purchase_orders"] += [
            order("10", 0, po_number=f"{case.id} {number}", source_system_code=systems[number]) for number in expected
        ]
    rows["vendors"] = [vendor("V1", "Thirty", 30)]
    return rows


@pytest.fixture(scope="module")
def legs(spark, curated, keep):
    options = MartOptions(sources=ledger.covering(TABLES))
    marts = build_procurement_marts(ledger.ledger(spark, **curated), options, keep=keep)
    return by_case(marts["procurement_legs"].collect())


def of_leg(legs, case_id, leg=LEG):
    rows = [row for row in legs[case_id] if row.leg == leg]
    return [
        (row.document_id, row.leg_status, row.reason, row.duration_days, row.first_paid_on)
        for row in sorted(rows, key=lambda row: row.occurrence_number)
    ]


@pytest.mark.every_engine
@pytest.mark.parametrize(("tables", "expected"), CASES)
def test_from_the_invoice_s_date_to_its_full_payment(legs, request, tables, expected):
    story = request.node.callspec.id
    place = list(STORIES).index(story)
    assert of_leg(legs, f"{story}_10") == [tuple(named(value, place) for value in row) for row in expected]


@pytest.mark.every_engine
@pytest.mark.parametrize(("invoices", "payments", "expected"), SEVERAL)
def test_an_invoice_over_several_orders_is_paid_as_a_whole(legs, request, invoices, payments, expected):
    story = request.node.callspec.id
    place = next(n for n, case in enumerate(SEVERAL, start=len(STORIES)) if case.id == story)
    found = {number: of_leg(legs, f"{story} {number}_10") for number in expected}
    assert found == {number: [tuple(named(value, place) for value in row)] for number, row in expected.items()}


@pytest.mark.every_engine
@pytest.mark.parametrize(("tables", "leg", "expected"), OTHERS)
def test_other_legs_to_the_full_payment(legs, request, tables, leg, expected):
    story = request.node.callspec.id
    place = list(STORIES).index(story)
    assert of_leg(legs, f"{story}_10", leg) == [tuple(named(value, place) for value in row) for row in expected]


@pytest.mark.every_engine
@pytest.mark.parametrize(("payments", "expected"), DUE)
def test_due_and_late_by_payments(legs, request, payments, expected):
    (row,) = (row for row in legs[f"due: {request.node.callspec.id}_10"] if row.leg == LEG)
    assert (row.payment_terms_days, row.due_on, row.late_days, row.is_late) == expected


@pytest.mark.proof_on_spark
def test_open_is_watched_through_the_last_day_of_the_payments(spark, keep):
    """The invoices end on day 300, the payments on day 200."""
    tables = ledger.ledger(
        spark, purchase_orders=[order("10", 0)], invoices=ONE, payments=paid((9, "1.00"), (300, "99.00"))
    )
    sources = (
        *ledger.covering(("purchase_orders", "invoices"), last=300),
        covered("payments", table_name="payments", records=("invoice_paid",), last=200),
    )
    recorded = tuple(replace(s, records=tuple(set(s.records) - {"invoice_paid"})) for s in sources[:-1])
    options = MartOptions(sources=(*recorded, sources[-1]), as_of=day(250))
    found = (
        build_procurement_marts(tables, options, keep=keep)["procurement_legs"].filter(F.col("leg") == LEG).collect()
    )
    assert [(row.leg_status, row.censored_days, row.first_paid_on) for row in found] == [("open", 199, day(9))]


@pytest.mark.proof_on_spark
@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param(
            ("invoice_issued", "order_created"), ("not_applicable", "not_recorded"), id="no payments recorded"
        ),
        pytest.param(tuple(EVENT_TYPES), ("not_applicable", "amount_unknown"), id="payments without amounts"),
    ],
)
def test_a_log_knows_no_amounts(spark, keep, records, expected):
    events = [
        event("order_created", 0),
        event("invoice_issued", 1),
        event("invoice_issued", 2),
        event("invoice_paid", 9),
    ]
    options = MartOptions(sources=(covered(records=records),))
    marts = build_procurement_marts({"logged_events": told_log(spark, {"a": events})}, options, keep=keep)
    legs = marts["procurement_legs"].filter(F.col("leg").isin(LEG, "order_to_paid")).collect()
    assert sorted((row.leg, row.leg_status, row.reason) for row in legs) == [
        (LEG, *expected),
        ("order_to_paid", *expected),
    ]
    assert {row.first_paid_on for row in legs} == {None}


@pytest.mark.proof_on_spark
def test_there_may_be_no_payment_at_all(spark, keep):
    tables = ledger.ledger(spark, purchase_orders=[order("10", 0)], invoices=ONE, payments=[])
    legs = build_procurement_marts(tables, MartOptions(sources=ledger.covering(tables)), keep=keep)["procurement_legs"]
    found = legs.filter(F.col("leg").isin(*(leg.name for leg in LEGS if leg.ends_in_full))).collect()
    assert {(row.leg_status, row.first_paid_on) for row in found} == {("open", None)}
    assert len(found) == 3


@pytest.mark.proof_on_spark
def test_cases_say_when_they_were_first_and_last_paid(spark, keep):
    taken_back = [invoice("J", "5.00"), invoice("R", "-5.00", reverses_invoice_number="J")]
    payments = [payment("P1", "I", 9, "1.00"), payment("P2", "I", 20, "1.00"), payment("P3", "J", 5, "5.00")]
    tables = ledger.ledger(spark, invoices=[invoice("I", "100.00"), *taken_back], payments=payments)
    (row,) = build_procurement_marts(tables, MartOptions(sources=ledger.covering(tables)), keep=keep)[
        "procurement_cases"
    ].collect()
    assert (row.first_paid_on, row.last_paid_on) == (day(9), day(20))


def test_a_payment_of_an_unknown_invoice_tells_that_its_source_records_payments(spark, keep):
    lost = [payment("P1", "UNKNOWN", 9, "1.00")]
    tables = ledger.ledger(spark, purchase_orders=[order("10", 0)], invoices=ONE, payments=lost)
    others = (
        replace(s, records=tuple({*s.records} - {"invoice_paid"}))
        for s in ledger.covering(("purchase_orders", "invoices"), last=300)
    )
    paid = SourceCoverage("payments", "payments", records=("invoice_paid",), system_stamped=("invoice_paid",))
    marts = build_procurement_marts(tables, MartOptions(sources=(*others, paid)), keep=keep)
    legs = marts["procurement_legs"].filter(F.col("leg") == LEG).collect()
    assert {(row.leg_status, row.reason) for row in legs} == {("open", None)}
    (coverage,) = marts["procurement_coverage"].filter("table_name = 'payments'").collect()
    assert (coverage.data_through, coverage.data_through_rule) == (day(9), "latest_system_stamped")
