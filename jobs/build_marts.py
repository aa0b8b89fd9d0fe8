"""Build the marts of a domain from its curated tables; where it has a model, by what the model says.

Reads: the run's curated snapshots, and the model that stands.
Writes: a snapshot of every mart under marts/<domain>/<mart>/, and the stage `marts` of the manifest.
Rerun: writes new snapshots; marts are carried over where nothing that they are made of changed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from jobs.domains import jobs_of
from jobs.shell import shell
from lake.run.run import Run


def main(argv: Sequence[str]) -> None:
    shell(__doc__, argv, build_marts)


def build_marts(run: Run) -> None:
    jobs_of(run).build_marts(run)


if __name__ == "__main__":
    main(sys.argv[1:])
