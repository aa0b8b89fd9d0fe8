"""What to look at after a run."""

from __future__ import annotations

from headrace.domains import DOMAINS
from headrace.facts.step import Step
from headrace.lakes import domain_tables
from headrace.show.command_lines import query_step, status_command
from lake.releases.release import Release
from lake.store.objects import ObjectStore

QUARANTINED = "SELECT reasons, count(*) AS row_count FROM quarantine.{table} GROUP BY reasons ORDER BY row_count DESC"


def next_steps(lake: ObjectStore, release: Release, lake_uri: str) -> list[Step]:
    steps = [
        Step("every file, and what became of it", status_command(release.domain, lake_uri, "--files")),
        *DOMAINS[release.domain].next_steps(lake, release, lake_uri),
    ]
    for name, counts in release.counts.items():
        if counts.cumulative["quarantined"]:
            most = sorted(_quarantining(release, name).items(), key=lambda item: (-item[1], item[0]))[:3]
            why = f"what was quarantined of {name}, most often {', '.join(f'{code} ({n:,})' for code, n in most)}"
            steps.append(query_step(why, QUARANTINED.format(table=name), release.domain, lake_uri))
    return steps


def _quarantining(release: Release, table: str) -> dict[str, int]:
    """How often each reason quarantined: not those for which a row was excluded, or replaced with its delivery."""
    contract = domain_tables(release.domain).curated[table]
    others = release.harmless_reasons(contract)
    return {code: count for code, count in release.counts[table].reasons.items() if code not in others}
