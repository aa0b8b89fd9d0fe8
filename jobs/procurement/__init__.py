"""What the jobs do in procurement."""

from jobs.domain_jobs import DomainJobs
from jobs.procurement.marts import build_marts
from jobs.procurement.options import check_options

JOBS = DomainJobs(check_options, build_marts)
