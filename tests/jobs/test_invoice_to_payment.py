"""A firm with orders, invoices without clearing dates, and payments: days from invoice to payment by vendor and month,
from raw files to the marts, equal to what DuckDB computes from the raw files alone."""

import csv
import shlex
from datetime import date, timedelta

import duckdb
import pytest

from headrace.lakes import open_lake, release_of
from samples.procurement.generation import generate_procurement
from tests.engine import environment_name
from tests.jobs.lakes import rows
from tests.unit.headrace.asking import headrace

pytestmark = pytest.mark.proof_on_spark
TABLES = ("purchase_orders", "invoices", "payments")
# The firm's own words: its invoices have no clearing date, and nobody records one.
CONFIG = """
[source]
name = "erp_invoices"

[columns.cleared_on]
required_header = false

[coverage]
records = ["invoice_issued", "invoice_recorded"]
system_stamped = ["invoice_recorded"]
"""
# Balances by day and invoice, of credit memos below 0; paid in full from the first day after the last that is short.
COMPUTED = """
WITH lines AS (SELECT * FROM read_csv('{raw}/invoices/*.csv', all_varchar = true)),
standing AS (
    SELECT "Invoice No" AS invoice, Vendor AS vendor, "Invoice Date"::DATE AS invoiced_on,
        Amount::DECIMAL(18, 2) AS amount
    FROM lines
    WHERE Reverses IS NULL AND "Invoice No" NOT IN (SELECT Reverses FROM lines WHERE Reverses IS NOT NULL)
), paid AS (
    SELECT "Invoice No" AS invoice, "Payment Date"::DATE AS paid_on, sum(Amount::DECIMAL(18, 2)) AS amount
    FROM read_csv('{raw}/payments/*.csv', all_varchar = true) GROUP BY ALL
), balances AS (
    SELECT invoice, paid_on, sum(amount) OVER (PARTITION BY invoice ORDER BY paid_on) AS balance FROM paid
), billed AS (
    SELECT invoice, vendor, min(invoiced_on) AS invoiced_on, sum(amount) AS amount FROM standing GROUP BY ALL
), short AS (
    SELECT invoice, max(paid_on) AS short_on FROM balances JOIN billed USING (invoice)
    WHERE balance * sign(billed.amount) < abs(billed.amount) GROUP BY ALL
), in_full AS (
    SELECT invoice, min(paid_on) AS paid_on FROM balances LEFT JOIN short USING (invoice)
    WHERE short_on IS NULL OR paid_on > short_on GROUP BY ALL
)
SELECT vendor, date_trunc('month', invoiced_on)::DATE AS month, count(in_full.paid_on) AS closed_count,
    count(*) - count(in_full.paid_on) AS open_count,
    CASE WHEN closed_count >= 5 THEN round(quantile_cont(in_full.paid_on - invoiced_on, 0.5), 1) END AS median_days
FROM billed LEFT JOIN in_full USING (invoice) GROUP BY ALL
"""


def without_clearing_dates(file):
    with file.open(newline="") as lines:
        records = list(csv.DictReader(lines))
    for record in records:
        del record["Cleared On"]
    write(file, records)


def damaged(file):
    """Some payments are a cent short, some come back and are made again, some are a cent too much."""
    with file.open(newline="") as lines:
        records = list(csv.DictReader(lines))
    more = []
    for place, record in enumerate(records):
        cents = round(float(record["Amount"]) * 100)
        if place % 9 == 0:
            record["Amount"] = f"{(cents - 1) / 100:.2f}"
        elif place % 9 == 1:
            record["Amount"] = f"{(cents + 1) / 100:.2f}"
        elif place % 9 == 2:
            paid_on = date.fromisoformat(record["Payment Date"])
            for days, amount in ((3, -cents), (20, cents)):
                number = {"Payment No": f"09{days:02}{file.stem[-5:-3]}{place:04}"}
                again = {"Payment Date": f"{paid_on + timedelta(days=days)}", "Amount": f"{amount / 100:.2f}"}
                more.append(record | number | again)
    write(file, records + more)


def write(file, records):
    with file.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, records[0])
        writer.writeheader()
        writer.writerows(records)


@pytest.fixture(scope="module")
def firm(spark, tmp_path_factory):
    """Its folder, and what its run said."""
    folder = tmp_path_factory.mktemp("firm")
    generate_procurement(rows=6000, seed=5, dirt="none", tables=TABLES, out=folder)
    for file in (folder / "raw/invoices").iterdir():
        without_clearing_dates(file)
    for file in (folder / "raw/payments").iterdir():
        damaged(file)
    (folder / "firm.toml").write_text(CONFIG)
    said = headrace("run", "procurement", "--raw", folder / "raw", "--lake", folder / "lake",
                    "--config", folder / "firm.toml", "--environment", environment_name())  # fmt: skip
    assert said.code == 0, said.err
    return folder, said.out


def of_mart(firm, mart, columns, where):
    lake = open_lake(str(firm[0] / "lake"))
    return rows(firm[0] / "lake", release_of(lake, "procurement"), mart, columns, where)


def test_days_from_invoice_to_payment_by_vendor_and_month_are_those_of_the_raw_files(firm):
    computed = duckdb.sql(COMPUTED.format(raw=firm[0] / "raw")).fetchall()
    found = of_mart(
        firm,
        "cycle_times_monthly",
        "vendor_id, month, closed_count, open_count, median_days",
        "leg = 'invoice_date_to_paid' AND cell_grain = 'vendor'",
    )
    assert found == sorted(computed, key=str)
    assert sum(median is not None for *_, median in found) > 50
    assert sum(open_count for *_, open_count, _ in found) > 100


def test_the_run_and_the_status_say_loudly_what_cannot_be_measured_and_what_to_look_at(firm):
    folder, said = firm
    note = (
        "note: recorded_to_cleared, invoice_date_to_cleared, order_to_cleared cannot be measured in ERP1: no source "
        "records invoice_cleared. To measure, map `cleared_on` of invoices, and name invoice_cleared in `records` of "
        "its source; or look at recorded_to_paid, invoice_date_to_paid, order_to_paid, measured in ERP1"
    )
    assert note in said
    status = headrace("status", "--lake", folder / "lake")
    assert note in status.out
    assert "cannot be measured in ERP1: no source records goods_received" in status.out


def test_what_the_run_says_to_look_at_next_is_the_invoice_to_payment(firm):
    commands = [shlex.split(line) for line in firm[1].splitlines() if line.startswith("  headrace explain ")]
    assert commands
    (explain,) = commands
    assert "leg=invoice_date_to_paid" in explain
    found = headrace(*explain[1:])
    assert (found.code, found.err) == (0, "")
    assert "✗" not in found.out


def test_a_case_paid_in_parts_is_explained_down_to_each_payment(firm):
    (case_id, document, first, end), *_ = of_mart(
        firm,
        "procurement_legs",
        "case_id, document_id, first_paid_on, end_on",
        "leg = 'invoice_date_to_paid' AND leg_status = 'closed' AND first_paid_on < end_on",
    )
    said = headrace("explain", "procurement", "case", case_id, "--lake", firm[0] / "lake", "--json").json()
    (case,) = said["cases"]
    paid = [e for e in case["events"] if e["event_type"] == "invoice_paid" and e["document_id"] == document]
    assert {e["event_on"] for e in paid} >= {f"{first}", f"{end}"}
    raw = duckdb.sql(
        f"SELECT \"Payment Date\", Amount FROM read_csv('{firm[0]}/raw/payments/*.csv', all_varchar = true) "
        f"WHERE \"Invoice No\" = '{document}'"
    ).fetchall()
    shown = [case["rows"][e["row"]]["versions"][0]["raw"]["fields"] for e in paid]
    assert sorted((fields["Payment Date"], fields["Amount"]) for fields in shown) == sorted(raw)
