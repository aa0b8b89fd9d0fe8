"""The truth beside a generation, against what a plain reading of its raw files gives."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from samples.dirt_levels import DIRT_LEVELS, Dirt
from samples.outcomes import OUTCOMES
from samples.procurement.generation import SPINE, GenerationSummary, generate_procurement
from samples.procurement.tables import TABLE_NAMES
from tests.unit.samples import oracle


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((12_000, 5, "none", TABLE_NAMES), id="clean"),
        pytest.param((12_000, 5, "realistic", TABLE_NAMES), id="realistic"),
        pytest.param((12_000, 5, "hostile", TABLE_NAMES), id="hostile"),
        pytest.param((4_000, 6, "hostile", TABLE_NAMES), id="hostile over eight months"),
        pytest.param((9_000, 6, "hostile", SPINE), id="hostile, of orders and invoices alone"),
        pytest.param((60, 7, "hostile", TABLE_NAMES), id="hostile within one month"),
        pytest.param((12, 8, "realistic", TABLE_NAMES), id="hardly any rows"),
    ],
)
def generation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, GenerationSummary, list[oracle.RawRecord]]:
    rows, seed, dirt, tables = request.param
    out = tmp_path_factory.mktemp("generation")
    summary = generate_procurement(rows=rows, seed=seed, dirt=dirt, tables=tables, out=out)
    return out, summary, oracle.outcomes(out / "raw")


Generation = tuple[Path, GenerationSummary, list[oracle.RawRecord]]


def test_every_record_has_the_outcome_and_reasons_that_a_plain_reading_gives(generation: Generation) -> None:
    out, _, records = generation
    told = {
        (row["file"], row["record_number"]): (row["outcome"], row["reasons"])
        for row in pq.read_table(out / "truth/outcomes.parquet").to_pylist()
    }
    read = {(record.file, record.record_number): (record.outcome, record.reasons) for record in records}
    differing = {
        place: (told.get(place), read.get(place))
        for place in told.keys() | read.keys()
        if told.get(place) != read.get(place)
    }
    assert differing == {}


def test_records_are_told_with_the_keys_that_can_be_read(generation: Generation) -> None:
    out, _, records = generation
    told = {
        (row["file"], row["record_number"]): tuple(row[name] for name in oracle.KEY_NUMBERS)
        for row in pq.read_table(out / "truth/outcomes.parquet").to_pylist()
    }
    for record in records:
        own = dict(zip(oracle.KEYS[record.table], record.key, strict=True))
        assert told[record.file, record.record_number] == tuple(own.get(name) for name in oracle.KEY_NUMBERS), record


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_curated_rows_are_the_winners_values(generation: Generation, table: str) -> None:
    out, summary, records = generation
    path = out / f"truth/curated_{table}.parquet"
    assert path.exists() == (table in summary.tables)
    if path.exists():
        told = pq.read_table(path)
        read = sorted((r for r in records if r.table == table and r.outcome == "curated"), key=lambda r: str(r.key))
        assert told.to_pylist() == [{name: record.values[name] for name in told.column_names} for record in read]
        assert set(oracle.HEADERS[table]) - set(told.column_names) <= {"reverses_invoice_number"}


def test_counts_partition_the_records(generation: Generation) -> None:
    out, summary, records = generation
    outcomes = pq.read_table(out / "truth/outcomes.parquet")
    pairs = zip(outcomes["table_name"].to_pylist(), outcomes["outcome"].to_pylist(), strict=True)
    counted = Counter(pairs)
    assert {name: sum(counts.values()) for name, counts in summary.outcomes.items()} == summary.raw_rows
    assert counted == {
        (table, name): count for table, counts in summary.outcomes.items() for name, count in counts.items() if count
    }
    assert len(records) == sum(summary.raw_rows.values())
    assert set(outcomes["outcome"].to_pylist()) <= set(OUTCOMES)


def test_file_ledger_counts_what_the_bytes_hold(generation: Generation) -> None:
    out, summary, records = generation
    ledger = {row["file"]: row for row in pq.read_table(out / "truth/files.parquet").to_pylist()}
    dead = Counter(record.file for record in records if record.is_dead)
    files = list(oracle.read_lines(out / "raw"))
    assert {file.file for file in files} == set(ledger)
    assert len(files) == summary.files
    for file in files:
        row = ledger[file.file]
        counted = (file.lines, len(file.records), file.blanks, file.sha256, f"{file.period}/{file.number:04d}")
        assert counted == (row["lines"], row["records"], row["blank_lines"], row["sha256"], row["delivery_order"])
        assert row["lines"] == 1 + row["records"] + row["blank_lines"]
        assert row["dead_letters"] == dead[row["same_content"] or file.file]
        if row["same_content"]:
            assert ledger[row["same_content"]]["sha256"] == file.sha256
            assert ledger[row["same_content"]]["period"] == file.period
            assert row["same_content"] != file.file


def test_planted_vendor_is_the_slowest_by_its_leg(tmp_path: Path) -> None:
    summary = generate_procurement(rows=60_000, seed=3, dirt="realistic", out=tmp_path)
    lines = pq.read_table(tmp_path / "truth/curated_invoices.parquet").to_pandas()
    closed = lines.dropna(subset="cleared_on")
    days = (closed["cleared_on"].astype("datetime64[s]") - closed["invoiced_on"].astype("datetime64[s]")).dt.days
    medians = days.groupby(closed["vendor_id"]).agg(["median", "size"]).query("size >= 20")["median"].sort_values()
    assert medians.index[-1] == summary.slow_vendor_id
    assert medians.iloc[-1] > 1.3 * medians.iloc[-2], medians.tail(3)


@pytest.mark.parametrize("dirt", DIRT_LEVELS)
def test_invoices_bill_items_that_were_ordered_and_end_within_the_window(dirt: Dirt, tmp_path: Path) -> None:
    summary = generate_procurement(rows=3_000, seed=9, dirt=dirt, out=tmp_path)
    lines = pq.read_table(tmp_path / "truth/curated_invoices.parquet").to_pandas()
    assert lines["cleared_on"].dropna().max() <= summary.data_through
    assert lines["recorded_at"].dt.date.max() <= summary.data_through
    assert 0.01 < lines["cleared_on"].isna().mean() < 0.6
    per_document = lines.groupby("invoice_number")
    assert (per_document["po_number"].nunique() == 1).all()
    assert per_document.size().max() <= 3
    assert np.all(lines["invoiced_amount"] != 0)
