"""One case with far more events than any other: nothing in it grows faster than they do."""

import re
from decimal import Decimal

import pytest

from schemas.procurement import CURATED, MARTS
from schemas.procurement.documents import DOCUMENTS
from tests.unit.transforms.procurement import ledger
from tests.unit.transforms.procurement.ledger import billed, minute, order, receipt
from tests.unit.transforms.procurement.stories import covered, day, event, told
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import MartOptions

EACH = 4000
WHOLE = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.maxPlanStringLength": 1 << 24,
    "spark.sql.debug.maxToStringFields": 1000,
}
# What would compare every event of a case with every other.
QUADRATIC = ("CartesianProduct", "BroadcastNestedLoopJoin")


@pytest.fixture(scope="module")
def marts(spark, keep):
    return build_procurement_marts(*large_case(spark, keep), keep=keep)


def large_case(spark, keep):
    receipts = [receipt(f"R{n}", n % 300, "1", "2.00") for n in range(EACH)]
    taken_back = [receipt(f"B{n}", n % 300, "1", "2.00", reverses_receipt_number=f"R{n}") for n in range(0, EACH, 2)]
    recorded = [billed(f"I{n}", "1.00", recorded_at=minute(n % 300), cleared_on=day(n % 300)) for n in range(EACH)]
    curated = ledger.ledger(
        spark, purchase_orders=[order("10", 0, "10.00")], goods_receipts=[*receipts, *taken_back], invoices=recorded
    )
    logged = told(spark, {"1_10": [event("service_entered", n % 300) for n in range(EACH)]})
    options = MartOptions(sources=(covered(), *ledger.covering(curated)))
    return {name: keep(frame) for name, frame in {**curated, "logged_events": logged}.items()}, options


def test_a_case_of_many_events(marts):
    (case,) = marts["procurement_cases"].collect()
    found = {
        name: case[name] for name in ("event_count", "goods_receipt_count", "reversed_pair_count", "invoice_count")
    }
    assert found == {
        "event_count": 1 + EACH + EACH // 2 + 3 * EACH + EACH,
        "goods_receipt_count": EACH // 2,
        "reversed_pair_count": EACH // 2,
        "invoice_count": EACH,
    }
    assert (case.received_amount, case.cleared_amount) == (Decimal(EACH), Decimal(EACH))
    assert marts["procurement_legs"].filter("leg_status = 'closed'").count() == EACH // 2 + 4 * EACH + 1


@pytest.fixture
def plans(spark):
    """The plan of every frame that is computed on the way to the marts, in order; a mart's by its name. They are whole,
    and show what is stated: what is decided while running is left out. As where frames are persisted, what is kept
    stays partitioned as it was."""
    before = {name: spark.conf.get(name) for name in WHOLE}
    for name, value in WHOLE.items():
        spark.conf.set(name, value)
    found = {}

    def seen(name, frame):
        found[name] = frame._jdf.queryExecution().executedPlan().toString()
        return frame.localCheckpoint()

    def kept(frame):
        return seen(f"kept {len(found)}", frame)

    def build(curated, options):
        build_procurement_marts(curated, options, keep=kept, write=seen)
        return found

    yield build
    for name, value in before.items():
        spark.conf.set(name, value)


@pytest.mark.needs_spark
def test_no_join_of_every_event_with_every_other(spark, keep, plans):
    found = plans(*large_case(spark, keep))
    assert [(name, word) for name, plan in found.items() for word in QUADRATIC if word in plan] == []
    assert {*MARTS} < {*found}


@pytest.mark.needs_spark
def test_events_are_shuffled_once_by_case(spark, plans):
    curated = ledger.ledger(spark, **{name: [] for name in CURATED})
    found = plans(
        curated, MartOptions(sources=(covered(), *ledger.covering([contract.name for contract in DOCUMENTS])))
    )
    names = list(found)
    until_events = "\n".join(found[name] for name in names[: names.index("procurement_events") + 1])
    shuffles = re.findall(r"Exchange hashpartitioning\((.*?), \d+\)", re.sub(r"#\d+L?", "", until_events))
    assert [keys for keys in shuffles if "case_id" in keys] == ["source_system_code, case_id"], shuffles
