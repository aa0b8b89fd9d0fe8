"""What to look at after a run of search: the report, the terms searched most, and where an estimate comes from."""

from __future__ import annotations

from headrace.duck.reader import connect, objects, tables_of_release
from headrace.facts.step import Step
from headrace.lakes import is_folder
from headrace.show.command_lines import query_step, step
from lake.releases.release import Release
from lake.store.objects import ObjectStore

ESTIMATE = (
    "FROM marts.search_volume_estimates WHERE basis = 'direct' AND estimated_search_count IS NOT NULL "
    "ORDER BY estimated_on DESC, estimated_search_count DESC, term, marketplace_code, department_name LIMIT 1"
)
MOST_SEARCHED = (
    "SELECT marketplace_code, department_name, term, rank, round(estimated_search_count) AS estimate, "
    "round(lo_80_search_count) AS lo_80, round(hi_80_search_count) AS hi_80 FROM marts.search_volume_estimates "
    "WHERE estimated_on = (SELECT max(estimated_on) FROM marts.search_volume_estimates) "
    "ORDER BY estimated_search_count DESC NULLS LAST, term LIMIT 10"
)


def next_steps(lake: ObjectStore, release: Release, lake_uri: str) -> list[Step]:
    if not is_folder(lake) or "search_volume_estimates" not in release.marts:
        return []
    steps = [
        step("curves, estimates over time, calibration and drift", "report", release.domain, lake_uri=lake_uri),
        query_step("what was searched most on the last day", MOST_SEARCHED, release.domain, lake_uri),
    ]
    with connect(lake, tables_of_release(release)) as connection:
        found = objects(connection, ESTIMATE)
    if found:
        term, day = found[0]["term"], found[0]["estimated_on"].isoformat()
        where = f"marketplace={found[0]['marketplace_code']}"
        why = "where that number comes from, down to the labels behind it"
        steps.append(step(why, "explain", release.domain, "volume", term, day, where, lake_uri=lake_uri))
    return steps
