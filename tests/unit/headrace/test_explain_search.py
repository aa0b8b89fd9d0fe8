"""An estimated volume taken apart, over tables of a test's own; the trail to raw records has tests with a real lake."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from types import SimpleNamespace

import pytest

from headrace.domains.search import explain as search
from headrace.domains.search.show_explanation import show_explanation
from headrace.facts.explain import Explained, RawRecord, RowVersion, TracedRow
from headrace.show.explanation import show_explained
from lake.errors import ConfigError, DataError
from schemas.stand_ins import STAND_INS
from tests.unit.headrace.search_tables import FIRST, estimates, label, rank, refused, search_database
from tests.unit.headrace.tables import trail_of

CARD = {
    "settings": {"level": True, "level_half_life_days": 7.0, "level_step": 1.0},
    "stand_ins": "Proven on stand-ins.",
    "supports": [{"marketplace_code": "US", "department_name": "beauty"}],
}
DAY = (FIRST + timedelta(days=20)).isoformat()
UNTRAINED = {"model_id": "m0", "is_current": False, "origin_on": FIRST, "label_count": 0, "card_json": "{}"}


@pytest.fixture
def explained(monkeypatch):
    """The explanation over some tables, without raw records."""
    monkeypatch.setattr(search, "trace_rows", lambda trail, seeds: [])

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


def drifted(day, **cells):
    """A measure that stopped a marketplace on its last day."""
    stopped = {"measure_name": "label_age_days", "measured_value": 420.0, "stop_at": 400.0, "status": "stop"}
    return {"marketplace_code": "US", "measured_on": day, **stopped, **cells}


def shown(explanation, capsys):
    """What a person reads, a line of the tree a line."""
    capsys.readouterr()
    show_explained(Explained("search", "lake", explanation, is_revealed=False), show_explanation)
    return "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines()) + "\n"


def shared(rank, other):
    """The part that two ranks have in common at the nodes of a curve of step 1, counted node by node."""
    places = [math.log(one + 2) - math.log(3) for one in (rank, other)]
    return sum(math.prod(max(0.0, 1 - abs(node - place)) for place in places) for node in range(20))


def test_the_stages_come_to_the_estimate_and_order_has_the_rest(explained):
    found = explained(" Lip  BALM ", DAY, search_volume_estimates=estimates())
    [told] = found.estimates
    assert found.stand_ins == "Proven on stand-ins."
    stages = {stage.stage: stage for stage in told.stages}
    assert stages["regression"].search_count == pytest.approx(math.exp(6.8))
    assert stages["level curve"].factor == pytest.approx(math.exp(0.1))
    assert stages["from logarithms to means"].search_count == pytest.approx(math.exp(6.905))
    assert stages["Poisson stage"].factor == pytest.approx(math.exp(0.02))
    assert stages["Poisson stage"].search_count == pytest.approx(math.exp(6.925))
    assert stages["order by rank"].search_count == 1020.0
    assert stages["order by rank"].factor == pytest.approx(1020 / math.exp(6.925))


def test_what_the_model_was_proven_on_is_said_where_no_model_stands_too(explained, capsys):
    found = explained(
        "lip balm", DAY, search_volume_estimates=refused(), search_volume_model_card=[{**UNTRAINED, "refusal": "few"}]
    )
    assert STAND_INS in shown(found, capsys)


def test_labels_weigh_by_their_age_and_their_distance_in_rank(explained):
    ranks = [rank(n, 120) for n in range(21)]
    ranks += [rank(5, 125, term="soap"), rank(5, 40_000, term="rare"), rank(5, 121, term="far", marketplace_code="UK")]
    volumes = [label(5, 900), label(6, 910), label(7, 920), label(5, 500, term="soap"), label(5, 9, term="rare")]
    volumes += [label(5, 70, term="far", marketplace_code="UK")]
    found = explained("lip balm", DAY, search_volume_estimates=estimates(), search_ranks=ranks, search_volumes=volumes)
    [told] = found.estimates
    assert [(row["term"], row["search_count"]) for row in told.labels] == [
        ("lip balm", 910), ("soap", 500), ("lip balm", 900),
    ]  # fmt: skip
    first, soap, second = told.labels
    assert first["weight"] / second["weight"] == pytest.approx(2 ** (1 / 7))
    assert first["weight"] == pytest.approx(shared(120, 120) * 2 ** (-14 / 7))
    assert soap["weight"] == pytest.approx(shared(120, 125) * 2 ** (-15 / 7))
    assert (told.label_count, first["file"]) == (3, "search_volumes/a.csv")


def test_a_week_over_all_departments_counts_each_of_its_ranked_days(explained):
    weekly = label(1, 7000, grain="weekly", department_name=None, period_end_on=FIRST + timedelta(days=7))
    ranks = [rank(n, 120) for n in range(1, 8)] + [rank(n, 120, department_name="all") for n in range(1, 8)]
    found = explained("lip balm", DAY, search_volume_estimates=estimates(), search_ranks=ranks, search_volumes=[weekly])
    [row] = found.estimates[0].labels
    assert row["weight"] == pytest.approx(shared(120, 120) * sum(2 ** (-(20 - n) / 7) for n in range(1, 8)))


@pytest.mark.parametrize(
    ("label_rank", "is_shown"),
    [
        pytest.param(21, True, id="the first rank that shares the lower node"),
        pytest.param(20, False, id="one beyond it"),
        pytest.param(443, True, id="the last rank that shares the upper node"),
        pytest.param(444, False, id="one beyond that"),
    ],
)
def test_labels_are_those_that_share_a_node_of_the_curve(explained, capsys, label_rank, is_shown):
    """Rank 120 lies at ln(122 / 3) = 3.71 steps: its nodes, 3 and 4, reach from rank 21 to rank 443."""
    found = explained(
        "lip balm",
        DAY,
        search_volume_estimates=estimates(),
        search_ranks=[rank(5, label_rank, term="soap")],
        search_volumes=[label(5, 500, term="soap")],
    )
    [told] = found.estimates
    assert [row["term"] for row in told.labels] == (["soap"] if is_shown else [])
    assert ("no label lies near this rank" in shown(found, capsys)) is not is_shown


def test_special_dates_are_told_within_their_reach_only(explained):
    event = {"marketplace_code": "US", "origin": "calendar", "lead_days": 2, "lag_days": 1}
    days = [("on", 20), ("before", 22), ("after", 19), ("far ahead", 23), ("long past", 18)]
    dates = [{**event, "event_name": name, "event_on": FIRST + timedelta(days=n)} for name, n in days]
    found = explained("lip balm", DAY, search_volume_estimates=estimates(), search_special_dates=dates)
    assert {row["event_name"]: row["offset_days"] for row in found.estimates[0].events} == {
        "after": 1, "on": 0, "before": -2,
    }  # fmt: skip


def test_a_refused_estimate_has_no_stage_and_no_label(explained):
    found = explained(
        "lip balm", DAY, search_volume_estimates=refused(), search_ranks=[rank(5, 120)], search_volumes=[label(5, 9)]
    )
    assert (found.estimates[0].stages, found.estimates[0].labels) == ([], [])


def test_marketplaces_are_told_apart_and_can_be_named(explained):
    tables = {"search_volume_estimates": estimates() + estimates("UK")}
    found = explained("lip balm", DAY, limit=1, **tables)
    assert (found.estimate_count, len(found.estimates)) == (2, 1)
    [told] = explained("lip balm", DAY, "marketplace=UK", "department=BEAUTY", **tables).estimates
    assert told.estimate["marketplace_code"] == "UK"


def test_a_marketplace_is_known_in_any_case(explained):
    found = explained("lip balm", DAY, "marketplace=uk", search_volume_estimates=estimates() + estimates("UK"))
    [told] = found.estimates
    assert told.estimate["marketplace_code"] == "UK"


def test_where_else_the_term_is_on_that_day_is_said_of_each_estimate(explained, capsys):
    rows = [*estimates(), *estimates("UK"), *estimates("US", department_name="all"), *estimates("JP", term="soap")]
    found = explained("lip balm", DAY, "department=beauty", "marketplace=US", search_volume_estimates=rows)
    assert found.estimates[0].also_in == [
        {"marketplace_code": "UK", "department_name": "beauty"},
        {"marketplace_code": "US", "department_name": "all"},
    ]
    said = shown(found, capsys)
    assert "also in UK: marketplace=UK\n" in said
    assert "also in all of US: department=all\n" in said
    alone = explained("soap", DAY, search_volume_estimates=rows)
    assert alone.estimates[0].also_in == []
    assert "also in" not in shown(alone, capsys)


REFUSED = {"search_volume_estimates": refused(code="FR")}


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        pytest.param({"search_volume_estimates": estimates()}, None, id="direct needs no word"),
        pytest.param(
            {"search_volume_estimates": estimates("JP", department_name="toys", basis="department_pooled")},
            "no label of toys in JP was fitted: the curve of JP stands for it, and nothing measured its error",
            id="pooled",
        ),
        pytest.param(REFUSED, "FR has no labels", id="no labels"),
        pytest.param(
            {**REFUSED, "search_volumes": [label(1, 9, marketplace_code="FR")]},
            "no label of FR was fitted by the model that stands, though there are some by now",
            id="labels that came too late",
        ),
        pytest.param({**REFUSED, "search_volume_model_card": []}, "no model stands", id="no training at all"),
        pytest.param(
            {**REFUSED, "search_volume_model_card": [{**UNTRAINED, "refusal": "there are few labels"}]},
            "no model stands: there are few labels",
            id="a training that was refused",
        ),
        pytest.param(
            {
                "search_volume_estimates": refused(),
                "search_volume_drift": [drifted(DAY), drifted(DAY, measure_name="psi", status="warn")],
            },
            f"drift stopped US on {DAY}: label_age_days was 420 and stops at 400",
            id="stopped on the last day",
        ),
        pytest.param(
            {"search_volume_estimates": refused(), "search_volume_drift": [drifted("2024-11-30")]},
            f"drift stopped US on {DAY}: its measures are kept of the last scored day only",
            id="stopped before the last day",
        ),
    ],
)
def test_the_basis_is_told_in_a_sentence(explained, capsys, tables, sentence):
    found = explained("lip balm", DAY, **tables)
    assert found.estimates[0].basis_told == sentence
    assert sentence is None or sentence in shown(found, capsys)


def test_a_label_of_the_very_term_and_day_stands_beside_the_estimate(explained, capsys):
    weekly = {"grain": "weekly", "department_name": None, "period_end_on": FIRST + timedelta(days=23)}
    volumes = [
        label(17, 7000, **weekly),
        label(20, 1234),
        label(20, 5, department_name="all"),
        label(20, 6, marketplace_code="UK"),
        label(19, 7),
    ]
    found = explained("lip balm", DAY, search_volume_estimates=estimates(), search_volumes=volumes)
    own = found.estimates[0].own_labels
    assert [(row["grain"], row["search_count"]) for row in own] == [("daily", 1234), ("weekly", 7000)]
    said = shown(found, capsys)
    assert "label by now, daily: 1,234 searches, known 2024-12-05; search_volumes/a.csv record" in said
    assert "label by now, weekly (all departments): 7,000 searches from 2024-11-18 to 2024-11-24, known" in said


def test_a_bound_that_is_missing_is_a_dot(explained, capsys):
    bounds = [name for name in estimates(days=1)[0] if name.startswith(("lo_", "hi_"))]
    rows = estimates(basis="department_pooled", **dict.fromkeys(bounds))
    assert "1,020 searches, 80 % · to ·, 95 % · to ·\n" in shown(
        explained("lip balm", DAY, search_volume_estimates=rows), capsys
    )


@pytest.mark.parametrize(
    ("fields", "is_said"),
    [
        pytest.param({"rank": "7", "user": "•••"}, True, id="masked"),
        pytest.param({"rank": "7", "user": ""}, False, id="nothing masked"),
        pytest.param({"rank": "7", "unmapped": "•••"}, False, id="masked, and not shown"),
    ],
)
def test_masks_are_explained_only_where_one_is_shown(explained, capsys, monkeypatch, fields, is_said):
    raw = RawRecord("a.csv", [], 1, None, None, fields, is_revealed=False, declared=["rank", "user"])
    version = RowVersion("curated", [], [], False, {}, "ranks", "f", 1, None, {}, raw)
    monkeypatch.setattr(search, "trace_rows", lambda trail, seeds: [TracedRow("search_ranks", {}, [version])])
    said = shown(explained("lip balm", DAY, search_volume_estimates=estimates()), capsys)
    assert "rank=7" in said
    assert ("••• is personal" in said) is is_said


@pytest.mark.parametrize(
    ("terms", "error", "sentence"),
    [
        pytest.param(["lip balm"], ConfigError, "expected TERM DATE", id="no day"),
        pytest.param(["lip balm", "yesterday"], ConfigError, "found 'yesterday', expected a date", id="no date"),
        pytest.param(
            ["lip balm", "2020-01-01"],
            DataError,
            "2020-01-01: the day is not among those from 2024-11-01 to 2024-11-30$",
            id="another day",
        ),
        pytest.param(
            ["lip blam", DAY], DataError, f"{DAY}: there is no such term; close to it 'lip balm'$", id="another term"
        ),
        pytest.param(["zebra", DAY], DataError, "none is near it of the 3 terms, such as", id="a term far from any"),
        pytest.param(
            ["lip balm", DAY, "marketplace=fr"],
            DataError,
            "marketplace=FR: there is no marketplace 'FR', only JP, UK, US$",
            id="another marketplace",
        ),
        pytest.param(
            ["lip balm", DAY, "department=Toy"],
            DataError,
            "department=toy: there is no department 'toy', only beauty, toys$",
            id="another department",
        ),
        pytest.param(
            ["lip balm", DAY, "marketplace=UK", "department=toys"],
            DataError,
            "there is no department 'toys' of UK, only beauty$",
            id="a department of another marketplace",
        ),
        pytest.param(
            ["kite", DAY, "department=beauty"],
            DataError,
            "the term is not in department 'beauty', only in toys$",
            id="a department that the term is not in",
        ),
        pytest.param(
            ["kite", DAY, "marketplace=UK"],
            DataError,
            "the term is not in marketplace UK, only in US$",
            id="a marketplace that the term is not in",
        ),
        pytest.param(
            ["kite", DAY],
            DataError,
            "the term has no rank on that day; it has one on 5 days, the nearest 2024-11-05$",
            id="a day on which the term is not ranked",
        ),
        pytest.param(
            ["lip blam", "2020-01-01", "marketplace=FR"],
            DataError,
            "only JP, UK, US; the day is not among .*; there is no such term; close to it 'lip balm'$",
            id="all of it",
        ),
    ],
)
def test_the_part_that_is_not_there_is_said_with_what_there_is(explained, terms, error, sentence):
    rows = [*estimates(), *estimates("UK"), *estimates("JP", term="soap")]
    with pytest.raises(error, match=sentence):
        explained(*terms, search_volume_estimates=[*rows, *estimates(term="kite", department_name="toys", days=5)])


def test_a_release_whose_estimates_are_empty_says_so(explained):
    with pytest.raises(DataError, match=r"it has none at all$"):
        explained("lip balm", DAY)


def test_another_subject_is_refused():
    with pytest.raises(ConfigError, match="found 'rank', expected volume TERM DATE"):
        search.explain(SimpleNamespace(), "rank", ["a", DAY])


def test_a_label_without_department_is_shown_at_its_best_rank_only(explained):
    ranks = [rank(5, 120), rank(5, 10_000, department_name="toys")]
    over_all = label(5, 900, department_name=None)
    found = explained(
        "lip balm", DAY, search_volume_estimates=estimates(), search_ranks=ranks, search_volumes=[over_all]
    )
    [row] = found.estimates[0].labels
    assert (row["typical_rank"], row["weight"]) == (
        pytest.approx(120), pytest.approx(shared(120, 120) * 2 ** (-15 / 7)),
    )  # fmt: skip


def known(n, grain, days, known_on):
    """A label from the n-th day on, known on another."""
    first, end, available = (FIRST + timedelta(days=d) for d in (n, n + days - 1, known_on))
    dates = {"period_start_on": first, "period_end_on": end, "available_on": available}
    return {**label(n, 900), "grain": grain, **dates}


@pytest.mark.parametrize(
    ("labels", "standing"),
    [
        pytest.param([known(1, "weekly", 7, 19), known(5, "daily", 1, 19)], ["daily"], id="on one day the finest"),
        pytest.param([known(1, "weekly", 7, 18), known(5, "daily", 1, 19)], ["weekly"], id="a week before its day"),
        pytest.param(
            [known(0, "monthly", 10, 19), known(1, "weekly", 7, 19)], ["weekly"], id="on one day a week and no month"
        ),
        pytest.param(
            [known(0, "monthly", 5, 17), known(1, "weekly", 7, 19), known(6, "daily", 1, 20)],
            ["daily", "monthly"],
            id="a month before a week, whose later day it does not have",
        ),
        pytest.param(
            [known(1, "weekly", 7, 18), known(8, "weekly", 7, 18), known(9, "daily", 1, 17)],
            ["daily", "weekly"],
            id="a week beside a day of another",
        ),
    ],
)
def test_labels_behind_the_level_are_those_that_stand(explained, labels, standing):
    ranks = [rank(n, 120) for n in range(16)]
    found = explained("lip balm", DAY, search_volume_estimates=estimates(), search_ranks=ranks, search_volumes=labels)
    assert sorted(row["grain"] for row in found.estimates[0].labels) == standing


def test_labels_that_are_all_old_are_shown(explained):
    old = [{**label(n, 900), "period_start_on": DAY_BEFORE, "period_end_on": DAY_BEFORE} for n in (0,)]
    ranks = [{**rank(0, 120), "ranked_on": DAY_BEFORE}]
    found = explained("lip balm", DAY, search_volume_estimates=estimates(), search_ranks=ranks, search_volumes=old)
    assert [row["search_count"] for row in found.estimates[0].labels] == [900]


DAY_BEFORE = FIRST - timedelta(days=200)
