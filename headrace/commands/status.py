"""`headrace status`: the current release of a domain."""

from __future__ import annotations

from headrace.commands.notices import notices
from headrace.domains import DOMAINS
from headrace.facts.status import FileCounts, FileStatus, KeptRelease, Status
from headrace.lakes import release_of, warehouse_release
from lake.landing.deliveries import Delivery
from lake.landing.ledger import read_ledger
from lake.releases.release import Release, read_release, release_numbers
from lake.store.objects import ObjectStore


def current_status(lake: ObjectStore, domain: str) -> Status:
    """The current release of a domain, its counts, files and the releases that are kept."""
    return status_of(lake, release_of(lake, domain))


def status_of(lake: ObjectStore, release: Release) -> Status:
    commands, files = DOMAINS[release.domain], files_of(lake, release)
    return Status(
        domain=release.domain,
        release=release.number,
        parent=release.parent,
        kind=release.kind,
        run_id=release.run_id,
        published_at=release.published_at,
        as_of=release.as_of,
        warehouse_release=warehouse_release(lake, release.domain),
        tables=release.counts,
        marts={name: snapshot.row_count() for name, snapshot in release.marts.items()},
        files=files,
        notices=[*notices(release, files), *commands.notes(lake, release)],
        releases=[_kept(read_release(lake, release.domain, n)) for n in release_numbers(lake, release.domain)],
        of_domain=commands.facts(lake, release),
    )


def files_of(lake: ObjectStore, release: Release) -> list[FileStatus]:
    """What became of every raw file that the release is made of; a content that came under several names once."""
    replaced = {file_id for snapshot in release.curated.values() for file_id in snapshot.replaced}
    return [
        _file(delivery, is_replaced=delivery.landing_file_id in replaced)
        for delivery in read_ledger(lake, release.ledger)
    ]


def _file(delivery: Delivery, *, is_replaced: bool) -> FileStatus:
    landed = delivery.landed
    name, *others = [file.key for file in delivery.raw_files]
    return FileStatus(
        file=name,
        source=delivery.source_name,
        period=delivery.period or None,
        counts=FileCounts(
            lines=landed.line_count,
            header_lines=landed.header_line_count,
            records=landed.record_count,
            line_breaks_in_fields=landed.line_break_in_field_count,
            blank_lines=landed.blank_line_count,
            shared_lines=landed.shared_line_count,
            landed=landed.landing_row_count,
            dead_letters=landed.dead_letter_count,
        ),
        rows=delivery.row_count,
        delivery_order=delivery.order or None,
        replaced=is_replaced,
        landing_file_id=delivery.landing_file_id,
        same_content=others,
        undeclared_columns=landed.undeclared_columns,
    )


def _kept(release: Release) -> KeptRelease:
    curated = {snapshot.table: snapshot.row_count(outcome="curated") for snapshot in release.curated.values()}
    return KeptRelease(
        number=release.number,
        parent=release.parent,
        kind=release.kind,
        run_id=release.run_id,
        published_at=release.published_at,
        as_of=release.as_of,
        rolled_back_to=release.facts.get("rolled_back_to") if release.kind == "rollback" else None,
        rows={snapshot.table: snapshot.row_count() for snapshot in release.marts.values()} | curated,
    )
