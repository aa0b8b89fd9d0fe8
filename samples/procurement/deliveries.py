"""Which rows each file holds: monthly extracts, re-sent months, late and repeated rows.

Tables with versions (vendors, orders) send each version in its month. Tables without that grow (approvals, changes,
blocks) send a row as it is at the end of its month, and once more in the month in which it ends. The others (receipts,
invoices, payments) send a month whole, and again where dirt wants it.

A delivery's code is `month index * 10 + delivery number`: codes stand in the order of the deliveries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samples.arrays import Bools, Frame, Ints
from samples.dirt_levels import Dirt
from samples.procurement.clock import MINUTES, NULL, Window, at_office
from samples.procurement.entities import CANCELLED
from samples.procurement.layout import Table
from samples.procurement.sheet import Sheet, concat, how_many, key_of, pick, rows_of, take
from samples.procurement.tables import APPROVALS, BLOCKS, CHANGES, INVOICES, ORDERS, PAYMENTS, RECEIPTS, VENDORS
from samples.procurement.world import APPROVAL_ENDS, BLOCK_ENDS, World, without_ends

Counts = dict[str, int]

SHARES: dict[str, dict[Dirt, float]] = {
    "late_older": {"realistic": 0.004, "hostile": 0.010},
    "straggler": {"realistic": 0.002, "hostile": 0.006},
    "resent_row": {"realistic": 0.008, "hostile": 0.020},
    "cancelled_then_older": {"realistic": 0.002, "hostile": 0.006},
    "version_conflict": {"realistic": 0.001, "hostile": 0.004},
    "moved_invoice": {"hostile": 0.003},
}
RESENT_MONTHS: dict[Dirt, float] = {"realistic": 0.3, "hostile": 0.5}


@dataclass(frozen=True)
class Delivery:
    """One file's worth of a table: the period it is for and its number within the period."""

    table: Table
    code: int
    period: str

    @property
    def number(self) -> int:
        return self.code % 10

    @property
    def stem(self) -> str:
        """File name without its ending: `invoices_2024-03_d1`."""
        return f"{self.table.name}_{self.period}_d{self.number}"

    @property
    def order(self) -> str:
        """What deliveries are compared by, as text: `2024-03/0001`."""
        return f"{self.period}/{self.number:04d}"


def deliveries_of(sheet: Sheet, window: Window) -> list[Delivery]:
    """Every delivery of a sheet in order; a month without rows has an empty first one."""
    codes = set(np.unique(sheet.delivery).tolist()) | {month * 10 + 1 for month in range(window.months)}
    return [Delivery(sheet.table, code, window.label(code // 10)) for code in sorted(codes)]


def deliver(table: Table, world: World, dirt: Dirt, rng: np.random.Generator) -> tuple[Sheet, Counts]:
    """The rows of a table by delivery, and how many of them are sent late, twice or not at all."""
    window = world.scenario.window
    match table.name:
        case VENDORS.name:
            return _deliver_versions(table, world.entries, window, dirt, rng)
        case ORDERS.name:
            return _deliver_versions(table, world.versions, window, dirt, rng)
        case APPROVALS.name:
            return _deliver_states(table, world.approvals, APPROVAL_ENDS, window, dirt, rng)
        case CHANGES.name:
            return _deliver_states(table, world.changes, (), window, dirt, rng)
        case BLOCKS.name:
            return _deliver_states(table, world.blocks, BLOCK_ENDS, window, dirt, rng)
        case RECEIPTS.name:
            return _deliver_months(table, world.receipts, window, dirt, rng)
        case INVOICES.name:
            return _deliver_months(table, world.invoices, window, dirt, rng)
        case PAYMENTS.name:
            return _deliver_months(table, world.payments, window, dirt, rng)
    raise ValueError(f"{table.name} has no deliveries")


def _deliver_versions(
    table: Table, versions: Frame, window: Window, dirt: Dirt, rng: np.random.Generator
) -> tuple[Sheet, Counts]:
    """Each version in the extract of its month, older ones in the first, but for those that dirt sends late or twice.

    Rows lie by key and version.
    """
    month = np.maximum(_month(table, versions, window), 0)
    code = month * 10 + 1
    if dirt == "none":
        return _sheet(table, [versions], [code], rng), {}
    share = {kind: how_many(levels.get(dirt, 0.0), rows_of(versions)) for kind, levels in SHARES.items()}
    has_next, next_month = _next_versions(table, versions, month)
    counts: Counts = {}
    late = pick(has_next & (next_month < window.months - 1), share["late_older"], rng)
    code[late] = _later(next_month[late], window, rng) * 10 + 1
    straggler = _stragglers(code == month * 10 + 1, month, share["straggler"], window, rng)
    code[straggler] = month[straggler] * 10 + 2
    counts |= {"late_older": len(late), "straggler": len(straggler)}
    frames, codes = [versions], [code]
    for kind, rows, changes in _copies(table, versions, month, window, share, rng):
        frames.append(take(versions, rows, **changes))
        later = _later(month[rows], window, rng)
        at_once = (rng.random(len(rows)) < 0.5) & (kind == "version_conflict")
        codes.append(np.where(at_once, code[rows], later * 10 + 1))
        counts[kind] = len(rows)
    if table.name == VENDORS.name:
        for again in range(12, window.months, 12):
            stands = np.flatnonzero((month < again) & ~(has_next & (next_month < again)))
            frames.append(take(versions, stands))
            codes.append(np.full(len(stands), again * 10 + 1))
            counts["master_again"] = counts.get("master_again", 0) + len(stands)
    return _sheet(table, frames, codes, rng), counts


def _copies(
    table: Table, versions: Frame, month: Ints, window: Window, share: Counts, rng: np.random.Generator
) -> list[tuple[str, Ints, Frame]]:
    """Rows to send once more: the newest ones, those before a cancellation, and contents that contradict."""
    has_next, next_month = _next_versions(table, versions, month)
    can_wait = month < window.months - 1
    resent = pick(~has_next & can_wait, share["resent_row"], rng)
    conflict = pick(can_wait, share["version_conflict"], rng)
    if table.name == VENDORS.name:
        terms = versions["payment_terms_days"][conflict]
        changed: Frame = {"payment_terms_days": np.where(terms == NULL, 10, terms + 5)}
        return [("resent_row", resent, {}), ("version_conflict", conflict, changed)]
    next_status = np.append(versions["status_code"][1:], -1)
    before_cancelled = has_next & (next_status == CANCELLED) & (next_month < window.months - 1)
    revenant = pick(before_cancelled, share["cancelled_then_older"], rng)
    amount = versions["ordered_amount"][conflict] + 100 * rng.integers(1, 500, len(conflict))
    return [
        ("resent_row", resent, {}),
        ("cancelled_then_older", revenant, {}),
        ("version_conflict", conflict, {"ordered_amount": amount}),
    ]


def _deliver_states(
    table: Table, rows: Frame, ends: Sequence[str], window: Window, dirt: Dirt, rng: np.random.Generator
) -> tuple[Sheet, Counts]:
    """Each row in the extract of its month; where the first of `ends` comes in a later month they are null at first.

    Nothing but the order of deliveries tells which state is newer: dirt sends no older one late.
    """
    month = _month(table, rows, window)
    last_month = _month_of_end(rows[ends[0]], month, window) if ends else month
    grows = last_month > month
    state = concat([without_ends(rows, ends, grows), take(rows, grows)])
    month, is_last = np.concatenate([month, last_month[grows]]), np.concatenate([~grows, grows[grows]])
    state, month, is_last = take(state, month >= 0), month[month >= 0], is_last[month >= 0]
    code = month * 10 + 1
    if dirt == "none":
        return _sheet(table, [state], [code], rng), {}
    count = rows_of(state)
    straggler = _stragglers(month >= 0, month, how_many(SHARES["straggler"][dirt], count), window, rng)
    code[straggler] = month[straggler] * 10 + 2
    resent = pick(is_last & (month < window.months - 1), how_many(SHARES["resent_row"][dirt], count), rng)
    later = _later(month[resent], window, rng) * 10 + 1
    counts = {"straggler": len(straggler), "resent_row": len(resent)}
    return _sheet(table, [state, take(state, resent)], [code, later], rng), counts


def _deliver_months(
    table: Table, rows: Frame, window: Window, dirt: Dirt, rng: np.random.Generator
) -> tuple[Sheet, Counts]:
    """Each row in the extract of its month of posting, as known at the window's end.

    A month that dirt re-sends is first as it was known soon after its end, without the clearings since; documents come
    and go between its deliveries. The last delivery is as known at the window's end.
    """
    month = _month(table, rows, window)
    rows, month = take(rows, month >= 0), month[month >= 0]
    numbers = _resent_months(window, dirt, rng)
    is_resent = np.isin(month, list(numbers))
    frames, codes = [take(rows, ~is_resent)], [month[~is_resent] * 10 + 1]
    counts: Counts = {"resent_month": len(numbers), "gone_key": 0} if numbers else {}
    for index, last in sorted(numbers.items()):
        own = take(rows, month == index)
        known = int(window.month_starts[index + 1]) - 1 + rng.integers(0, 6)
        for number in range(1, last + 1):
            day = window.last_day if number == last else min(int(known), window.last_day)
            stays = _known_documents(own[table.key[0]], rng)
            frames.append(_as_known(take(own, stays), day))
            codes.append(np.full(int(stays.sum()), index * 10 + number))
            counts["gone_key"] += int((~stays).sum()) if number == last else 0
            known += rng.integers(20, 40)
    if dirt == "hostile" and table.name == INVOICES.name:
        moved, moved_codes = _moved(rows, month, numbers, window, dirt, rng)
        frames, codes = [*frames, moved], [*codes, moved_codes]
        counts["moved_invoice"] = rows_of(moved)
    return _sheet(table, frames, codes, rng), counts


def _as_known(rows: Frame, day: int) -> Frame:
    """Without the clearings after a day, where rows have clearings."""
    if "cleared_on" not in rows:
        return rows
    return rows | {"cleared_on": np.where(rows["cleared_on"] > day, NULL, rows["cleared_on"])}


def _stragglers(eligible: Bools, month: Ints, count: int, window: Window, rng: np.random.Generator) -> Ints:
    """Rows for a second delivery of their month, in a quarter of the months."""
    some_months = rng.permutation(window.months)[: max(2, window.months // 4)]
    return pick(eligible & np.isin(month, some_months), count, rng)


def _resent_months(window: Window, dirt: Dirt, rng: np.random.Generator) -> dict[int, int]:
    """Month index to the number of its last delivery, for the months that are sent more than once."""
    share = RESENT_MONTHS.get(dirt)
    if not share:
        return {}
    months = rng.permutation(max(1, window.months - 1))[: max(1, round(share * window.months))]
    return {int(month): 3 if dirt == "hostile" and place == 0 else 2 for place, month in enumerate(months)}


def _known_documents(numbers: Ints, rng: np.random.Generator) -> Bools:
    """Rows of the documents that a delivery of a re-sent month knows: all but one in a hundred, and at least one."""
    distinct = np.unique(numbers)
    unknown = rng.choice(distinct, size=min(len(distinct), 1 + len(distinct) // 100), replace=False)
    return ~np.isin(numbers, unknown)


def _moved(
    lines: Frame, month: Ints, numbers: dict[int, int], window: Window, dirt: Dirt, rng: np.random.Generator
) -> tuple[Frame, Ints]:
    """Lines that are posted anew in the next month's last delivery, under the numbers that they have."""
    rows = pick(month < window.months - 1, how_many(SHARES["moved_invoice"][dirt], rows_of(lines)), rng)
    to = month[rows] + 1
    day = window.month_starts[to] + rng.integers(1, 10, len(rows))
    cleared = lines["cleared_on"][rows]
    frame = take(
        lines,
        rows,
        recorded_at=at_office(day, rng),
        cleared_on=np.where(cleared == NULL, NULL, np.maximum(cleared, day)),
    )
    last = np.array([numbers.get(index, 1) for index in range(window.months)], dtype=np.int64)
    return frame, to * 10 + last[to]


def _month(table: Table, rows: Frame, window: Window) -> Ints:
    """The month of each row, negative before the window."""
    moment = rows[table.moment]
    return window.month_of(moment // MINUTES if table.by_field[table.moment].kind == "time" else moment)


def _month_of_end(minutes: Ints, month: Ints, window: Window) -> Ints:
    """The month in which a row ends, its own where it does not."""
    return np.where(minutes == NULL, month, window.month_of(minutes // MINUTES))


def _next_versions(table: Table, versions: Frame, month: Ints) -> tuple[Bools, Ints]:
    """Whether a row's key has a newer version, and in which month that arises."""
    return np.diff(key_of(table, versions), append=-1) == 0, np.append(month[1:], -1)


def _later(month: Ints, window: Window, rng: np.random.Generator) -> Ints:
    """A month after each one, up to four on."""
    later: Ints = np.minimum(month + rng.integers(1, 5, len(month)), window.months - 1)
    return later


def _sheet(table: Table, frames: list[Frame], codes: list[Ints], rng: np.random.Generator) -> Sheet:
    """One sheet of all rows, by delivery; within it by time, but shuffled in every fifth delivery."""
    rows, delivery = concat([take_fields(frame, table) for frame in frames]), np.concatenate(codes)
    moment = rows[table.moment]
    chance = rng.random(len(delivery))
    is_shuffled = (delivery // 10 + delivery) % 5 == 4
    order = np.lexsort((chance, np.where(is_shuffled, 0, moment), delivery))
    return Sheet(table, take(rows, order), delivery[order])


def take_fields(frame: Frame, table: Table) -> Frame:
    """The table's own fields of a frame, in the table's order."""
    return {name: frame[name] for name in table.fields}
