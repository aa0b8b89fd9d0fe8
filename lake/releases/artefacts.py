"""Artefacts: what a training left in the lake, a folder of files that a release names one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lake.errors import AuditError
from lake.store.objects import ObjectStore


@dataclass(frozen=True)
class ArtefactFile:
    """One file of an artefact."""

    key: str
    byte_count: int


@dataclass(frozen=True)
class Artefact:
    """A trained model. `digest` says by which features, settings and contracts it was made."""

    name: str
    model_id: str
    folder: str
    files: tuple[ArtefactFile, ...]
    digest: str


def written_artefact(lake: ObjectStore, *, name: str, model_id: str, folder: str, digest: str) -> Artefact:
    """What lies under a folder now."""
    return Artefact(name, model_id, folder, _files(lake, folder), digest)


def parse_artefact(said: Mapping[str, Any]) -> Artefact:
    """What `dataclasses.asdict` and JSON made of an artefact."""
    return Artefact(**{**said, "files": tuple(ArtefactFile(**file) for file in said["files"])})


def audit_artefact(lake: ObjectStore, artefact: Artefact) -> None:
    """The folder holds the artefact's files as they were written, and no other. Raises AuditError."""
    found = _files(lake, artefact.folder)
    if found != artefact.files or not found:
        odd = sorted({file.key for file in {*found} ^ {*artefact.files}}) or [artefact.folder]
        raise AuditError(
            f"model {artefact.model_id}: {odd[0]} differs between the folder ({len(found)} files) and the run's "
            f"manifest ({len(artefact.files)} files); nothing was published, run again"
        )


def _files(lake: ObjectStore, folder: str) -> tuple[ArtefactFile, ...]:
    found = ((info.key, info.size) for info in lake.list(folder + "/"))
    return tuple(ArtefactFile(key, size) for key, size in sorted(found))
