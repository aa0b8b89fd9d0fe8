"""The domains, as the jobs know them."""

from jobs import procurement, search
from jobs.domain_jobs import DomainJobs
from lake.run.run import Run

JOBS: dict[str, DomainJobs] = {"procurement": procurement.JOBS, "search": search.JOBS}


def jobs_of(run: Run) -> DomainJobs:
    """Those of the run's domain. Raises ConfigError where there is no such domain."""
    _ = run.configuration
    return JOBS[run.domain]
