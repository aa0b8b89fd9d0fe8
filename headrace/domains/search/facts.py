"""What a release of search tells of its model: the last training, and drift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow.parquet as pq

from lake.releases.release import Release
from lake.store.objects import ObjectStore
from schemas.search import SEARCH_VOLUME_DRIFT

TOLD = ("warn", "widen", "stop")
FOLDS, TEST = "folds", "test"


def model_facts(lake: ObjectStore, release: Release) -> dict[str, Any]:
    return {"training": training_facts(release), "drift": drift_facts(lake, release)}


def training_facts(release: Release) -> dict[str, Any] | None:
    """What came of the last training, and which model stands; None in a domain without a model."""
    said = release.facts.get("training")
    if said is None:
        return None
    standing = next(iter(release.models.values()), None)
    card = said["card"]
    return {
        "trained_model_id": said["model_id"],
        "ranked_through": said["ranked_through"],
        "refusal": said["refusal"],
        "standing_model_id": standing.model_id if standing else None,
        "standing_card": f"{standing.folder}/card.md" if standing else None,
        "stand_ins": card.get("stand_ins"),
        "label_count": card.get("label_count"),
        **_judged(card),
        "coverage": card.get("coverage") or {},
        "limits": card.get("limits", []),
    }


def drift_facts(lake: ObjectStore, release: Release) -> list[dict[str, Any]]:
    """The measures of drift of the last day that was scored, those that warn and more first; none without a model."""
    snapshot = release.marts.get(SEARCH_VOLUME_DRIFT.name)
    rows: list[dict[str, Any]] = []
    for key in snapshot.keys() if snapshot else ():
        with lake.open(key) as body:
            rows += pq.read_table(body).to_pylist()
    return sorted(rows, key=lambda row: (row["status"] not in TOLD, row["marketplace_code"], row["measure_name"]))


def _judged(card: Mapping[str, Any]) -> dict[str, Any]:
    """`errors`: those over all folds, or of the only one, and of the test period. `unseen_terms`: the model's on terms
    that the folds' models had never seen."""
    names = {row["fold_name"] for row in card.get("errors", ())} - {TEST}
    fold = FOLDS if FOLDS in names else next(iter(names), None)
    errors = [row for row in card.get("errors", ()) if row["fold_name"] in (fold, TEST)]
    unseen = [row for row in card.get("cuts", ()) if (row["cut_name"], row["cut_value"]) == ("terms", "unseen")]
    return {"errors": errors, "unseen_terms": next((row for row in unseen if row["fold_name"] == fold), None)}
