"""The audit of a release before it is published: every file that it names, and every equation."""

from __future__ import annotations

from lake.curating.counts import audit_counts
from lake.curating.limits import refuse_quarantined
from lake.errors import AuditError
from lake.landing.landed_file import LandedFile, landing_key
from lake.releases.artefacts import audit_artefact
from lake.releases.release import Release
from lake.releases.snapshots import audit_files, footer_row_count
from lake.run.run import Run


def audit(run: Run, release: Release) -> None:
    """Raises AuditError where a count is off, where a file of a table or model is not as it was written, or where more
    rows than the limit are in quarantine. Landed files of the parent were audited when it was published."""
    if not run.lake.exists(release.ledger):
        raise AuditError(f"{run.lake.uri_of(release.ledger)} is gone; nothing was published, run again")
    known = {delivery.landing_file_id for delivery in run.parent_deliveries}
    for delivery in run.deliveries:
        if delivery.landing_file_id not in known:
            _audit_landed(run, delivery.landed)
    for snapshot in release.tables():
        audit_files(run.lake, snapshot)
    for artefact in release.models.values():
        audit_artefact(run.lake, artefact)
    for name, counts in release.counts.items():
        audit_counts(name, counts)
    refuse_quarantined(run, run.deliveries, release.curated, release.counts)


def _audit_landed(run: Run, landed: LandedFile) -> None:
    def row_count(ending: str) -> int:
        return footer_row_count(run.lake, landing_key(run.domain, landed.source_name, landed.landing_file_id, ending))

    is_whole = row_count("parquet") == landed.landing_row_count and (
        not landed.dead_letter_count or row_count("dead.parquet") == landed.dead_letter_count
    )
    if not landed.lines_close() or not is_whole:
        raise AuditError(f"{landed.raw_key}: its {landed.line_count} lines are not accounted for: {landed}")
