"""The marts of search: the volume of every term that is ranked on the last days, with intervals, by the model that
stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

from pyspark.sql import DataFrame

from jobs.mart_writing import curated_snapshots
from jobs.search.frames import SearchFrames, data_digest, model_digest, search_frames, trained_model
from jobs.search.options import model_options_of, search_options_of
from lake.curating.digests import code_digest
from lake.engines.spark import spark_path
from lake.errors import AuditError, DataError
from lake.releases.artefacts import Artefact
from lake.releases.release import parse_snapshot
from lake.releases.snapshots import Snapshot, new_folder, read_snapshot, write_snapshot
from lake.run.run import Run
from ml.artefact import ArtefactError, load
from ml.disorder import Disorder, count_disorder
from ml.options import ModelOptions
from ml.scoring import Scored, score
from ml.sums import SPREADS, summarise_totals
from schemas.contract import Contract
from schemas.digest import digest_of
from schemas.search import (
    MARTS,
    SEARCH_SPECIAL_DATES,
    SEARCH_VOLUME_DRIFT,
    SEARCH_VOLUME_ESTIMATES,
    SEARCH_VOLUME_MODEL_CARD,
    SEARCH_VOLUME_TOTALS,
)
from transforms.search.refused import refused_estimates

ROW_GROUP_BYTES = 8 * 1024 * 1024


def score_terms(run: Run) -> None:
    """Score what is ranked on the last days. Without any model every term is `refused`, and has no number.

    Raises DataError where the model that stands was made with other features or contracts than these.
    """
    trained = run.stage("train")
    model = trained_model(run)
    digest = _digest(run, model, trained)
    backtest = {name: parse_snapshot(snapshot) for name, snapshot in trained["tables"].items()}
    parent = run.parent.marts if run.parent else {}
    scored = {name: snapshot for name, snapshot in parent.items() if name not in backtest}
    if not scored or any(snapshot.digest != digest for snapshot in scored.values()):
        scored = _write(run, model, trained["training"], digest)
    tables = {name: asdict(snapshot) for name, snapshot in {**scored, **backtest}.items()}
    run.add_stage("marts", {"tables": tables, "as_of": run.as_of})


def _write(run: Run, model: Artefact | None, training: Mapping[str, Any], digest: str) -> dict[str, Snapshot]:
    frames = search_frames(run)
    cards = run.spark.createDataFrame(_cards(run, model, training), SEARCH_VOLUME_MODEL_CARD.struct)
    scored = _refused(run, frames) if model is None else _scored(run, frames, model)
    written = _written(run, SEARCH_VOLUME_ESTIMATES, scored.estimates, digest)
    estimates = read_snapshot(run.engine, run.lake, written, SEARCH_VOLUME_ESTIMATES)
    with run.step("marts", "order of the estimates"):
        refuse_disorder(written, count_disorder(estimates))
    others = {
        SEARCH_SPECIAL_DATES: frames.special_dates.coalesce(1),
        SEARCH_VOLUME_TOTALS: summarise_totals(estimates, scored.spreads).coalesce(1),
        SEARCH_VOLUME_MODEL_CARD: cards.coalesce(1),
        SEARCH_VOLUME_DRIFT: scored.drift.coalesce(1),
    }
    return {
        written.table: written,
        **{contract.name: _written(run, contract, frame, digest) for contract, frame in others.items()},
    }


def _written(run: Run, contract: Contract, frame: DataFrame, digest: str) -> Snapshot:
    name = contract.name
    with run.step("marts", name) as counted:
        folder = new_folder("marts", run.domain, name, run.run_id)
        snapshot = write_snapshot(
            run.engine,
            contract.conform(frame),
            run.lake,
            table=name,
            digest=digest,
            folder=folder,
            row_group_bytes=ROW_GROUP_BYTES,
        )
        counted(snapshot.row_count())
    return snapshot


def refuse_disorder(written: Snapshot, found: Disorder) -> None:
    """Raises AuditError where what was written is not in order: training promises it of a test period only."""
    if found == Disorder(0, 0, 0):
        return
    raise AuditError(
        f"{written.folder}: found {found.crossed_count:,} of {written.row_count():,} rows whose bounds are out of "
        f"order, {found.risen_count:,} values that rise as rank worsens and {found.unsorted_count:,} rows out of the "
        "order of ranks, expected none; nothing was published"
    )


def _refused(run: Run, frames: SearchFrames) -> Scored:
    return Scored(
        estimates=refused_estimates(frames.ranks, _options(run, frames).score_from),
        drift=run.spark.createDataFrame([], SEARCH_VOLUME_DRIFT.struct),
        spreads=run.spark.createDataFrame([], SPREADS),
    )


def _scored(run: Run, frames: SearchFrames, artefact: Artefact) -> Scored:
    try:
        model = load(run.spark, spark_path(run.lake.uri_of(artefact.folder)))
    except ArtefactError as error:
        raise DataError(f"model {artefact.model_id} cannot score: {error}; nothing was published") from None
    if model.known_through > frames.ranked_through:
        raise DataError(
            f"model {artefact.model_id} knows labels through {model.known_through}, and this run is of "
            f"{frames.ranked_through}: a training of that day was refused, its card says why; nothing was published"
        )
    with run.step("marts", "labels since the training"):
        return score(model, frames.ranks, frames.volumes, frames.special_dates, _options(run, frames))


def _options(run: Run, frames: SearchFrames) -> ModelOptions:
    first = frames.ranked_through - timedelta(days=search_options_of(run).scored_days - 1)
    return replace(model_options_of(run), score_from=first, score_through=frames.ranked_through)


def _cards(run: Run, artefact: Artefact | None, training: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """A row for the model that stands, and one for the last training if that was refused."""
    cards = [training] if training["refusal"] is not None else []
    if artefact is not None:
        cards.append(json.loads(run.lake.read(f"{artefact.folder}/card.json")))
    return [
        (
            said["model_id"],
            artefact is not None and said["model_id"] == artefact.model_id,
            date.fromisoformat(said["ranked_through"]),
            said["refusal"],
            int(said["card"].get("label_count", 0)),
            json.dumps(said["card"], sort_keys=True, default=str, ensure_ascii=False),
        )
        for said in cards
    ]


def _digest(run: Run, model: Artefact | None, trained: Mapping[str, Any]) -> str:
    """Of everything that the marts are made of."""
    parts = [data_digest(run, curated_snapshots(run)), model_digest(run), code_digest(("jobs.search.scoring",))]
    parts.append(model.folder if model else "")
    parts += [json.dumps(trained["training"], sort_keys=True), *(contract.digest for contract in MARTS.values())]
    return digest_of(parts)
