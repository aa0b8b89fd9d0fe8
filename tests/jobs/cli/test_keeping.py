"""Warehouse files, older releases, and lakes of a newer version."""

import csv
import json
from io import StringIO
from pathlib import Path

import duckdb
import pytest

from tests.jobs.cli.made import CELL, FIRST, Made, cycle_months


def test_the_warehouse_holds_exactly_the_release(made: Made) -> None:
    path = made.lake / "warehouse/procurement/00000002.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('curated', 'marts') ORDER BY ALL"
        ).fetchall()
        assert len(tables) == 9
        for zone, table in tables:
            columns = [
                name
                for (name,) in connection.execute(
                    f"SELECT column_name FROM duckdb_columns() WHERE schema_name = '{zone}' AND table_name = '{table}' "
                    "ORDER BY column_index"
                ).fetchall()
            ]
            sql = f"SELECT {', '.join(columns)} FROM {zone}.{table} ORDER BY ALL"
            held = connection.execute(sql).fetchall()
            expected = made.ask("query", sql, "--csv").out
            assert len(held) == len(list(csv.reader(StringIO(expected)))) - 1, f"{zone}.{table}"
            text = StringIO()
            csv.writer(text, lineterminator="\n").writerows([columns, *held])
            assert text.getvalue() == expected, f"{zone}.{table}"
        assert connection.execute("SELECT domain, number FROM headrace.release").fetchall() == [("procurement", 2)]
        assert connection.execute("SELECT DISTINCT length(user_code) FROM curated.logged_events").fetchall() == [(32,)]


def test_a_warehouse_file_that_a_killed_run_left_out_is_made_by_the_next(copied: Made) -> None:
    path = copied.lake / "warehouse/procurement/00000002.duckdb"
    path.unlink()
    assert copied.ask("status", "--json").json()["warehouse_release"] == 1
    found = copied.ask("run", "procurement", "--raw", copied.raw)
    assert found.out.startswith("nothing changed: release 2")
    assert path.exists()


def test_rollback_is_a_new_release_with_the_older_tables(copied: Made) -> None:
    said = copied.ask("rollback", "procurement", "--json").json()
    assert (said["release"], said["parent"], said["rolled_back_to"]) == (3, 2, 1)
    status = copied.ask("status", "--json").json()
    assert (status["release"], status["kind"], status["warehouse_release"]) == (3, "rollback", 3)
    assert status["marts"]["procurement_cases"] == 6
    assert [file["file"] for file in status["files"]] == [FIRST]
    assert copied.ask("query", "SELECT count(*) AS n FROM curated.logged_events", "--json").json() == [{"n": 30}]
    back = copied.ask("rollback", "procurement", "--to", 2)
    assert "release 4 of procurement has the tables and inputs of release 2" in back.out


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        pytest.param(9, "there is no release 9 of procurement", id="a release that never was"),
        pytest.param(2, "release 2 of procurement is the current one already", id="the current one"),
    ],
)
def test_rollback_refuses(copied: Made, to: int, sentence: str) -> None:
    found = copied.ask("rollback", "procurement", "--to", to)
    assert (found.code, found.out) == (1, "")
    assert sentence in found.err


def test_vacuum_keeps_what_the_kept_releases_need(copied: Made, tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text("[domain]\nreleases_kept = 1\n")
    vacuum = ("vacuum", "procurement", "--older-than-hours", 0, "--config", tmp_path / "one.toml", "--json")
    landed = sorted((copied.lake / "landing").rglob("*"))
    assert len(cycle_months(copied.lake)) == 2
    said = copied.ask(*vacuum, "--dry-run").json()
    assert (said["releases"], said["kept"]) == ([1], [2])
    assert len(cycle_months(copied.lake)) == 2
    assert copied.ask(*vacuum).json()["byte_count"] == said["byte_count"] > 0
    assert len(cycle_months(copied.lake)) == 1
    assert sorted((copied.lake / "landing").rglob("*")) == landed
    assert copied.ask("explain", "procurement", "cycle_times_monthly", *CELL).code == 0
    assert "there is no release 1" in copied.ask("rollback", "procurement", "--to", 1).err
    assert copied.ask("run", "procurement", "--raw", copied.raw).out.startswith("nothing changed: release 2")


def test_a_lake_of_a_newer_version_is_left_alone(copied: Made) -> None:
    path = copied.lake / "releases/procurement/00000002.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    for command in (("status",), ("query", "SELECT 1"), ("vacuum", "procurement"), ("rollback", "procurement")):
        found = copied.ask(*command)
        assert found.code == 1
        assert "was written by a newer Headrace" in found.err
