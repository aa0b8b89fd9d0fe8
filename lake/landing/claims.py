"""Which source a raw file belongs to, and what its name says of its delivery."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lake.config.configuration import Domain, Source
from lake.config.mending import overlay, toml
from lake.config.names import FromName, iso_period
from lake.errors import DataError
from lake.store.objects import ObjectInfo

_DAY = "(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]))?"
_PERIOD = re.compile(f"[0-9]{{4}}(-(0[1-9]|1[0-2])(-{_DAY})?)?")  # sorts as time does
FORMATS_BY_ENDING = {
    **dict.fromkeys(("csv", "tsv", "txt"), "csv"),
    **dict.fromkeys(("xlsx", "xls"), "excel"),
    **dict.fromkeys(("json", "jsonl", "ndjson"), "json"),
    "parquet": "parquet",
}


_YEAR_LAST = re.compile(r"[0-9]{1,2}[^0-9][0-9]{1,2}[^0-9]([0-9]{2}|[0-9]{4})|[0-9]{1,2}[^0-9][0-9]{4}")


@dataclass(frozen=True)
class Part:
    """A raw file of a delivery, and what its manifest promises of it."""

    file: ObjectInfo
    row_count: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Claim:
    """A raw file and the source that claims it: its period and delivery by its name, and when it was first seen.

    `named` are the fields that are made of its name, each with the text that the name has.
    A claim of a manifest has the files that it lists as its `parts`; its `file` then stands for them all: its size is
    theirs, and its ETag is another when that of any of them is.
    """

    file: ObjectInfo
    source_name: str
    period: str
    delivery: str
    arrived_at: str
    parts: tuple[Part, ...] = ()
    named: tuple[tuple[str, str], ...] = ()


def claim_files(
    files: Iterable[ObjectInfo],
    sources: Sequence[Source],
    domain: Domain,
    *,
    arrived_at: str,
    where: str,
    manifests: Mapping[str, tuple[Part, ...]] | None = None,
) -> list[Claim]:
    """Every file with the source that claims it, or with each of those that share it; files that a manifest lists are
    claimed by it.

    Without `manifests` files are claimed by their names alone. Raises DataError where there is no file in `where`, or
    where one is claimed by no source, by several that do not share it, without the period that its kind or
    `closed_through` needs, with a name that says no such period or field, or without the manifest.
    """
    files = list(files)
    listed = {part.file.key for parts in (manifests or {}).values() for part in parts}
    ignored = [file.key for file in files if ignores(domain, file.key)]
    considered = [file for file in files if file.key not in listed and not ignores(domain, file.key)]
    if ignored and len(ignored) == len(files):
        raise DataError(f"{ignored[0]} and all else in {where} is hidden by ignored_files of domain {domain.name}")
    if not considered:
        raise DataError(
            f"there is no file in {where}, which is empty; expected at least one delivery of a source of "
            f"{domain.name} ({', '.join(sorted(source.name for source in sources))})"
        )
    claims = [claim for file in considered for claim in _claims(file, sources, arrived_at)]
    if manifests is None:
        return claims
    return [_with_parts(claim, sources, manifests.get(claim.file.key, ())) for claim in claims]


def ignores(domain: Domain, key: str) -> bool:
    """Whether no source need claim the file."""
    return any(fnmatch.fnmatchcase(key, pattern) for pattern in domain.ignored_files)


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
            f"{file.key}: no source claims this file{_and_no_manifest(sources)}; known are {patterns}; add it to "
            f"`claims` of a source with --config FILE, or to ignored_files of the domain{_as_another(file, sources)}"
        )
    is_shared = all(s.shares_files for s in claiming) and len({s.table for s in claiming}) == len(claiming)
    if len(claiming) > 1 and not is_shared:
        raise DataError(
            f"{file.key}: claimed by {' and by '.join(sorted(found))}; narrow their `claims`, or say shares_files = "
            "true in each if each fills another table from it"
        )
    return [_claim(file, source, match, arrived_at) for source, match in found.values()]


def _as_another(file: ObjectInfo, sources: Sequence[Source]) -> str:
    """How to have it read where a source would claim it, if only its name ended as those of another format do."""
    ending = re.search(r"\.([A-Za-z]+)(\.(gz|zst))?$", file.key)
    if not ending or ending[1].lower() not in FORMATS_BY_ENDING:
        return ""
    format_ = FORMATS_BY_ENDING[ending[1].lower()]
    manifest = ["read.manifest = false"] if format_ == "parquet" else []
    for other, its_format in FORMATS_BY_ENDING.items():
        name = f"{file.key[: ending.start()]}.{other}"
        claiming = [(s, p) for s in sources for p in s.claims if its_format != format_ and re.search(p, name)]
        patterns = [re.sub(r"\((\w+\|)*\w+\)(?=[(]|[$])|xlsx\?|csv", ending[1], p) for _, p in claiming]
        if claiming and all(re.search(pattern, file.key) for pattern in patterns):
            said = (f"source.claims = {toml(patterns[:1])}", f"read.format = {toml(format_)}", *manifest)
            others = "".join(f", and another for {source.name}" for source, _ in claiming[1:])
            return f"; if it holds what {name} would, {overlay(claiming[0][0].name, *said)}{others}"
    return ""


def _claim(file: ObjectInfo, source: Source, match: re.Match[str], arrived_at: str) -> Claim:
    said = match.groupdict()
    period = _period(said.get("period") or "", file, source)
    if source.kind == "replaces_period" and not period:
        raise DataError(
            f"{file.key}: source {source.name} replaces periods, but nothing in the name tells the period; "
            f"expected {' or '.join(source.claims)} ({source.where})"
        )
    if source.closed_through is not None and not _PERIOD.fullmatch(period):
        found = f"period {period!r}" if period else "no period"
        raise DataError(
            f"{file.key}: the name has {found}, expected YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDTHH: source "
            f"{source.name} is closed through {source.closed_through}, and nothing tells whether this file is; rename "
            f"it, say period_format, or take closed_through out ({source.where})"
        )
    named = tuple((field.field, _text(said[field.group], field, file)) for field in source.from_name)
    return Claim(file, source.name, period, said.get("delivery") or "", arrived_at, named=named)


def _text(text: str | None, field: FromName, file: ObjectInfo) -> str:
    if text is None or not field.reads(text):
        found = "says no" if text is None else f"says {text!r} as its"
        raise DataError(
            f"{file.key}: the name {found} {field.group}, expected what rule {field.filling.rule!r} reads as "
            f"{field.field}; rename it, or change the rule ({field.filling.where})"
        )
    return text


def _with_parts(claim: Claim, sources: Sequence[Source], parts: tuple[Part, ...]) -> Claim:
    source = next(source for source in sources if source.name == claim.source_name)
    if not source.wants_manifest:
        return claim
    if not parts:
        raise DataError(
            f"{claim.file.key}: no manifest lists this file; expected a NAME.manifest.json beside it that does and "
            f"that `claims` of source {source.name} matches, or manifest = false under [read] ({source.where})"
        )
    return replace(claim, file=_whole(claim.file, parts), parts=parts)


def _and_no_manifest(sources: Sequence[Source]) -> str:
    return " and no manifest lists it" if any(source.wants_manifest for source in sources) else ""


def _whole(manifest: ObjectInfo, parts: Sequence[Part]) -> ObjectInfo:
    files = [manifest, *(part.file for part in parts)]
    etags = json.dumps([(file.key, file.size, file.etag) for file in files])
    return ObjectInfo(manifest.key, sum(file.size for file in files), hashlib.sha256(etags.encode()).hexdigest())


def _period(said: str, file: ObjectInfo, source: Source) -> str:
    """`2024-9` is `2024-09`: a month has one name, and names sort as the months do."""
    if source.period_format and said:
        period = iso_period(said, source.period_format)
        if period is None:
            raise DataError(
                f"{file.key}: the name has period {said!r}, expected one of period_format {source.period_format!r}; "
                f"rename it, or change the format ({source.where})"
            )
        return period
    if _YEAR_LAST.fullmatch(said):
        raise DataError(
            f"{file.key}: the name has period {said!r}, which does not sort as time does; say how names write it, such "
            f'as period_format = "%m-%d-%Y" ({source.where})'
        )
    return re.sub("[0-9]+", lambda number: number[0].zfill(2), said)
