"""What a run says, what running again does, and how little either needs."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.jobs.cli.made import KEY, Made
from tests.unit.headrace.asking import headrace


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
        [
            sys.executable,
            "-m",
            "headrace",
            "run",
            "procurement",
            "--raw",
            str(made.raw),
            "--lake",
            str(tmp_path / "l"),
            "--environment",
            "local_spark",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "HEADRACE_MASKING_KEY": KEY, "JAVA_HOME": "/nowhere"},
    )
    assert found.returncode == 2
    assert "Spark did not start: found JAVA_HOME=/nowhere, expected Java 17 or later" in found.stderr


@pytest.mark.needs_spark
def test_what_was_generated_is_run_by_the_domain_s_name_alone(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The labels are of too few days for a model, which keeps it short."""
    del spark  # the run takes the one that is there
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEADRACE_LAKE", raising=False)
    few = ("--terms", 4, "--from", "2024-01-01", "--through", "2024-02-01")
    assert headrace("generate", "search", *few).out.startswith("made: ")
    said = headrace("run", "search")
    assert said.code == 0, said.err
    assert "raw files of made/raw, into the lake made/lake\n" in said.out
    assert {path.name for path in tmp_path.iterdir()} == {"made"}
    [cards] = headrace("query", "SELECT model_id, card_json FROM marts.search_volume_model_card", "--lake", "made/lake",
                       "--json").json()  # fmt: skip
    kept = tmp_path / "made/lake/runs" / cards["model_id"]
    assert f"its card, in the lake: runs/{cards['model_id']}/card.md" in said.out
    assert json.loads((kept / "card.json").read_text())["card"] == json.loads(cards["card_json"])
    assert "**Not released**: the labels that have a rank are of fewer than 60 days" in (kept / "card.md").read_text()


def test_generate_says_what_it_made_and_makes_it_once(tmp_path: Path) -> None:
    ask = ("generate", "procurement", "--rows", 300, "--seed", 5, "--dirt", "none", "--out", tmp_path / "made")
    said = headrace(*ask, "--json").json()
    assert (said["seed"], said["already_there"]) == (5, False)
    assert any(Path(said["raw"]).rglob("*.csv*"))
    assert headrace(*ask).out.startswith("already there: ")
    other = headrace(*ask[:4], *("--seed", 6), *ask[6:])
    assert (other.code, other.out) == (2, "")
