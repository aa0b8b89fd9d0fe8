"""Records that are several rows each, from raw files to a release, its equations and its explanations."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from headrace.commands.equations import table_equations
from headrace.commands.explain import explain_domain
from lake.errors import AuditError, ConfigError, DataError
from tests.counts.commands import JOBS, Counts
from tests.counts.tables import TABLES
from tests.jobs.lakes import release, rows, write_raw
from tests.registered import register
from tests.where import SHARED

SERIES = """[source]
name = "series"
table = "counts"
kind = "upsert"
identical_rows = "duplicate"
claims = ['series_d(?P<delivery>[0-9]+)[.]csv$']

[columns.place_name]
headers = ["Province/State"]
rule = "name"
[columns.country_name]
headers = ["Country/Region"]
rule = "name"
[constants]
measure_code = "confirmed"

[unpivot]
header_pattern = '[0-9]{1,2}[/-][0-9]{1,2}[/-]([0-9]{2}){1,2}'
[unpivot.header.measured_on]
rule = "date"
formats = ["%m/%d/%y", "%m-%d-%Y"]
first_year = 2000
[unpivot.cell.case_count]
rule = "integer"
"""
DAILY = """[source]
name = "daily"
table = "counts"
kind = "upsert"
identical_rows = "duplicate"
claims = ['daily_d(?P<delivery>[0-9]+)[.]csv$']

[columns.place_name]
headers = ["Place"]
rule = "name"
[columns.measured_on]
headers = ["Day"]
rule = "date"
formats = ["iso"]

[unpivot]
headers = ["Confirmed", "Deaths"]
[unpivot.header.measure_code]
rule = "mapped"
values = { Confirmed = "confirmed", Deaths = "deaths" }
[unpivot.cell.case_count]
rule = "integer"
"""
PLAIN = """[source]
name = "plain"
table = "counts"
kind = "upsert"
identical_rows = "duplicate"
claims = ['plain[.]csv$']
[columns.place_name]
headers = ["Place"]
rule = "name"
[columns.measured_on]
headers = ["Day"]
rule = "date"
formats = ["iso"]
[columns.measure_code]
headers = ["Measure"]
rule = "text"
[columns.case_count]
headers = ["Count"]
rule = "integer"
"""
HEADER = "Province/State,Country/Region,Lat,"
FIRST = f"{HEADER}1/22/20,1/23/20\nUlm,DE,48,1,2\nBonn,DE,50,,x\n"
LATER = f"{HEADER}1/23/20,01-24-2020,1/25/20\nUlm,DE,48,5,,-1\n"
REAL = SHARED / "data/covid"
KEY = "place_name, measured_on, measure_code"
D22, D23, D24, D25 = (date(2020, 1, day) for day in (22, 23, 24, 25))


@pytest.fixture
def releasing(tmp_path, monkeypatch, spark):
    """Releases raw files of sources that are given as TOML, into a lake."""
    register(monkeypatch, tmp_path, tables=TABLES, jobs_of_domain=JOBS, commands=Counts())

    def ask(files: dict[str, str], *sources: str, lake: str = "lake"):
        configs = [tmp_path / f"source_{place}.toml" for place in range(len(sources))]
        for path, text in zip(configs, sources, strict=True):
            path.write_text(text)
        raw = write_raw(tmp_path / "raw", files)
        return release(raw, tmp_path / lake, domain="counts", has_marts=False, configs=configs)

    return ask


@pytest.fixture
def released(releasing):
    """Releases all raw files given so far, by their names without the ending."""
    return lambda **files: releasing({f"{name}.csv": text for name, text in files.items()}, SERIES, DAILY, PLAIN)


def outcomes(lake: Path, found, more: str = "case_count, reasons") -> list[tuple]:
    return rows(lake, found, "counts", f"place_name, measured_on, {more}, outcome")


@pytest.mark.every_engine
def test_wide_files_in_increments_are_what_they_are_together(released, releasing, tmp_path):
    first = released(series_d1=FIRST)
    counts = first.counts["counts"]
    assert (counts.read, counts.read_records) == (4, {"2": 2})
    assert outcomes(tmp_path / "lake", first) == [
        ("Bonn", D22, None, ["empty_cell"], "excluded"),
        ("Bonn", D23, None, ["case_count_unreadable"], "quarantined"),
        ("Ulm", D22, 1, [], "curated"),
        ("Ulm", D23, 2, [], "curated"),
    ]
    second = released(series_d2=LATER)
    counts = second.counts["counts"]
    assert (counts.mode, counts.read, counts.read_records) == ("grown", 3, {"3": 1})
    assert (counts.cumulative["landed"], counts.landed_records) == (7, {"2": 2, "3": 1})
    found = outcomes(tmp_path / "lake", second)
    assert [row for row in found if row[0] == "Ulm"] == [
        ("Ulm", D22, 1, [], "curated"),
        ("Ulm", D23, 5, [], "curated"),
        ("Ulm", D23, None, [], "superseded"),
        ("Ulm", D24, None, ["empty_cell"], "excluded"),
        ("Ulm", D25, -1, ["case_count_negative"], "quarantined"),
    ]
    together = releasing({}, SERIES, DAILY, PLAIN, lake="again")
    assert outcomes(tmp_path / "again", together) == found
    assert together.counts["counts"].cumulative == counts.cumulative


def test_an_empty_cell_says_nothing_of_what_another_record_said(released, tmp_path):
    """It may only be a column that the file does not fill yet, and in JSON a key that the record does not have."""
    released(series_d1=FIRST)
    second = released(series_d2=f"{HEADER}1/23/20\nUlm,DE,48, \n")
    assert [row for row in outcomes(tmp_path / "lake", second) if row[:2] == ("Ulm", D23)] == [
        ("Ulm", D23, 2, [], "curated"),
        ("Ulm", D23, None, ["empty_cell"], "excluded"),
    ]
    assert second.counts["counts"].keys_removed == 0


def test_the_equations_count_records_by_columns_beside_records_that_are_one_row(released):
    found = released(
        series_d1=FIRST,
        daily_d1="Place,Day,Confirmed,Deaths\nKiel,2020-01-22,3,0\nKiel,2020-01-23,4,1\n",
        plain="Place,Day,Measure,Count\nJena,2020-01-22,confirmed,3\n",
    )
    told = table_equations(found.counts["counts"])
    assert [(one.name, one.left, one.closes) for one in told[:2]] == [
        ("rows read (1 record + 4 records x 2 columns)", 9, True),
        ("rows landed (1 record + 4 records x 2 columns)", 9, True),
    ]


def test_a_table_that_is_carried_over_read_no_records_and_has_them_still(released, tmp_path):
    released(series_d1=FIRST)
    write_raw(tmp_path / "raw", {"again/series_d1.csv": FIRST})
    counts = released().counts["counts"]
    assert (counts.mode, counts.read, counts.read_records) == ("carried", 0, {})
    assert (counts.cumulative["landed"], counts.landed_records) == (4, {"2": 2})


def test_listed_columns_are_rows_told_apart_by_a_map(released, tmp_path):
    found = released(daily_d1="Day,deaths,Place,CONFIRMED,Active\n2020-01-22,0,Kiel,3,9\n")
    assert outcomes(tmp_path / "lake", found, "measure_code, case_count") == [
        ("Kiel", D22, "confirmed", 3, "curated"),
        ("Kiel", D22, "deaths", 0, "curated"),
    ]


def test_a_file_of_which_no_column_is_a_row_stops_the_run(released):
    with pytest.raises(DataError, match=r"^series_d1\.csv: line 1: the header, .* has no column for the rows of"):
        released(series_d1=f"{HEADER}total\nUlm,DE,48,1\n")
    with pytest.raises(DataError, match=r"^daily_d1\.csv: line 1: .* has no column for Deaths \('Deaths'\)"):
        released(series_d1=FIRST, daily_d1="Place,Day,Confirmed\nKiel,2020-01-22,3\n")


def test_files_that_spell_a_column_in_two_cases_stop_the_run_however_it_is_cut(releasing):
    """Spark would read the one for the other, and Sail none."""
    text = DAILY.replace('headers = ["Confirmed", "Deaths"]', "header_pattern = 'tests_.*|TESTS_.*'")
    measures = text.replace(text[text.index('rule = "mapped"') : text.index("[unpivot.cell")], 'rule = "text"\n')
    files = [f"Place,Day,{name}\nKiel,2020-01-22,3\n" for name in ("tests_done", "TESTS_DONE")]
    sentence = (
        r"^the columns 'tests_done' and 'TESTS_DONE' of \[unpivot\] differ in case alone; .*source_0\.toml:\d+\)$"
    )
    releasing({"daily_d1.csv": files[0]}, measures)
    for lake in ("lake", "again"):
        with pytest.raises(DataError, match=sentence):
            releasing({"daily_d2.csv": files[1]}, measures, lake=lake)


def test_too_many_unreadable_cells_stop_the_run_and_the_sentence_names_one(released):
    cell = r"case_count_unreadable \(2, such as 'y' in series_d1\.csv, record 1, column '1/23/20'\)"
    with pytest.raises(AuditError, match=f"^counts: 2 of 4 rows read broke a rule, .* most often {cell}; nothing"):
        released(series_d1=f"{HEADER}1/22/20,1/23/20\nUlm,DE,48,,y\nBonn,DE,50,x,1\n")


def test_an_explanation_shows_the_cell_of_the_row_and_of_the_others_none(released, tmp_path):
    released(series_d1=FIRST, series_d2=LATER)
    told = explain_domain(str(tmp_path / "lake"), "counts", "place", ["Ulm"], reveal=False).explanation
    assert [
        (row.key["measured_on"], [(v.outcome, v.raw.file, v.raw.line, v.raw.fields) for v in row.versions])
        for row in told.rows[1:2]
    ] == [
        (
            D23,
            [
                ("curated", "series_d2.csv", 2, {**PLACE_OF_ULM, "1/23/20": "5"}),
                ("superseded", "series_d1.csv", 2, {**PLACE_OF_ULM, "1/23/20": "2"}),
            ],
        )
    ]
    assert told.rows[1].versions[0].raw.declared == ["Province/State", "Country/Region", "1/23/20"]


def test_rows_of_a_record_that_have_no_key_are_no_versions_of_each_other(released, tmp_path):
    released(series_d1=f"{FIRST},DE,49,7,8\n".replace("Bonn,DE,50,,x", "Bonn,DE,50,3,4"))
    told = explain_domain(str(tmp_path / "lake"), "counts", "record", ["3"], reveal=False).explanation
    assert [(row.key, [version.reasons for version in row.versions]) for row in told.rows] == [
        ({}, [["place_name_missing"]]),
        ({}, [["place_name_missing"]]),
    ]


PLACE_OF_ULM = {"Province/State": "Ulm", "Country/Region": "DE", "Lat": "•••"}


def test_rows_beyond_the_limit_of_the_engine_are_counted_not_records(released, tmp_path, monkeypatch):
    from lake.curating import too_large

    monkeypatch.setattr(too_large, "_limit", lambda run: 3)
    with pytest.raises(ConfigError, match=r"^found 4 landed rows, expected at most 3"):
        released(series_d1=FIRST)


@pytest.mark.skipif(not REAL.is_dir(), reason="the series of JHU are not there (../shared/data/covid)")
def test_the_real_series_is_what_plain_python_melts(released, tmp_path):
    """Of 30 places: the engine takes longer to judge a row than we have tests."""
    lines = (REAL / "time_series_covid19_confirmed_global_final.csv").read_text().splitlines(keepends=True)[:31]
    found = released(series_d1="".join(lines))
    counts = found.counts["counts"]
    assert (counts.read, counts.read_records, counts.curated) == (34_290, {"1143": 30}, 34_290)
    header, *records = csv.reader(lines)
    melted = [
        (record[0], day(name), "confirmed", int(cell), number, "curated")
        for number, record in enumerate(records, start=1)
        for name, cell in zip(header[4:], record[4:], strict=True)
    ]
    assert rows(tmp_path / "lake", found, "counts", f"{KEY}, case_count, record_number, outcome") == sorted(
        melted, key=str
    )


def day(name: str) -> date:
    month, number, year = map(int, name.replace("/", "-").split("-"))
    return date(year % 100 + 2000, month, number)
