from datetime import date

import pytest

from schemas.search import SEARCH_RANKS, SEARCH_VOLUME_ESTIMATES
from tests.frames import curated_frame
from transforms.search.refused import refused_estimates

pytestmark = pytest.mark.every_engine
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
