"""The page of the search domain: what it shows, and that it fetches and runs nothing."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from headrace.reader import objects
from headrace.report import charts
from headrace.report.page import Picture, Section, page
from headrace.report.search import CURVES, search_sections
from ml import STAND_INS
from tests.unit.headrace.search_tables import FIRST, estimates, label, refused, search_database

SCORES = {"label_count": 9, "wape_ratio": 0.1, "bias_ratio": 0.01, "coverage_80_ratio": 0.78, "coverage_95_ratio": 0.94}
US = {"marketplace_code": "US", "measured_on": FIRST}
RANKS = ["1 to 10", "11 to 100", "101 to 1,000", "1,001 to 10,000", "10,001 and more"]
CARD = {
    "label_count": 9,
    "settings": {"ridge": 1e-6},
    "limits": ["It knows no other marketplace."],
    "coverage": {"80": 0.78, "95": 0.94, "fold_name": "test", "ranges": {"80": [0.7, 0.85]}, "folds": None},
    "data": {"search_ranks": {"row_count": 7, "content_hash": "00c0ffee"}},
    "made_by": {"code": "c0de"},
}


@pytest.fixture
def database():
    prime = {"marketplace_code": "US", "event_name": "prime<day>", "event_on": FIRST + timedelta(days=9)}
    with search_database(
        search_volume_estimates=estimates() + estimates("UK", rank=5) + refused(code="FR"),
        search_volumes=[label(n, 990 + n) for n in range(10)],
        search_special_dates=[{**prime, "origin": "delivered"}],
        search_volume_backtest=[
            {"fold_name": "folds", "model_name": name, "cut_name": cut, "cut_value": value, **SCORES}
            for name in ("headrace", "log_log_line")
            for cut, value in (("all", "all"), *(("rank", value) for value in sorted(RANKS)))
        ],
        search_volume_drift=[
            {"measure_name": "psi", "measured_value": 0.3, "warn_at": 0.5, "stop_at": 2.0, "status": "warn", **US}
        ],
        search_volume_model_card=[
            {"model_id": "m1", "is_current": True, "origin_on": FIRST, "label_count": 9, "card_json": json.dumps(CARD)}
        ],
    ) as connection:
        yield connection


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter() if node.tag.endswith("}text")]


def test_every_section_has_its_picture_and_its_numbers(database):
    sections = {section.title: section for section in search_sections(database, has_labels=True)}
    assert list(sections) == [
        "The model", "Where not to trust it", "From rank to volume", "Over time", "Calibration",
        "Errors in the backtest", "Drift", "What the estimates stand on", "Model card: Coverage",
        "Model card: Labels", "Model card: The data", "Model card: Made by", "Model card: Settings",
    ]  # fmt: skip
    assert [row["limit"] for row in sections["Where not to trust it"].rows] == ["It knows no other marketplace."]
    assert "80 % intervals held 78.0% of the labels (95 % range by blocks of days: 70.0% to 85.0%)" in (
        sections["Model card: Coverage"].text
    )
    assert sections["Model card: The data"].rows == [
        {"table": "search_ranks", "row_count": "7", "content_hash": "00c0ffee"}
    ]
    curves, time = sections["From rank to volume"].pictures[0], sections["Over time"].pictures[0]
    assert {"US", "UK", "rank"} <= set(texts(curves.svg))
    assert "FR" not in texts(curves.svg)
    assert "lip balm in US, beauty" in time.caption
    assert "prime<day>" in texts(time.svg)
    assert {"said", "seen"} <= set(texts(sections["Calibration"].pictures[0].svg))
    assert [picture.caption.rsplit(" ", 1)[1] for picture in sections["Errors in the backtest"].pictures] == [
        "all.", "rank.",
    ]  # fmt: skip
    assert "US: psi" in texts(sections["Drift"].pictures[0].svg)
    by_basis = {
        (row["basis"], row["marketplace_code"]): row["estimate_count"]
        for row in sections["What the estimates stand on"].rows
    }
    assert by_basis == {("direct", "US"): 30, ("direct", "UK"): 30, ("refused", "FR"): 30}


def test_every_picture_has_a_title_of_its_own(database):
    pictures = [picture for section in search_sections(database, has_labels=True) for picture in section.pictures]
    titles = (
        "Searches a day by rank",
        "lip balm in US, beauty",
        "Coverage said and seen",
        "Errors of all labels",
        "Errors by rank",
        "Drift on the last scored day",
    )
    assert [title for title, picture in zip(titles, pictures, strict=True) if title not in texts(picture.svg)] == []


def test_ranks_stand_in_their_order(database):
    sections = {section.title: section for section in search_sections(database, has_labels=True)}
    errors = sections["Errors in the backtest"]
    assert [text for text in texts(errors.pictures[1].svg) if text in RANKS] == RANKS
    assert [row["cut_value"] for row in errors.rows if row["model_name"] == "headrace"] == ["all", *RANKS]


def test_special_dates_are_named_in_the_picture_and_true_volumes_in_its_legend(database):
    sections = {section.title: section for section in search_sections(database, has_labels=True)}
    said = texts(sections["Over time"].pictures[0].svg)
    assert {"prime<day>", "estimate", "80 %", "95 %", "true volume"} <= set(said)
    assert said.count("prime<day>") == 1


def test_a_legend_has_no_series_that_is_not_there():
    row = {"day": FIRST, "estimate": 9.0, "lo_80": None, "hi_80": None, "lo_95": None, "hi_95": None, "label": None}
    rows = [{**row, "day": FIRST + timedelta(days=n)} for n in range(3)]
    said = texts(charts.draw(charts.over_time(rows, [], title="t")))
    assert "estimate" in said
    assert not {"80 %", "95 %", "true volume"} & set(said)


def test_a_curve_without_bounds_has_a_line_and_no_band(database):
    bounds = [name for name in estimates(days=1)[0] if name.startswith(("lo_", "hi_"))]
    pooled = estimates(basis="department_pooled", **dict.fromkeys(bounds))
    with search_database(search_volume_estimates=pooled) as connection:
        sections = {section.title: section for section in search_sections(connection, has_labels=False)}
    [picture] = sections["From rank to volume"].pictures
    roles = re.findall(r'aria-roledescription="(\w+) mark', picture.svg)
    assert "line" in roles
    assert "area" not in roles


def test_days_without_bounds_do_not_pull_the_band_down():
    bounds = [name for name in estimates(days=1)[0] if name.startswith(("lo_", "hi_"))]
    days = estimates(days=20)
    rows = [{**day, "rank": 100, **(dict.fromkeys(bounds) if n < 15 else {})} for n, day in enumerate(days)]
    with search_database(search_volume_estimates=rows) as connection:
        [found] = objects(connection, CURVES)
    assert (found["lo_80"], found["day_count"]) == (800.0, 20)


def point(cut: str, said: float, seen: float) -> dict[str, object]:
    return {"cut": cut, "promised_ratio": said, "seen_ratio": seen}


@pytest.mark.parametrize(
    ("points", "names"),
    [
        pytest.param([], [], id="no point"),
        pytest.param([point("a", 0.8, 0.78), point("b", 0.8, 0.82)], [], id="on the line and near it"),
        pytest.param([point("b", 0.8, 0.9), point("a", 0.8, 0.7)], ["a", "b"], id="apart from one another"),
        pytest.param([point("b", 0.8, 0.905), point("a", 0.8, 0.9)], ["b, a"], id="side by side, in their order"),
        pytest.param([point("a", 0.8, 0.9), point("b", 0.95, 0.9)], ["a", "b"], id="of two intervals"),
        pytest.param([point(cut, 0.8, 0.9) for cut in "abcde"], ["a, b, c and 2 more"], id="too many for one name"),
    ],
)
def test_points_away_from_the_line_are_named(points, names):
    assert [found["name"] for found in charts.named_points(points)] == names


def test_a_calibration_shows_the_names():
    points = [point("rank 1 to 10", 0.8, 0.7), point("season rest of the year", 0.8, 0.8)]
    said = texts(charts.draw(charts.calibration(points)))
    assert "rank 1 to 10" in said
    assert "season rest of the year" not in said


@pytest.mark.parametrize(
    ("share", "most"), [pytest.param(0.1, 1.0, id="well"), pytest.param(1.7, 1.7, id="beyond the stop")]
)
def test_drift_is_drawn_from_nothing_to_the_stop_with_its_limits(share, most):
    row = {"measure": "US: psi", "share_of_stop_ratio": share, "status": "well", "stop_at": 400.0}
    bars, limits = charts.drift([{**row, "warn_at": 100.0, "widen_at": None}])["layer"]
    assert [layer["encoding"]["x"]["scale"]["domain"] for layer in (bars, limits)] == [[0, most], [0, most]]
    assert [(at["status"], at["at_ratio"]) for at in limits["data"]["values"]] == [("warn", 0.25), ("stop", 1.0)]


def test_without_a_model_the_page_says_so_and_shows_what_there_is():
    with search_database(search_volume_estimates=refused()) as connection:
        sections = {section.title: section for section in search_sections(connection, has_labels=False)}
    assert list(sections) == ["The model", "What the estimates stand on"]
    assert sections["The model"].text.startswith("No model stands")


def test_weekly_labels_leave_the_calibration_untested_and_said_so():
    score = {"fold_name": "folds", "model_name": "headrace", "cut_name": "all", "cut_value": "all", "label_count": 3}
    with search_database(search_volume_estimates=estimates(), search_volume_backtest=[score]) as connection:
        sections = {section.title: section for section in search_sections(connection, has_labels=False)}
    assert "cannot be tested by day" in sections["Calibration"].text
    assert sections["Calibration"].pictures == []


def test_the_page_stands_alone_and_says_first_what_the_model_was_proven_on(database):
    html = page("Search volume", STAND_INS, search_sections(database, has_labels=True))
    assert html.index(STAND_INS[:40]) < html.index("<svg")
    assert "<script" not in html
    fetched = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!#)([^"')> ]+)""", html)
    assert fetched == []
    assert "prime<day>" not in html


def test_what_a_source_wrote_is_text_on_the_page():
    section = Section(
        "<b>", [Picture("<svg></svg>", "<i>")], text="<u>", rows=[{"a_<": "<script>", "n": 1234, "x": None}]
    )
    html = page("<t>", "<f>", [section])
    for mark in ("<b>", "<i>", "<u>", "<script>", "<t>", "<f>", "a_<"):
        assert mark not in html
    assert "1,234" in html
    assert "<td>·</td>" in html
