"""What `run` and `status` say of drift."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headrace.domains.search.facts import DriftMeasure
from headrace.domains.search.model import drift_of
from headrace.domains.search.show_drift import MEASURES, show_drift
from lake.releases.snapshots import DataFile, Snapshot
from lake.store.folder import FolderStore
from ml.drift import DAY_MEASURES, LAST_DAY_MEASURES

DAY = date(2024, 11, 30)
LIMITS = {"warn_at": 75.0, "widen_at": 120.0, "stop_at": 400.0}


def measure(status="well", name="label_age_days", value=10.0, code="US", **cells):
    said = {"marketplace_code": code, "measured_on": DAY, "measure_name": name, "measured_value": value, **LIMITS}
    return {**said, "status": status, **cells}


def facts(tmp_path, *rows):
    path = tmp_path / "marts/drift.parquet"
    path.parent.mkdir()
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    file = DataFile("marts/drift.parquet", len(rows), path.stat().st_size, {})
    snapshot = Snapshot("search_volume_drift", "marts", (file,), "")
    return drift_of(FolderStore(tmp_path), SimpleNamespace(marts={snapshot.table: snapshot}))


def said(capsys, *rows):
    capsys.readouterr()
    show_drift([DriftMeasure(**row) for row in rows])
    return capsys.readouterr().out.splitlines()


def test_measures_past_a_limit_come_first(tmp_path):
    rows = [measure(), measure("stop", code="UK"), measure("not_measured", value=None, code="DE")]
    assert [measure.marketplace_code for measure in facts(tmp_path, *rows)] == ["UK", "DE", "US"]


def test_a_domain_without_the_table_has_no_drift(tmp_path):
    assert drift_of(FolderStore(tmp_path), SimpleNamespace(marts={})) == []


@pytest.mark.parametrize(
    ("row", "line"),
    [
        pytest.param(
            measure("warn", value=75.0),
            "the newest label is 75 days old, warns at 75: nothing else follows",
            id="warned",
        ),
        pytest.param(
            measure("widen", value=130.0),
            "the newest label is 130 days old, widens at 120: the day's intervals are half as wide again",
            id="widened",
        ),
        pytest.param(
            measure("stop", value=1500.0),
            "the newest label is 1,500 days old, stops at 400: the day is refused",
            id="stopped",
        ),
        pytest.param(
            measure("warn", name="coverage_80_shortfall_ratio", value=0.123, warn_at=0.1),
            "80 % intervals held 0.12 less of the new labels, warns at 0.1: nothing else follows",
            id="coverage",
        ),
    ],
)
def test_a_measure_past_a_limit_has_a_line_with_value_limit_and_what_follows(capsys, row, line):
    assert said(capsys, measure(), row) == [f"drift in US on 2024-11-30: {line}"]


def test_where_all_is_well_one_line_says_so(capsys):
    rows = [measure(), measure(code="UK"), measure("not_measured", value=None)]
    assert said(capsys, *rows) == ["drift on 2024-11-30: 2 measures well, 1 could not be measured"]
    assert said(capsys, measure()) == ["drift on 2024-11-30: 1 measure well"]
    assert said(capsys) == []


def test_every_measure_has_its_words():
    assert set(MEASURES) == {*DAY_MEASURES, *LAST_DAY_MEASURES}
