"""Which packaged environment fits where this process was started."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

OF_EMR = Path("/mnt/var/lib/info/job-flow.json")


def environment_here(argv: Sequence[str]) -> str | None:
    """`glue` where Glue gave its arguments; where `spark-submit` started Spark `emr` on EMR, `cluster` where it named a
    master that is not local, else `local_spark`; None where Python itself was started: then the domain decides.

    Glue gives every job `--JOB_NAME`; EMR Serverless sets `spark.emr-serverless.*`, and each node of EMR on EC2 has
    /mnt/var/lib/info/job-flow.json.
    """
    if any(argument.split("=")[0] == "--JOB_NAME" for argument in argv):
        return "glue"
    from lake.engines.spark import started_settings

    started = started_settings()
    if not started:
        return None
    if OF_EMR.exists() or any(key.startswith("spark.emr-serverless.") for key in started):
        return "emr"
    return "local_spark" if started.get("spark.master", "local").startswith("local") else "cluster"
