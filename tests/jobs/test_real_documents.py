"""Real deliveries of documents, all in one lake: what became of every row, and figures that pandas finds by itself.

Skipped, saying so, where the files are absent. The oracle shares no code with the job. docs/sources/ tells the counts.
"""

from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pandas as pd
import pytest

from lake.curating.counts import audit_counts
from tests.engine import environment_of_much
from tests.jobs.lakes import deliveries_of, release, rows, write_raw
from tests.where import SHARED

DATA = SHARED / "data/procurement"
SCMS = DATA / "scms_delivery_history_tab_latin1.csv"
KPI, KPI_WORKBOOK = DATA / "procurement_kpi_from_xlsx_column_A.csv", DATA / "procurement_kpi_dashboard.xlsx"
BIBITOR = DATA / "bibitor_vendor_invoice_iso.csv"
FILES = (SCMS, KPI, KPI_WORKBOOK, BIBITOR)
ABSENT = [file.name for file in FILES if not file.exists()]
pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(bool(ABSENT), reason=f"{', '.join(ABSENT)} not in {DATA}: real documents were not checked"),
]
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def released(spark, restored, tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    raw = write_raw(folder / "raw", {file.name: file.read_bytes() for file in FILES})
    return folder / "lake", release(raw, folder / "lake", environment=environment_of_much(folder))


@pytest.fixture(scope="module")
def scms():
    lines = pd.read_csv(SCMS, sep="\t", encoding="latin-1", dtype=str, keep_default_na=False)
    lines["amount"] = lines["Line Item Value"].map(Decimal)
    lines["sent_on"] = pd.to_datetime(lines["PO Sent to Vendor Date"], format="%m/%d/%Y", errors="coerce")
    lines["recorded_on"] = pd.to_datetime(lines["Delivery Recorded Date"], format="%d-%b-%y")
    return lines


@pytest.fixture(scope="module")
def kpi():
    orders = pd.read_csv(KPI, dtype=str, keep_default_na=False)
    worth = [
        (Decimal(q) * Decimal(p)).quantize(CENT, ROUND_HALF_UP)
        for q, p in zip(orders.Quantity, orders.Negotiated_Price, strict=True)
    ]
    return orders.assign(worth=worth)


@pytest.fixture(scope="module")
def bibitor():
    return pd.read_csv(BIBITOR, dtype=str, keep_default_na=False)


def by_outcome(released, table, source):
    """Rows by outcome and reason, from the snapshot's own files."""
    lake, release_ = released
    files = [str(lake / file.key) for file in release_.curated[table].files if file.row_count]
    found = duckdb.sql(
        "SELECT outcome || coalesce(':' || reasons[1], ''), count(*) "
        f"FROM read_parquet({files}, hive_partitioning = true) WHERE source_name = '{source}' GROUP BY 1"
    )
    return dict(found.fetchall())


def of_case(released, columns, system):
    return rows(*released, "procurement_cases", columns, f"source_system_code = '{system}'")


def days(released, leg, system):
    where = f"leg = '{leg}' AND leg_status = 'closed' AND source_system_code = '{system}'"
    return sorted(row[0] for row in rows(*released, "procurement_legs", "duration_days", where))


def test_the_equations_of_every_file_and_table_close(released):
    lake, release_ = released
    landed = [delivery.landed for delivery in deliveries_of(lake, release_)]
    assert all(file.lines_close() and file.dead_letter_count == 0 for file in landed)
    assert sorted({(file.raw_key, file.record_count) for file in landed}) == [
        (BIBITOR.name, 5_543),
        (KPI_WORKBOOK.name, 777),
        (KPI.name, 777),
        (SCMS.name, 10_324),
    ]
    assert {file.dialect["file_encoding"] for file in landed if file.raw_key == SCMS.name} == {"latin-1"}
    for table, counts in release_.counts.items():
        audit_counts(table, counts)


def test_orders_from_stock_are_excluded_and_those_without_a_date_quarantined(released, scms):
    from_stock, undated = scms["Fulfill Via"] == "From RDC", scms["sent_on"].isna()
    assert by_outcome(released, "purchase_orders", "scms_purchase_orders") == {
        "curated": int((~from_stock & ~undated).sum()),
        "excluded:from_stock": int(from_stock.sum()),
        "quarantined:ordered_on_missing": int((~from_stock & undated).sum()),
    }
    assert (int(from_stock.sum()), int((~from_stock & undated).sum())) == (5_404, 328)


def test_what_was_ordered_and_received_of_scms_is_what_the_raw_lines_add_up_to(released, scms):
    direct = scms[scms["Fulfill Via"] == "Direct Drop"]
    dated = direct[direct["sent_on"].notna()]
    [found] = rows(
        *released,
        "procurement_cases",
        "count(*) FILTER (case_status = 'orphan'), sum(ordered_amount), sum(received_amount), sum(received_qty)",
        "source_system_code = 'SCMS'",
    )
    quantity = sum(map(Decimal, direct["Line Item Quantity"]))
    assert found == (len(direct) - len(dated), sum(dated["amount"]), sum(direct["amount"]), quantity)


def test_days_from_order_to_receipt_of_scms_are_those_between_the_raw_dates(released, scms):
    direct = scms[scms["Fulfill Via"] == "Direct Drop"]
    between = (direct["recorded_on"] - direct["sent_on"]).dt.days.dropna().astype(int)
    assert days(released, "order_to_receipt", "SCMS") == sorted(between)


def test_latin_1_is_read_as_it_was_written(released):
    lake, release_ = released
    file_id = next(d.landing_file_id for d in deliveries_of(lake, release_) if d.source_name == "scms_purchase_orders")
    landed = lake / f"landing/procurement/scms_purchase_orders/{file_id}.parquet"
    countries = duckdb.sql(f"SELECT count(*) FROM '{landed}' WHERE Country = 'Côte d''Ivoire'").fetchall()
    assert countries == [(1_083,)]


def test_the_workbook_says_the_same_as_the_csv_row_by_row(released):
    orders = (
        by_outcome(released, "purchase_orders", "kpi_purchase_orders"),
        by_outcome(released, "purchase_orders", "kpi_workbook_purchase_orders"),
    )
    assert sum(sum(outcomes.values()) for outcomes in orders) == 2 * 777
    assert sum(outcomes.get("duplicate", 0) for outcomes in orders) == 777
    assert not any(outcomes.get("superseded") for outcomes in orders)
    receipts = [by_outcome(released, "goods_receipts", f"kpi_{source}goods_receipts") for source in ("", "workbook_")]
    assert sum(outcomes.get("duplicate", 0) for outcomes in receipts) == 560 + 144
    assert sum(outcomes.get("excluded:not_delivered", 0) for outcomes in receipts) == 144
    assert [outcomes["quarantined:received_on_missing"] for outcomes in receipts] == [73] * 2


def test_orders_of_the_kpi_set_are_worth_quantity_times_negotiated_price(released, kpi):
    stand = kpi[kpi.Order_Status != "Cancelled"]
    assert of_case(released, "split_part(case_id, '_', 1), ordered_amount", "KPI") == sorted(
        zip(stand.PO_ID, stand.worth, strict=True), key=str
    )


def test_cancelled_orders_are_excluded_and_undelivered_ones_open(released, kpi):
    delivered = kpi[kpi.Order_Status.isin(["Delivered", "Partially Delivered"]) & (kpi.Delivery_Date != "")]
    statuses = [status for (status,) in of_case(released, "case_status", "KPI")]
    stand = kpi[kpi.Order_Status != "Cancelled"]
    assert (statuses.count("received"), statuses.count("ordered")) == (len(delivered), len(stand) - len(delivered))


def test_days_to_delivery_of_the_kpi_set_are_those_between_the_raw_dates(released, kpi):
    delivered = kpi[kpi.Order_Status.isin(["Delivered", "Partially Delivered"]) & (kpi.Delivery_Date != "")]
    between = pd.to_datetime(delivered.Delivery_Date) - pd.to_datetime(delivered.Order_Date)
    assert days(released, "order_to_receipt", "KPI") == sorted(between.dt.days)


def test_every_invoice_of_bibitor_is_a_case_that_is_cleared(released, bibitor):
    dollars = sum(map(Decimal, bibitor.Dollars))
    [found] = rows(
        *released,
        "procurement_cases",
        "count(*), sum(invoiced_amount), sum(cleared_amount), sum(invoice_count), count(ordered_amount)",
        "source_system_code = 'BIBITOR' AND case_status = 'cleared'",
    )
    assert found == (len(bibitor), dollars, dollars, len(bibitor), 0)


@pytest.mark.parametrize(
    ("leg", "begins"),
    [("invoice_date_to_cleared", "InvoiceDate"), ("order_to_cleared", "PODate")],
    ids=["from the document date", "from the order"],
)
def test_days_to_clearing_of_bibitor_are_those_between_the_raw_dates(released, bibitor, leg, begins):
    between = pd.to_datetime(bibitor.PayDate) - pd.to_datetime(bibitor[begins])
    assert days(released, leg, "BIBITOR") == sorted(between.dt.days)


def test_no_posting_is_made_up_where_the_source_has_none(released):
    made_up = rows(
        *released,
        "procurement_events",
        "event_id",
        "event_type = 'invoice_recorded' OR (table_name = 'goods_receipts' AND event_at IS NULL)",
    )
    assert made_up == []
    not_recorded = rows(
        *released,
        "procurement_legs",
        "DISTINCT leg_status, reason",
        "leg = 'recorded_to_cleared' AND source_system_code = 'BIBITOR'",
    )
    assert not_recorded == [("not_applicable", "not_recorded")]


def test_a_vendor_under_two_names_is_one_vendor_and_the_conflict_is_counted(released, bibitor):
    names = bibitor.assign(name=bibitor.VendorName.str.strip()).groupby("VendorNumber")["name"]
    counts = released[1].counts["vendors"]
    assert counts.curated == names.ngroups
    assert rows(*released, "vendors", "vendor_id, vendor_name", "outcome = 'curated'") == sorted(
        names.last().items(), key=str
    )
    assert counts.version_conflicts > 0
