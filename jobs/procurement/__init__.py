"""What the jobs do in procurement. Workers that land files import this too: what makes marts is imported in use."""

from jobs.domain_jobs import DomainJobs
from lake.run.run import Run


def _check_options(run: Run) -> None:
    from jobs.procurement.options import check_options

    check_options(run)


def _build_marts(run: Run) -> None:
    from jobs.procurement.marts import build_marts

    build_marts(run)


JOBS = DomainJobs(_check_options, _build_marts)
