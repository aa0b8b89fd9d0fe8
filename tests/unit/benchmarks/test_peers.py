"""The peers of the benchmark are worth comparing with only where they say the same, and where a difference is seen."""

import importlib
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from benchmarks.compare import Result, differences
from benchmarks.peers.raw_files import files_of, read_records
from headrace.generate.procurement import generate_procurement

PEERS = ("duckdb", "polars", "pandas")


@pytest.fixture(scope="module", params=["none", "realistic"])
def results(request, tmp_path_factory) -> dict[str, Path]:
    """The raw folder, and the folder of every peer's result."""
    folder = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADRACE_MASKING_KEY", "a key for tests that is no secret")
        generate_procurement(rows=600, seed=11, dirt=request.param, out=folder)
        for peer in PEERS:
            importlib.import_module(f"benchmarks.peers.{peer}_job").run(folder / "raw", folder / peer, threads=2)
    return {"raw": folder / "raw", "truth": folder / "truth", **{peer: folder / peer for peer in PEERS}}


@pytest.mark.parametrize("peer", ["polars", "pandas"])
def test_says_what_duckdb_says(results, peer):
    assert differences(Result("duckdb", results["duckdb"]), Result(peer, results[peer])) == []


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("table", ["purchase_orders", "invoices"])
def test_keeps_the_rows_that_the_generator_expects(results, peer, table):
    truth = duckdb.sql(f"SELECT * EXCLUDE (requester_name) FROM '{results['truth']}/curated_{table}.parquet'"
                       if table == "purchase_orders" else
                       f"SELECT * EXCLUDE (clerk_name) FROM '{results['truth']}/curated_{table}.parquet'")
    columns = ", ".join(name for name in truth.columns if name != "source_system_code")
    own = f"SELECT {columns} FROM '{results[peer]}/{table}.parquet'"
    assert duckdb.sql(f"SELECT {columns} FROM truth EXCEPT ALL {own}").fetchall() == []
    assert duckdb.sql(f"{own} EXCEPT ALL SELECT {columns} FROM truth").fetchall() == []


@pytest.mark.parametrize("table", ["purchase_orders", "invoices"])
def test_records_keep_their_number_where_lines_are_torn_blank_or_no_text(results, table):
    for file in files_of(results["raw"], table, replaces_period=table == "invoices"):
        name = f"{table}/{file.path.name}"
        promised = duckdb.sql(f"SELECT record_number FROM '{results['truth']}/outcomes.parquet' WHERE file = '{name}'")
        numbers = [number for (number,) in promised.fetchall()]
        if numbers:  # a copy of a file has no rows of its own in the truth
            assert read_records(file)["record_number"].to_pylist() == sorted(numbers), name


@pytest.mark.parametrize(("table", "change", "sentence"), [
    pytest.param("procurement_legs", pl.col("duration_days") + 1, "duration_days differs in", id="a whole number"),
    pytest.param("procurement_legs", (pl.col("start_on") + pl.duration(days=1)).cast(pl.Date), "are not in other",
                 id="a key"),
    pytest.param("cycle_times_overall", pl.col("median_days") + 1e-6, "median_days differs in", id="a float"),
    pytest.param("purchase_orders", pl.col("ordered_amount") + pl.lit("0.01").cast(pl.Decimal(18, 2)),
                 "ordered_amount differs in", id="a cent"),
    pytest.param("invoices", pl.col("clerk_name").fill_null("nobody"), "clerk_name differs in", id="a null"),
    pytest.param("invoices", pl.col("invoiced_amount").cast(pl.Float64), "invoiced_amount is DECIMAL(18,2) by one",
                 id="a type"),
])
def test_a_difference_is_told(results, tmp_path, table, change, sentence):
    if table == "invoices" and "clerk_name" in sentence and "none" in str(results["raw"]):
        pytest.skip("clean data has no invoice without a clerk")
    changed = shutil.copytree(results["duckdb"], tmp_path / "changed")
    frame = pl.read_parquet(changed / f"{table}.parquet")
    frame.with_columns(change).write_parquet(changed / f"{table}.parquet")
    told = differences(Result("one", results["duckdb"]), Result("other", changed))
    assert any(line.startswith(f"{table}: ") and sentence in line for line in told), told


def test_floats_may_differ_by_a_billionth(results, tmp_path):
    changed = shutil.copytree(results["duckdb"], tmp_path / "changed")
    frame = pl.read_parquet(changed / "cycle_times_overall.parquet")
    frame.with_columns(pl.col("median_days") + 1e-11).write_parquet(changed / "cycle_times_overall.parquet")
    assert differences(Result("one", results["duckdb"]), Result("other", changed)) == []
