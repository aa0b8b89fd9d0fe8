"""SQL over a release: what is answered, what is refused, and what is shown to whom."""

import shutil
from pathlib import Path

import pytest

from tests.jobs.cli.made import FIRST, Made
from tests.unit.headrace.asking import headrace


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
        pytest.param("SELECT 1; SELECT 2", "found 2 statements, expected one", id="two statements"),
        pytest.param(
            "COPY (SELECT 1) TO 'x.csv'", "found a statement of kind COPY, expected one that reads", id="a write"
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


def test_raw_text_is_shown_to_who_asks_for_it_alone(made: Made) -> None:
    sql = (
        'SELECT file, record_number, "User" AS who FROM quarantine.logged_events q JOIN files USING (landing_file_id) '
        "JOIN landing.bpic2019_events ON __landing_file_id = q.landing_file_id AND __record_number = q.record_number"
    )
    refused = made.ask("query", sql)
    assert (refused.code, "with --reveal landing.*" in refused.err) == (2, True)
    [found] = made.ask("query", sql, "--reveal", "--json").json()
    assert (found["file"], found["who"]) == (FIRST, "Grace")
