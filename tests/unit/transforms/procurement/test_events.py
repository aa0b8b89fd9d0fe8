from datetime import date, datetime
from decimal import Decimal

import pytest

from schemas.procurement import LOGGED_EVENTS
from schemas.procurement.documents import INVOICES, PURCHASE_ORDERS
from tests.frames import curated_frame
from transforms.procurement.events import build_events

pytestmark = pytest.mark.every_engine

ORDER = {
    "source_system_code": "ERP",
    "po_number": "1",
    "item_number": "10",
    "time_zone_name": "UTC",
    "ordered_amount": Decimal("99.50"),
    "currency_code": "EUR",
    "vendor_id": "V1",
}
INVOICE = {
    "source_system_code": "ERP",
    "po_number": "1",
    "item_number": "10",
    "time_zone_name": "UTC",
    "invoiced_on": date(2024, 2, 1),
    "invoiced_amount": Decimal("7.00"),
    "currency_code": "EUR",
}
NEW_YORK, AMSTERDAM, SAO_PAULO = "America/New_York", "Europe/Amsterdam", "America/Sao_Paulo"


MOMENTS = [
    pytest.param(datetime(2024, 1, 1, 22, 59), AMSTERDAM, date(2024, 1, 1), id="a minute before local midnight"),
    pytest.param(datetime(2024, 1, 1, 23, 0), AMSTERDAM, date(2024, 1, 2), id="local midnight is the next UTC date"),
    pytest.param(datetime(2024, 3, 31, 21, 59), AMSTERDAM, date(2024, 3, 31), id="before midnight in summer time"),
    pytest.param(datetime(2024, 3, 31, 22, 0), AMSTERDAM, date(2024, 4, 1), id="midnight after clocks went forward"),
    pytest.param(datetime(2024, 1, 2, 4, 59), NEW_YORK, date(2024, 1, 1), id="west of UTC it is still yesterday"),
    pytest.param(datetime(2024, 1, 2), "UTC", date(2024, 1, 2), id="midnight UTC"),
]


@pytest.mark.parametrize(("utc", "zone", "local"), MOMENTS)
def test_date_is_local(local_dates, utc, zone, local):
    assert local_dates[utc, zone] == local


@pytest.fixture(scope="module")
def local_dates(spark):
    moments = [param.values[:2] for param in MOMENTS]
    logged = curated_frame(
        spark,
        LOGGED_EVENTS,
        *(
            {"event_id": f"{n}", "event_at": utc, "time_zone_name": zone, "activity_name": zone}
            for n, (utc, zone) in enumerate(moments)
        ),
    )
    rows = build_events({"logged_events": logged}, as_of=None).collect()
    return {(row.event_at, row.activity_name): row.event_on for row in rows}


def test_date_only_is_local_midnight_even_where_there_is_none(spark):
    orders = curated_frame(
        spark,
        PURCHASE_ORDERS,
        ORDER | {"po_number": "1", "ordered_on": date(2024, 7, 1), "time_zone_name": AMSTERDAM},
        ORDER | {"po_number": "2", "ordered_on": date(2018, 11, 4), "time_zone_name": SAO_PAULO},
    )
    rows = {row.case_id: row for row in build_events({"purchase_orders": orders}, as_of=None).collect()}
    found = {case: (row.event_at, row.event_on, row.time_precision) for case, row in rows.items()}
    assert found == {
        "1_10": (datetime(2024, 6, 30, 22), date(2024, 7, 1), "day"),
        "2_10": (datetime(2018, 11, 4, 3), date(2018, 11, 4), "day"),
    }


def test_documents_make_an_event_for_each_date_that_is_not_null(documents):
    assert {(row.event_type, row.event_on, row.time_precision, row.document_id) for row in documents} == {
        ("order_created", date(2024, 1, 1), "day", None),
        ("order_submitted", date(2024, 1, 2), "minute", None),
        ("invoice_issued", date(2024, 2, 1), "day", "INV"),
        ("invoice_recorded", date(2024, 2, 2), "minute", "INV"),
    }


def test_documents_say_amounts_once_and_currency_with_them(documents):
    assert {row.event_type: (row.amount, row.currency_code) for row in documents} == {
        "order_created": (Decimal("99.50"), "EUR"),
        "order_submitted": (None, None),
        "invoice_issued": (None, None),
        "invoice_recorded": (Decimal("7.00"), "EUR"),
    }


def test_documents_carry_table_source_and_record(documents):
    assert {(row.event_type, row.table_name, row.source_name, row.record_number) for row in documents} == {
        ("order_created", "purchase_orders", "purchase_orders", 1),
        ("order_submitted", "purchase_orders", "purchase_orders", 1),
        ("invoice_issued", "invoices", "invoices", 1),
        ("invoice_recorded", "invoices", "invoices", 1),
    }


@pytest.fixture(scope="module")
def documents(spark):
    orders = curated_frame(
        spark,
        PURCHASE_ORDERS,
        ORDER | {"ordered_on": date(2024, 1, 1), "submitted_at": datetime(2024, 1, 2, 9), "released_at": None},
    )
    invoices = curated_frame(
        spark, INVOICES, INVOICE | {"invoice_number": "INV", "recorded_at": datetime(2024, 2, 2, 9), "cleared_on": None}
    )
    return build_events({"purchase_orders": orders, "invoices": invoices}, as_of=None).collect()


def test_event_ids_of_documents_differ_by_key_and_type_and_by_nothing_else(spark):
    invoices = curated_frame(
        spark,
        INVOICES,
        INVOICE | {"invoice_number": "1", "line_number": "23", "cleared_on": date(2024, 3, 1)},
        INVOICE | {"invoice_number": "12", "line_number": "3"},
        INVOICE | {"invoice_number": '1","2', "line_number": "3"},
    )
    moved = curated_frame(
        spark, INVOICES, INVOICE | {"invoice_number": "1", "line_number": "23", "landing_file_id": "another"}
    )
    ids = [row.event_id for row in build_events({"invoices": invoices}, as_of=None).collect()]
    again = {row.event_id for row in build_events({"invoices": moved}, as_of=None).collect()}
    assert (len(ids), len(set(ids)), again <= set(ids)) == (7, 7, True)


def test_logged_net_worth_is_an_amount_of_the_order_only(spark):
    worth = {"net_worth_amount": Decimal("5.00"), "currency_code": "EUR", "time_zone_name": "UTC"}
    logged = curated_frame(
        spark,
        LOGGED_EVENTS,
        worth | {"event_id": "1", "event_type": "order_created"},
        worth | {"event_id": "2", "event_type": "order_changed"},
    )
    rows = build_events({"logged_events": logged}, as_of=None).collect()
    assert {row.event_type: (row.amount, row.currency_code) for row in rows} == {
        "order_created": (Decimal("5.00"), "EUR"),
        "order_changed": (None, None),
    }


@pytest.mark.parametrize(
    ("as_of", "kept"),
    [
        pytest.param(None, 3, id="without as_of all stay"),
        pytest.param(date(2024, 2, 3), 3, id="the day of the last event"),
        pytest.param(date(2024, 2, 2), 2, id="the day before it"),
        pytest.param(date(2023, 1, 1), 0, id="before everything"),
    ],
)
def test_as_of_leaves_out_later_events(spark, as_of, kept):
    invoices = curated_frame(
        spark, INVOICES, INVOICE | {"recorded_at": datetime(2024, 2, 2, 23, 59), "cleared_on": date(2024, 2, 3)}
    )
    assert len(build_events({"invoices": invoices}, as_of=as_of).collect()) == kept


@pytest.mark.parametrize(
    ("curated", "sentence"),
    [
        pytest.param(
            {}, "found nothing, expected any of logged_events, vendors, purchase_orders, approvals", id="no table"
        ),
        pytest.param({"receipts": None}, r"found unknown \['receipts'\]", id="an unknown table"),
    ],
)
def test_tables_that_are_not_expected_are_refused(curated, sentence):
    with pytest.raises(ValueError, match=sentence):
        build_events(curated, as_of=None)


def test_alike_but_for_the_event_id_share_a_content_key(spark):
    same = {"time_zone_name": "UTC", "vendor_id": "a", "vendor_name": None}
    logged = curated_frame(
        spark,
        LOGGED_EVENTS,
        same | {"event_id": "1"},
        same | {"event_id": "2", "landing_file_id": "another"},
        same | {"event_id": "3", "vendor_id": None, "vendor_name": "a"},
        same | {"event_id": "4", "user_code": "NONE"},
    )
    keys = {row.event_id: row.content_key for row in build_events({"logged_events": logged}, as_of=None).collect()}
    assert (keys["1"] == keys["2"], len(set(keys.values()))) == (True, 3)
