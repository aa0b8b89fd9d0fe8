"""The frames that the search volume model is trained on and scores, as the run's curated snapshots give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.mart_writing import curated_snapshots
from jobs.search.options import model_options_of, search_options_of
from lake.curating.digests import code_digest
from lake.errors import DataError
from lake.releases.artefacts import Artefact, parse_artefact
from lake.releases.snapshots import Snapshot, read_snapshot
from lake.run.run import Run
from schemas.digest import digest_of
from schemas.search import SEARCH_RANKS, SEARCH_VOLUMES, SPECIAL_DATES
from transforms.search.labels import known_labels, without_overlaps
from transforms.search.special_dates import build_special_dates

MODEL = "search_volume"
CODE = (
    "jobs.search.frames",
    *("ml.training", "ml.scoring", "ml.sums", "ml.disorder", "ml.artefact"),
    *("transforms.search.labels", "transforms.search.special_dates"),
    *("transforms.search.content", "transforms.search.refused"),
)


@dataclass(frozen=True)
class SearchFrames:
    """`ranks` are without what is dated after `as_of`; `ranked_through` is the newest rank's day. `known_volumes` are
    the labels known then, `volumes` those of them that stand, which do not overlap."""

    ranks: DataFrame
    known_volumes: DataFrame
    volumes: DataFrame
    special_dates: DataFrame
    ranked_through: date


def search_frames(run: Run) -> SearchFrames:
    """Raises DataError where there is no rank, and so nothing to score."""
    options, snapshots = search_options_of(run), curated_snapshots(run)
    ranks, volumes, delivered = (
        _curated(run, snapshots, contract.name) for contract in (SEARCH_RANKS, SEARCH_VOLUMES, SPECIAL_DATES)
    )
    if run.as_of:
        ranks = ranks.where(F.col("ranked_on") <= F.lit(run.as_of))
    [span] = ranks.agg(F.min("ranked_on").alias("first"), F.max("ranked_on").alias("last")).collect()
    if span["last"] is None:
        raise DataError(f"search_ranks has no row{f' by {run.as_of}' if run.as_of else ''}: there is nothing to score")
    years = range(span["first"].year - 1, span["last"].year + 2)
    special_dates = build_special_dates(delivered, ranks, options.events, years)
    known = known_labels(volumes, span["last"])
    return SearchFrames(ranks, known, without_overlaps(known), special_dates, span["last"])


def model_digest(run: Run) -> str:
    """Of what a model is made by beside its data: code, contracts, options, special dates of the configuration and when
    each source's labels are known. Where it changes a model is trained anew."""
    known_after = {s.name: s.constants.get("known_after_days") for s in run.configuration.sources}
    events = search_options_of(run).events
    parts = [repr(model_options_of(run)), repr(sorted(known_after.items())), repr(sorted(events.items()))]
    parts += [code_digest(CODE), *(contract.digest for contract in (SEARCH_RANKS, SEARCH_VOLUMES, SPECIAL_DATES))]
    return digest_of(parts)


def data_digest(run: Run, snapshots: Mapping[str, Snapshot]) -> str:
    """Of the data that training and scoring see."""
    parts = [f"{name}={snapshot.folder}" for name, snapshot in sorted(snapshots.items())]
    return digest_of([*parts, str(run.as_of), repr(search_options_of(run))])


def trained_model(run: Run) -> Artefact | None:
    """The model that stands after the run's training."""
    said = run.stage("train")["models"].get(MODEL)
    return parse_artefact(said) if said else None


def _curated(run: Run, snapshots: Mapping[str, Snapshot], name: str) -> DataFrame:
    contract = run.tables.curated[name]
    snapshot = snapshots.get(name, Snapshot(name, "", (), ""))
    return read_snapshot(run.engine, run.lake, snapshot, contract, outcome="curated")
