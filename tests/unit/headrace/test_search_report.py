"""The page of the search domain: what it shows, and that it fetches and runs nothing."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from headrace.domains.search import charts
from headrace.domains.search.report import CURVES, LABELS, first_sentences, search_sections
from headrace.domains.search.shown_points import decades
from headrace.duck.reader import objects
from headrace.report.page import Page, Picture, Section, html
from ml import STAND_INS
from tests.unit.headrace.search_tables import FIRST, estimates, label, refused, search_database

SCORES = {"label_count": 9, "wape_ratio": 0.1, "bias_ratio": 0.01, "coverage_80_ratio": 0.78, "coverage_95_ratio": 0.94}
US = {"marketplace_code": "US", "measured_on": FIRST}
RANKS = ["1 to 10", "11 to 100", "101 to 1,000", "1,001 to 10,000", "10,001 and more"]
CARD = {
    "label_count": 9,
    "grains": ["daily"],
    "known_through": (FIRST + timedelta(days=20)).isoformat(),
    "test_from": FIRST.isoformat(),
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
        "From rank to volume", "Over time", "Calibration", "Errors in the backtest", "Drift", "The model",
        "Where not to trust it", "What the estimates stand on", "Model card: Coverage", "Model card: Labels",
        "Model card: The data", "Model card: Made by", "Model card: Settings",
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
    told = [row for picture in errors.pictures for row in picture.rows]
    assert [row["cut_value"] for row in told if row["model_name"] == "headrace"] == ["all", *RANKS]


def test_every_picture_has_its_table_under_it_and_nothing_stands_before_the_first(database):
    text = html(Page("Search volume", [STAND_INS], search_sections(database, has_labels=True)))
    marks = re.findall(r"<(svg|table)\b", re.sub(r"<svg.*?</svg>", "<svg>", text, flags=re.DOTALL))
    assert marks[:12] == ["svg", "table"] * 6
    assert set(marks[12:]) == {"table"}


def test_under_the_curves_are_the_ranks_next_to_powers_of_ten(database):
    sections = {section.title: section for section in search_sections(database, has_labels=True)}
    [picture] = sections["From rank to volume"].pictures
    shown = {(row["marketplace_code"], row["rank"]): (row["estimate"], row["lo_80"]) for row in picture.rows}
    whole = {
        (row["marketplace_code"], row["rank"]): (row["estimate"], row["lo_80"]) for row in objects(database, CURVES)
    }
    assert shown.items() <= whole.items()
    assert {code: [rank for of, rank in shown if of == code] for code in ("UK", "US")} == {
        "UK": [9.0, 32.0], "US": [102.0],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ranks", "found"),
    [
        pytest.param([], [], id="no point"),
        pytest.param([1, 2, 9, 12, 40, 100], [1, 9, 100], id="the nearest of each decade"),
        pytest.param([4], [4], id="far from both ends, and the only one"),
        pytest.param([99, 101, 101], [101], id="of equals the first, and nearest by ratio"),
        pytest.param([300, 2_000, 90_000], [300, 2_000, 90_000], id="none is shown twice"),
    ],
)
def test_decades_have_a_point_each(ranks, found):
    points = [
        {"marketplace_code": "US", "department_name": "all", "rank": rank, "n": n} for n, rank in enumerate(ranks)
    ]
    shown = decades(points)
    assert [point["rank"] for point in shown] == found
    assert [point["n"] for point in shown] == [ranks.index(rank) for rank in found]


def test_under_the_series_are_its_last_days_the_newest_first(database):
    sections = {section.title: section for section in search_sections(database, has_labels=True)}
    [picture] = sections["Over time"].pictures
    assert [row["day"] for row in picture.rows] == [FIRST + timedelta(days=n) for n in range(29, 15, -1)]
    newest = picture.rows[0]
    assert (newest["rank"], newest["estimate"], newest["hi_95"], newest["true volume"]) == (129, 1029.0, 1429.0, None)
    assert "The table has the last 14 days." in picture.caption


@pytest.mark.parametrize(
    ("day", "is_marked"),
    [
        pytest.param(FIRST - timedelta(days=1), False, id="before the first day"),
        pytest.param(FIRST, True, id="on the first day"),
        pytest.param(FIRST + timedelta(days=12), True, id="on a day without a row"),
        pytest.param(FIRST + timedelta(days=29), True, id="on the last day"),
        pytest.param(FIRST + timedelta(days=30), False, id="after the last day"),
        pytest.param(None, False, id="not known"),
    ],
)
def test_where_days_cease_to_be_fitted_is_marked_within_the_picture(day, is_marked):
    days = [FIRST + timedelta(days=n) for n in range(30) if n != 12]
    rows = [{"day": on, "estimate": 9.0, "lo_80": None, "label": None} for on in days]
    spec = charts.over_time(rows, [], title="t", fitted_through=day)
    drawn = [layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] == "rule"]
    assert drawn == [[], [{"day": day, "name": charts.FITTED}] if is_marked else []]
    assert (charts.FITTED in texts(charts.draw(spec))) is is_marked


def test_fitted_days_are_not_called_forecast(database):
    sections = {section.title: section for section in search_sections(database, has_labels=True)}
    [picture] = sections["Over time"].pictures
    assert f"Days through {FIRST + timedelta(days=20)}, " in picture.caption
    assert "are fitted, not forecast" in picture.caption
    assert charts.FITTED in texts(picture.svg)


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
    assert list(sections) == ["What the estimates stand on"]


def told(is_current=True, refusal=None, **card):
    name = "m1" if is_current else "m2"
    return {"model_id": name, "is_current": is_current, "refusal": refusal, "card_json": json.dumps(card)}


@pytest.mark.parametrize(
    ("cards", "sentences"),
    [
        pytest.param([], ["No model stands: nothing is estimated."], id="no training at all"),
        pytest.param([told()], [], id="a model without a word against it"),
        pytest.param(
            [told(limits=["few terms"])],
            ["Where not to trust it is said under the pictures, in 1 sentence."],
            id="a model with limits",
        ),
        pytest.param(
            [told(limits=["a", "b"]), told(is_current=False, refusal="a line is as good")],
            [
                "The last training was not released: a line is as good. Model m1, trained before, still stands.",
                "Where not to trust it is said under the pictures, in 2 sentences.",
            ],
            id="a refused training beside the model that stands",
        ),
        pytest.param(
            [told(is_current=False, refusal="there are no labels")],
            ["The last training was not released: there are no labels. No model stands: nothing is estimated."],
            id="a refused training alone",
        ),
    ],
)
def test_what_a_reader_must_know_stands_first(cards, sentences):
    assert first_sentences(cards) == [STAND_INS, *sentences]


@pytest.mark.parametrize(
    ("grains", "coverage", "sentences"),
    [
        pytest.param(["daily"], 0.78, [], id="days that were judged"),
        pytest.param(["daily", "weekly"], 0.78, [], id="days and weeks"),
        pytest.param(None, 0.78, [], id="a card that tells no grain"),
        pytest.param(["weekly"], 0.78, ["All labels are weekly"], id="weeks that were judged"),
        pytest.param(["monthly", "weekly"], 0.78, ["All labels are monthly or weekly"], id="no day among them"),
        pytest.param(["daily"], None, ["The backtest has no coverage"], id="one fold"),
        pytest.param(["weekly"], None, ["The backtest has no coverage", "All labels are weekly"], id="one of weeks"),
    ],
)
def test_what_calibration_cannot_show_is_said_beside_it(grains, coverage, sentences):
    score = {"fold_name": "folds", "model_name": "headrace", "cut_name": "all", "cut_value": "all", "label_count": 3}
    tables = {
        "search_volume_estimates": estimates(),
        "search_volume_backtest": [{**score, "coverage_80_ratio": coverage, "coverage_95_ratio": coverage}],
        "search_volume_model_card": [{**told(grains=grains, label_count=3), "origin_on": FIRST, "label_count": 3}],
    }
    with search_database(**tables) as connection:
        sections = {section.title: section for section in search_sections(connection, has_labels=False)}
    calibration = sections.get("Calibration", Section(""))
    beside = calibration.pictures[0].caption if coverage else calibration.text
    assert re.findall(r"All labels are [a-z ]+|The backtest has no coverage", beside) == sentences
    assert ("that of a day cannot be tested" in beside) is any("All labels" in one for one in sentences)
    assert bool(calibration.pictures) is (coverage is not None)


def test_a_cut_without_an_error_stands_in_a_table_since_no_picture_has_it():
    score = {"fold_name": "folds", "model_name": "headrace", "cut_name": "season", "cut_value": "season"}
    with search_database(search_volume_estimates=estimates(), search_volume_backtest=[score]) as connection:
        sections = {section.title: section for section in search_sections(connection, has_labels=False)}
    errors = sections["Errors in the backtest"]
    assert (errors.pictures, [row["cut_value"] for row in errors.rows]) == ([], ["season"])


def test_the_page_stands_alone_and_says_first_what_the_model_was_proven_on(database):
    text = html(Page("Search volume", [STAND_INS], search_sections(database, has_labels=True)))
    assert text.index(STAND_INS[:40]) < text.index("<svg")
    assert "<script" not in text
    fetched = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!#)([^"')> ]+)""", text)
    assert fetched == []
    assert "prime<day>" not in text


def test_what_a_source_wrote_is_text_on_the_page():
    picture = Picture("<svg></svg>", "<i>", [{"o": "<s>"}])
    section = Section("<b>", [picture], text="<u>", rows=[{"a_<": "<script>", "n": 1234, "x": None}])
    text = html(Page("<t>", ["<f>"], [section]))
    for mark in ("<b>", "<i>", "<u>", "<s>", "<script>", "<t>", "<f>", "a_<"):
        assert mark not in text
    assert "1,234" in text
    assert "<td>·</td>" in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(0.0123456, "0.01235", id="a share"),
        pytest.param(999.94, "999.9", id="less than a thousand"),
        pytest.param(12_345.6, "12,346", id="searches, whole"),
        pytest.param(-12_345.6, "-12,346", id="below nothing"),
        pytest.param(1_234_567, "1,234,567", id="a count"),
    ],
)
def test_numbers_are_shown_as_people_read_them(value, shown):
    assert f'<td class="number">{shown}</td>' in html(Page("t", [], [Section("s", rows=[{"n": value}])]))


@pytest.mark.parametrize(
    ("rule", "department", "shown"),
    [
        pytest.param("best", "beauty", {0: 7, 1: 8, 2: None}, id="beauty is the best of the first days"),
        pytest.param("best", "all", {0: None, 1: None, 2: 9}, id="all is the best of the third day"),
        pytest.param("all", "beauty", {0: 7, 1: None, 2: None}, id="the rule says all: beauty has its own only"),
        pytest.param("all", "all", {0: None, 1: 8, 2: 9}, id="the rule says all"),
    ],
)
def test_a_label_over_all_departments_is_shown_in_the_one_that_it_was_joined_to(rule, department, shown):
    """Day 0 has a label of beauty, days 1 and 2 one without a department. Beauty's ranks are 100, 100, 102, those of
    all 101."""
    beauty = [{**row, "rank": place} for row, place in zip(estimates(days=3), (100, 100, 102), strict=True)]
    whole = [{**row, "department_name": "all", "rank": 101} for row in estimates(days=3)]
    labels = [label(0, 7), label(1, 8, department_name=None), label(2, 9, department_name=None)]
    with search_database(search_volume_estimates=beauty + whole, search_volumes=labels) as connection:
        found = objects(connection, LABELS, ["US", "lip balm", department, rule])
    counts = {(row["day"] - FIRST).days: row["search_count"] for row in found}
    assert {n: counts.get(n) for n in range(3)} == shown
