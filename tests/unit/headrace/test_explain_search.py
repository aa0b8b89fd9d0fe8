"""An estimated volume taken apart, over tables of a test's own; the trail to raw records has tests with a real lake."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from types import SimpleNamespace

import pytest

from headrace.explain import search
from lake.errors import ConfigError, DataError
from tests.unit.headrace.search_tables import FIRST, estimates, label, rank, refused, search_database
from tests.unit.headrace.tables import trail_of

CARD = {
    "settings": {"level": True, "level_half_life_days": 7.0, "level_step": 1.0},
    "stand_ins": "Proven on stand-ins.",
}
DAY = (FIRST + timedelta(days=20)).isoformat()


@pytest.fixture
def explained(monkeypatch):
    """The explanation over some tables, without raw records."""
    monkeypatch.setattr(search, "trace_rows", lambda trail, seeds: [{"seeds": seeds}])

    def explain(*terms, limit=10, **tables):
        current = {
            "model_id": "m1",
            "is_current": True,
            "origin_on": FIRST,
            "label_count": 1,
            "card_json": json.dumps(CARD),
        }
        with search_database(**{"search_volume_model_card": [current], **tables}) as connection:
            trail = trail_of(connection, marts=("search_volume_estimates",), curated=("search_volumes",), limit=limit)
            return search.explain(trail, "volume", terms)

    return explain


def test_the_stages_come_to_the_estimate_and_order_has_the_rest(explained):
    found = explained(" Lip  BALM ", DAY, search_volume_estimates=estimates())
    [told] = found["estimates"]
    assert found["stand_ins"] == "Proven on stand-ins."
    stages = {stage["stage"]: stage for stage in told["stages"]}
    assert stages["regression"]["search_count"] == pytest.approx(math.exp(6.8))
    assert stages["level curve"]["factor"] == pytest.approx(math.exp(0.1))
    assert stages["from logarithms to means"]["search_count"] == pytest.approx(math.exp(6.905))
    assert stages["order by rank"]["search_count"] == 1020.0
    assert stages["order by rank"]["factor"] == pytest.approx(1020 / math.exp(6.905))


def test_labels_weigh_by_their_age_and_their_distance_in_rank(explained):
    ranks = [rank(n, 120) for n in range(21)]
    ranks += [rank(5, 125, term="soap"), rank(5, 40_000, term="rare"), rank(5, 121, term="far", marketplace_code="UK")]
    volumes = [label(5, 900), label(6, 910), label(7, 920), label(5, 500, term="soap"), label(5, 9, term="rare")]
    volumes += [label(5, 70, term="far", marketplace_code="UK")]
    found = explained("lip balm", DAY, search_volume_estimates=estimates(), search_ranks=ranks, search_volumes=volumes)
    [told] = found["estimates"]
    assert [(row["term"], row["search_count"]) for row in told["labels"]] == [
        ("lip balm", 910), ("lip balm", 900), ("soap", 500),
    ]  # fmt: skip
    first, second = told["labels"][:2]
    assert first["weight"] / second["weight"] == pytest.approx(2 ** (1 / 7))
    assert first["weight"] == pytest.approx(2 ** (-14 / 7))
    assert told["labels"][2]["weight"] == pytest.approx((1 - abs(math.log(127 / 122))) * 2 ** (-15 / 7))
    assert (told["label_count"], first["file"]) == (3, "search_volumes/a.csv")


def test_a_week_over_all_departments_counts_each_of_its_ranked_days(explained):
    weekly = label(1, 7000, grain="weekly", department_name=None, period_end_on=FIRST + timedelta(days=7))
    ranks = [rank(n, 120) for n in range(1, 8)] + [rank(n, 120, department_name="all") for n in range(1, 8)]
    found = explained("lip balm", DAY, search_volume_estimates=estimates(), search_ranks=ranks, search_volumes=[weekly])
    [row] = found["estimates"][0]["labels"]
    assert row["weight"] == pytest.approx(7 * 2 ** (-13 / 7))


def test_special_dates_are_told_within_their_reach_only(explained):
    event = {"marketplace_code": "US", "origin": "calendar", "lead_days": 2, "lag_days": 1}
    days = [("on", 20), ("before", 22), ("after", 19), ("far ahead", 23), ("long past", 18)]
    dates = [{**event, "event_name": name, "event_on": FIRST + timedelta(days=n)} for name, n in days]
    found = explained("lip balm", DAY, search_volume_estimates=estimates(), search_special_dates=dates)
    assert {row["event_name"]: row["offset_days"] for row in found["estimates"][0]["events"]} == {
        "after": 1, "on": 0, "before": -2,
    }  # fmt: skip


def test_a_refused_estimate_has_no_stage_and_no_label(explained):
    found = explained(
        "lip balm", DAY, search_volume_estimates=refused(), search_ranks=[rank(5, 120)], search_volumes=[label(5, 9)]
    )
    assert (found["estimates"][0]["stages"], found["estimates"][0]["labels"]) == ([], [])


def test_marketplaces_are_told_apart_and_can_be_named(explained):
    tables = {"search_volume_estimates": estimates() + estimates("UK")}
    found = explained("lip balm", DAY, limit=1, **tables)
    assert (found["estimate_count"], len(found["estimates"])) == (2, 1)
    [told] = explained("lip balm", DAY, "marketplace=UK", "department=BEAUTY", **tables)["estimates"]
    assert told["estimate"]["marketplace_code"] == "UK"


@pytest.mark.parametrize(
    ("terms", "error", "sentence"),
    [
        pytest.param(["lip balm"], ConfigError, "promised TERM DATE", id="no day"),
        pytest.param(["lip balm", "yesterday"], ConfigError, "found 'yesterday', promised a date", id="no date"),
        pytest.param(
            ["lip balm", "2020-01-01"], DataError, "days from 2024-11-01 to 2024-11-30, and of terms", id="another day"
        ),
        pytest.param(["lip blam", DAY], DataError, "close to it 'lip balm'", id="another term"),
        pytest.param(
            ["lip balm", DAY, "marketplace=DE"], DataError, f"{DAY} marketplace=DE;", id="another marketplace"
        ),
    ],
)
def test_what_is_not_there_is_said(explained, terms, error, sentence):
    with pytest.raises(error, match=sentence):
        explained(*terms, search_volume_estimates=estimates())


def test_another_subject_is_refused():
    with pytest.raises(ConfigError, match="found 'rank', promised volume TERM DATE"):
        search.explain(SimpleNamespace(), "rank", ["a", DAY])
