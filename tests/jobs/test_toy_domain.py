"""A domain of its own folder, and one line in each registry, goes through every command."""

from pathlib import Path

import pytest

from tests.engine import environment_name
from tests.registered import ROOT, register
from tests.toy.commands import Toy
from tests.toy.jobs import JOBS
from tests.toy.tables import TABLES
from tests.unit.headrace.asking import headrace as ask

STOPS = [
    {"stop_code": "S1", "stop_name": "Market", "ride_count": 2, "passenger_count": 43},
    {"stop_code": "S2", "stop_name": "Harbour", "ride_count": 1, "passenger_count": 5},
    {"stop_code": "S9", "stop_name": None, "ride_count": 1, "passenger_count": 1},
]


@pytest.fixture
def toy(tmp_path, monkeypatch):
    register(monkeypatch, tmp_path, tables=TABLES, jobs_of_domain=JOBS, commands=Toy())


def well(*words):
    found = ask(*words)
    assert found.code == 0, (words, found.err)
    return found


@pytest.mark.every_engine
def test_a_toy_domain_goes_through_every_command(toy, engine, tmp_path):
    assert "3 raw files" in well("generate", "toy").out
    profile = well("profile", "made/raw/rides_d1.csv", "--table", "rides", "--write", "mine.toml", "--json").json()
    assert (profile["written"]["domain"], profile["written"]["is_accepted"]) == ("toy", True)
    run = ("run", "toy", "--environment", environment_name())
    ran = well(*run, "--json").json()
    assert ran["tables"]["rides"]["cumulative"] == {
        "landed": 6, "curated": 4, "superseded": 1, "duplicate": 0, "excluded": 0, "quarantined": 1,
    }  # fmt: skip
    assert [step["command"].split()[1] for step in ran["next"]] == ["status", "query", "query"]
    assert "nothing changed: release 1 of toy" in well(*run).out
    assert "release 1 of toy" in well("status", "--lake", "made/lake", "--files").out
    everything = ("query", "FROM marts.rides_by_stop ORDER BY stop_code", "--lake", "made/lake", "--json")
    assert well(*everything).json() == STOPS
    explained = well("explain", "toy", "stop", "S1", "--lake", "made/lake").out
    assert "stop S1: 43 passengers" in explained
    assert "rides_d2.csv record 1" in explained
    well("report", "toy", "--lake", "made/lake", "--out", "toy.html")
    assert "Harbour" in Path("toy.html").read_text()
    Path("made/raw/stops_d2.csv").write_text("Stop,Name\nS9,Airport\n")
    well(*run)
    assert [row["stop_name"] for row in well(*everything).json()] == ["Market", "Harbour", "Airport"]
    well("rollback", "toy", "--lake", "made/lake")
    assert well(*everything).json() == STOPS
    assert "removed" in well("vacuum", "toy", "--lake", "made/lake").out


def test_the_toy_is_small():
    sources = [path for path in (ROOT / "tests/toy").rglob("*") if path.suffix in (".py", ".toml")]
    assert sum(len(path.read_text().splitlines()) for path in sources) < 150
