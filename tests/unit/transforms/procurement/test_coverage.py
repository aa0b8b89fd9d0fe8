from datetime import date

import pytest

from schemas.errors import OptionsError
from schemas.procurement.words import EVENT_TYPES
from tests.unit.transforms.procurement.stories import day, event, told
from transforms.procurement.coverage import (
    summarise_coverage,
    summarise_leg_coverage,
    summarise_systems,
    with_event_count,
    with_is_after_data_through,
)
from transforms.procurement.events import build_events
from transforms.procurement.options import MartOptions, SourceCoverage

DATES = ("data_from", "data_from_rule", "data_through", "data_through_rule", "event_after_data_through_count")
SOURCES = {
    "whole": SourceCoverage("whole", "logged_events", tuple(EVENT_TYPES), ("order_created", "goods_received")),
    "configured": SourceCoverage("configured", "logged_events", (), (), day(5), day(20)),
    "receipts": SourceCoverage("receipts", "logged_events", (), ("goods_received",)),
    "silent": SourceCoverage("silent", "logged_events", (), ("goods_received",)),
    "absent": SourceCoverage("absent", "invoices", (), ("invoice_recorded",)),
}
EVENTS = {
    "1": [
        event("invoice_issued", -400, source_name="whole"),
        event("order_created", 1, source_name="whole"),
        event("goods_received", 9, source_name="whole"),
        event("invoice_issued", 9, source_name="whole"),
        event("invoice_issued", 10, source_name="whole"),
        event("invoice_issued", 800, source_name="whole"),
    ],
    "2": [
        event("order_created", 1, source_name="configured"),
        event("order_changed", 20, source_name="configured"),
        event("order_changed", 21, source_name="configured"),
    ],
    "3": [
        event("goods_received", 3, source_name="receipts"),
        event("order_changed", 1, source_name="receipts"),
        event("goods_received", 7, source_name="receipts"),
    ],
    "4": [event("order_changed", 4, source_name="silent")],
}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param(
            "whole",
            (day(1), "earliest_order_created", day(9), "latest_system_stamped", 2),
            id="vendors' dates move neither end, and those after are counted, the last day's not",
        ),
        pytest.param("configured", (day(5), "configured", day(20), "configured", 1), id="configured days win"),
        pytest.param(
            "receipts",
            (day(3), "earliest_system_stamped", day(7), "latest_system_stamped", 0),
            id="without orders the system-stamped events begin",
        ),
        pytest.param(
            "silent",
            (None, "earliest_system_stamped", None, "latest_system_stamped", 0),
            id="no system-stamped event, no day, and nothing is after it",
        ),
        pytest.param(
            "absent",
            (None, "earliest_system_stamped", None, "latest_system_stamped", 0),
            id="a source without any event has a row",
        ),
    ],
)
def test_coverage(coverage, source, found):
    assert tuple(coverage[source][name] for name in DATES) == found


@pytest.fixture(scope="module")
def events(spark):
    return build_events({"logged_events": told(spark, EVENTS)}, as_of=None)


@pytest.fixture(scope="module")
def summarised(events, keep):
    sources = list(SOURCES.values())
    coverage = summarise_coverage(summarise_systems(events, sources), sources, as_of=None)
    return coverage, keep(with_is_after_data_through(events, coverage))


@pytest.fixture(scope="module")
def coverage(summarised):
    return {row.source_name: row for row in with_event_count(*summarised).collect()}


@pytest.mark.parametrize(
    ("as_of", "through"),
    [
        pytest.param(19, (day(19), "as_of"), id="as_of before the configured day cuts it"),
        pytest.param(20, (day(20), "configured"), id="as_of on the configured day"),
        pytest.param(21, (day(20), "configured"), id="as_of after the configured day leaves it"),
    ],
)
def test_no_data_through_is_later_than_as_of(events, as_of, through):
    sources = [SOURCES["configured"]]
    (row,) = summarise_coverage(summarise_systems(events, sources), sources, as_of=day(as_of)).collect()
    assert (row.data_through, row.data_through_rule) == through


def summary_of(spark, days):
    """The first and last system-stamped days of one source with an order created on each of the days."""
    sources = [SourceCoverage("whole", "logged_events", (), ("order_created",))]
    created = [event("order_created", number, source_name="whole") for number in days]
    events = build_events({"logged_events": told(spark, {"1": created})}, as_of=None)
    (row,) = summarise_systems(events, sources).collect()
    return row.earliest_created, row.earliest_stamped, row.latest_stamped, row.stray_day_count


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        pytest.param([*range(30), 4000], 0, 29, id="one year mistyped does not move the last day"),
        pytest.param([-4000, *range(30)], 0, 29, id="nor the first"),
        pytest.param([-4000, *range(60), 4000], 0, 59, id="nor both"),
        pytest.param([*range(30), *[4000] * 50], 0, 29, id="nor a placeholder in many rows"),
        pytest.param([*range(30), 29 + 90], 0, 119, id="ninety days later is no gap"),
        pytest.param([*range(30), 29 + 91], 0, 29, id="ninety-one days later is one"),
        pytest.param([*range(90), 500, 501, 502], 0, 89, id="three days apart may be typing errors"),
        pytest.param([*range(90), 500, 501, 502, 503], 0, 503, id="four days after a pause are none"),
        pytest.param([*range(19), 500], 0, 500, id="a twentieth of the days is no typing error"),
        pytest.param([*range(20), 500], 0, 19, id="less is one"),
        pytest.param([0, 400, 800], 0, 800, id="a source that says little says it on single days"),
        pytest.param([7], 7, 7, id="a single event"),
    ],
)
def test_a_mistyped_day_does_not_say_through_when_the_source_is_complete(spark, days, first, last):
    found = summary_of(spark, days)
    assert found[:3] == (day(first), day(first), day(last))
    assert found[3] == len({number for number in days if not first <= number <= last})


def test_legs_are_covered_by_all_sources_of_the_system(spark):
    sources = [
        SourceCoverage("orders", "logged_events", ("order_created",), (), day(0), day(100)),
        SourceCoverage("slow", "logged_events", ("invoice_issued", "invoice_cleared"), (), day(10), day(80)),
        SourceCoverage("fast", "logged_events", ("invoice_cleared",), (), day(-5), day(90)),
    ]
    events = build_events(
        {
            "logged_events": told(
                spark,
                {
                    "1": [event("order_created", 1, source_name=s.source_name) for s in sources],
                    "2": [event("order_created", 1, source_name="orders", source_system_code="OTHER")],
                },
            )
        },
        as_of=None,
    )
    systems = summarise_systems(events, sources)
    found = summarise_leg_coverage(systems, summarise_coverage(systems, sources, as_of=None))
    legs = {(row.source_system_code, row.leg): row[2:] for row in found.collect()}
    assert {
        key: legs[key]
        for key in (("ERP", "order_to_cleared"), ("ERP", "invoice_date_to_recorded"), ("OTHER", "order_to_cleared"))
    } == {
        ("ERP", "order_to_cleared"): (True, day(10), day(90)),
        ("ERP", "invoice_date_to_recorded"): (False, day(10), None),
        ("OTHER", "order_to_cleared"): (False, day(0), None),
    }


@pytest.mark.parametrize(
    ("number", "is_after"),
    [
        pytest.param(9, False, id="on the last day"),
        pytest.param(10, True, id="the day after"),
        pytest.param(800, True, id="a vendor's future date"),
    ],
)
def test_events_after_data_through_are_flagged(flagged, number, is_after):
    assert flagged["whole", day(number)] == is_after


def test_nothing_is_after_a_day_that_is_not_known(flagged):
    assert flagged["silent", day(4)] is False


@pytest.fixture(scope="module")
def flagged(summarised):
    return {(row.source_name, row.event_on): row.is_after_data_through for row in summarised[1].collect()}


def test_a_source_without_coverage_stops_the_run(events):
    sources = [SOURCES["whole"]]
    coverage = summarise_coverage(summarise_systems(events, sources), sources, as_of=None)
    with pytest.raises(Exception, match=r"found rows of source \w+ in logged_events, expected one"):
        with_is_after_data_through(events, coverage).collect()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(
            lambda: SourceCoverage("s", "receipts", (), ("order_created",)),
            "table: found receipts",
            id="an unknown table",
        ),
        pytest.param(
            lambda: SourceCoverage("s", "invoices", ("paid",), ("order_created",)),
            "event types: found paid",
            id="an unknown event type",
        ),
        pytest.param(
            lambda: SourceCoverage("s", "invoices", (), ()),
            "neither system_stamped nor data_through",
            id="nothing to tell the last day by",
        ),
        pytest.param(
            lambda: SourceCoverage("s", "invoices", (), (), date(2024, 2, 1), date(2024, 1, 1)),
            "is after data_through",
            id="an end before its beginning",
        ),
        pytest.param(
            lambda: MartOptions((), never_expected={"order_to_heaven": "true"}),
            "legs: found order_to_heaven",
            id="an unknown leg",
        ),
        pytest.param(
            lambda: MartOptions((), right_edge_days=-1),
            "right_edge_days: found -1, expected 0 or more",
            id="an edge of less than no days",
        ),
        pytest.param(
            lambda: MartOptions((), median_at_least_count=-5),
            "median_at_least_count: found -5",
            id="fewer cases than none",
        ),
        pytest.param(
            lambda: MartOptions((SOURCES["whole"], SOURCES["whole"])), "more than once", id="a source named twice"
        ),
    ],
)
def test_options_that_do_not_hold_together_are_refused(make, sentence):
    with pytest.raises(OptionsError, match=sentence):
        make()
