"""Land the raw files of a domain.

Reads: every raw file that the parent release has not read as it is now.
Writes: landing/<domain>/<source>/, and the stage `land` of the run's manifest.
Rerun: what has landed whole is left as it is; nothing is read twice.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict

from jobs.shell import shell
from lake.claims import Claim, claim_files
from lake.config import Source
from lake.deliveries import Delivery, RawFile, merge_deliveries, order_of
from lake.errors import DataError, HeadraceError
from lake.landing import LandedFile, land_file, read_landed
from lake.objects import ObjectStore
from lake.run import Run
from lake.runs import add_stage, now_utc


def main(argv: Sequence[str]) -> None:
    shell(__doc__, argv, land_raw, needs_raw=True)


def land_raw(run: Run) -> tuple[Delivery, ...]:
    """The deliveries that the run's release is made of: those of its parent, and what is new in raw."""
    sources, domain = run.configuration.sources, run.configuration.domain
    claims = claim_files(run.raw.list(), sources, domain, arrived_at=now_utc())
    known = (
        {}
        if run.parent is None
        else {
            (file.key, file.size, file.etag): delivery
            for delivery in run.parent.deliveries
            if _is_read_alike(run, delivery)
            for file in delivery.raw_files
        }
    )
    new = [claim for claim in claims if _seen_as(claim) not in known]
    with run.step("land", "raw files") as counted:
        landed = _land(run, new) if new else []
        counted(sum(file.record_count for file in landed))
    seen = [
        _delivery(claim, file.landing_file_id, file.arrived_at, run.configuration.source(claim.source_name))
        for claim, file in zip(new, landed, strict=True)
    ]
    seen += [_known_again(run, claim, known[_seen_as(claim)]) for claim in claims if _seen_as(claim) in known]
    kept = (
        [] if run.parent is None else [delivery for delivery in run.parent.deliveries if _is_kept(run, delivery, seen)]
    )
    deliveries = tuple(merge_deliveries(kept, seen))
    add_stage(
        run.lake,
        run.run_id,
        "land",
        {
            "parent": run.parent.number if run.parent else None,
            "raw": run.raw.uri,
            "deliveries": [asdict(delivery) for delivery in deliveries],
            "new_landing_file_ids": sorted({file.landing_file_id for file in landed}),
        },
    )
    return deliveries


def _land(run: Run, claims: list[Claim]) -> list[LandedFile]:
    raw, lake = run.raw, run.lake
    sources = {source.name: source for source in run.configuration.sources}
    context = run.spark.sparkContext
    shares = _shares(claims, 4 * context.defaultParallelism)
    work = context.parallelize(shares, len(shares)).flatMap(
        lambda share: [(claim.file.key, _landed(raw, lake, claim, sources)) for claim in share]
    )
    answers = dict(work.collect())
    return [_raised(answers[claim.file.key]) for claim in claims]


def _shares(claims: list[Claim], most: int) -> list[list[Claim]]:
    """The files dealt out to at most so many tasks, the biggest first, so that the tasks are about alike."""
    by_size = sorted(claims, key=lambda claim: (-claim.file.size, claim.file.key))
    return [by_size[start::most] for start in range(min(most, len(by_size)))]


def _landed(
    raw: ObjectStore, lake: ObjectStore, claim: Claim, sources: dict[str, Source]
) -> LandedFile | HeadraceError:
    """In a worker: a refusal comes back as a value, so that its sentence is not buried in a Spark trace."""
    try:
        return land_file(raw, lake, claim, sources[claim.source_name])
    except HeadraceError as error:
        return error


def _raised(answer: LandedFile | HeadraceError) -> LandedFile:
    if isinstance(answer, HeadraceError):
        raise answer
    return answer


def _seen_as(claim: Claim) -> tuple[str, int, str]:
    return claim.file.key, claim.file.size, claim.file.etag


def _delivery(claim: Claim, landing_file_id: str, arrived_at: str, source: Source) -> Delivery:
    file = RawFile(claim.file.key, claim.file.size, claim.file.etag)
    return Delivery(landing_file_id, source.name, claim.period, order_of(claim, arrived_at, source), (file,))


def _known_again(run: Run, claim: Claim, known: Delivery) -> Delivery:
    """A file read before: its order is asked of its name again, since `claims` may say another."""
    return _delivery(
        claim, known.landing_file_id, known.order.rpartition("/")[2], run.configuration.source(claim.source_name)
    )


def _is_read_alike(run: Run, delivery: Delivery) -> bool:
    sources = {source.name: source for source in run.configuration.sources}
    source = sources.get(delivery.source_name)
    if source is None:
        raise DataError(
            f"the current release was made of deliveries of source {delivery.source_name}, which is no "
            "longer configured; give it back with --config FILE"
        )
    landed = read_landed(run.lake, run.domain, source.name, delivery.landing_file_id)
    return landed is not None and landed.reading_digest == source.reading_digest


def _is_kept(run: Run, delivery: Delivery, seen: list[Delivery]) -> bool:
    """A delivery of the parent stands, unless it is read in another way now: then its raw file must be there."""
    if _is_read_alike(run, delivery):
        return True
    again = {file.key for other in seen for file in other.raw_files}
    if gone := [file.key for file in delivery.raw_files if file.key not in again]:
        raise DataError(
            f"{gone[0]}: source {delivery.source_name} is read in another way than when this file landed, "
            "and the raw file is no longer there to be read again; give it back, or the old [read]"
        )
    return False


if __name__ == "__main__":
    main(sys.argv[1:])
