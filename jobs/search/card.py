"""What a model card says of the data and the code that its model was made of."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

import pyspark

from jobs.mart_writing import curated_snapshots
from jobs.search.frames import CODE, SearchFrames
from jobs.search.options import model_options_of
from lake.curating.digests import code_digest
from lake.run.run import Run
from schemas.search import SEARCH_RANKS, SEARCH_SPECIAL_DATES, SEARCH_VOLUMES, SPECIAL_DATES
from transforms.search.content import summarise_content

INPUTS = {
    SEARCH_RANKS.name: (SEARCH_RANKS, "ranked_on"),
    SEARCH_VOLUMES.name: (SEARCH_VOLUMES, "period_start_on"),
    SPECIAL_DATES.name: (SEARCH_SPECIAL_DATES, "event_on"),
}


def data_of(run: Run, frames: SearchFrames) -> dict[str, dict[str, Any]]:
    """By table: the rows that the training saw, their days and `content_hash`; the snapshot that they were read from
    and what that was made by; the raw files and one SHA-256 of all their identities; of labels
    how many were left out since they overlap others."""
    snapshots = curated_snapshots(run)
    seen = {
        SEARCH_RANKS.name: frames.ranks,
        SEARCH_VOLUMES.name: frames.volumes,
        SPECIAL_DATES.name: frames.special_dates,
    }
    overlapping = {SEARCH_VOLUMES.name: frames.known_volumes.count() - frames.volumes.count()}
    said: dict[str, dict[str, Any]] = {}
    for name, (contract, day) in INPUTS.items():
        [found] = summarise_content(seen[name], contract, day=day).collect()
        snapshot = snapshots.get(name)
        said[name] = {
            "row_count": found["row_count"],
            "overlapping_row_count": overlapping.get(name),
            "first_on": found["first_on"] and found["first_on"].isoformat(),
            "last_on": found["last_on"] and found["last_on"].isoformat(),
            "content_hash": found["content_hash"] and f"{int(found['content_hash']):016x}",
            **_raw_of(run, name),
            "snapshot": snapshot.folder if snapshot else None,
            "snapshot_made_by": snapshot.digest if snapshot else None,
        }
    return said


def makers_of(run: Run) -> dict[str, Any]:
    """Digests of the code, the contracts and the options that the model was made by, and the version of Spark."""
    return {
        "code": code_digest(CODE),
        "contracts": {contract.name: contract.digest for contract in (SEARCH_RANKS, SEARCH_VOLUMES, SPECIAL_DATES)},
        "options": {name: str(value) for name, value in asdict(model_options_of(run)).items() if value is not None},
        "spark": pyspark.__version__,
    }


def _raw_of(run: Run, table: str) -> dict[str, Any]:
    names = {source.name for source in run.sources_of(table)}
    ids = sorted(d.landing_file_id for d in run.deliveries if d.source_name in names)
    return {"raw_file_count": len(ids), "raw_sha256": hashlib.sha256("\0".join(ids).encode()).hexdigest()}
