from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schemas.contract import Contract
from schemas.procurement import CURATED, MARTS
from schemas.procurement.words import EVENT_TYPES, LEG_REASONS, LEG_STATUSES, LEGS
from tests.frames import curated_frame
from tests.unit.transforms.procurement.ledger import billed, covering, ledger, minute, order
from tests.unit.transforms.procurement.stories import DAY_0, covered, event, told
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import MartOptions

OPTIONS = MartOptions(sources=(covered(last=60),))


def assert_key_is_unique(rows, contract: Contract):
    keys = [tuple(row[name] for name in contract.key) for row in rows]
    assert len(keys) == len(set(keys)), contract.name


def assert_required_cells_are_there(rows, contract: Contract):
    required = [field.name for field in contract.fields if field.required]
    assert [(name, row) for row in rows for name in required if row[name] is None] == []


@pytest.mark.proof_on_spark
@pytest.mark.parametrize(
    "tables",
    [
        pytest.param(tuple(CURATED), id="all tables"),
        pytest.param(("logged_events",), id="a log alone"),
        pytest.param(("invoices",), id="invoices alone"),
        pytest.param(("payments",), id="payments alone"),
        pytest.param(("vendors",), id="the vendor master alone"),
    ],
)
def test_empty_tables_give_empty_marts_of_the_expected_columns(spark, keep, tables):
    curated = {name: curated_frame(spark, CURATED[name]) for name in tables}
    options = MartOptions(sources=()) if tables == ("vendors",) else OPTIONS
    marts = build_procurement_marts(curated, options, keep=keep, write=lambda _, mart: keep(mart))
    assert {name: mart.dtypes for name, mart in marts.items()} == {
        name: [(f.name, f.type.simpleString()) for f in contract.fields] for name, contract in MARTS.items()
    }
    if len(tables) != 1 or tables == ("vendors",):
        counts = {name: len(mart.collect()) for name, mart in marts.items()}
        assert counts == dict.fromkeys(MARTS, 0) | {"procurement_coverage": len(options.sources)}


@pytest.mark.proof_on_spark
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(sorted(EVENT_TYPES)), st.integers(0, 70)), min_size=1, max_size=15),
        min_size=60,
        max_size=60,
    )
)
@settings(
    max_examples=2, deadline=None, phases=[Phase.generate], derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_whatever_happens_in_a_case(spark, keep, stories):
    """Every case has every leg, every event is used at most once by a pairing of one to one, keys are unique."""
    logged = told(spark, {f"{n}": [event(name, number) for name, number in story] for n, story in enumerate(stories)})
    marts = {
        name: mart.collect()
        for name, mart in build_procurement_marts(
            {"logged_events": logged}, OPTIONS, keep=keep, write=lambda _, mart: keep(mart)
        ).items()
    }
    for name, contract in MARTS.items():
        assert_key_is_unique(marts[name], contract)
        assert_required_cells_are_there(marts[name], contract)
    legs = marts["procurement_legs"]
    assert {(row.case_id, row.leg) for row in legs} == {(f"{n}", leg.name) for n in range(len(stories)) for leg in LEGS}
    assert {row.leg_status for row in legs} <= set(LEG_STATUSES)
    assert {row.reason for row in legs} <= {None, *LEG_REASONS}
    assert_each_event_ends_one_leg(legs)
    assert len(marts["procurement_events"]) == sum(len(story) for story in stories)
    assert len(marts["procurement_cases"]) == len(stories)
    assert sum(
        row.leg_count + row.not_applicable_count for row in marts["cycle_times_overall"] if row.cell_grain == "all"
    ) == len(legs)


def assert_each_event_ends_one_leg(legs):
    ends = [(row.leg, row.end_event_id) for row in legs if row.end_event_id]
    assert len(ends) == len(set(ends))
    own = {leg.name for leg in LEGS if leg.pairing == "each_to_its_own"}
    starts = [(row.leg, row.start_event_id) for row in legs if row.start_event_id and row.leg in own]
    assert len(starts) == len(set(starts))


@pytest.mark.proof_on_spark
def test_as_of_is_the_state_of_that_day(spark, keep):
    story = {
        "1": [
            event("order_created", 0),
            event("order_deleted", 9),
            event("invoice_cleared", 10),
            event("order_reactivated", 11),
        ]
    }
    options = MartOptions(sources=(covered(last=60),), as_of=DAY_0 + timedelta(days=10))
    marts = build_procurement_marts({"logged_events": told(spark, story)}, options, keep=keep)
    (leg,) = marts["procurement_legs"].filter("leg = 'order_to_receipt'").collect()
    (coverage,) = marts["procurement_coverage"].collect()
    found = (leg.leg_status, leg.reason, coverage.data_through, coverage.data_through_rule)
    assert found == ("ended_otherwise", "deleted", DAY_0 + timedelta(days=10), "as_of")
    assert marts["procurement_events"].count() == 3


@pytest.mark.proof_on_spark
def test_as_of_an_invoice_that_is_not_posted_yet_is_open_where_another_was_taken_back(spark, keep):
    tables = {
        "purchase_orders": [order("10", 0)],
        "invoices": [
            billed("A", "5.00"),
            billed("B", "-5.00", reverses_invoice_number="A"),
            billed("C", "5.00", recorded_at=minute(9)),
        ],
    }
    options = MartOptions(sources=covering(tables), as_of=DAY_0 + timedelta(days=8))
    marts = build_procurement_marts(ledger(spark, **tables), options, keep=keep)
    legs = marts["procurement_legs"].filter("leg = 'invoice_date_to_cleared'").collect()
    assert [(row.document_id, row.leg_status) for row in legs] == [("C", "open")]
