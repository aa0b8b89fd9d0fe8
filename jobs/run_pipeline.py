"""Run all stages of a domain on one engine: land, curate, train where there is a model, marts, publish.

Reads: the raw files, the parent release.
Writes: landing, curated, models, marts, and a release.
Rerun: where nothing changed, nothing is written and no engine is started.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from jobs.build_marts import build_marts
from jobs.curate import curate
from jobs.land_raw import land_raw
from jobs.publish_release import publish_release
from jobs.shell import shell
from jobs.train_model import train_model
from lake.releases.release import Release
from lake.run.run import Run


def main(argv: Sequence[str]) -> None:
    shell(__doc__, argv, run_pipeline, needs_raw=True)


def run_pipeline(run: Run) -> Release | None:
    """The release that the run published, or None where there was nothing to publish."""
    run.check_secrets()
    land_raw(run)
    curate(run)
    train_model(run)
    build_marts(run)
    return publish_release(run)


if __name__ == "__main__":
    main(sys.argv[1:])
