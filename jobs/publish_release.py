"""Audit a run and publish its release.

Reads: the run's manifest, the footers of what it landed, and the listing of every table.
Writes: releases/<domain>/<number>.json, created exclusively; nothing where the run changed nothing.
Rerun: publishes nothing a second time.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

import pyarrow
import pyspark

from jobs.release_audit import audit
from jobs.shell import shell
from lake.landing.deliveries import Delivery
from lake.releases.artefacts import parse_artefact
from lake.releases.release import Release, SourceAsRead, TableCounts, current_release, parse_snapshot, publish
from lake.run.manifest import now_utc
from lake.run.run import Run


def main(argv: Sequence[str]) -> None:
    shell(__doc__, argv, publish_release)


def publish_release(run: Run) -> Release | None:
    """The new release, or None where the parent says the same already. Raises AuditError where a count is off."""
    current = current_release(run.lake, run.domain)
    if current and current.run_id == run.run_id:
        return _with_stage(run, current)
    with run.step("publish", "audit"):
        release = _release(run)
        if run.parent and _is_same(run, run.parent, release):
            run.add_stage("publish", {"release": run.parent.number, "is_new": False})
            return None
        audit(run, release)
    return _with_stage(run, publish(run.lake, release))


def _with_stage(run: Run, published: Release) -> Release:
    run.add_stage("publish", {"release": published.number, "is_new": True})
    return published


def _release(run: Run) -> Release:
    land = run.landed()
    curate, marts = (run.stage(stage) for stage in ("curate", "marts"))
    train = run.stages.get("train", {})
    parent = run.parent.number if run.parent else None
    facts = {"raw": land["raw"], "new_landing_file_ids": land["new_landing_file_ids"]}
    return Release(
        domain=run.domain,
        number=(parent or 0) + 1,
        parent=parent,
        kind="run",
        run_id=run.run_id,
        published_at=now_utc(),
        ledger=land["ledger"],
        curated={name: parse_snapshot(said) for name, said in curate["tables"].items()},
        marts={name: parse_snapshot(said) for name, said in marts["tables"].items()},
        counts={name: TableCounts(**said) for name, said in curate["counts"].items()},
        digests={f"reading/{source.name}": source.reading_digest for source in run.configuration.sources},
        sources={source.name: SourceAsRead.of(source) for source in run.configuration.sources},
        as_of=marts.get("as_of"),
        models={name: parse_artefact(said) for name, said in train.get("models", {}).items()},
        facts=facts | ({"training": train["training"]} if train else {}),
        versions={
            "engine": _engines(run),
            "headrace": version("headrace"),
            "pyspark": pyspark.__version__,
            "pyarrow": pyarrow.__version__,
        },
        durations_seconds=dict(run.durations_seconds),
    )


def _engines(run: Run) -> str:
    """What made the tables of the run, by its stages; those of its parent where it carried all of them over."""
    found = sorted({stage["engine"] for stage in run.stages.values() if stage.get("engine")})
    carried = run.parent.versions.get("engine", "") if run.parent else ""
    return " and ".join(found) or carried


def _is_same(run: Run, parent: Release, release: Release) -> bool:
    """A file that was only touched has another ETag, and nothing else: it is read again, and changes nothing."""

    def made_of(deliveries: Sequence[Delivery], of: Release) -> tuple[object, ...]:
        names = [(replace(one, raw_files=()), [file.key for file in one.raw_files]) for one in deliveries]
        return names, of.curated, of.marts, of.models

    return made_of(run.parent_deliveries, parent) == made_of(run.deliveries, release)


if __name__ == "__main__":
    main(sys.argv[1:])
