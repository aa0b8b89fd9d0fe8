"""Run all stages of a domain on one engine: land, curate, train where there is a model, marts, publish.

Reads: the raw files, the parent release.
Writes: landing, curated, models, marts, and a release.
Rerun: where nothing changed, nothing is written and no engine is started.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from jobs.build_marts import build_marts
from jobs.curate import curate
from jobs.land_raw import land_raw
from jobs.publish_release import publish_release
from jobs.shell import shell
from lake.releases import Release
from lake.run import Run


def main(argv: Sequence[str]) -> None:
    shell(__doc__, argv, run_pipeline, needs_raw=True)


def run_pipeline(run: Run) -> Release | None:
    """The release that the run published, or None where there was nothing to publish."""
    run.check_secrets()
    land_raw(run)
    curate(run)
    for stage in _marts_stages(run.domain):
        stage(run)
    return publish_release(run)


def _marts_stages(domain: str) -> tuple[Callable[[Run], None], ...]:
    """What makes the marts of a domain; what a model needs is imported for its domain alone."""
    if domain == "search":
        from jobs.score_search_volume import score_search_volume
        from jobs.train_search_volume import train_search_volume

        return train_search_volume, score_search_volume
    return (build_marts,)


if __name__ == "__main__":
    main(sys.argv[1:])
