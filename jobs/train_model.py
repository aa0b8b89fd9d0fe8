"""Train the model of a domain where there is reason to; it takes the place of the one that stands, or says why not.

Reads: the run's curated snapshots, and the parent release's model.
Writes: models/<domain>/<model>/, a snapshot of the backtest, and the stage `train` of the manifest; of a model that
was refused the card alone, beside the manifest. Nothing where the domain has no model.
Rerun: writes a new folder; those of an earlier attempt are read by nobody.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from jobs.domains import jobs_of
from jobs.shell import shell
from lake.run.run import Run


def main(argv: Sequence[str]) -> None:
    shell(__doc__, argv, train_model)


def train_model(run: Run) -> None:
    train = jobs_of(run).train_model
    if train is not None:
        train(run)


if __name__ == "__main__":
    main(sys.argv[1:])
