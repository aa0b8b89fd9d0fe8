"""The page of the search domain: what it shows, and that it fetches and runs nothing."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest

from headrace.report.page import Picture, Section, page
from headrace.report.search import search_sections
from ml import STAND_INS
from tests.unit.headrace.search_tables import FIRST, estimates, label, refused, search_database

SCORES = {"label_count": 9, "wape_ratio": 0.1, "bias_ratio": 0.01, "coverage_80_ratio": 0.78, "coverage_95_ratio": 0.94}
US = {"marketplace_code": "US", "measured_on": FIRST}
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
            for cut, value in (("all", "all"), ("rank_bucket", "1 to 10"), ("rank_bucket", "11 to 100"))
        ],
        search_volume_drift=[{"measure_name": "psi", "measured_value": 0.3, "stop_at": 1.0, "status": "warn", **US}],
        search_volume_model_card=[
            {"model_id": "m1", "is_current": True, "origin_on": FIRST, "label_count": 9, "card_json": json.dumps(CARD)}
        ],
    ) as connection:
        yield connection


def texts(svg: str) -> set[str]:
    return {"".join(node.itertext()) for node in ET.fromstring(svg).iter() if node.tag.endswith("}text")}


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
    assert {"US", "UK", "rank"} <= texts(curves.svg)
    assert "FR" not in texts(curves.svg)
    assert "lip balm in US, beauty" in time.caption
    assert "prime<day>" in texts(time.svg)
    assert {"rank_bucket 1 to 10", "said", "seen"} <= texts(sections["Calibration"].pictures[0].svg)
    assert [picture.caption.rsplit(" ", 1)[1] for picture in sections["Errors in the backtest"].pictures] == [
        "all.", "rank_bucket.",
    ]  # fmt: skip
    assert "US: psi" in texts(sections["Drift"].pictures[0].svg)
    by_basis = {
        (row["basis"], row["marketplace_code"]): row["estimate_count"]
        for row in sections["What the estimates stand on"].rows
    }
    assert by_basis == {("direct", "US"): 30, ("direct", "UK"): 30, ("refused", "FR"): 30}


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
