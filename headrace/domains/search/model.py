"""What a release of search tells of its model: the last training, and drift."""

from __future__ import annotations

import pyarrow.parquet as pq

from headrace.domains.search.facts import DriftMeasure, SearchFacts, Training
from headrace.facts.rows import Row, of_row
from lake.releases.release import Release
from lake.store.objects import ObjectStore
from ml.card_page import Card
from schemas.search import SEARCH_VOLUME_DRIFT

TOLD = ("warn", "widen", "stop")
FOLDS, TEST = "folds", "test"


def model_facts(lake: ObjectStore, release: Release) -> SearchFacts:
    return SearchFacts(training_of(release), drift_of(lake, release))


def training_of(release: Release) -> Training | None:
    """What came of the last training, and which model stands; None in a release without one."""
    said = release.facts.get("training")
    if said is None:
        return None
    standing = next(iter(release.models.values()), None)
    card = said["card"]
    fold = _shown_fold(card)
    return Training(
        trained_model_id=said["model_id"],
        ranked_through=said["ranked_through"],
        refusal=said["refusal"],
        standing_model_id=standing.model_id if standing else None,
        standing_card=f"{standing.folder}/card.md" if standing else None,
        stand_ins=card.get("stand_ins"),
        label_count=card.get("label_count"),
        errors=[row for row in card.get("errors", ()) if row["fold_name"] in (fold, TEST)],
        unseen_terms=_unseen_terms(card, fold),
        coverage=card.get("coverage") or {},
        limits=card.get("limits", []),
    )


def drift_of(lake: ObjectStore, release: Release) -> list[DriftMeasure]:
    """The measures of drift of the last day that was scored, those that warn and more first; none without a model."""
    snapshot = release.marts.get(SEARCH_VOLUME_DRIFT.name)
    rows: list[Row] = []
    for key in snapshot.keys() if snapshot else ():
        with lake.open(key) as body:
            rows += pq.ParquetFile(body).read(use_threads=False).to_pylist()
    measures = [of_row(DriftMeasure, row) for row in rows]
    return sorted(measures, key=lambda one: (one.status not in TOLD, one.marketplace_code, one.measure_name))


def _shown_fold(card: Card) -> str | None:
    """All folds together, or the only one."""
    names = {row["fold_name"] for row in card.get("errors", ())} - {TEST}
    return FOLDS if FOLDS in names else next(iter(names), None)


def _unseen_terms(card: Card, fold: str | None) -> Row | None:
    unseen = (row for row in card.get("cuts", ()) if (row["cut_name"], row["cut_value"]) == ("terms", "unseen"))
    return next((row for row in unseen if row["fold_name"] == fold), None)
