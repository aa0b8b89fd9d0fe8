"""The vendor master: an entry of each vendor, and what was changed in some."""

from __future__ import annotations

import numpy as np

from samples.arrays import Frame, Ints
from samples.procurement.clock import NULL, at_office, open_day
from samples.procurement.entities import Vendors
from samples.procurement.scenario import Scenario
from samples.procurement.sheet import concat, pick, take

_SHARE_CORRECTED = 0.4
_OLDEST_DAYS = 2000


def make_entries(vendors: Vendors, scenario: Scenario, rng: np.random.Generator) -> Frame:
    """Versions of entries by vendor and time; the newest has the terms by which the vendor is paid.

    All entries are older than the window. Two of five had other terms, or none, and are corrected within it, some
    more than once.
    """
    window, count = scenario.window, len(vendors)
    created = at_office(window.first_day - 1 - rng.integers(30, _OLDEST_DAYS, count), rng)
    entries = _entries(vendors, np.arange(count), created)
    corrected = pick(np.ones(count, dtype=np.bool_), max(1, round(_SHARE_CORRECTED * count)), rng)
    twice = corrected[rng.random(len(corrected)) < 0.25]
    entries["payment_terms_days"][corrected] = _other_terms(vendors.terms_days[corrected], rng)
    between = _entries(vendors, twice, _days_of_window(len(twice), scenario, rng, half=0))
    between["payment_terms_days"] = _other_terms(between["payment_terms_days"], rng)
    last = _entries(vendors, corrected, _days_of_window(len(corrected), scenario, rng, half=1))
    versions = concat([entries, between, last])
    return take(versions, np.lexsort((versions["changed_at"], versions["vendor_id"])))


def _entries(vendors: Vendors, rows: Ints, changed_at: Ints) -> Frame:
    return {
        "vendor_id": vendors.id[rows],
        "changed_at": changed_at,
        "vendor_name": vendors.name[rows],
        "country_code": vendors.country[rows],
        "payment_terms_days": vendors.terms_days[rows].copy(),
    }


def _days_of_window(count: int, scenario: Scenario, rng: np.random.Generator, *, half: int) -> Ints:
    """Minutes in the first or the second half of the window."""
    window = scenario.window
    first, last = (window.first_day, scenario.delay_day) if half == 0 else (scenario.delay_day + 1, window.last_day)
    days = open_day(rng.integers(first, last + 1, count))
    return at_office(np.minimum(days, last), rng)


def _other_terms(terms: Ints, rng: np.random.Generator) -> Ints:
    """Terms that are not these; null for one in five."""
    other = np.where(terms == 30, 60, 30)
    return np.where(rng.random(len(terms)) < 0.2, NULL, other)
