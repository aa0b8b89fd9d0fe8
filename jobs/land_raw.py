"""Land the raw files of a domain.

Reads: every raw file that the parent release has not read as it is now.
Writes: landing/<domain>/<source>/, and the stage `land` of the run's manifest.
Rerun: what has landed whole is left as it is; nothing is read twice.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial

from jobs.domains import jobs_of
from jobs.shell import shell
from lake.config.configuration import Source
from lake.curating.too_large import refuse_claimed
from lake.errors import DataError, HeadraceError, all_of
from lake.landing.claims import Claim, claim_files, ignores
from lake.landing.deliveries import (
    Delivery,
    RawFile,
    count_raw_files,
    merge_deliveries,
    order_of,
    refuse_closed,
    refuse_emptying,
)
from lake.landing.land_file import LandedFile, land_file, read_landed
from lake.landing.manifests import read_manifests
from lake.run.manifest import now_utc
from lake.run.run import Run
from lake.store.objects import ObjectInfo, ObjectStore, StoreError

Seen = tuple[str, str, int, str]  # by which source, and what tells that the file is as it was


def main(argv: Sequence[str]) -> None:
    shell(__doc__, argv, land_raw, needs_raw=True)


def land_raw(run: Run) -> tuple[Delivery, ...]:
    """The deliveries that the run's release is made of: those of its parent, and what is new in raw."""
    jobs_of(run).check_options(run)  # what is wrong there is said before the work
    files = list(run.raw.list())
    claims = _claimed(run, files)
    kept, returned = _kept(run, {_told(claim.file) for claim in claims})
    known = {(delivery.source_name, *_told(file)) for delivery in kept for file in delivery.raw_files}
    arrived = _arrivals(run, returned)
    new = [
        replace(claim, arrived_at=arrived.get(_seen_as(claim)) or arrived.get(_seen_as(claim)[:3]) or claim.arrived_at)
        for claim in claims
        if _seen_as(claim) not in known
    ]
    refuse_claimed(run, new)
    with run.step("land", "raw files") as counted:
        landed = _land(run, new) if new else []
        counted(sum(file.record_count for file in landed))
    _refuse_others(run, returned, landed)
    seen = [
        _delivery(run, file.landing_file_id, file.arrived_at, [claim]) for claim, file in zip(new, landed, strict=True)
    ]
    deliveries = tuple(merge_deliveries(kept, seen))
    for source in run.configuration.sources:
        refuse_emptying(deliveries, source, partial(_row_count, run))
        if run.parent:
            refuse_closed(deliveries, run.parent.deliveries, source)
    ignored = sum(ignores(run.configuration.domain, file.key) for file in files)
    said = {
        "parent": run.parent.number if run.parent else None,
        "raw": run.raw.uri,
        "as_of": run.as_of,
        "configuration": run.configuration.digest,
        "deliveries": [asdict(delivery) for delivery in deliveries],
        "new_landing_file_ids": sorted({file.landing_file_id for file in landed}),
        "raw_files": count_raw_files(files, claims, deliveries, ignored),
    }
    run.add_stage("land", said)
    return deliveries


def _claimed(run: Run, files: Sequence[ObjectInfo]) -> list[Claim]:
    sources, domain = run.configuration.sources, run.configuration.domain
    manifests = read_manifests(run.raw, files, sources, domain)
    return claim_files(files, sources, domain, arrived_at=now_utc(), where=run.raw.uri, manifests=manifests)


def _land(run: Run, claims: list[Claim]) -> list[LandedFile]:
    raw, lake = run.raw, run.lake
    sources = {source.name: source for source in run.configuration.sources}
    work = partial(_landed, raw, lake, sources)
    return _accepted(run.engine.map(work, claims, sizes=[claim.file.size for claim in claims]))


def _landed(
    raw: ObjectStore, lake: ObjectStore, sources: dict[str, Source], claim: Claim
) -> LandedFile | HeadraceError:
    """In a worker: a refusal comes back as a value, so that its sentence is not buried in an engine's trace."""
    try:
        return land_file(raw, lake, claim, sources[claim.source_name])
    except HeadraceError as error:
        return error


def _accepted(answers: Sequence[LandedFile | HeadraceError]) -> list[LandedFile]:
    """All that landed. Raises what the store said first, else one error with what was said of every file that did not:
    they can be mended together."""
    refused = [answer for answer in answers if isinstance(answer, HeadraceError)]
    if of_store := next((error for error in refused if isinstance(error, StoreError)), None):
        raise of_store
    if refused:
        raise DataError(all_of([str(error) for error in refused]))
    return [answer for answer in answers if isinstance(answer, LandedFile)]


def _row_count(run: Run, delivery: Delivery) -> int:
    landed = read_landed(run.lake, run.domain, delivery.source_name, delivery.landing_file_id)
    return landed.landing_row_count if landed else 0


def _arrivals(run: Run, returned: Sequence[Delivery]) -> dict[tuple[str | int, ...], str]:
    """When each file of the parent first landed: that stands where it lands again, read in another way. Of those that
    were put back the ETag is left out."""
    arrived: dict[tuple[str | int, ...], str] = {}
    for delivery in run.parent.deliveries if run.parent else ():
        landed = read_landed(run.lake, run.domain, delivery.source_name, delivery.landing_file_id)
        end = 2 if delivery in returned else 3
        if landed:
            arrived |= {(delivery.source_name, *_told(file)[:end]): landed.arrived_at for file in delivery.raw_files}
    return arrived


def _seen_as(claim: Claim) -> Seen:
    return claim.source_name, *_told(claim.file)


def _told(file: ObjectInfo | RawFile) -> tuple[str, int, str]:
    return file.key, file.size, file.etag


def _delivery(run: Run, landing_file_id: str, arrived_at: str, claims: Sequence[Claim]) -> Delivery:
    """One landed content under the names that claim it alike; its latest place in the order counts."""
    source = run.configuration.source(claims[0].source_name)
    files = tuple(RawFile(claim.file.key, claim.file.size, claim.file.etag) for claim in claims)
    order = max(order_of(claim, arrived_at, source) for claim in claims)
    return Delivery(landing_file_id, source.name, claims[0].period, order, files)


def _kept(run: Run, there: set[tuple[str, int, str]]) -> tuple[list[Delivery], list[Delivery]]:
    """The parent's deliveries that stand as they landed, their order asked of their names again; and of those that are
    claimed or read in another way now the ones whose file seems to have been put back: its ETag is another.

    Raises DataError where the raw file of one is no longer there to be read again.
    """
    kept, returned = [], []
    for delivery in run.parent.deliveries if run.parent else ():
        again = _claimed_again(run, delivery)
        if again:
            kept.append(again)
        elif any(_told(file) in there for file in delivery.raw_files):
            continue
        elif {_told(file)[:2] for file in delivery.raw_files} & {told[:2] for told in there}:
            returned.append(delivery)
        else:
            raise DataError(_lost(run, delivery))
    return kept, returned


def _refuse_others(run: Run, returned: Sequence[Delivery], landed: Sequence[LandedFile]) -> None:
    """Raises DataError where what lies in the place of a file that must be read again has another content."""
    contents = {file.sha256 for file in landed}
    for delivery in returned:
        before = read_landed(run.lake, run.domain, delivery.source_name, delivery.landing_file_id)
        if before is None or before.sha256 not in contents:
            raise DataError(_lost(run, delivery))


def _lost(run: Run, delivery: Delivery) -> str:
    key, source = delivery.raw_files[0].key, run.configuration.source(delivery.source_name)
    landed = read_landed(run.lake, run.domain, source.name, delivery.landing_file_id)
    if landed and landed.reading_digest in source.former_reading_digests():
        return (
            f"{key}: this version of Headrace lands in another format and reads every raw file once more, and this one "
            "is no longer there as it was; put the raw files of the release back where they were, for one run"
        )
    return (
        f"{key}: this file landed for source {source.name}, which claims or reads it in another way now, and it is no "
        "longer there as it was, to be read again; give it back, or the old `claims` and [read]"
    )


def _claimed_again(run: Run, delivery: Delivery) -> Delivery | None:
    """The delivery under today's configuration; None where it would be another: source, period or reading differ."""
    sources = {source.name: source for source in run.configuration.sources}
    source = sources.get(delivery.source_name)
    if source is None:
        raise DataError(
            f"the current release was made of deliveries of source {delivery.source_name}, which is no "
            "longer configured; give it back with --config FILE"
        )
    landed = read_landed(run.lake, run.domain, source.name, delivery.landing_file_id)
    files = [ObjectInfo(file.key, file.size, file.etag) for file in delivery.raw_files]
    claims = claim_files(
        files, run.configuration.sources, run.configuration.domain, arrived_at=now_utc(), where=run.raw.uri
    )
    alike = [claim for claim in claims if (claim.source_name, claim.period) == (source.name, delivery.period)]
    if landed is None or landed.reading_digest != source.reading_digest or not alike:
        return None
    return _delivery(run, delivery.landing_file_id, landed.arrived_at, alike)


if __name__ == "__main__":
    main(sys.argv[1:])
