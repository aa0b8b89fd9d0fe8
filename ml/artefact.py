"""A model as a folder: a stock pipeline, two Parquet tables and JSON. The only module of ml that reads and writes.

base/            PipelineModel, loads without code of ours
poisson/         the same, of the last stage, where there is one
residual_sums/   state of the level curve
error_days/      state of the recent errors
model/           one line of JSON: settings, calibration, smearing, supports, card
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from ml import features, poisson
from ml.drift import Reference
from ml.intervals import Calibration, Cell
from ml.model import Support, VolumeModel
from ml.options import Settings
from schemas.digest import digest_of
from schemas.search import SEARCH_RANKS, SEARCH_VOLUMES, SPECIAL_DATES

VERSION = 2


class ArtefactError(ValueError):
    """A saved model cannot be used by this code."""


def signature(settings: Settings) -> str:
    """Changes when the features or the contracts of what they are made of do."""
    parts = [str(VERSION), features.statement(settings), *features.INPUT]
    parts += [poisson.statement()] if settings.poisson else []
    parts += [contract.digest for contract in (SEARCH_RANKS, SEARCH_VOLUMES, SPECIAL_DATES)]
    return digest_of(parts)


def save(model: VolumeModel, folder: str) -> None:
    """Write into a folder that is not there yet."""
    model.base.write().save(f"{folder}/base")
    if model.poisson is not None:
        model.poisson.write().save(f"{folder}/poisson")
    model.residual_sums.coalesce(1).write.parquet(f"{folder}/residual_sums")
    model.error_days.coalesce(1).write.parquet(f"{folder}/error_days")
    said = {
        "signature": signature(model.settings),
        "settings": model.settings.as_json(),
        "trend_ends_on": model.trend_ends_on.isoformat(),
        "known_through": model.known_through.isoformat(),
        "smearing": model.smearing,
        "calibration": asdict(model.calibration),
        "supports": [asdict(s) for s in model.supports],
        "references": {code: asdict(r) for code, r in model.references.items()},
        "grains": model.grains,
        "card": model.card,
    }
    spark = model.residual_sums.sparkSession
    text = spark.createDataFrame([(json.dumps(said, sort_keys=True, default=str),)], "value string")
    text.coalesce(1).write.text(f"{folder}/model")


def load(spark: SparkSession, folder: str) -> VolumeModel:
    """Raises ArtefactError where the model was made with other features or contracts."""
    said: dict[str, Any] = json.loads(spark.read.text(f"{folder}/model").collect()[0]["value"])
    settings = Settings.from_json(said["settings"])
    if said["signature"] != signature(settings):
        raise ArtefactError(
            f"model in {folder}: found features and contracts {said['signature']}, expected {signature(settings)}: "
            "train again"
        )
    calibration = said["calibration"]
    cells = tuple(Cell(**{**c, "quantiles": tuple(c["quantiles"])}) for c in calibration["cells"])
    return VolumeModel(
        settings=settings,
        base=PipelineModel.load(f"{folder}/base"),
        trend_ends_on=date.fromisoformat(said["trend_ends_on"]),
        known_through=date.fromisoformat(said["known_through"]),
        residual_sums=spark.read.parquet(f"{folder}/residual_sums"),
        error_days=spark.read.parquet(f"{folder}/error_days"),
        smearing=tuple(said["smearing"]),
        poisson=PipelineModel.load(f"{folder}/poisson") if settings.poisson else None,
        calibration=Calibration(**{**calibration, "cells": cells}),
        supports=tuple(Support(**s) for s in said["supports"]),
        references={code: _reference(r) for code, r in said["references"].items()},
        grains=tuple(said["grains"]),
        card=said["card"],
    )


def _reference(said: dict[str, Any]) -> Reference:
    return Reference(**{**said, "rank_shares": tuple(said["rank_shares"])})
