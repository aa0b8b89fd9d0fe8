"""What is no error of a release and may still be a surprise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from headrace.facts.status import FileStatus
from lake.releases.release import Release, TableCounts


def notices(release: Release, files: Sequence[FileStatus]) -> list[str]:
    """A sentence each: of columns that nothing reads, then of each table."""
    by_id = {file.landing_file_id: file for file in files}
    of_tables = (notice for table, counts in release.counts.items() for notice in _of_table(table, counts, by_id))
    return [*_unread(files), *of_tables]


def _unread(files: Sequence[FileStatus]) -> Iterator[str]:
    unread: dict[tuple[str, str], list[str]] = defaultdict(list)
    for file in files:
        if file.undeclared_columns:
            unread[file.source, ", ".join(map(repr, file.undeclared_columns))].append(file.file)
    for (source, columns), names in sorted(unread.items()):
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"{names[0]}{others}: landed, but read by no [columns] of source {source}: {columns}"


def _of_table(table: str, counts: TableCounts, files: Mapping[str, FileStatus]) -> Iterator[str]:
    for file_id, count in sorted(counts.repeated.items()):
        file = files[file_id]
        yield (
            f"{count:,} of the {file.rows:,} rows of {file.file} are in another file of {table} too; if a "
            'corrected log was sent again, what it corrects still stands: give its source kind = "full"'
        )
    if counts.outdated:
        yield (
            f"{counts.outdated:,} rows of {table} stand although a newer version of each is in quarantine: "
            f"see quarantine.{table}, and `headrace explain` of such a key"
        )
    if counts.keys_removed:
        why = (
            f"it was rebuilt, since {counts.why}; {counts.keys_added:,} keys were added"
            if counts.mode == "rebuilt" and counts.keys_added
            else "a delivery replaced theirs without them, or excludes them"
        )
        yield f"{counts.keys_removed:,} of the {counts.rows_before:,} rows of {table} went with this release: {why}"
    if counts.version_conflicts:
        yield (
            f"{counts.version_conflicts:,} rows of {table} contradict another of the same version; the later "
            f"stands: FROM outcomes.{table} WHERE is_version_conflict"
        )
