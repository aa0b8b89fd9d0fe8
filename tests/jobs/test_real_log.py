"""The real log: the marts equal an oracle that shares no code with the job, to the last digit.

Skipped, saying so, where the file is absent. The oracle reads docs/procurement.md and the raw file, nothing else.
"""

import math

import duckdb
import pandas as pd
import pytest

from tests.engine import environment_of_much
from tests.jobs.lakes import release, write_raw
from tests.oracle.real_log import RealLog, Settings, identical_rows
from tests.where import SHARED

LOG = SHARED / "data/procurement/bpic2019_events_half.csv.gz"
pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not LOG.exists(), reason=f"the real log is not at {LOG}: its figures were not checked"),
]
# The job multiplies floats where the oracle has fractions: the last two digits of a share may differ.
RATIO_DIGITS = 13


@pytest.fixture(scope="module")
def released(spark, restored, tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    raw = write_raw(folder / "raw", {LOG.name: LOG.read_bytes()})
    return folder / "lake", release(raw, folder / "lake", environment=environment_of_much(folder))


def is_never_expected(case, leg):
    return leg == "order_to_submission" and case["case (case) Document Type"] != "EC Purchase order"


@pytest.fixture(scope="module")
def oracle():
    return RealLog(LOG, Settings(source_name="bpic2019_events", never_expected=is_never_expected))


def of_job(released, mart, columns):
    lake, release_ = released
    files = ", ".join(f"'{lake / file.key}'" for file in release_.marts[mart].files if file.row_count)
    return table(duckdb.sql(f"SELECT {', '.join(columns)} FROM read_parquet([{files}])").fetchall(), columns)


def of_oracle(frame, columns):
    return table([tuple(row) for row in frame[list(columns)].itertuples(index=False)], columns)


def table(rows, columns):
    """Rows as sorted tuples of plain values: a missing one is None, whatever the library calls it."""
    return sorted(
        (tuple(plain(value, name) for value, name in zip(row, columns, strict=True)) for row in rows), key=str
    )


def plain(value, name):
    if pd.isna(value):
        return None
    if name.endswith("_ratio"):
        return round(float(value), RATIO_DIGITS)
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    if isinstance(value, str):
        return value
    return int(value) if math.isfinite(float(value)) and float(value) == int(value) else float(value)


def test_every_row_of_the_log_is_curated(released):
    counts = released[1].counts["logged_events"]
    assert (counts.read, counts.curated, counts.duplicate, counts.quarantined) == (162_841, 162_841, 0, 0)


def test_identical_rows_are_counted_both_ways(released, oracle):
    equal_to_another, beyond_the_first = identical_rows(oracle.raw)
    counted = of_job(released, "procurement_cases", ["sum(event_count)", "sum(distinct_event_count)"])
    assert counted == [(len(oracle.raw), len(oracle.raw) - beyond_the_first)]
    assert (equal_to_another, beyond_the_first) == (82_469, 66_341)


COMPARED = {
    "procurement_coverage": [
        "source_name",
        "table_name",
        "data_from",
        "data_through",
        "event_after_data_through_count",
    ],
    "procurement_events": [
        "case_id",
        "event_type",
        "activity_name",
        "event_on",
        "time_precision",
        "is_reversal",
        "is_reversed",
        "is_after_data_through",
        "record_number",
    ],
    "procurement_legs": [
        "case_id",
        "leg",
        "occurrence_number",
        "vendor_id",
        "category_name",
        "leg_status",
        "reason",
        "start_on",
        "end_on",
        "month",
        "duration_days",
        "censored_days",
        "is_inferred_pair",
        "is_end_after_data_through",
        "window_status",
    ],
    "procurement_cases": [
        "case_id",
        "vendor_id",
        "vendor_name",
        "category_name",
        "case_status",
        "ordered_on",
        "ordered_amount",
        "event_count",
        "distinct_event_count",
        "goods_receipt_count",
        "service_entry_count",
        "invoice_count",
        "clearing_count",
        "reversed_pair_count",
        "unmatched_reversal_count",
        "change_count",
        "first_received_on",
        "last_received_on",
        "first_invoiced_on",
        "first_cleared_on",
        "last_cleared_on",
        "order_to_receipt_first_days",
        "order_to_receipt_last_days",
        "invoice_date_to_cleared_first_days",
        "invoice_date_to_cleared_last_days",
        "receipt_to_invoice_date_days",
        "order_to_cleared_last_days",
        "is_deleted",
        "has_several_vendor_ids",
        "has_event_after_data_through",
        "has_invoice_before_order",
    ],
    "cycle_times_overall": [
        "leg",
        "cell_grain",
        "source_system_code",
        "vendor_id",
        "category_name",
        "not_applicable_count",
        "leg_count",
        "closed_count",
        "open_count",
        "ended_otherwise_count",
        "median_days",
        "p90_days",
        "median_reason",
        "p90_reason",
        "censored_median_days",
        "censored_median_reason",
        "closed_by_30_days_ratio",
        "closed_by_60_days_ratio",
        "closed_by_90_days_ratio",
        "closed_by_180_days_ratio",
    ],
}
COMPARED["cycle_times_monthly"] = [
    "month",
    "window_status",
    *(c for c in COMPARED["cycle_times_overall"] if c != "not_applicable_count"),
]
OF_ORACLE = {
    "procurement_coverage": "coverage",
    "procurement_events": "events",
    "procurement_legs": "legs",
    "procurement_cases": "cases",
}


@pytest.mark.parametrize("mart", COMPARED)
def test_the_mart_is_what_the_oracle_computes_row_by_row(released, oracle, mart):
    columns = COMPARED[mart]
    computed = of_oracle(getattr(oracle, OF_ORACLE.get(mart, mart))(), columns)
    found = of_job(released, mart, columns)
    only_found, only_computed = sorted(set(found) - set(computed), key=str), sorted(set(computed) - set(found), key=str)
    assert (only_found[:5], only_computed[:5]) == ([], []), f"{len(only_found)} and {len(only_computed)} rows differ"
    assert len(found) == len(computed)
