"""Which deliveries of the release before stand as they landed, and which files are new or have to be read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from lake.config.configuration import Configuration
from lake.errors import DataError
from lake.landing.claims import Claim, claim_files
from lake.landing.deliveries import Delivery, RawFile, order_of
from lake.landing.landed_file import LandedFile
from lake.store.objects import ObjectInfo


@dataclass(frozen=True)
class Kept:
    """`kept` stand as they landed, their order asked of their names again. `again` are claimed or read in another way
    now and have to land again; of them `returned` are those whose file seems to have been put back: its ETag is
    another. `new` are the claims to land."""

    kept: tuple[Delivery, ...]
    again: tuple[Delivery, ...]
    returned: tuple[Delivery, ...]
    new: tuple[Claim, ...]


def compare(before: Sequence[Delivery], claims: Sequence[Claim], configuration: Configuration, where: str) -> Kept:
    """What of the release before stands under today's configuration, and what of today's claims is to be landed.

    Raises DataError where the raw file of a delivery that must be read again is no longer in `where`.
    """
    there = {_identity(claim.file) for claim in claims}
    kept, again, returned = [], [], []
    for delivery in before:
        standing = _claimed_again(delivery, configuration, where)
        if standing:
            kept.append(standing)
            continue
        again.append(delivery)
        if any(_identity(file) in there for file in delivery.raw_files):
            continue
        if {_identity(file)[:2] for file in delivery.raw_files} & {known[:2] for known in there}:
            returned.append(delivery)
        else:
            raise DataError(_lost(delivery, configuration))
    known = {(delivery.source_name, *_identity(file)) for delivery in kept for file in delivery.raw_files}
    arrived = _arrivals(before, returned)
    new = [
        replace(claim, arrived_at=arrived.get(_seen_as(claim)) or arrived.get(_seen_as(claim)[:3]) or claim.arrived_at)
        for claim in claims
        if _seen_as(claim) not in known
    ]
    return Kept(tuple(kept), tuple(again), tuple(returned), tuple(new))


def refuse_others(returned: Iterable[Delivery], landed: Iterable[LandedFile], configuration: Configuration) -> None:
    """Raises DataError where what lies in the place of a file that must be read again has another content."""
    contents = {file.sha256 for file in landed}
    for delivery in returned:
        if delivery.landed.sha256 not in contents:
            raise DataError(_lost(delivery, configuration))


def delivery_of(landed: LandedFile, claims: Sequence[Claim], configuration: Configuration) -> Delivery:
    """One landed content under the names that claim it alike; its latest place in the order counts. The cells by which
    it was decided how to read it stay in landing."""
    source = configuration.source(landed.source_name)
    files = tuple(RawFile(claim.file.key, claim.file.size, claim.file.etag) for claim in claims)
    order = max(order_of(claim, landed.arrived_at, source) for claim in claims)
    return Delivery(replace(landed, decision_evidence={}), order, files)


def _claimed_again(delivery: Delivery, configuration: Configuration, where: str) -> Delivery | None:
    """The delivery under today's configuration; None where it would be another: source, period, what its name says or
    reading differ."""
    source = next((source for source in configuration.sources if source.name == delivery.source_name), None)
    if source is None:
        raise DataError(
            f"the current release was made of deliveries of source {delivery.source_name}, which is no "
            "longer configured; give it back with --config FILE"
        )
    if delivery.landed.reading_digest != source.reading_digest:
        return None
    alike = _alike(delivery.landed, delivery.raw_files, configuration, where)
    return delivery_of(delivery.landed, alike, configuration) if alike else None


def with_former_names(
    landed: Iterable[LandedFile], again: Iterable[Delivery], configuration: Configuration, where: str
) -> list[Delivery]:
    """What landed again, under the names that its content had in the release before and that claim it still: one that
    was taken out of raw may have given the content its place in the order."""
    former: dict[str, list[RawFile]] = defaultdict(list)
    for delivery in again:
        former[delivery.landed.sha256] += delivery.raw_files
    found = []
    for file in landed:
        for name in former[file.sha256]:
            with suppress(DataError):  # no source claims the name any more
                if alike := _alike(file, [name], configuration, where):
                    found.append(delivery_of(file, alike, configuration))
    return found


def _alike(landed: LandedFile, files: Iterable[RawFile], configuration: Configuration, where: str) -> list[Claim]:
    """Today's claims of these names that say the same of a landed content: its source, its period, and what fields are
    made of."""
    infos = [ObjectInfo(file.key, file.size, file.etag) for file in files]
    sources, domain = configuration.sources, configuration.domain
    claims = claim_files(infos, sources, domain, arrived_at=landed.arrived_at, where=where)
    told = (landed.source_name, landed.period, landed.named)
    return [claim for claim in claims if (claim.source_name, claim.period, dict(claim.named)) == told]


def _arrivals(before: Iterable[Delivery], returned: Sequence[Delivery]) -> dict[tuple[str | int, ...], str]:
    """When each file first landed: that stands where it lands again, read in another way. Of those that were put back
    the ETag is left out."""
    arrived: dict[tuple[str | int, ...], str] = {}
    for delivery in before:
        end = 2 if delivery in returned else 3
        landed = delivery.landed
        arrived |= {(landed.source_name, *_identity(file)[:end]): landed.arrived_at for file in delivery.raw_files}
    return arrived


def _seen_as(claim: Claim) -> tuple[str, str, int, str]:
    """By which source, and what tells that the file is as it was."""
    return claim.source_name, *_identity(claim.file)


def _identity(file: ObjectInfo | RawFile) -> tuple[str, int, str]:
    return file.key, file.size, file.etag


def _lost(delivery: Delivery, configuration: Configuration) -> str:
    key, source = delivery.raw_files[0].key, configuration.source(delivery.source_name)
    if delivery.landed.reading_digest in source.former_reading_digests():
        return (
            f"{key}: this version of Headrace lands in another format and reads every raw file once more, and this one "
            "is no longer there as it was; put the raw files of the release back where they were, for one run"
        )
    return (
        f"{key}: this file landed for source {source.name}, which claims or reads it in another way now, and it is no "
        "longer there as it was, to be read again; give it back, or the old `claims` and [read]"
    )
