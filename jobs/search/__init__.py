"""What the jobs do in search. What a model needs is imported when it is needed: it takes a second."""

from jobs.domain_jobs import DomainJobs
from lake.run.run import Run


def _check_options(run: Run) -> None:
    from jobs.search.options import check_options

    check_options(run)


def _train_model(run: Run) -> None:
    from jobs.search.training import train_model

    train_model(run)


def _build_marts(run: Run) -> None:
    from jobs.search.scoring import score_terms

    score_terms(run)


JOBS = DomainJobs(_check_options, _build_marts, _train_model)
