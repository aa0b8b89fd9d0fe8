"""Land the raw files of a domain.

Reads: the parent release's ledger, and every raw file that it does not know as it is now.
Writes: landing/<domain>/<source>/, the ledger of the run's deliveries, and the stage `land` of the run's manifest.
Rerun: what has landed whole is left as it is; nothing is read twice.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from jobs.domains import jobs_of
from jobs.shell import shell
from lake.curating.too_large import refuse_claimed
from lake.landing.claims import Claim, claim_files, ignores
from lake.landing.deliveries import Delivery, count_raw_files, merge_deliveries, refuse_closed, refuse_emptying
from lake.landing.kept import compare, delivery_of, refuse_others, with_former_names
from lake.landing.land_files import land_files
from lake.landing.ledger import new_ledger_key, write_ledger
from lake.landing.manifests import read_manifests
from lake.run.manifest import now_utc
from lake.run.run import Run
from lake.store.objects import ObjectInfo


def main(argv: Sequence[str]) -> None:
    shell(__doc__, argv, land_raw, needs_raw=True)


def land_raw(run: Run) -> tuple[Delivery, ...]:
    """The deliveries that the run's release is made of: those of its parent, and what is new in raw."""
    jobs_of(run).check_options(run)  # what is wrong there is said before the work
    configuration, files = run.configuration, list(run.raw.list())
    claims = _claimed(run, files)
    found = compare(run.parent_deliveries, claims, configuration, run.raw.uri)
    refuse_claimed(run, found.new)
    with run.step("land", "raw files") as counted:
        landed = land_files(run.engine, run.raw, run.lake, found.new, configuration.sources) if found.new else []
        counted(sum(file.record_count for file in landed))
    refuse_others(found.returned, landed, configuration)
    seen = [delivery_of(file, [claim], configuration) for claim, file in zip(found.new, landed, strict=True)]
    seen += with_former_names(landed, found.again, configuration, run.raw.uri)
    deliveries = tuple(merge_deliveries(found.kept, seen))
    for source in configuration.sources:
        refuse_emptying(deliveries, source)
        if run.parent:
            refuse_closed(deliveries, run.parent_deliveries, source)
    ignored = sum(ignores(configuration.domain, file.key) for file in files)
    said = {
        "parent": run.parent.number if run.parent else None,
        "raw": run.raw.uri,
        "as_of": run.as_of,
        "configuration": configuration.digest,
        "ledger": _ledger(run, deliveries),
        "new_landing_file_ids": sorted({file.landing_file_id for file in landed}),
        "raw_files": count_raw_files(files, claims, deliveries, ignored),
    }
    run.add_stage("land", said)
    return deliveries


def _claimed(run: Run, files: Sequence[ObjectInfo]) -> list[Claim]:
    sources, domain = run.configuration.sources, run.configuration.domain
    manifests = read_manifests(run.raw, files, sources, domain)
    return claim_files(files, sources, domain, arrived_at=now_utc(), where=run.raw.uri, manifests=manifests)


def _ledger(run: Run, deliveries: tuple[Delivery, ...]) -> str:
    """The key of the run's ledger: the parent's, where nothing of it changed."""
    if run.parent and deliveries == run.parent_deliveries:
        return run.parent.ledger
    key = new_ledger_key(run.domain, run.run_id)
    write_ledger(run.lake, key, deliveries)
    return key


if __name__ == "__main__":
    main(sys.argv[1:])
