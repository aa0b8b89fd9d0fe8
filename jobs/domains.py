"""The domains, as the jobs know them."""

from jobs import procurement, search
from jobs.domain_jobs import DomainJobs

JOBS: dict[str, DomainJobs] = {"procurement": procurement.JOBS, "search": search.JOBS}
