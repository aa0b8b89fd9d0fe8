"""The current release, for programs and people."""

import re
from pathlib import Path

import pytest

from schemas.lineage import OUTCOMES
from tests.jobs.cli.made import FIRST, SECOND, Made


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
        "read_records",
        "landed_records",
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


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.unlink(), id="a file of a mart is gone"),
        pytest.param(lambda path: path.write_bytes(b"PAR1 and no more"), id="a file of a mart is damaged"),
    ],
)
def test_status_stands_where_its_marts_cannot_be_read(copied: Made, damage) -> None:
    files: list[Path] = list((copied.lake / "marts/procurement/procurement_legs").rglob("*.parquet"))
    assert files
    for path in files:
        damage(path)
    said = copied.ask("status", "--json")
    assert said.code == 0, said.err
    notes = [note for note in said.json()["notices"] if "note could not be made" in note]
    assert len(notes) == 1
    assert notes[0].startswith("a note could not be made: ")
    assert any(path.name in notes[0] for path in files)
    assert "LINE 1" not in notes[0]
