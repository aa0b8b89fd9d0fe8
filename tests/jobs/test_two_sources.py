"""Two sources of one table: what they say alike is told apart, and what nothing puts in order stops the run."""

import csv
import io
from datetime import date
from importlib import resources

import pytest

from lake.errors import DataError
from tests.jobs.lakes import current, invoices, release, rows, run_of, write_raw
from tests.unit.lake.landing.formats.workbooks import xlsx

HEADER = (
    "PO_ID",
    "Supplier",
    "Order_Date",
    "Delivery_Date",
    "Item_Category",
    "Order_Status",
    "Quantity",
    "Unit_Price",
    "Negotiated_Price",
    "Defective_Units",
    "Compliance",
)
CSV, WORKBOOK = "procurement_kpi.csv", "procurement_kpi.xlsx"
CONTENT = "po_number, ordered_qty::INT, outcome"


def kpi(*orders, status="Delivered"):
    """Rows of the KPI set: a number and a quantity each."""
    made = [date(2023, 1, 1), date(2023, 1, 10)]
    return [[number, "Alpha", *made, "MRO", status, quantity, 1.0, 0.9, None, "Yes"] for number, quantity in orders]


def as_csv(*groups):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, *(row for group in groups for row in group)])
    return text.getvalue()


def as_workbook(*groups):
    return xlsx({"Procurement KPI Analysis Datase": [HEADER, *(row for group in groups for row in group)]})


@pytest.mark.every_engine
def test_two_files_that_differ_and_have_no_order_stop_the_run(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {CSV: as_csv(kpi(("PO-1", 10), ("PO-2", 10), ("PO-3", 10)))})
    first = release(raw, lake, has_marts=False)
    write_raw(raw, {WORKBOOK: as_workbook(kpi(("PO-3", 10), ("PO-2", 20), ("PO-1", 20)))})

    with pytest.raises(
        DataError,
        match=(
            r"^purchase_orders: procurement_kpi\.csv and procurement_kpi\.xlsx differ on source_system_code KPI, "
            r"po_number PO-1, .* and 1 more keys, and nothing tells which is later; .*`delivery` group.*"
            r'order = "arrival".*only one of the files in raw'
        ),
    ):
        release(raw, lake, has_marts=False)
    assert current(run_of(raw, lake)) == first


def test_two_files_that_say_the_same_at_last_are_duplicates(spark, tmp_path):
    """The workbook corrects a line further down, the CSV has the correction alone: both end with the same."""
    raw = write_raw(
        tmp_path / "raw",
        {CSV: as_csv(kpi(("PO-2", 1), ("PO-1", 20))), WORKBOOK: as_workbook(kpi(("PO-1", 10), ("PO-1", 20)))},
    )
    found = release(raw, tmp_path / "lake", has_marts=False)
    assert rows(tmp_path / "lake", found, "purchase_orders", CONTENT, "po_number = 'PO-1'") == [
        ("PO-1", 20, "curated"),
        ("PO-1", None, "duplicate"),
        ("PO-1", None, "superseded"),
    ]


def test_of_two_files_the_numbered_one_is_later_and_no_conflict(spark, tmp_path):
    raw = write_raw(
        tmp_path / "raw",
        {CSV: as_csv(kpi(("PO-2", 1), ("PO-1", 10))), "procurement_kpi_d2.xlsx": as_workbook(kpi(("PO-1", 20)))},
    )
    found = release(raw, tmp_path / "lake", has_marts=False)
    assert rows(tmp_path / "lake", found, "purchase_orders", CONTENT, "po_number = 'PO-1'") == [
        ("PO-1", 20, "curated"),
        ("PO-1", None, "superseded"),
    ]
    assert found.counts["purchase_orders"].version_conflicts == 0


def test_a_month_that_another_source_sends_again_stops_the_run(spark, tmp_path):
    raw, lake, config = tmp_path / "raw", tmp_path / "lake", tmp_path / "comma.toml"
    packaged = (resources.files("configs") / "procurement/erp_invoices.toml").read_text(encoding="utf-8")
    comma = packaged.replace('"erp_invoices"', '"erp_invoices_comma"')
    config.write_text(comma.replace(r"\.(csv|tsv|txt)", r"_eu\.(csv|tsv|txt)"))
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({})})
    release(raw, lake, has_marts=False, configs=[config])
    write_raw(raw, {"invoices_2024-01_d2_eu.csv": invoices({"Amount": "11.00"})})

    with pytest.raises(
        DataError,
        match=r"^invoices_2024-01_d1\.csv .*and invoices_2024-01_d2_eu\.csv .*both deliver period 2024-01 of invoices",
    ):
        release(raw, lake, has_marts=False, configs=[config])


@pytest.mark.every_engine
def test_a_receipt_that_is_corrected_to_pending_is_gone(spark, tmp_path):
    """In two runs and in one: a record that the source excludes takes back what stood of its key."""
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"procurement_kpi_d1.csv": as_csv(kpi(("PO-1", 10), ("PO-2", 10), ("PO-3", 10)))})
    release(raw, lake, has_marts=False)
    corrected = [kpi(("PO-1", 10), status="Pending"), kpi(("PO-2", 10), status="Cancelled")]
    write_raw(raw, {"procurement_kpi_d2.csv": as_csv(*corrected)})

    grown = release(raw, lake, has_marts=False)
    rebuilt = release(raw, tmp_path / "again", has_marts=False)

    assert grown.counts["goods_receipts"].mode == "grown"
    for folder, found in ((lake, grown), (tmp_path / "again", rebuilt)):
        assert rows(folder, found, "goods_receipts", "receipt_number, outcome, reasons") == [
            ("PO-1", "excluded", ["not_delivered"]),
            ("PO-1", "superseded", []),
            ("PO-2", "excluded", ["not_delivered"]),
            ("PO-2", "superseded", []),
            ("PO-3", "curated", []),
        ]
    write_raw(raw, {"procurement_kpi_d3.csv": as_csv(kpi(("PO-1", 10)))})
    delivered = release(raw, lake, has_marts=False)
    assert rows(lake, delivered, "goods_receipts", "receipt_number, outcome", "receipt_number = 'PO-1'") == [
        ("PO-1", "curated"),
        ("PO-1", "duplicate"),
        ("PO-1", "superseded"),
    ]
