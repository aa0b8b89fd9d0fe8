"""Requests without an id, and what is derived from them, through runs that grow: every engine, every command."""

from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import pytest

from headrace.domain_commands import DomainCommands
from headrace.explain.versions import trace_rows
from headrace.facts.explain import Explanation, TracedRow
from lake.errors import AuditError, ConfigError
from tests.calls.jobs import JOBS
from tests.calls.tables import TABLES
from tests.engine import environment_name
from tests.jobs.lakes import release, rows, run_of, write_raw
from tests.registered import register
from tests.unit.headrace.asking import headrace as ask

HEADER = "Street,District,Opened,Modified,Status\n"
ELM_OLD = "Elm,North,2024-01-01,2024-01-02 10:00,open\n"
ELM_NEW = "Elm,North,2024-01-01,2024-01-03 10:00,open\n"
OAK = "Oak,South,,2024-01-05 09:00,open\n"
NOWHERE = "Ash,,2024-01-06,2024-01-06 09:00,open\n"
NAMELESS = ",South,2024-01-06,2024-01-06 09:00,open\n"
OAK_LATER = OAK.replace("05 09", "07 09")
ELM_CLOSED = ELM_OLD.replace("02 10:00,open", "04 10:00,closed")
ELSEWHERE = "Oak,North,2024-02-01,2024-02-01 09:00,open\nFir,West,2024-02-01,2024-02-01 09:00,open\n"
FILES = {
    "requests_d1.csv": HEADER + ELM_OLD + ELM_NEW + OAK + NOWHERE + NAMELESS + NAMELESS,
    "requests_d2.csv": HEADER + NOWHERE + OAK_LATER + ELM_NEW + ELM_CLOSED,
    "requests_d3.csv": HEADER + ELM_NEW + ELSEWHERE,
    "crews_d1.csv": "Crew\nC1\n",
}
COLUMNS = {
    "requests": "street_name, opened_on, occurrence_number, modified_at, status_code, outcome, landing_file_id, "
    "record_number, reasons",
    "streets": "street_name, district_name, request_count, outcome, landing_file_id, record_number, reasons",
    "districts": "district_name, street_count, outcome, landing_file_id, record_number, reasons",
}


@dataclass(frozen=True)
class RowsExplanation(Explanation):
    rows: list[TracedRow]


class Calls(DomainCommands):
    name = "calls"
    subjects = ("street", "nameless")

    def explain(self, trail, subject, terms):
        """Of a street one of its requests, and the street itself; else the first request without a street."""
        if subject == "nameless":
            asked = {"requests": "quarantine.requests WHERE street_name IS NULL"}
        else:
            [street] = terms
            asked = {table: f"curated.{table} WHERE street_name = '{street}'" for table in ("requests", "streets")}
        sql = "SELECT landing_file_id, record_number FROM {} ORDER BY ALL LIMIT 1"
        found = {table: trail.objects(sql.format(rows)) for table, rows in asked.items()}
        records = {table: [tuple(row.values()) for row in rows] for table, rows in found.items()}
        return RowsExplanation(trace_rows(trail, records))


@pytest.fixture
def calls(tmp_path, monkeypatch):
    register(monkeypatch, tmp_path, tables=TABLES, jobs_of_domain=JOBS, commands=Calls())
    return tmp_path / "lake"


def released(lake, *names, files=FILES):
    return release(write_raw(lake.parent / "raw", {name: files[name] for name in names}), lake, domain="calls")


def curated(lake, found, table):
    return rows(lake, found, table, COLUMNS[table], "outcome = 'curated'")


@pytest.mark.every_engine
def test_rows_without_an_id_and_what_is_derived_from_them_go_through_every_command(calls, engine):
    write_raw(Path("raw"), {name: FILES[name] for name in ("requests_d1.csv", "crews_d1.csv")})
    run = ("run", "calls", "--raw", "raw", "--lake", "lake", "--environment", environment_name())
    ran = ask(*run, "--json").json()
    assert all(equation["closes"] for equations in ran["equations"]["tables"].values() for equation in equations)
    assert {name: table["cumulative"] for name, table in ran["tables"].items() if name != "crews"} == {
        "requests": {"landed": 6, "curated": 4, "superseded": 0, "duplicate": 0, "excluded": 0, "quarantined": 2},
        "streets": {"landed": 3, "curated": 2, "superseded": 0, "duplicate": 0, "excluded": 0, "quarantined": 1},
        "districts": {"landed": 2, "curated": 2, "superseded": 0, "duplicate": 0, "excluded": 0, "quarantined": 0},
    }
    assert "nothing changed: release 1 of calls" in ask(*run).out
    write_raw(Path("raw"), {"requests_d2.csv": FILES["requests_d2.csv"]})
    assert ask(*run).code == 0

    facts = ask("status", "--lake", "lake", "--json").json()
    assert {name: (table["mode"], table["read"]) for name, table in facts["tables"].items()} == {
        "crews": ("carried", 0), "requests": ("grown", 4), "streets": ("rebuilt", 3), "districts": ("rebuilt", 2),
    }  # fmt: skip
    assert "streets" in ask("status", "--lake", "lake").out
    query = ("query", "--lake", "lake", "--json")
    assert ask(*query, "SELECT street_name, request_count FROM curated.streets ORDER BY ALL").json() == [
        {"street_name": "Elm", "request_count": 2},
        {"street_name": "Oak", "request_count": 1},
    ]
    quarantined = "SELECT street_name, reasons, file FROM quarantine.streets JOIN files USING (landing_file_id)"
    assert ask(*query, quarantined).json() == [
        {"street_name": "Ash", "reasons": ["district_missing"], "file": "requests_d2.csv"}
    ]
    explained = ask("explain", "calls", "street", "Elm", "--lake", "lake", "--json").json()["rows"]
    assert [(row["table"], row["key"]) for row in explained] == [
        ("requests", {"street_name": "Elm", "opened_on": "2024-01-01"}),
        ("streets", {"street_name": "Elm"}),
    ]
    versions = [
        (one["values"]["occurrence_number"], one["outcome"], one["record_number"]) for one in explained[0]["versions"]
    ]
    assert versions == [(1, "curated", 4), (2, "curated", 3), (1, "superseded", 2), (2, "superseded", 1)]
    assert [version["raw"]["file"] for version in explained[1]["versions"]] == ["requests_d2.csv"]
    oak = ask("explain", "calls", "street", "Oak", "--lake", "lake", "--json").json()["rows"][0]
    assert [version["outcome"] for version in oak["versions"]] == ["curated", "superseded"]
    nameless = ask("explain", "calls", "nameless", "any", "--lake", "lake", "--json").json()["rows"]
    assert [[version["record_number"] for version in row["versions"]] for row in nameless] == [[5]]
    assert ask(*query, "SELECT crew_code FROM curated.crews").json() == [{"crew_code": "C1"}]


def test_growing_in_any_order_gives_what_one_run_over_all_gives(calls, tmp_path):
    names = [name for name in FILES if name.startswith("requests")]
    whole = released(calls, *names)
    assert [row[:3] for row in curated(calls, whole, "streets")] == [
        ("Elm", "North", 2),
        ("Fir", "West", 1),
        ("Oak", "North", 1),
    ]
    assert whole.counts["streets"].cumulative == {
        "landed": 5, "curated": 3, "superseded": 1, "duplicate": 0, "excluded": 0, "quarantined": 1,
    }  # fmt: skip
    for place, order in enumerate([*permutations(names)][1::2]):  # three orders, each begins with another file
        lake = tmp_path / str(place) / "lake"
        for name in order:
            found = released(lake, name)
        for table, columns in COLUMNS.items():
            assert rows(lake, found, table, columns) == rows(calls, whole, table, columns), (order, table)
            assert found.counts[table].cumulative == whole.counts[table].cumulative


def test_a_derived_table_is_carried_over_until_something_that_it_is_made_of_changes(calls, monkeypatch):
    first = released(calls, "requests_d1.csv")
    second = released(calls, "requests_d1.csv", "crews_d1.csv")
    assert second.curated["streets"] == first.curated["streets"]
    assert (second.counts["streets"].mode, second.counts["streets"].read) == ("carried", 0)
    assert second.counts["streets"].cumulative == first.counts["streets"].cumulative

    monkeypatch.setattr("tests.calls.streets.derive_streets.__module__", "tests.calls.tables")
    third = released(calls, "requests_d1.csv")
    assert (third.counts["streets"].mode, third.counts["requests"].mode) == ("rebuilt", "carried")
    assert (third.counts["streets"].keys_added, third.counts["streets"].keys_replaced) == (0, 2)
    assert curated(calls, third, "streets") == curated(calls, first, "streets")


def test_a_derived_table_is_absent_as_long_as_one_that_it_is_made_of_is(calls):
    found = released(calls, "crews_d1.csv")
    assert [*found.curated] == ["crews"]


def test_too_many_derived_rows_in_quarantine_stop_the_run(calls):
    files = {"requests_d1.csv": HEADER + NOWHERE}
    with pytest.raises(AuditError, match=r"streets: 1 of 1 rows read broke a rule.*district_missing"):
        released(calls, "requests_d1.csv", files=files)


def test_a_key_of_which_a_newer_version_is_in_quarantine_is_outdated_whatever_its_number(calls):
    files = {"requests_d1.csv": HEADER + ELM_OLD + ELM_NEW + ELM_NEW.replace("03 10:00,open", "02 11:00,gone")}
    found = released(calls, "requests_d1.csv", files=files)
    assert (found.counts["requests"].quarantined, found.counts["requests"].outdated) == (1, 1)


def test_no_source_fills_a_derived_table(calls, tmp_path):
    Path("streets.toml").write_text('[source]\nname = "crews"\ntable = "streets"\n')
    with pytest.raises(ConfigError, match=r"streets[.]toml:3: no table 'streets' that sources fill"):
        _ = run_of(tmp_path, calls, domain="calls", configs=[Path("streets.toml")]).configuration
