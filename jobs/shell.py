"""What every job does around its work: arguments in, the sentence of a failure last."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from lake.run.arguments import parse_arguments
from lake.run.run import Run


def shell(doc: str | None, argv: Sequence[str], work: Callable[[Run], object], *, needs_raw: bool = False) -> None:
    """Run one job from the command line of `python`, `spark-submit` or Glue. A failure raises, its sentence last."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("py4j").setLevel(logging.WARNING)
    arguments = parse_arguments(doc, argv, needs_raw=needs_raw)
    log = logging.getLogger("headrace")

    def tell(stage: str, step: str, row_count: int | None, seconds: float | None) -> None:
        if seconds is not None:
            rows = f", {row_count:,} rows" if row_count is not None else ""
            log.info("run %s: %s: %s: %.1f s%s", arguments.run_id, stage, step, seconds, rows)

    work(Run.of(arguments, tell))
