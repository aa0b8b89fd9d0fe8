"""The marts of generated documents equal an oracle that shares no code with the job, row by row: legs at document
grain, amounts, the three-way match, payments by item, and vendors by DuckDB."""

from collections import Counter
from fractions import Fraction

import duckdb
import pytest

from samples.procurement.generation import generate_procurement
from schemas.procurement.documents import DOCUMENTS
from tests.jobs.lakes import release, rows
from tests.oracle.documents import Documents

pytestmark = pytest.mark.proof_on_spark
IS_CURATED = "outcome = 'curated'"
LEGS = (
    "invoice_date_to_recorded",
    "recorded_to_cleared",
    "invoice_date_to_cleared",
    "order_to_receipt",
    "order_to_cleared",
)
PAID_LEGS = ("invoice_date_to_paid", "recorded_to_paid", "order_to_paid")


@pytest.fixture(scope="module")
def released(spark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    generate_procurement(rows=6000, seed=23, dirt="realistic", out=folder)
    return folder / "lake", release(folder / "raw", folder / "lake")


@pytest.fixture(scope="module")
def oracle(released):
    tables = {contract.name: read(released, contract.name, IS_CURATED) for contract in DOCUMENTS}
    return Documents(tables, read(released, "invoices", "outcome = 'quarantined'"))


def source(released, table, where="true"):
    """A table of the release as DuckDB reads it."""
    lake, release_ = released
    snapshot = {**release_.curated, **release_.marts}[table]
    files = [str(lake / file.key) for file in snapshot.files if file.row_count]
    return f"(SELECT * FROM read_parquet({files}, hive_partitioning = true) WHERE {where})"


def read(released, table, where):
    found = duckdb.sql(f"FROM {source(released, table, where)}")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def fraction(value):
    return None if value is None else Fraction(value)


def differing(found, computed):
    """The first few that one has and the other has not."""
    return sorted((found - computed).items(), key=str)[:5], sorted((computed - found).items(), key=str)[:5]


def test_status_counts_amounts_and_match_of_every_order(released, oracle):
    columns = (
        "source_system_code, case_id, case_status, three_way_match_status, three_way_match_reason, "
        "goods_receipt_count, invoice_count, clearing_count, has_unallocated_payment, received_qty, received_amount, "
        "invoiced_amount, cleared_amount, paid_amount"
    )
    found = {
        (row[0], row[1]): (row[2], row[3:5], row[5:9], *map(fraction, row[9:]))
        for row in rows(*released, "procurement_cases", columns, "case_status <> 'orphan'")
    }
    computed = oracle.cases()
    assert differing(Counter(found.items()), Counter(computed.items())) == ([], [])
    assert {case[0] for case in computed.values()} >= {"cleared", "invoiced", "received", "ordered", "reversed"}
    assert {case[1][0] for case in computed.values()} >= {"matched", "not_received", "not_invoiced", "quantity_differs"}
    assert sum(case[-1] is not None for case in computed.values()) > 100


def test_every_leg_that_begins_or_ends_with_a_document(released, oracle):
    columns = "source_system_code, case_id, leg, document_id, start_on, end_on, leg_status"
    of_documents = "leg_status = 'closed' OR (leg_status IN ('open', 'ended_otherwise') AND leg NOT LIKE 'order_%')"
    found = Counter(rows(*released, "procurement_legs", columns, f"leg IN {LEGS} AND ({of_documents})"))
    begun = Counter({leg: count for leg, count in found.items() if leg[4] is not None})
    computed = oracle.legs()
    assert differing(begun, computed) == ([], [])
    assert {leg[2] for leg in computed} == set(LEGS)
    assert any(leg[6] == "open" for leg in computed)


def test_every_leg_to_the_payment_that_pays_an_invoice_in_full(released, oracle):
    columns = "source_system_code, case_id, leg, document_id, start_on, end_on, leg_status, reason, first_paid_on"
    begun = "start_on IS NOT NULL AND (leg_status = 'closed' OR leg <> 'order_to_paid')"
    found = Counter(rows(*released, "procurement_legs", columns, f"leg IN {PAID_LEGS} AND {begun}"))
    computed = oracle.paid_legs()
    assert differing(found, computed) == ([], [])
    assert {leg[2] for leg in computed} == set(PAID_LEGS)
    assert {leg[6:8] for leg in computed} >= {("closed", None), ("open", None), ("not_applicable", "amount_unknown")}
    assert any(leg[8] and leg[8] < leg[5] for leg in computed if leg[5]), "paid in parts"


def test_every_payment_that_cannot_be_divided_and_why(released, oracle):
    columns = "document_number, invoice_number, reason"
    found = rows(*released, "procurement_unallocated", columns, "table_name = 'payments'")
    assert {(number, invoice): reason for number, invoice, reason in found} == oracle.settled[1]
    assert len(found) == len(oracle.settled[1]) > 0
    assert "invoice_incomplete" in oracle.settled[1].values()


def test_vendors_are_those_of_the_master_and_of_documents_with_the_sums_of_their_cases(released):
    vendors, orders, lines = (source(released, name, IS_CURATED) for name in ("vendors", "purchase_orders", "invoices"))
    computed = duckdb.sql(
        f"""
        WITH ids AS (
            SELECT vendor_id FROM {vendors} UNION SELECT vendor_id FROM {orders} UNION SELECT vendor_id FROM {lines}
        ), sums AS (
            SELECT vendor_id, count(*) AS case_count, sum(ordered_amount) AS ordered, sum(invoiced_amount) AS invoiced,
                sum(cleared_amount) AS cleared,
                CASE WHEN NOT bool_or(has_unallocated_payment) THEN sum(paid_amount) END AS paid,
                count(DISTINCT currency_code) FILTER (coalesce(ordered_amount, invoiced_amount, cleared_amount,
                    paid_amount) IS NOT NULL) AS currencies
            FROM {source(released, "procurement_cases")} GROUP BY 1
        )
        SELECT vendor_id, vendors.vendor_id IS NOT NULL, payment_terms_days, coalesce(case_count, 0)::BIGINT,
            coalesce(currencies, 0)::BIGINT, CASE WHEN currencies = 1 THEN ordered END,
            CASE WHEN currencies = 1 THEN invoiced END, CASE WHEN currencies = 1 THEN cleared END,
            CASE WHEN currencies = 1 THEN paid END
        FROM ids LEFT JOIN {vendors} AS vendors USING (vendor_id) LEFT JOIN sums USING (vendor_id)
        """
    ).fetchall()
    columns = (
        "vendor_id, has_master_entry, payment_terms_days, case_count, currency_count, ordered_amount, invoiced_amount, "
        "cleared_amount, paid_amount"
    )
    assert rows(*released, "procurement_vendors", columns) == sorted(computed, key=str)
