"""The counts in the jobs and in the operator's commands."""

from dataclasses import dataclass

from headrace.domain_commands import DomainCommands
from headrace.explain.versions import trace_rows
from headrace.facts.explain import Explanation, TracedRow
from jobs.domain_jobs import DomainJobs
from jobs.mart_writing import build_or_carry

JOBS = DomainJobs(
    check_options=lambda run: None, build_marts=lambda run: build_or_carry(run, lambda curated, keep, write: None)
)
WHERE = {"place": "place_name = ?", "record": "record_number = CAST(? AS BIGINT)"}


@dataclass(frozen=True)
class RowsExplanation(Explanation):
    rows: list[TracedRow]


class Counts(DomainCommands):
    name = "counts"
    subjects = tuple(WHERE)

    def explain(self, trail, subject, terms):
        sql = f"SELECT landing_file_id, record_number FROM outcomes.counts WHERE {WHERE[subject]}"
        records = [tuple(row.values()) for row in trail.objects(sql, terms[0])]
        return RowsExplanation(trace_rows(trail, {"counts": records}))
