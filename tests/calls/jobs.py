"""What the jobs do for the calls."""

from jobs.domain_jobs import DomainJobs
from jobs.mart_writing import build_or_carry
from tests.calls.streets import derive_districts, derive_streets

JOBS = DomainJobs(
    check_options=lambda run: None,
    build_marts=lambda run: build_or_carry(run, lambda curated, keep, write: None),
    derive={"streets": derive_streets, "districts": derive_districts},
)
