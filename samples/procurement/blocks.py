"""Payment blocks: set at the posting of an invoice or soon after, and removed before its clearing."""

from __future__ import annotations

import numpy as np

from samples.arrays import Frame, Ints
from samples.procurement.clock import MINUTES, NULL, open_day
from samples.procurement.durations import draw
from samples.procurement.entities import BLOCK_REASONS
from samples.procurement.scenario import Scenario
from samples.procurement.sheet import concat, pick, rows_of, take

_SHARE_BLOCKED, _SHARE_TWICE, _SHARE_NEVER_REMOVED = 0.12, 0.06, 0.03
_MEDIAN_DAYS = 6.0


def make_blocks(invoices: Frame, people: int, scenario: Scenario, rng: np.random.Generator) -> Frame:
    """Blocks of documents by invoice and number, whenever they were; `removed_at` is null if that never comes.

    One invoice in eight is blocked, and a few of these again after the removal. What was taken back has no blocks.
    """
    reversed_ = np.isin(invoices["invoice_number"], invoices["reverses_invoice_number"])
    blocked = pick(
        ~reversed_ & (invoices["reverses_invoice_number"] == NULL), round(_SHARE_BLOCKED * rows_of(invoices)), rng
    )
    first = _blocks(take(invoices, blocked), invoices["recorded_at"][blocked], 1, scenario, rng)
    again = pick(first["removed_at"] != NULL, round(_SHARE_TWICE * len(blocked)), rng)
    second = _blocks(take(invoices, blocked[again]), first["removed_at"][again], 2, scenario, rng)
    blocks = concat([first, second])
    blocks |= {
        "block_reason_name": rng.integers(0, len(BLOCK_REASONS), rows_of(blocks)),
        "remover_name": rng.integers(0, people, rows_of(blocks)),
    }
    return take(blocks, np.lexsort((blocks["block_number"], blocks["invoice_number"])))


def _blocks(invoices: Frame, since: Ints, number: int, scenario: Scenario, rng: np.random.Generator) -> Frame:
    """A block of each invoice, from up to an hour after a minute; none of the days lies after the clearing."""
    count, cleared = rows_of(invoices), invoices["cleared_day"]
    blocked_at = since + rng.integers(0, 60, count)
    blocked_day = blocked_at // MINUTES
    waited = np.round(draw(scenario.family, _MEDIAN_DAYS, 0.8, count, rng)).astype(np.int64)
    day = open_day(blocked_day + waited)
    day = np.where((cleared != NULL) & (day > cleared), np.maximum(cleared, blocked_day), day)
    removed_at = np.maximum(blocked_at + 1, day * MINUTES + rng.integers(7 * 60, 18 * 60, count))
    is_removed = rng.random(count) >= np.where(cleared == NULL, 0.5, _SHARE_NEVER_REMOVED)
    return {
        "invoice_number": invoices["invoice_number"],
        "block_number": np.full(count, number, dtype=np.int64),
        "blocked_at": blocked_at,
        "removed_at": np.where(is_removed, removed_at, NULL),
    }
