"""The landed deliveries that a release is made of, their order, and which of them a later one replaced."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, pairwise, product

from lake.config.configuration import Source
from lake.errors import DataError
from lake.landing.claims import Claim
from lake.landing.landed_file import LandedFile
from lake.landing.unpivoted_headers import refuse_alike
from lake.store.objects import ObjectInfo


@dataclass(frozen=True)
class RawFile:
    """A raw object as it was when it was read: what tells that it needs no reading again."""

    key: str
    size: int
    etag: str


@dataclass(frozen=True)
class Delivery:
    """One landed content of a source and period, under every name that it came by, and what landing says of it.

    `order` says where it stands among the deliveries of its source, greater is later. Of a content that came more than
    once the latest place counts, so that the order does not depend on which was seen first.
    """

    landed: LandedFile
    order: str
    raw_files: tuple[RawFile, ...]

    @property
    def landing_file_id(self) -> str:
        return self.landed.landing_file_id

    @property
    def source_name(self) -> str:
        return self.landed.source_name

    @property
    def period(self) -> str:
        return self.landed.period

    @property
    def row_count(self) -> int:
        """Rows that its landed records are."""
        return self.landed.landing_row_count * self.landed.rows_of_a_record


def order_of(claim: Claim, arrived_at: str, source: Source) -> str:
    """`<period>/<delivery>` by the file's name; for `order = "arrival"` when the content first landed."""
    if source.order == "arrival":
        return f"{claim.period}/{arrived_at}"
    return f"{claim.period}/{_ordered(claim.delivery)}" if claim.period or claim.delivery else ""


def _ordered(delivery: str) -> str:
    """Text that sorts as its numbers do: of each four digits, and before them a mark for each digit more, which sorts
    behind digits."""
    return re.sub("[0-9]+", lambda number: _number(number[0]), delivery or "0")


def _number(digits: str) -> str:
    bare = digits.lstrip("0").zfill(4)
    return "~" * (len(bare) - 4) + bare


def merge_deliveries(known: Iterable[Delivery], seen: Iterable[Delivery]) -> list[Delivery]:
    """One delivery for each landed content: all its names, and its latest order."""
    by_id: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in (*known, *seen):
        by_id[delivery.landing_file_id].append(delivery)
    return sorted((_one(same) for same in by_id.values()), key=lambda d: (d.source_name, d.order, d.landing_file_id))


def count_raw_files(
    files: Iterable[ObjectInfo], claims: Sequence[Claim], deliveries: Iterable[Delivery], ignored: int
) -> dict[str, int]:
    """What each file of raw is, so that the counts add up to `found`: `landed`; `repeated`, with the very bytes of
    another that landed for the same source and period; `listed` by a manifest, whose delivery it is part of; or
    `ignored`."""
    firsts = {(delivery.source_name, delivery.raw_files[0]) for delivery in deliveries}
    claimed = {claim.file.key for claim in claims}
    landed = {
        claim.file.key
        for claim in claims
        if (claim.source_name, RawFile(claim.file.key, claim.file.size, claim.file.etag)) in firsts
    }
    listed = {part.file.key for claim in claims for part in claim.parts}
    return {
        "found": sum(1 for _ in files),
        "landed": len(landed),
        "repeated": len(claimed - landed),
        "listed": len(listed - claimed),
        "ignored": ignored,
    }


def _one(same: Sequence[Delivery]) -> Delivery:
    files = {file.key: file for delivery in same for file in delivery.raw_files}
    latest = max(same, key=lambda delivery: delivery.order)
    return Delivery(latest.landed, latest.order, tuple(files[key] for key in sorted(files)))


def refuse_emptying(deliveries: Iterable[Delivery], source: Source) -> None:
    """Raises DataError where a delivery without a record would replace rows, unless the source allows it: what failed
    to be extracted looks like that."""
    if source.kind not in ("replaces_period", "full") or source.may_be_empty:
        return
    own = [delivery for delivery in deliveries if delivery.source_name == source.name]
    for group in _competing(own, source):
        latest = group[-1]
        if len(group) > 1 and not latest.row_count:
            filled = next((delivery for delivery in reversed(group) if delivery.row_count), None)
            if filled:
                raise DataError(
                    f"{_names(latest)} has no record and would replace the {filled.row_count:,} of {_names(filled)} "
                    "with none; ask for it again, or say may_be_empty = true if that is meant "
                    f"({source.where})"
                )


def refuse_closed(deliveries: Iterable[Delivery], before: Iterable[Delivery], source: Source) -> None:
    """Raises DataError where a delivery for a period that the source has closed was not part of the release before.

    What that release had stays, and may be read again in another way.
    """
    if source.closed_through is None:
        return
    known = {file for delivery in before for file in delivery.raw_files}
    contents = {_content(delivery) for delivery in before}
    for delivery in deliveries:
        is_known = _content(delivery) in contents or not known.isdisjoint(delivery.raw_files)
        if delivery.source_name == source.name and not is_known and _is_closed(delivery.period, source.closed_through):
            raise DataError(
                f"{_names(delivery)} is for period {delivery.period}, and source {source.name} is closed through "
                f"{source.closed_through}: what was reported of it would change; take the file out of raw, or reopen "
                f"the period with an earlier closed_through ({source.where})"
            )


def _content(delivery: Delivery) -> tuple[str, str, str]:
    return delivery.source_name, delivery.period, delivery.landed.sha256


def _is_closed(period: str, closed_through: str) -> bool:
    """Whether a period ends before another does: a day of March does before March ends."""
    return bool(period) and (period <= closed_through or period.startswith(closed_through))


def _names(delivery: Delivery) -> str:
    return " = ".join(file.key for file in delivery.raw_files)


def _competing(own: Iterable[Delivery], source: Source) -> list[list[Delivery]]:
    """The deliveries of one source that claim the same: a period, or all of it; the latest last."""
    groups: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in own:
        groups[delivery.period if source.kind == "replaces_period" else ""].append(delivery)
    return [sorted(group, key=lambda d: (d.order, d.landing_file_id)) for group in groups.values()]


def replaced_deliveries(deliveries: Iterable[Delivery], source: Source) -> set[str]:
    """Ids of the deliveries of one source that a later one replaced.

    Raises DataError where two contents claim the same place, for every kind but `events`.
    """
    own = [delivery for delivery in deliveries if delivery.source_name == source.name]
    replaced: set[str] = set()
    for group in _competing(own, source):
        if source.kind in ("replaces_period", "full"):
            replaced |= {delivery.landing_file_id for delivery in group[:-1]}
        elif source.kind == "events":
            continue
        _refuse_ties(group, source)
    return replaced


def refuse_rivals(deliveries: Iterable[Delivery], sources: Sequence[Source], key: Sequence[str]) -> None:
    """Raises DataError where two sources of a table that may share keys both deliver the same period, or all of it, and
    each replaces only what it sent itself: rows that one withdrew would stay with the other.

    Sources whose constants differ in a field of the key, as in that of the ledger, share none.
    """
    replacing = [source for source in sources if source.kind in ("replaces_period", "full")]
    by_source: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        by_source[delivery.source_name].append(delivery)
    for one, other in combinations(replacing, 2):
        if not _may_share_keys(one, other, key):
            continue
        for first, second in product(by_source[one.name], by_source[other.name]):
            if first.period == second.period or "full" in (one.kind, other.kind):
                claimed = f"period {first.period} of {one.table}" if first.period == second.period else one.table
                raise DataError(
                    f"{_names(first)} (source {one.name}) and {_names(second)} (source {other.name}) both deliver "
                    f"{claimed}, and what replaces a period must be of one source: the other would keep the rows "
                    f"that it withdraws; take one of them out of raw, or let one source claim both "
                    f"({one.where} and {other.where})"
                )


def refuse_spellings(deliveries: Iterable[Delivery], source: Source) -> None:
    """Raises DataError where two columns of a source's files that are rows differ in case alone."""
    if source.unpivot:
        own = (delivery.landed.unpivoted for delivery in deliveries if delivery.source_name == source.name)
        refuse_alike(dict.fromkeys(chain.from_iterable(own)), source.unpivot)


def _may_share_keys(one: Source, other: Source, key: Sequence[str]) -> bool:
    said = [name for name in key if name in one.constants and name in other.constants]
    return all(one.constants[name] == other.constants[name] for name in said)


def _refuse_ties(group: Sequence[Delivery], source: Source) -> None:
    for one, other in pairwise(group):
        if one.order == other.order:
            first, second = sorted(delivery.raw_files[0].key for delivery in (one, other))
            names = f"{first} and {second}" if first != second else f"{first} as it landed before and as it is now"
            claim = f"claim period {one.period} of source" if one.period else "are deliveries of source"
            mend = (
                'they came in one run: number them in their names and say order = "delivery"'
                if source.order == "arrival"
                else f'number them in their names ({" or ".join(source.claims)}), or say order = "arrival"'
            )
            raise DataError(
                f"{names} {claim} {source.name} with different contents, and nothing tells which is later; "
                f"{mend} ({source.where})"
            )
