"""The model of search volume: trained where there is reason to. It takes the place of the one that stands, or says
why not."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from jobs.mart_writing import curated_snapshots
from jobs.search.card import data_of, makers_of
from jobs.search.frames import MODEL, SearchFrames, data_digest, model_digest, search_frames
from jobs.search.options import model_options_of, search_options_of
from lake.releases.artefacts import Artefact, written_artefact
from lake.releases.snapshots import Snapshot, new_folder, write_snapshot
from lake.run.manifest import run_folder
from lake.run.run import Run
from ml.artefact import save
from ml.card_page import card_page
from ml.options import ModelOptions, Settings
from ml.training import train
from schemas.search import SEARCH_VOLUME_BACKTEST

BACKTEST = SEARCH_VOLUME_BACKTEST.name


def train_model(run: Run) -> None:
    """Train where nothing was trained yet, where the code, the options or a contract changed, or where the last try is
    old. A training that is refused leaves the model that stands; the run goes on, and its card says why."""
    last = dict(run.parent.facts.get("training", {})) if run.parent else {}
    made_by, made_of = model_digest(run), data_digest(run, curated_snapshots(run))
    if last and (last["made_by"], last["made_of"]) == (made_by, made_of):
        _say(run, last, _standing(run), _standing_backtest(run))
        return
    frames = search_frames(run)
    if last and last["made_by"] == made_by and not _is_due(run, last, frames.ranked_through):
        _say(run, {**last, "made_of": made_of}, _standing(run), _standing_backtest(run))
        return
    _train(run, frames, made_by=made_by, made_of=made_of)


def _is_due(run: Run, last: dict[str, Any], ranked_through: date) -> bool:
    """Whether no model stands, or its time has come."""
    if _standing(run) is None:
        return True
    after_days = search_options_of(run).retrain_after_days
    return is_due(date.fromisoformat(last["ranked_through"]), ranked_through, after_days=after_days)


def is_due(last: date, now: date, *, after_days: int) -> bool:
    """Whether the newest rank is that many days newer than at the last try, or older: a model must not know what came
    after the day that a run is of."""
    return now < last or (now - last).days >= after_days


def _train(run: Run, frames: SearchFrames, *, made_by: str, made_of: str) -> None:
    with ExitStack() as phase:

        def tell(begun: str) -> None:
            phase.close()
            phase.enter_context(run.step("train", begun))

        result = train(
            frames.ranks, frames.volumes, frames.special_dates, _options(run, frames.ranked_through), tell=tell
        )
    with run.step("train", "what data it was"):
        told = {"model_id": run.run_id, "data": data_of(run, frames), "made_by": makers_of(run)}
    card = {**result.card, **told}
    said = {
        "model_id": run.run_id,
        "made_by": made_by,
        "made_of": made_of,
        "ranked_through": frames.ranked_through.isoformat(),
        "refusal": result.refusal,
        "card": card,
    }
    before = _standing(run)
    backtest = _standing_backtest(run)
    if backtest is None or result.refusal is None or before is None:
        backtest = _write_backtest(run, result.backtest, made_by)
    artefact = before
    if result.refusal is not None:
        _put_card(run, said, run_folder(run.run_id))
    if result.model is not None and result.refusal is None:
        folder = new_folder("models", run.domain, MODEL, run.run_id)
        with run.step("train", "save the model"):
            save(replace(result.model, card=card), run.lake.uri_of(folder))
            _put_card(run, said, folder)
        artefact = written_artefact(run.lake, name=MODEL, model_id=run.run_id, folder=folder, digest=made_by)
    _say(run, said, artefact, backtest)


def _put_card(run: Run, said: dict[str, Any], folder: str) -> None:
    """As `card.json`, and as a page."""
    run.lake.put(f"{folder}/card.json", json.dumps(said, indent=1, sort_keys=True, default=str).encode())
    run.lake.put(f"{folder}/card.md", card_page(said["card"]).encode())


def _options(run: Run, ranked_through: date) -> ModelOptions:
    """With the settings that the model in release was trained by: the new one has to beat them, refitted. Those of a
    later day are not looked at, since what came after the day that a run is of chose them."""
    options = model_options_of(run)
    before = _standing(run)
    if before is None:
        return options
    said = json.loads(run.lake.read(f"{before.folder}/card.json"))
    if date.fromisoformat(said["ranked_through"]) > ranked_through:
        return options
    return replace(options, previous_settings=Settings.from_json(said["card"]["settings"]))


def _write_backtest(run: Run, backtest: Any, digest: str) -> Snapshot:
    with run.step("train", BACKTEST) as counted:
        folder = new_folder("marts", run.domain, BACKTEST, run.run_id)
        frame = SEARCH_VOLUME_BACKTEST.conform(backtest).coalesce(1)
        written = write_snapshot(run.engine, frame, run.lake, table=BACKTEST, digest=digest, folder=folder)
        counted(written.row_count())
    return written


def _standing(run: Run) -> Artefact | None:
    return run.parent.models.get(MODEL) if run.parent else None


def _standing_backtest(run: Run) -> Snapshot | None:
    return run.parent.marts.get(BACKTEST) if run.parent else None


def _say(run: Run, training: dict[str, Any], model: Artefact | None, backtest: Snapshot | None) -> None:
    said = {
        "training": training,
        "models": {MODEL: asdict(model)} if model else {},
        "tables": {BACKTEST: asdict(backtest)} if backtest else {},
    }
    run.add_stage("train", said)
