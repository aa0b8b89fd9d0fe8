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
    """Every file with the one source that claims it.

    Raises DataError where there is no file in `where`, or where one is claimed by no source, by several, or without the
    period that its kind needs.
    """
    considered = [f for f in files if not any(fnmatch.fnmatchcase(f.key, pattern) for pattern in domain.ignored_files)]
    if not considered:
        raise DataError(
            f"there is no file in {where}; promised at least one delivery of a source of "
            f"{domain.name} ({', '.join(sorted(source.name for source in sources))})"
        )
    return [_claim(file, sources, arrived_at) for file in considered]


def _claim(file: ObjectInfo, sources: Sequence[Source], arrived_at: str) -> Claim:
    found = [
        (source, match) for source in sources for pattern in source.claims if (match := re.search(pattern, file.key))
    ]
    names = sorted({source.name for source, _ in found})
    if len(names) != 1:
        patterns = "; ".join(f"{source.name}: {' or '.join(source.claims)}" for source in sources)
        raise DataError(
            f"{file.key}: claimed by {' and by '.join(names)}; narrow their `claims`"
            if names
            else f"{file.key}: no source claims this file; known are {patterns}; add it to `claims` of a source with "
            f"--config FILE, or to ignored_files of the domain"
        )
    source, match = found[0]
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
