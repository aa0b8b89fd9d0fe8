"""Ledgers drawn at random, with payments in parts, too many, too few and taken back, against an oracle that shares no
code with the job."""

import random
from collections import Counter
from decimal import Decimal

import pytest
from pyspark.sql import functions as F

from schemas.procurement.documents import DOCUMENTS
from schemas.procurement.words import LEGS
from tests.oracle.documents import Documents
from tests.unit.transforms.procurement.ledger import billed, covering, ledger, order, payment
from tests.unit.transforms.procurement.stories import day
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import MartOptions

COLUMNS = (
    "source_system_code", "case_id", "leg", "document_id", "start_on", "end_on", "leg_status", "reason",
    "first_paid_on",
)  # fmt: skip


def lines_of(draw, invoice):
    """One to four lines, of few items, so that some share one; a credit or nothing among them now and then."""
    worths = [draw.choice([1, 3, 33, 34, 100, 0, -5, 7, 7]) for _ in range(draw.randrange(1, 5))]
    return [
        billed(
            invoice,
            str(Decimal(worth) / 100),
            line_number=f"{n}",
            po_number=f"{draw.randrange(60)}",
            invoiced_on=day(draw.randrange(20)),
            currency_code="USD" if draw.random() < 0.02 else "EUR",
        )
        for n, worth in enumerate(worths)
    ]


def paid_of(draw, invoice, total):
    """Parts that add up to what is billed, to a cent less or more, or to something else; some come back."""
    owed = total + draw.choice([0, 0, 0, 0, -1, 1, 5, -total])
    parts = [draw.randrange(-2, 40) * (1 if total >= 0 else -1) for _ in range(draw.randrange(3))]
    amounts = [*parts, owed - sum(parts)]
    if draw.random() < 0.2:
        amounts += [-draw.randrange(1, 50), draw.randrange(1, 50)]
    return [
        payment(
            f"{n}",
            invoice,
            draw.randrange(30),
            str(Decimal(amount) / 100),
            currency_code="GBP" if draw.random() < 0.03 else "EUR",
        )
        for n, amount in enumerate(amounts)
    ]


def drawn(seed, count=300):
    draw = random.Random(seed)
    invoices, payments = [], []
    for number in range(count):
        lines = lines_of(draw, f"I{number}")
        total = int(sum(line["invoiced_amount"] for line in lines) * 100)
        invoices += lines
        payments += paid_of(draw, f"I{number}", total) if draw.random() < 0.8 else []
        if draw.random() < 0.1:
            taken = draw.choice(lines)
            invoices.append(
                taken | {"invoice_number": f"R{number}", "reverses_invoice_number": f"I{number}", "line_number": "9"}
            )
    orders = [order("10", 0, po_number=f"{number}") for number in range(50)]
    return {"purchase_orders": orders, "invoices": invoices, "payments": payments}


@pytest.mark.proof_on_spark
@pytest.mark.parametrize("seed", [1, 2])
def test_legs_to_the_full_payment_of_a_ledger_drawn_at_random(spark, keep, seed):
    tables = drawn(seed)
    whole = {
        contract.name: [
            {name: row.get(name) for name in contract.names} | {"record_number": n}
            for n, row in enumerate(tables.get(contract.name, []))
        ]
        for contract in DOCUMENTS
    }
    computed = Documents(whole).paid_legs()
    marts = build_procurement_marts(ledger(spark, **tables), MartOptions(sources=covering(tables)), keep=keep)
    in_full = [leg.name for leg in LEGS if leg.ends_in_full]
    begun = F.col("start_on").isNotNull() & ((F.col("leg_status") == "closed") | (F.col("leg") != "order_to_paid"))
    legs = marts["procurement_legs"].filter(F.col("leg").isin(*in_full) & begun)
    found = Counter(map(tuple, legs.select(*COLUMNS).collect()))
    assert (sorted((found - computed).items(), key=str)[:5], sorted((computed - found).items(), key=str)[:5]) == (
        [],
        [],
    )
    told = Counter(leg[6:8] for leg in computed)
    assert min(told[status] for status in (
        ("closed", None), ("open", None), ("not_applicable", "amount_unknown"), ("not_applicable", "nothing_to_pay"),
    )) >= 10, told  # fmt: skip
    assert any(leg[6] == "open" and leg[8] for leg in computed), "none is partly paid"
