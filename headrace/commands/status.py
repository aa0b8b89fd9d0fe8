"""The facts of a release: what stands, of what it was made, and whether every row is accounted for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from headrace.domains import DOMAINS
from headrace.lakes import release_of, warehouse_release
from lake.landing.deliveries import Delivery
from lake.landing.ledger import read_ledger
from lake.releases.release import Release, read_release, release_numbers
from lake.store.objects import ObjectStore
from schemas.lineage import OUTCOMES

FILE_COUNTS = (
    "lines", "header_lines", "records", "line_breaks_in_fields", "blank_lines", "shared_lines", "landed",
    "dead_letters",
)  # fmt: skip


def status_facts(lake: ObjectStore, domain: str) -> dict[str, Any]:
    """The current release of a domain, its counts, files and the releases that are kept."""
    return release_facts(lake, release_of(lake, domain))


def release_facts(lake: ObjectStore, release: Release) -> dict[str, Any]:
    files = files_of(lake, release)
    return {
        "domain": release.domain,
        "release": release.number,
        "parent": release.parent,
        "kind": release.kind,
        "run_id": release.run_id,
        "published_at": release.published_at,
        "as_of": release.as_of,
        "warehouse_release": warehouse_release(lake, release.domain),
        "tables": {name: asdict(counts) for name, counts in release.counts.items()},
        "marts": {name: snapshot.row_count() for name, snapshot in release.marts.items()},
        "files": files,
        "notices": [*notices(release, files), *DOMAINS[release.domain].notes(lake, release)],
        "releases": [_summary(read_release(lake, release.domain, n)) for n in release_numbers(lake, release.domain)],
        **DOMAINS[release.domain].facts(lake, release),
    }


def files_of(lake: ObjectStore, release: Release) -> list[dict[str, Any]]:
    """What became of every raw file that the release is made of; a content that came under several names once."""
    replaced = {file_id for snapshot in release.curated.values() for file_id in snapshot.replaced}
    return [
        _file(delivery, is_replaced=delivery.landing_file_id in replaced)
        for delivery in read_ledger(lake, release.ledger)
    ]


def notices(release: Release, files: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is no error and may still be a surprise, a sentence each."""
    said = []
    unread: dict[tuple[str, str], list[str]] = defaultdict(list)
    for file in files:
        if file["undeclared_columns"]:
            unread[file["source"], ", ".join(map(repr, file["undeclared_columns"]))].append(file["file"])
    for (source, columns), names in sorted(unread.items()):
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        said.append(f"{names[0]}{others}: landed, but read by no [columns] of source {source}: {columns}")
    by_id = {file["landing_file_id"]: file for file in files}
    for table, counts in release.counts.items():
        for file_id, count in sorted(counts.repeated.items()):
            file = by_id[file_id]
            said.append(
                f"{count:,} of the {file['landed']:,} rows of {file['file']} are in another file of {table} too; if a "
                'corrected log was sent again, what it corrects still stands: give its source kind = "full"'
            )
        if counts.outdated:
            said.append(
                f"{counts.outdated:,} rows of {table} stand although a newer version of each is in quarantine: "
                f"see quarantine.{table}, and `headrace explain` of such a key"
            )
        if counts.keys_removed:
            why = (
                f"it was rebuilt, since {counts.why}; {counts.keys_added:,} keys were added"
                if counts.mode == "rebuilt" and counts.keys_added
                else "a delivery replaced theirs without them, or excludes them"
            )
            said.append(
                f"{counts.keys_removed:,} of the {counts.rows_before:,} rows of {table} went with this release: {why}"
            )
        if counts.version_conflicts:
            said.append(
                f"{counts.version_conflicts:,} rows of {table} contradict another of the same version; the later "
                f"stands: FROM outcomes.{table} WHERE is_version_conflict"
            )
    return said


def equations(counts: dict[str, Any]) -> list[dict[str, Any]]:
    """The run's and the table's equations of one table with their numbers: left, the parts of the right, and whether
    they close."""
    outcomes = {name: counts[name] for name in OUTCOMES}
    cumulative = {name: counts["cumulative"][name] for name in OUTCOMES}
    change = {
        "rows before": counts["rows_before"],
        "keys added": counts["keys_added"],
        "keys removed": -counts["keys_removed"],
    }
    newly = {"keys added": counts["keys_added"], "keys replaced": counts["keys_replaced"]}
    return [
        _equation("run", f"rows read{_of_records(counts['read_records'])}", counts["read"], outcomes),
        _equation(
            "ever", f"rows landed{_of_records(counts['landed_records'])}", counts["cumulative"]["landed"], cumulative
        ),
        _equation("table", "newly curated", counts["curated"], newly),
        _equation("table", "rows after", counts["rows_after"], change),
    ]


def _of_records(records: Mapping[str, int]) -> str:
    """` (1,200 records x 30 columns)`, where records are several rows each."""
    parts = (
        f"{count:,} record{'' if count == 1 else 's'}{'' if columns == '1' else f' x {int(columns):,} columns'}"
        for columns, count in records.items()
    )
    return f" ({' + '.join(parts)})" if records else ""


def file_equations(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The file equation summed over files: lines, then records."""
    total = {name: sum(file[name] for file in files) for name in FILE_COUNTS}
    lines = {
        "header": total["header_lines"],
        "records": total["records"],
        "line breaks in fields": total["line_breaks_in_fields"],
        "blank": total["blank_lines"],
        **({"on the line of another": -total["shared_lines"]} if total["shared_lines"] else {}),
    }
    records = {"landed": total["landed"], "dead letters": total["dead_letters"]}
    return [
        _equation("files", "lines", total["lines"], lines),
        _equation("files", "records", total["records"], records),
    ]


def raw_file_equation(found: Mapping[str, int]) -> dict[str, Any]:
    """What became of each file in raw, of what the run that landed them found."""
    right = {
        "landed": found["landed"],
        "with the same bytes as another": found["repeated"],
        "listed by a manifest": found["listed"],
        "ignored": found["ignored"],
    }
    return _equation(
        "raw", "raw files", found["found"], {name: n for name, n in right.items() if n or name == "landed"}
    )


def _equation(kind: str, name: str, left: int, right: dict[str, int]) -> dict[str, Any]:
    return {"kind": kind, "name": name, "left": left, "right": right, "closes": left == sum(right.values())}


def _file(delivery: Delivery, *, is_replaced: bool) -> dict[str, Any]:
    landed, names = delivery.landed, [file.key for file in delivery.raw_files]
    return {
        "file": names[0],
        "source": delivery.source_name,
        "period": delivery.period or None,
        "lines": landed.line_count,
        "header_lines": landed.header_line_count,
        "records": landed.record_count,
        "line_breaks_in_fields": landed.line_break_in_field_count,
        "blank_lines": landed.blank_line_count,
        "shared_lines": landed.shared_line_count,
        "landed": landed.landing_row_count,
        "dead_letters": landed.dead_letter_count,
        "delivery_order": delivery.order or None,
        "replaced": is_replaced,
        "landing_file_id": delivery.landing_file_id,
        "same_content": names[1:],
        "undeclared_columns": landed.undeclared_columns,
    }


def _summary(release: Release) -> dict[str, Any]:
    return {
        "number": release.number,
        "parent": release.parent,
        "kind": release.kind,
        "run_id": release.run_id,
        "published_at": release.published_at,
        "as_of": release.as_of,
        "rolled_back_to": release.facts.get("rolled_back_to") if release.kind == "rollback" else None,
        "rows": {
            snapshot.table: snapshot.row_count(**({"outcome": "curated"} if name in release.curated else {}))
            for name, snapshot in {**release.marts, **release.curated}.items()
        },
    }
