"""The peers of the benchmark are worth comparing with only where they say the same, and where a difference is seen."""

import importlib
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from benchmarks.compare import Result, differences
from benchmarks.peers.raw_files import files_of, read_records
from samples.procurement.generation import SPINE, generate_procurement

PEERS = ("duckdb", "polars", "pandas")


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> Path:
    return _made(tmp_path_factory.mktemp("clean"), "none")


@pytest.fixture(scope="module")
def realistic(tmp_path_factory) -> Path:
    return _made(tmp_path_factory.mktemp("realistic"), "realistic")


@pytest.fixture(params=["clean", "realistic"])
def made(request) -> Path:
    return request.getfixturevalue(request.param)


def _made(folder: Path, dirt: str) -> Path:
    """`raw`, `truth`, and the result of every peer in a folder of its name."""
    generate_procurement(rows=600, seed=11, dirt=dirt, tables=SPINE, out=folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADRACE_MASKING_KEY", "a key for tests that is no secret")
        for peer in PEERS:
            importlib.import_module(f"benchmarks.peers.{peer}_job").run(folder / "raw", folder / peer, threads=2)
    return folder


@pytest.mark.parametrize("peer", ["polars", "pandas"])
def test_says_what_duckdb_says(made, peer):
    assert differences(Result("duckdb", made / "duckdb"), Result(peer, made / peer)) == []


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize(("table", "personal"), [("purchase_orders", "requester_name"), ("invoices", "clerk_name")])
def test_keeps_the_rows_that_the_generator_expects(made, peer, table, personal):
    truth = f"SELECT * EXCLUDE ({personal}) FROM '{made}/truth/curated_{table}.parquet'"
    columns = ", ".join(duckdb.sql(truth).columns)
    own = f"SELECT {columns} FROM '{made / peer}/{table}.parquet'"
    assert duckdb.sql(f"{truth} EXCEPT ALL {own}").fetchall() == []
    assert duckdb.sql(f"{own} EXCEPT ALL {truth}").fetchall() == []


@pytest.mark.parametrize("table", ["purchase_orders", "invoices"])
def test_records_keep_their_number_where_lines_are_torn_blank_or_no_text(made, table):
    for file in files_of(made / "raw", table, replaces_period=table == "invoices"):
        name = f"{table}/{file.path.name}"
        truth = duckdb.sql(f"SELECT record_number FROM '{made}/truth/outcomes.parquet' WHERE file = '{name}'")
        numbers = [number for (number,) in truth.fetchall()]
        if numbers:  # a copy of a file has no rows of its own in the truth
            assert read_records(file)["record_number"].to_pylist() == sorted(numbers), name


@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        pytest.param("procurement_legs", pl.col("duration_days") + 1, "duration_days differs in", id="a whole number"),
        pytest.param(
            "procurement_legs", pl.col("start_on").dt.offset_by("1d"), "rows of one are not in other", id="a key"
        ),
        pytest.param(
            "procurement_legs",
            pl.lit(1, pl.Int32).alias("occurrence_number"),
            "rows of one are not in other",
            id="a number of a leg",
        ),
        pytest.param("cycle_times_overall", pl.col("median_days") + 1e-6, "median_days differs in", id="a float"),
        pytest.param(
            "purchase_orders",
            (pl.col("ordered_amount") + pl.lit("0.01").cast(pl.Decimal(18, 2))).cast(pl.Decimal(18, 2)),
            "ordered_amount differs in",
            id="a cent",
        ),
        pytest.param("invoices", pl.col("clerk_name").fill_null("nobody"), "clerk_name differs in", id="a null"),
        pytest.param(
            "invoices",
            pl.col("invoiced_amount").cast(pl.Float64),
            "invoiced_amount is DECIMAL(18,2) by one",
            id="a type",
        ),
    ],
)
def test_a_difference_is_told(realistic, tmp_path, table, change, sentence):
    told = differences(Result("one", realistic / "duckdb"), _changed(realistic, tmp_path, table, change))
    assert any(line.startswith(f"{table}: ") and sentence in line for line in told), told


def test_a_lost_row_is_told(realistic, tmp_path):
    told = differences(
        Result("one", realistic / "duckdb"), _changed(realistic, tmp_path, "quarantine_invoices", rows=slice(1, None))
    )
    assert any("one quarantined" in line for line in told), told


def test_floats_may_differ_by_a_billionth(realistic, tmp_path):
    other = _changed(realistic, tmp_path, "cycle_times_overall", pl.col("median_days") + 1e-11)
    assert differences(Result("one", realistic / "duckdb"), other) == []


def _changed(realistic: Path, folder: Path, table: str, *changes: pl.Expr, rows: slice = slice(None)) -> Result:
    changed = shutil.copytree(realistic / "duckdb", folder / "changed")
    frame = pl.read_parquet(changed / f"{table}.parquet")[rows]
    frame.with_columns(*changes).write_parquet(changed / f"{table}.parquet")
    return Result("other", changed)
