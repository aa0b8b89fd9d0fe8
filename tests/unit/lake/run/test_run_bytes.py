"""How much data a run is about, before its engine begins: all raw files that its tables are made of, unpacked."""

import gzip
from dataclasses import replace

import pytest

from jobs.curate import curate
from jobs.land_raw import land_raw
from lake.run.run import PACKED_RATIO, Run
from tests.jobs.lakes import orders, release_of, run_of, write_raw

FIRST, SECOND = (orders({"Item": item}).encode() for item in ("10", "20"))
JANUARY, FEBRUARY = "purchase_orders_2024-01_d1.csv", "purchase_orders_2024-02_d1.csv"


def test_a_first_run_is_about_what_lies_in_raw(tmp_path):
    raw = write_raw(tmp_path / "raw", {JANUARY: FIRST, FEBRUARY: SECOND})
    assert run_of(raw, tmp_path / "lake")._byte_count() == len(FIRST) + len(SECOND)


@pytest.mark.parametrize(
    "second",
    [pytest.param(FEBRUARY, id="under another name"), pytest.param(JANUARY, id="under the same name, day by day")],
)
def test_a_run_with_little_that_is_new_is_about_all_that_came_before(spark, tmp_path, second):
    raw = write_raw(tmp_path / "raw", {JANUARY: FIRST})
    release_of(run_of(raw, tmp_path / "lake"), has_marts=False)
    (raw / JANUARY).unlink()
    write_raw(raw, {second: SECOND + b"\n"})
    assert run_of(raw, tmp_path / "lake")._byte_count() == len(FIRST) + len(SECOND) + 1


def test_a_file_that_landed_and_lies_there_still_counts_once(spark, tmp_path):
    raw = write_raw(tmp_path / "raw", {JANUARY: FIRST})
    release_of(run_of(raw, tmp_path / "lake"), has_marts=False)
    assert run_of(raw, tmp_path / "lake")._byte_count() == len(FIRST)


def test_a_later_stage_of_its_own_is_about_what_has_landed(spark, tmp_path):
    raw = write_raw(tmp_path / "raw", {JANUARY: FIRST})
    land = run_of(raw, tmp_path / "lake")
    land_raw(land)
    without_raw = Run.of(replace(land.arguments, raw=""))
    assert without_raw._byte_count() == len(FIRST)
    curate(without_raw)


def test_what_is_packed_holds_more(tmp_path):
    packed = gzip.compress(FIRST)
    raw = write_raw(tmp_path / "raw", {f"{JANUARY}.gz": packed})
    assert run_of(raw, tmp_path / "lake")._byte_count() == PACKED_RATIO * len(packed)
