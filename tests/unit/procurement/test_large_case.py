"""One case with far more events than any other: nothing in it grows faster than they do."""

import re
from decimal import Decimal

import pytest

from schemas.procurement import CURATED
from schemas.procurement.documents import DOCUMENTS
from tests.unit.procurement import ledger
from tests.unit.procurement.ledger import billed, minute, order, receipt
from tests.unit.procurement.stories import covered, day, event, told
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import ProcurementOptions

EACH = 4000
# What would compare every event of a case with every other.
QUADRATIC = ("CartesianProduct", "BroadcastNestedLoopJoin")


@pytest.fixture(scope="module")
def marts(spark, keep):
    receipts = [receipt(f"R{n}", n % 300, "1", "2.00") for n in range(EACH)]
    taken_back = [receipt(f"B{n}", n % 300, "1", "2.00", reverses_receipt_number=f"R{n}") for n in range(0, EACH, 2)]
    recorded = [billed(f"I{n}", "1.00", recorded_at=minute(n % 300), cleared_on=day(n % 300)) for n in range(EACH)]
    curated = ledger.ledger(
        spark, purchase_orders=[order("10", 0, "10.00")], goods_receipts=[*receipts, *taken_back], invoices=recorded
    )
    logged = told(spark, {"1_10": [event("service_entered", n % 300) for n in range(EACH)]})
    options = ProcurementOptions(sources=(covered(), *ledger.covering(curated)))
    tables = {name: keep(frame) for name, frame in {**curated, "logged_events": logged}.items()}
    return build_procurement_marts(tables, options, keep=keep)


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


@pytest.mark.needs_spark
def test_no_join_of_every_event_with_every_other(marts):
    plans = {name: mart._jdf.queryExecution().executedPlan().toString() for name, mart in marts.items()}
    assert {name: [word for word in QUADRATIC if word in plan] for name, plan in plans.items()} == {
        name: [] for name in plans
    }


@pytest.fixture
def planned_as_stated(spark):
    """Plans show every exchange once: what is decided while running is left out."""
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    yield
    spark.conf.unset("spark.sql.adaptive.enabled")


@pytest.mark.needs_spark
def test_events_are_shuffled_once_by_case(spark, planned_as_stated):
    curated = ledger.ledger(spark, **{name: [] for name in CURATED})
    options = ProcurementOptions(sources=(covered(), *ledger.covering([contract.name for contract in DOCUMENTS])))
    marts = build_procurement_marts(curated, options)
    plan = marts["procurement_events"]._jdf.queryExecution().executedPlan().toString()
    shuffles = re.findall(r"Exchange hashpartitioning\((.*?), \d+\)", re.sub(r"#\d+L?", "", plan))
    assert [keys for keys in shuffles if "case_id" in keys] == ["source_system_code, case_id"], shuffles
