"""The command line on a real lake: two small files of a log, two releases, and everything that is asked of them."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from schemas.lineage import OUTCOMES
from tests.unit.headrace.asking import Answer, headrace

KEY = "a masking key for tests"
HEADER = (
    "case concept:name",
    "case (case) Source",
    "case (case) Company",
    "case (case) Vendor",
    "case (case) Name",
    "case (case) Spend area text",
    "case (case) Document Type",
    "case (case) Item Type",
    "time:timestamp",
    "Cumulative net worth (EUR)",
    "User",
    "concept:name",
    "org:resource",
)
STEPS = (
    ("Create Purchase Order Item", 1),
    ("Record Goods Receipt", 5),
    ("Vendor creates invoice", 7),
    ("Record Invoice Receipt", 9),
)
FIRST, SECOND = "events_2024_05.csv", "events_2024_06.csv"
CELL = ("vendor_id=V1", "month=2024-05", "leg=invoice_date_to_cleared")

pytestmark = pytest.mark.slow


def event(case: int, activity: str, date: str, user: str = "Ada") -> tuple[str, ...]:
    return (
        f"45_{case:05d}",
        "S1",
        "C1",
        "V1",
        "Vendor One",
        "Pipes",
        "Standard PO",
        "Standard",
        f"{date}T10:00:00.000+02:00",
        "100.5",
        user,
        activity,
        user,
    )


def first_rows() -> list[tuple[str, ...]]:
    """Six cases; the invoice of the n-th is cleared 10 n days after its date. The last row breaks a rule."""
    rows = [event(case, activity, f"2024-05-{day:02d}") for case in range(1, 7) for activity, day in STEPS]
    rows += [
        event(case, "Clear Invoice", f"2024-{day}")
        for case, day in enumerate(("05-17", "05-27", "06-06", "06-16", "06-26", "07-06"), start=1)
    ]
    return [*rows, event(6, "Dance", "2024-05-09", user="Grace")]


def second_rows() -> list[tuple[str, ...]]:
    """Some events again, and a seventh case."""
    return [*first_rows()[:4], *(event(7, activity, f"2024-06-{day:02d}") for activity, day in STEPS)]


def written(rows: list[tuple[str, ...]], blank_after: int | None = None) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for number, row in enumerate(rows, start=1):
        writer.writerow(row)
        if number == blank_after:
            text.write("\n")
    return text.getvalue()


@dataclass(frozen=True)
class Made:
    """The lake after two runs, and what each of them printed."""

    raw: Path
    lake: Path
    first: Answer
    second: Answer

    def ask(self, *arguments: object) -> Answer:
        return headrace(*arguments, "--lake", self.lake)


@pytest.fixture(scope="session")
def made(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    del spark  # one session for all: runs take the one that is there
    folder = tmp_path_factory.mktemp("cli")
    raw, lake = folder / "raw", folder / "lake"
    raw.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADRACE_MASKING_KEY", KEY)
        patch.delenv("HEADRACE_LAKE", raising=False)
        (raw / FIRST).write_text(written(first_rows(), blank_after=2))
        first = headrace("run", "procurement", "--raw", raw, "--lake", lake)
        (raw / SECOND).write_text(written(second_rows()))
        second = headrace("run", "procurement", "--raw", raw, "--lake", lake, "--json")
        assert (first.code, second.code) == (0, 0), first.err + second.err
        yield Made(raw, lake, first, second)


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> Made:
    """The same lake for a test that changes it."""
    shutil.copytree(made.lake, tmp_path / "lake")
    return Made(made.raw, tmp_path / "lake", made.first, made.second)


def cycle_months(lake: Path) -> set[Path]:
    return set((lake / "marts/procurement/cycle_times_monthly").iterdir())


def test_a_run_writes_its_equations_out(made: Made) -> None:
    said = made.first.out
    for line in (
        "33 lines = 1 header + 31 records + 0 line breaks in fields + 1 blank ✓",
        "31 records = 31 landed + 0 dead letters ✓",
        "31 rows read = 30 curated + 0 superseded + 0 duplicate + 0 excluded + 1 quarantined ✓",
        "30 newly curated = 30 keys added + 0 keys replaced ✓",
        "30 rows after = 0 rows before + 30 keys added + 0 keys removed ✓",
        "logged_events: made for the first time (the table has no snapshot yet)",
        "complete: bpic2019_events from 2024-05-01 (earliest_order_created) through 2024-07-06 (latest_system_stamped)",
        "event_type_unreadable",
    ):
        assert line in said, said
    assert "✗" not in said


def test_progress_goes_to_standard_error_with_rows_per_second(made: Made) -> None:
    assert re.search(r"s  land: raw files +31 rows +[\d,]+ rows/s", made.first.err), made.first.err
    assert "WARN" not in made.first.err
    assert "[Stage" not in made.first.err


def test_what_a_run_says_to_look_at_next_works(made: Made) -> None:
    import shlex

    commands = [line.strip() for line in made.first.out.splitlines() if line.startswith("  headrace ")]
    assert [command.split()[1] for command in commands] == ["status", "query", "explain", "query"]
    for command in commands:
        found = headrace(*shlex.split(command)[1:])
        assert (found.code, found.err) == (0, ""), command
        assert found.out


def test_a_run_in_json_has_what_status_has(made: Made) -> None:
    said = made.second.json()
    assert (said["release"], said["parent"], said["is_new"]) == (2, 1, True)
    table = said["tables"]["logged_events"]
    # Of two alike events in files without an order the file's hash decides which stands, the old one or the new.
    assert (table["mode"], table["read"], table["keys_added"], table["rows_after"]) == ("grown", 8, 4, 34)
    assert table["cumulative"]["duplicate"] == 4
    assert all(equation["closes"] for equation in said["equations"]["tables"]["logged_events"])


def test_status_in_json(made: Made) -> None:
    said = made.ask("status", "--json").json()
    assert (said["domain"], said["release"], said["warehouse_release"], said["kind"]) == ("procurement", 2, 2, "run")
    table = said["tables"]["logged_events"]
    assert {
        "read",
        *OUTCOMES,
        "rows_before",
        "keys_added",
        "keys_replaced",
        "keys_removed",
        "rows_after",
        "version_conflicts",
        "cumulative",
        "reasons",
        "warnings",
        "repeated",
        "outdated",
        "mode",
        "why",
    } == set(table)
    assert table["read"] == sum(table[outcome] for outcome in OUTCOMES)
    assert table["reasons"] == {"event_type_unreadable": 1}
    assert (table["cumulative"]["landed"], table["cumulative"]["curated"]) == (39, 34)
    files = {file["file"]: file for file in said["files"]}
    assert {
        name: files[FIRST][name]
        for name in (
            "source",
            "period",
            "lines",
            "header_lines",
            "records",
            "landed",
            "dead_letters",
            "line_breaks_in_fields",
            "blank_lines",
            "replaced",
            "same_content",
            "delivery_order",
        )
    } == {
        "source": "bpic2019_events",
        "period": None,
        "lines": 33,
        "header_lines": 1,
        "records": 31,
        "landed": 31,
        "dead_letters": 0,
        "line_breaks_in_fields": 0,
        "blank_lines": 1,
        "replaced": False,
        "same_content": [],
        "delivery_order": None,
    }
    assert files[SECOND]["records"] == 8
    assert [release["number"] for release in said["releases"]] == [1, 2]
    assert said["marts"]["procurement_cases"] == 7


def test_status_for_people_names_the_files_when_asked(made: Made) -> None:
    def names_first(out: str) -> bool:
        return any(line.strip().startswith(FIRST) for line in out.splitlines())

    assert names_first(made.ask("status", "--files").out)
    short = made.ask("status").out
    assert not names_first(short)
    assert re.search(r"note: 4 of the \d+ rows of \S+ are in another file of logged_events too", short), short
    assert "2 files, 0 dead letters" in short


def test_query_gives_objects_with_exact_decimals_and_iso_dates(made: Made) -> None:
    found = made.ask(
        "query",
        "SELECT case_id, ordered_on, ordered_amount, deleted, event_count FROM (SELECT *, "
        "is_deleted AS deleted FROM marts.procurement_cases) ORDER BY case_id LIMIT 1",
        "--json",
    )
    assert found.json() == [
        {"case_id": "45_00001", "ordered_on": "2024-05-01", "ordered_amount": 100.5, "deleted": False, "event_count": 5}
    ]
    assert '"ordered_amount": 100.50' in found.out


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        pytest.param("SELECT count(*) AS n FROM curated.logged_events", [{"n": 34}], id="curated rows"),
        pytest.param(
            "SELECT reasons, count(*) AS n FROM quarantine.logged_events GROUP BY ALL",
            [{"reasons": ["event_type_unreadable"], "n": 1}],
            id="quarantined rows with their reasons",
        ),
        pytest.param(
            "SELECT outcome, count(*) AS n FROM outcomes.logged_events GROUP BY ALL ORDER BY ALL",
            [{"outcome": "curated", "n": 34}, {"outcome": "duplicate", "n": 4}, {"outcome": "quarantined", "n": 1}],
            id="rows of every outcome",
        ),
        pytest.param(
            "SELECT min(event_at) AS at FROM curated.logged_events", [{"at": "2024-05-01T08:00:00"}], id="times are UTC"
        ),
        pytest.param("FROM marts.procurement_cases WHERE false", [], id="no row"),
    ],
)
def test_query(made: Made, sql: str, rows: list[dict[str, object]]) -> None:
    assert made.ask("query", sql, "--json").json() == rows


def test_query_cuts_and_says_so_only_for_people(made: Made) -> None:
    sql = "SELECT n FROM range(60) t(n)"
    assert "50 rows shown; there are more, see --limit" in made.ask("query", sql).out
    assert len(made.ask("query", sql, "--csv").out.splitlines()) == 61
    assert len(made.ask("query", sql, "--json", "--limit", 3).json()) == 3


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        pytest.param("SELEC 1", 'syntax error at or near "SELEC"', id="no SQL"),
        pytest.param("FROM marts.nowhere", "release 2 has curated.logged_events, marts.", id="an unknown table"),
        pytest.param("SELECT nothing FROM marts.procurement_cases", '"nothing" not found', id="an unknown column"),
        pytest.param("SELECT 1; SELECT 2", "found 2 statements, promised one", id="two statements"),
        pytest.param(
            "COPY (SELECT 1) TO 'x.csv'", "found a statement of kind COPY, promised one that reads", id="a write"
        ),
        pytest.param("SET threads = 1", "found a statement of kind SET", id="a setting"),
        pytest.param("FROM read_csv('/etc/passwd')", "Permission Error", id="another file"),
        pytest.param("SELECT 1/'x'", "Could not convert string 'x'", id="a failure on the way"),
    ],
)
def test_query_refuses_in_one_sentence(made: Made, sql: str, sentence: str) -> None:
    found = made.ask("query", sql)
    assert (found.code, found.out) == (2, "")
    assert sentence in found.err
    assert found.err.count("\n") == 1


def test_query_reads_nothing_of_landing(made: Made) -> None:
    landed = next((made.lake / "landing/procurement/bpic2019_events").glob("*.parquet"))
    assert "Permission Error" in made.ask("query", f"FROM read_parquet('{landed}')").err


def test_a_lake_under_a_name_that_looks_like_a_pattern_can_be_asked(made: Made, tmp_path: Path) -> None:
    lake = tmp_path / "lake [1]* of 'x'?"
    shutil.copytree(made.lake, lake)
    found = headrace("query", "SELECT count(*) AS n FROM curated.logged_events", "--lake", lake, "--json")
    assert found.json() == [{"n": 34}]
    assert headrace("explain", "procurement", "case", "45_00001", "--lake", lake).code == 0


def test_a_run_s_own_tables_can_be_asked(made: Made) -> None:
    run_id = made.ask("status", "--json").json()["releases"][0]["run_id"]
    found = made.ask("query", "SELECT count(*) AS n FROM curated.logged_events", "--run", run_id, "--json")
    assert found.json() == [{"n": 30}]
    nobody = made.ask("query", "SELECT 1", "--run", "nobody")
    assert nobody.code == 2
    assert "there is no run nobody" in nobody.err


def test_a_case_leads_to_its_raw_records(made: Made) -> None:
    said = made.ask("explain", "procurement", "case", "45_00001", "--json").json()
    (case,) = said["cases"]
    assert (case["case"]["case_status"], case["event_count"], len(case["events"])) == ("cleared", 5, 5)
    rows = case["rows"]
    events = {e["activity_name"]: rows[e["row"]] for e in case["events"]}
    cleared = events["Clear Invoice"]["versions"]
    assert [(v["outcome"], v["raw"]["file"], v["raw"]["record_number"], v["raw"]["line"]) for v in cleared] == [
        ("curated", FIRST, 25, 27)
    ]  # the header and a blank line stand before
    fields = cleared[0]["raw"]["fields"]
    assert fields["concept:name"] == "Clear Invoice"
    assert fields["time:timestamp"] == "2024-05-17T10:00:00.000+02:00"
    again = events["Create Purchase Order Item"]["versions"]
    # nothing but the hashes of the two files tells which of two alike records is the newer
    assert {v["outcome"] for v in again} == {"curated", "duplicate"}
    assert {(v["raw"]["file"], v["raw"]["line"]) for v in again} == {(FIRST, 2), (SECOND, 2)}


def test_a_quarantined_row_of_a_case_is_shown_with_its_reason(made: Made) -> None:
    said = made.ask("explain", "procurement", "case", "45_00006", "--json").json()
    (row,) = [row for row in said["cases"][0]["rows"] if row["versions"][0]["outcome"] == "quarantined"]
    (version,) = row["versions"]
    assert version["reasons"] == ["event_type_unreadable"]
    assert (version["raw"]["file"], version["raw"]["record_number"], version["raw"]["line"]) == (FIRST, 31, 33)
    assert version["raw"]["fields"]["concept:name"] == "Dance"


def test_personal_and_undeclared_columns_are_masked_unless_revealed(made: Made) -> None:
    hidden = made.ask("explain", "procurement", "case", "45_00006", "--json")
    shown = made.ask("explain", "procurement", "case", "45_00006", "--json", "--reveal")
    assert "Grace" not in hidden.out
    assert "Ada" not in hidden.out
    for said, user in ((hidden, "•••"), (shown, "Grace")):
        row = next(r for r in said.json()["cases"][0]["rows"] if r["versions"][0]["outcome"] == "quarantined")
        fields = row["versions"][0]["raw"]["fields"]
        assert (fields["User"], fields["org:resource"], fields["case concept:name"]) == (user, user, "45_00006")
    for_people = made.ask("explain", "procurement", "case", "45_00006").out
    assert "Grace" not in for_people
    assert "User=•••" in for_people


def test_a_cell_is_computed_again_from_its_legs(made: Made) -> None:
    said = made.ask("explain", "procurement", "cycle_times_monthly", *CELL, "--json").json()
    (cell,) = said["cells"]
    assert cell["agrees"] is True
    checks = {check["figure"]: (check["mart"], check["recomputed"]) for check in cell["checks"]}
    assert checks["median_days"] == (35.0, 35.0)
    assert checks["closed_count"] == (6, 6)
    assert checks["censored_median_days"] == (30, 30)
    longest = cell["legs"][0]
    assert (longest["case_id"], longest["duration_days"]) == ("45_00006", 60)
    raw = said["rows"][longest["end_event"]["row"]]["versions"][0]["raw"]
    assert (raw["file"], raw["record_number"], raw["fields"]["concept:name"]) == (FIRST, 30, "Clear Invoice")


def test_a_cell_for_people_shows_figure_leg_event_file_and_line(made: Made) -> None:
    said = made.ask("explain", "procurement", "cycle_times_monthly", *CELL).out
    for text in (
        "median_days",
        "case 45_00006: closed, 60 days, 2024-05-07 to 2024-07-06",
        "2024-07-06 invoice_cleared (Clear Invoice)",
        f"{FIRST} record 30, line 32",
    ):
        assert text in said, said
    assert "✗" not in said


def test_a_cell_without_a_leg_is_explained_for_every_leg(made: Made) -> None:
    said = made.ask("explain", "procurement", "cycle_times_overall", "vendor_id=V1", "--json").json()
    legs = {cell["cell"]["leg"] for cell in said["cells"]}
    assert {"order_to_receipt", "invoice_date_to_cleared"} <= legs
    assert all(cell["agrees"] for cell in said["cells"])


@pytest.mark.parametrize(
    ("terms", "code", "sentence"),
    [
        pytest.param(
            ("case", "45_0001"),
            1,
            "there is no case 45_0001 in release 2; the closest are 45_00001",
            id="an unknown case",
        ),
        pytest.param(
            ("cycle_times_monthly", "vendor_id=V1", "month=2023-01", "leg=order_to_receipt"),
            1,
            "the closest are vendor_id=V1 month=2024-05-01 leg=order_to_receipt",
            id="a month without a cell",
        ),
        pytest.param(
            ("cycle_times_monthly", "vendor_id=V1"), 2, "found no month, promised month=YYYY-MM", id="no month"
        ),
        pytest.param(
            ("cycle_times_monthly", "vendor_id=V1", "month=May"),
            2,
            "month is 'May', promised YYYY-MM",
            id="a month that is none",
        ),
        pytest.param(
            ("cycle_times_monthly", "month=2024-05", "leg=jump"),
            2,
            "leg is 'jump', promised one of",
            id="an unknown leg",
        ),
        pytest.param(
            ("cycle_times_monthly", "vendor=V1", "month=2024-05"),
            2,
            "found 'vendor=V1', promised name=value with one of leg, cell_grain, source_system_code, vendor_id",
            id="an unknown name",
        ),
        pytest.param(
            ("nothing", "x"), 2, "found 'nothing', promised one of case, cycle_times_monthly", id="an unknown subject"
        ),
    ],
)
def test_explain_says_what_it_cannot_find(made: Made, terms: tuple[str, ...], code: int, sentence: str) -> None:
    found = made.ask("explain", "procurement", *terms)
    assert (found.code, found.out) == (code, "")
    assert sentence in found.err


def test_explain_goes_on_without_landing_and_says_so(copied: Made) -> None:
    shutil.rmtree(copied.lake / "landing")
    said = copied.ask("explain", "procurement", "case", "45_00001", "--json").json()
    raw = said["cases"][0]["rows"][0]["versions"][0]["raw"]
    assert raw["fields"] == {}
    assert "landing cannot be read" in raw["note"]


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
            promised = made.ask("query", sql, "--csv").out
            assert len(held) == len(list(csv.reader(StringIO(promised)))) - 1, f"{zone}.{table}"
            text = StringIO()
            csv.writer(text, lineterminator="\n").writerows([columns, *held])
            assert text.getvalue() == promised, f"{zone}.{table}"
        assert connection.execute("SELECT domain, number FROM headrace.release").fetchall() == [("procurement", 2)]
        assert connection.execute("SELECT DISTINCT length(user_code) FROM curated.logged_events").fetchall() == [(32,)]


def test_run_again_changes_nothing_says_so_and_begins_no_java(made: Made) -> None:
    def files() -> dict[str, int]:
        return {str(p): p.stat().st_mtime_ns for p in made.lake.rglob("*") if p.is_file() and "runs" not in p.parts}

    before = files()
    begun = time.monotonic()
    found = subprocess.run(
        [sys.executable, "-m", "headrace", "run", "procurement", "--raw", str(made.raw), "--lake", str(made.lake)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "HEADRACE_MASKING_KEY": KEY, "JAVA_HOME": "/nowhere"},
    )
    assert (found.returncode, found.stderr.count("error")) == (0, 0), found.stderr
    assert found.stdout.startswith("nothing changed: release 2 of procurement stands")
    assert files() == before
    assert time.monotonic() - begun < 60


def test_without_java_a_run_says_so(made: Made, tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "headrace", "run", "procurement", "--raw", str(made.raw), "--lake", str(tmp_path / "l")],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "HEADRACE_MASKING_KEY": KEY, "JAVA_HOME": "/nowhere"},
    )
    assert found.returncode == 2
    assert "Spark did not start: found JAVA_HOME=/nowhere, promised Java 17 or later" in found.stderr


def test_raw_text_is_shown_to_who_asks_for_it_alone(made: Made) -> None:
    sql = (
        'SELECT file, record_number, "User" AS who FROM quarantine.logged_events q JOIN files USING (landing_file_id) '
        "JOIN landing.bpic2019_events ON __landing_file_id = q.landing_file_id AND __record_number = q.record_number"
    )
    refused = made.ask("query", sql)
    assert (refused.code, "with --reveal landing.*" in refused.err) == (2, True)
    [found] = made.ask("query", sql, "--reveal", "--json").json()
    assert (found["file"], found["who"]) == (FIRST, "Grace")


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


def test_generate_says_what_it_made_and_makes_it_once(tmp_path: Path) -> None:
    ask = ("generate", "procurement", "--rows", 300, "--seed", 5, "--dirt", "none", "--out", tmp_path / "made")
    said = headrace(*ask, "--json").json()
    assert (said["seed"], said["already_there"]) == (5, False)
    assert any(Path(said["raw"]).rglob("*.csv*"))
    assert headrace(*ask).out.startswith("already there: ")
    other = headrace(*ask[:4], *("--seed", 6), *ask[6:])
    assert (other.code, other.out) == (2, "")
