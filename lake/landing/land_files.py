"""Landing many raw files on the workers of an engine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lake.config.configuration import Source
from lake.engines import Engine
from lake.errors import DataError, HeadraceError, all_of
from lake.landing.claims import Claim
from lake.landing.land_file import land_file
from lake.landing.landed_file import LandedFile
from lake.store.objects import ObjectStore, StoreError


def land_files(
    engine: Engine, raw: ObjectStore, lake: ObjectStore, claims: Sequence[Claim], sources: Sequence[Source]
) -> list[LandedFile]:
    """What became of each claim, in their order. Raises what the store said first, else one DataError with what was
    said of every file that did not land: they can be mended together."""
    work = partial(_landed, raw, lake, {source.name: source for source in sources})
    answers = engine.map(work, claims, sizes=[claim.file.size for claim in claims])
    refused = [answer for answer in answers if isinstance(answer, HeadraceError)]
    if of_store := next((error for error in refused if isinstance(error, StoreError)), None):
        raise of_store
    if refused:
        raise DataError(all_of([str(error) for error in refused]))
    return [answer for answer in answers if isinstance(answer, LandedFile)]


def _landed(
    raw: ObjectStore, lake: ObjectStore, sources: dict[str, Source], claim: Claim
) -> LandedFile | HeadraceError:
    """In a worker: a refusal comes back as a value, so that its sentence is not buried in an engine's trace."""
    try:
        return land_file(raw, lake, claim, sources[claim.source_name])
    except HeadraceError as error:
        return error
