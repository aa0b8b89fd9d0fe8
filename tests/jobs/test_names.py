"""What a file's name says of its rows, and of its period, from raw files to a release."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lake.errors import DataError
from tests.counts.commands import JOBS, Counts
from tests.counts.tables import TABLES
from tests.jobs.lakes import deliveries_of, release, rows, write_raw
from tests.registered import register
from tests.where import SHARED

DAILY = """[source]
name = "daily"
table = "counts"
kind = "replaces_period"
identical_rows = "duplicate"
claims = ['(?P<period>[0-9]{2}-[0-9]{2}-[0-9]{4})(_d(?P<delivery>[0-9]+))?[.]csv$']
period_format = "%m-%d-%Y"

[columns.place_name]
headers = ["Place"]
rule = "name"
[columns.case_count]
headers = ["Cases"]
rule = "integer"
[constants]
measure_code = "confirmed"
[from_name.measured_on]
group = "period"
rule = "date"
formats = ["%m-%d-%Y"]
"""
REPORTS = """[source]
name = "jhu_daily"
table = "reports"
kind = "events"
identical_rows = "distinct"
claims = ['(?P<day>[0-9]{2}-[0-9]{2}-[0-9]{4})[.]csv$']

[columns.place_name]
headers = ["Province/State", "Province_State"]
rule = "name"
[columns.country_name]
headers = ["Country/Region", "Country_Region"]
rule = "name"
[from_name.measured_on]
group = "day"
rule = "date"
formats = ["%m-%d-%Y"]

[unpivot]
headers = ["Confirmed", "Deaths", "Recovered"]
[unpivot.header.measure_code]
rule = "mapped"
values = { Confirmed = "confirmed", Deaths = "deaths", Recovered = "recovered" }
[unpivot.cell.case_count]
rule = "integer"
"""
REAL = SHARED / "data/covid/jhu_daily"
D22, D23 = date(2020, 1, 22), date(2020, 1, 23)


@pytest.fixture
def releasing(tmp_path, monkeypatch, spark):
    """Releases what lies in raw, of a source that is given as TOML."""
    register(monkeypatch, tmp_path, tables=TABLES, jobs_of_domain=JOBS, commands=Counts())

    def ask(*texts: str):
        configs = [tmp_path / f"{place}.toml" for place in range(len(texts))]
        for path, text in zip(configs, texts, strict=True):
            path.write_text(text)
        return release(tmp_path / "raw", tmp_path / "lake", domain="counts", has_marts=False, configs=configs)

    return ask


@pytest.fixture
def released(releasing):
    return lambda *overlays: releasing(DAILY, *overlays)


def standing(lake: Path, found) -> list[tuple]:
    return rows(lake, found, "counts", "place_name, measured_on, case_count", "outcome = 'curated'")


@pytest.mark.every_engine
def test_one_content_under_two_days_is_two_deliveries_each_with_its_day(released, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    text = "Place,Cases\nUlm,1\n"
    write_raw(raw, {"01-22-2020.csv": text, "01-23-2020.csv": text, "again/01-23-2020.csv": text})
    first = released()
    assert [(one.period, len(one.raw_files)) for one in deliveries_of(lake, first)] == [
        ("2020-01-22", 1),
        ("2020-01-23", 2),
    ]
    assert standing(lake, first) == [("Ulm", D22, 1), ("Ulm", D23, 1)]
    assert released() is None
    write_raw(raw, {"01-23-2020_d2.csv": "Place,Cases\nBonn,7\n"})
    assert standing(lake, released()) == [("Bonn", D23, 7), ("Ulm", D22, 1)]


def test_another_group_for_the_field_lands_its_files_again_and_another_rule_none(released, tmp_path):
    write_raw(tmp_path / "raw", {"02-01-2020/01-22-2020.csv": "Place,Cases\nUlm,1\n"})
    lake = tmp_path / "lake"
    first = deliveries_of(lake, released())[0]
    of_folder = """[source]
name = "daily"
claims = ['(?P<day>[0-9-]+)/(?P<period>[0-9]{2}-[0-9]{2}-[0-9]{4})[.]csv$']
[from_name.measured_on]
group = "day"
"""
    again = released(of_folder)
    second = deliveries_of(lake, again)[0]
    assert second.landing_file_id != first.landing_file_id
    assert standing(lake, again) == [("Ulm", date(2020, 2, 1), 1)]
    third = released(of_folder + 'formats = ["%d-%m-%Y"]\n')
    assert deliveries_of(lake, third) == (second,)
    assert standing(lake, third) == [("Ulm", date(2020, 1, 2), 1)]


def test_a_name_that_says_no_day_stops_the_run_before_anything_lands(released, tmp_path):
    write_raw(tmp_path / "raw", {"01-22-2020.csv": "Place,Cases\nUlm,1\n", "22-01-2020.csv": "Place,Cases\nUlm,1\n"})
    with pytest.raises(
        DataError, match=r"^22-01-2020\.csv: the name has period '22-01-2020', expected one of period_f"
    ):
        released()
    assert not list((tmp_path / "lake").glob("landing/**/*.parquet"))


@pytest.mark.skipif(not REAL.is_dir(), reason="the daily reports of JHU are not there (../shared/data/covid/jhu_daily)")
def test_the_real_daily_reports_in_three_spellings_of_their_headers(releasing, tmp_path):
    days = ("01-22-2020.csv", "03-01-2020.csv", "03-22-2020.csv")
    write_raw(tmp_path / "raw", {name: (REAL / name).read_bytes() for name in days})
    found = releasing(REPORTS)
    counts = found.counts["reports"]
    assert counts.read == 3 * sum(counts.read_records.values()) == counts.curated + counts.excluded
    assert counts.reasons == {"empty_cell": counts.excluded}
    sums = rows(tmp_path / "lake", found, "reports", "measured_on, measure_code, case_count", "outcome = 'curated'")
    totals: dict[tuple, int] = {}
    for day, measure, count in sums:
        totals[day, measure] = totals.get((day, measure), 0) + count
    assert [totals[D22, measure] for measure in ("confirmed", "deaths", "recovered")] == [557, 17, 30]
    later = date(2020, 3, 22)
    assert [totals[later, measure] for measure in ("confirmed", "deaths", "recovered")] == [337_867, 14_632, 97_225]
