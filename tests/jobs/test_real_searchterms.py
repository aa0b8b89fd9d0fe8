"""Real search terms from raw to estimates by configurations alone: those of Berlin's open-data portal, mostly ties.

Skipped, saying so, where the file is absent. The oracle shares no code with the job. docs/sources/berlin.md has counts.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date

import pytest

from headrace.commands.report import report_domain
from jobs.run_pipeline import run_pipeline
from tests.jobs.lakes import rows, run_of, write_raw
from tests.jobs.searchterms import SEARCHTERMS, flat_csv, flat_rows

pytestmark = [
    pytest.mark.needs_spark,
    pytest.mark.proof,
    pytest.mark.skipif(
        not SEARCHTERMS.exists(),
        reason=f"{SEARCHTERMS.name} not in {SEARCHTERMS.parent}: real search terms were not checked",
    ),
]
# Fixed, so that the test is short: what the folds choose is in docs/sources/berlin.md.
OPTIONS = """
[model.settings]
knot_ranks = [3, 10, 30, 100]
event_shape = "none"
yearly_terms = 1
weekday_terms = false
trend_terms = true
department_terms = false
ridge = 1e-5
level = true
level_half_life_days = 60.0
level_step = 1.0
level_shrink_count = 20.0
trend_share_ratio = 0.0
"""
SOFT_HYPHEN = "\u00ad"
LAST_SCORED = date(2022, 2, 1)


@pytest.fixture(scope="module")
def released(spark, restored, tmp_path_factory):
    folder = tmp_path_factory.mktemp("searchterms")
    (folder / "options.toml").write_text(OPTIONS)
    raw = write_raw(folder / "raw", {"berlin_searchterms.csv": flat_csv(SEARCHTERMS)})
    release = run_pipeline(run_of(raw, folder / "lake", domain="search", configs=[folder / "options.toml"]))
    return folder / "lake", release


@pytest.fixture(scope="module")
def read():
    """Of each key, a term in one spelling and a month, the records in the order of the file: impressions and rank."""
    found: dict[tuple[str, date], list[tuple[int, int]]] = {}
    for term, month_from, impressions, _, rank in flat_rows(SEARCHTERMS):
        plain = " ".join(unicodedata.normalize("NFKC", term).replace(SOFT_HYPHEN, "").lower().split())
        found.setdefault((plain, date.fromisoformat(month_from)), []).append((impressions, rank))
    return found


@pytest.mark.parametrize(
    ("table", "day", "value", "place"),
    [("search_volumes", "period_start_on", "search_count", 0), ("search_ranks", "ranked_on", "rank", 1)],
)
def test_of_the_spellings_of_a_term_the_last_stands_and_the_others_are_counted(
    released, read, table, day, value, place
):
    curated = rows(*released, table, f"term, {day}, {value}", "outcome = 'curated'")
    assert curated == sorted(((*key, records[-1][place]) for key, records in read.items()), key=str)
    outcomes = Counter(row[0] for row in rows(*released, table, "outcome"))
    others = [(record[place], records[-1][place]) for records in read.values() for record in records[:-1]]
    assert outcomes == {
        "curated": 23_316,
        "duplicate": sum(one == last for one, last in others),
        "superseded": sum(one != last for one, last in others),
    }
    assert len(others) == 1_895


def test_a_month_is_a_label_that_is_known_seven_weeks_later(released):
    assert rows(
        *released,
        "search_volumes",
        "DISTINCT grain, period_end_on, available_on",
        "period_start_on = '2020-02-01' AND outcome = 'curated'",
    ) == [("monthly", date(2020, 2, 29), date(2020, 4, 18))]


def test_every_ranked_term_of_the_last_months_is_estimated_or_refused_with_a_reason(released, read):
    lake, release = released
    training = release.facts["training"]
    columns = "term, estimated_on, rank, is_tied"
    ranked = {key: records[-1][1] for key, records in read.items() if (LAST_SCORED - key[1]).days < 400}
    of_rank = Counter((day, rank) for (_, day), rank in ranked.items())
    expected = [(*key, rank, of_rank[key[1], rank] > 1) for key, rank in ranked.items()]
    assert rows(lake, release, "search_volume_estimates", columns) == sorted(expected, key=str)
    assert sum(row[3] for row in expected) / len(expected) > 0.9
    bases = {row[0] for row in rows(lake, release, "search_volume_estimates", "DISTINCT basis")}
    if training["refusal"] is None:
        assert bases == {"direct"}
    else:
        assert bases == {"refused"}
        assert "expected" in training["refusal"]
    assert training["card"]["grains"] == ["monthly"]
    assert {row["fold_name"] for row in training["card"]["errors"]} >= {"folds", "test"}


def test_ties_have_one_estimate(released):
    found = rows(
        *released,
        "search_volume_estimates",
        "estimated_on, rank, estimated_search_count, lo_95_search_count, hi_95_search_count",
    )
    by_rank: dict[tuple[date, int], set[tuple[float, ...]]] = {}
    for day, rank, *values in found:
        by_rank.setdefault((day, rank), set()).add(tuple(values))
    assert all(len(values) == 1 for values in by_rank.values())


def test_the_report_says_what_it_is(released, tmp_path):
    lake, _ = released
    report_domain(str(lake), "search", tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert "that of a day cannot be tested" in text
    assert "No public pair of Amazon" in text
