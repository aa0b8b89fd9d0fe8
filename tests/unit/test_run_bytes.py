"""How much data a run is about, before its engine begins: all raw files that its tables are made of."""

import pytest

from jobs.curate import curate
from jobs.land_raw import land_raw
from lake.environment import Environment
from lake.run import Run
from tests.engine import engine_name
from tests.jobs.lakes import orders, release_of, run_of, write_raw

FIRST, SECOND = orders({"Item": "10"}), orders({"Item": "20"}, {"Item": "30"})


@pytest.fixture
def asked(monkeypatch):
    """The byte counts for which environments were asked."""
    found = []

    def for_bytes(environment, byte_count):
        found.append(byte_count)
        return Environment(environment.name, engine_name(), environment.spark)

    monkeypatch.setattr(Environment, "for_bytes", for_bytes)
    return found


def size(csv):
    return len(csv if isinstance(csv, bytes) else csv.encode())


def test_a_first_run_is_about_what_lies_in_raw(spark, asked, tmp_path):
    raw = write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": FIRST})
    land_raw(run_of(raw, tmp_path / "lake"))
    assert asked == [size(FIRST)]


def test_a_run_with_little_that_is_new_is_about_all_that_came_before(spark, asked, tmp_path):
    raw = write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": FIRST})
    release_of(run_of(raw, tmp_path / "lake"), has_marts=False)
    (raw / "purchase_orders_2024-01_d1.csv").unlink()
    write_raw(raw, {"purchase_orders_2024-02_d1.csv": SECOND})
    run = run_of(raw, tmp_path / "lake")
    land_raw(run)
    assert asked[-1] == size(FIRST) + size(SECOND)


def test_a_later_stage_of_its_own_is_about_what_has_landed(spark, asked, tmp_path):
    raw = write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": FIRST})
    first = run_of(raw, tmp_path / "lake")
    land_raw(first)
    curate(Run.of(first.arguments))
    assert asked == [size(FIRST)] * 2
