"""Which source a raw file belongs to, and what its name says of its delivery."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lake.config import Domain, Source
from lake.errors import DataError
from lake.objects import ObjectInfo


@dataclass(frozen=True)
class Claim:
    """A raw file and the source that claims it: its period and delivery by its name, and when it was first seen."""

    file: ObjectInfo
    source_name: str
    period: str
    delivery: str
    arrived_at: str


def claim_files(
    files: Iterable[ObjectInfo], sources: Sequence[Source], domain: Domain, *, arrived_at: str, where: str
) -> list[Claim]:
    """Every file with the source that claims it, or with each of those that share it.

    Raises DataError where there is no file in `where`, or where one is claimed by no source, by several that do not
    share it, or without the period that its kind needs.
    """
    files = list(files)
    considered = [f for f in files if not any(fnmatch.fnmatchcase(f.key, pattern) for pattern in domain.ignored_files)]
    ignored = [file.key for file in files if file not in considered]
    if ignored and not considered:
        raise DataError(f"{ignored[0]} and all else in {where} is hidden by ignored_files of domain {domain.name}")
    if not considered:
        raise DataError(
            f"there is no file in {where}; promised at least one delivery of a source of "
            f"{domain.name} ({', '.join(sorted(source.name for source in sources))})"
        )
    return [claim for file in considered for claim in _claims(file, sources, arrived_at)]


def _claims(file: ObjectInfo, sources: Sequence[Source], arrived_at: str) -> list[Claim]:
    """One, or one for each of the sources that share the file."""
    found: dict[str, tuple[Source, re.Match[str]]] = {}
    for source in sources:
        for pattern in source.claims:
            if match := re.search(pattern, file.key):
                found.setdefault(source.name, (source, match))
    claiming = [source for source, _ in found.values()]
    if not claiming:
        patterns = "; ".join(f"{source.name}: {' or '.join(source.claims)}" for source in sources)
        raise DataError(
            f"{file.key}: no source claims this file; known are {patterns}; add it to `claims` of a source with "
            f"--config FILE, or to ignored_files of the domain"
        )
    is_shared = all(s.shares_files for s in claiming) and len({s.table for s in claiming}) == len(claiming)
    if len(claiming) > 1 and not is_shared:
        raise DataError(
            f"{file.key}: claimed by {' and by '.join(sorted(found))}; narrow their `claims`, or say shares_files = "
            "true in each if each fills another table from it"
        )
    return [_claim(file, source, match, arrived_at) for source, match in found.values()]


def _claim(file: ObjectInfo, source: Source, match: re.Match[str], arrived_at: str) -> Claim:
    said = match.groupdict()
    period = _period(said.get("period") or "")
    if source.kind == "replaces_period" and not period:
        raise DataError(
            f"{file.key}: source {source.name} replaces periods, but nothing in the name tells the period; "
            f"promised {' or '.join(source.claims)} ({source.where})"
        )
    return Claim(file, source.name, period, said.get("delivery") or "", arrived_at)


def _period(said: str) -> str:
    """`2024-9` is `2024-09`: a month has one name, and names sort as the months do."""
    return re.sub("[0-9]+", lambda number: number[0].zfill(2), said)
