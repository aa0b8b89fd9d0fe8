from datetime import date

import pytest

from schemas.search import SEARCH_RANKS, SEARCH_VOLUME_ESTIMATES
from tests.frames import curated_frame, frame
from transforms.search.estimates import refused_estimates, with_card

pytestmark = pytest.mark.spark35
FIRST, SECOND = date(2024, 2, 28), date(2024, 2, 29)


def ranked(term, rank, day=SECOND, department="beauty"):
    return {"marketplace_code": "US", "department_name": department, "term": term, "ranked_on": day, "rank": rank}


def test_without_a_model_every_rank_is_refused_and_ties_are_marked(spark):
    ranks = curated_frame(
        spark, SEARCH_RANKS,
        ranked("a", 1), ranked("b", 7), ranked("c", 7), ranked("d", 7, department="toys"), ranked("e", 7, day=FIRST),
    )  # fmt: skip
    found = refused_estimates(ranks, SECOND)
    assert SEARCH_VOLUME_ESTIMATES.conform(found).columns == found.columns
    rows = {row.term: row.asDict() for row in found.collect()}
    assert {term: row["is_tied"] for term, row in rows.items()} == {"a": False, "b": True, "c": True, "d": False}
    assert {row["basis"] for row in rows.values()} == {"refused"}
    told = {"marketplace_code", "department_name", "term", "rank", "estimated_on", "is_tied", "basis"}
    assert all(value is None for row in rows.values() for name, value in row.items() if name not in told)
    assert {row["estimated_on"] for row in rows.values()} == {SECOND}


def test_without_a_first_day_all_ranks_are_there(spark):
    ranks = curated_frame(spark, SEARCH_RANKS, ranked("a", 1, day=FIRST), ranked("a", 1))
    assert sorted(row.estimated_on for row in refused_estimates(ranks, None).collect()) == [FIRST, SECOND]
    assert refused_estimates(curated_frame(spark, SEARCH_RANKS), None).collect() == []


@pytest.mark.parametrize(
    ("coverage", "told"),
    [
        pytest.param((0.79, 0.96), {"direct": (0.79, 0.96), "refused": (None, None)}, id="measured"),
        pytest.param((None, None), {"direct": (None, None), "refused": (None, None)}, id="weekly labels: not measured"),
    ],
)
def test_the_card_says_the_coverage_of_what_has_an_interval(spark, coverage, told):
    rows = [{"term": basis, "basis": basis} for basis in ("direct", "refused")]
    columns = ("coverage_80_ratio", "coverage_95_ratio", "model_id")
    scored = frame(spark, SEARCH_VOLUME_ESTIMATES, *rows, without=columns)
    found = SEARCH_VOLUME_ESTIMATES.conform(with_card(scored, model_id="m", coverage=coverage)).collect()
    assert {row.basis: (row.coverage_80_ratio, row.coverage_95_ratio) for row in found} == told
    assert {row.model_id for row in found} == {"m"}
