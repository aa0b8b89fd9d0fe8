"""A run's manifest: what each stage did, so that stages run as one process or as separate jobs."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from lake.errors import ConfigError
from lake.store.objects import MissingObject, ObjectStore


def new_run_id() -> str:
    """Begins with the time, so that run ids sort by it and say how old a folder is."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"


def check_run_id(run_id: str) -> str:
    """Run ids become folder names. Raises ConfigError."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", run_id):
        raise ConfigError(f"--run-id is {run_id!r}, expected letters, digits, - and _")
    return run_id


def now_utc() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def run_folder(run_id: str) -> str:
    """Where a run's own files lie: its manifest, and the card of a training that was refused."""
    return f"runs/{run_id}"


def manifest_key(run_id: str) -> str:
    return f"{run_folder(run_id)}/manifest.json"


def read_manifest(lake: ObjectStore, run_id: str) -> dict[str, Any]:
    """What the stages of a run have said so far; empty where none has."""
    try:
        return json.loads(lake.read(manifest_key(run_id)))
    except MissingObject:
        return {}


STAGES = ("land", "curate", "train", "marts", "publish")


def with_stage(manifest: dict[str, Any], stage: str, said: dict[str, Any]) -> dict[str, Any]:
    """The manifest with what a stage did. Said again, it replaces what was said before, by this stage and by those
    after it: they were made of what it said first."""
    before = STAGES[: STAGES.index(stage)]
    stages = {name: told for name, told in manifest.get("stages", {}).items() if name in before}
    now = now_utc()
    return {"started_at": now, **manifest, "went_on_at": now, "stages": {**stages, stage: said}}


def write_manifest(lake: ObjectStore, run_id: str, manifest: dict[str, Any]) -> dict[str, Any]:
    """Write a manifest; return it as it will be read."""
    written = json.dumps(manifest, indent=1, sort_keys=True, default=str)
    lake.put(manifest_key(run_id), written.encode())
    return json.loads(written)
