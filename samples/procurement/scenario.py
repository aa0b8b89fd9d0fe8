"""What is planted: which vendors behave how from when, and by how much durations are multiplied."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np

from samples.arrays import Bools, Floats, Ints
from samples.procurement.clock import Window, to_date
from samples.procurement.durations import Family
from samples.procurement.entities import Vendors

Plant = Literal["shared-shock", "company-shift", "slow-trend", "fall-before-delay", "left-truncated"]
PLANTS: tuple[Plant, ...] = get_args(Plant)

DELAY_FACTOR = 3.0
FALL_SHARE = 0.4
DAYS_FROM_DELAY_TO_FALL = 60
DAYS_FROM_FALL_TO_DELAY = 90
SHOCK_SPREAD = 0.35
SHIFT_FACTOR = 1.5
TREND_FACTOR = 2.5
DAYS_BEFORE_THE_WINDOW = 240
LATE_INVOICE_DAYS = 30


@dataclass(frozen=True)
class Driver:
    """Something that makes a leg longer: days between its ends are drawn, then multiplied."""

    name: str
    leg: str
    multiplier: float
    meaning: str


CONTRACT_CHANGE = Driver(
    "contract_change", "invoice_date_to_cleared", 1.5, "Terms of an item changed before the document date."
)
LATE_INVOICE = Driver(
    "late_invoice",
    "invoice_date_to_cleared",
    1.4,
    f"Dated more than {LATE_INVOICE_DAYS} days after an item's first receipt.",
)
MANUAL_REAPPROVAL = Driver(
    "manual_reapproval", "invoice_date_to_cleared", 1.3, "An item was approved anew, by hand, before the document date."
)
MANUAL_APPROVAL = Driver("manual_approval", "submission_to_release", 2.0, "Decided by a person, not by a strategy.")
INVOICE_DRIVERS = (CONTRACT_CHANGE, LATE_INVOICE, MANUAL_REAPPROVAL)
DRIVERS = (*INVOICE_DRIVERS, MANUAL_APPROVAL)


@dataclass(frozen=True)
class Scenario:
    """The window, what is planted by option, and what follows from both."""

    window: Window
    plants: frozenset[Plant] = frozenset()
    family: Family = "lognormal"

    @cached_property
    def first_order_day(self) -> int:
        """The first day of the window, or a day before it where the extracts start mid-life."""
        return self.window.first_day - (DAYS_BEFORE_THE_WINDOW if "left-truncated" in self.plants else 0)

    @cached_property
    def delay_day(self) -> int:
        """Half-way: invoices dated from this day on are cleared later."""
        return (self.window.first_day + self.window.last_day) // 2

    @property
    def fall_day(self) -> int:
        """From here on the delayed vendor gets fewer orders."""
        return self.delay_day + DAYS_FROM_DELAY_TO_FALL

    @property
    def early_fall_day(self) -> int:
        """From here on another vendor gets fewer orders, before its delay."""
        return self.delay_day - DAYS_FROM_FALL_TO_DELAY


def falls(scenario: Scenario, vendors: Vendors) -> list[tuple[int, int]]:
    """Vendor row and first day of each fall of orders."""
    some = [(vendors.delayed, scenario.fall_day)]
    if "fall-before-delay" in scenario.plants:
        some.append((vendors.early_fallen, scenario.early_fall_day))
    return some


def clearing_factor(scenario: Scenario, vendors: Vendors, vendor: Ints, day: Ints, rng: np.random.Generator) -> Floats:
    """By what the days from document date to clearing are multiplied, apart from the drivers.

    `vendor` is the vendor's row, `day` the document date.
    """
    factor = np.ones(len(day))
    is_delayed: Bools = vendor == vendors.delayed
    if "fall-before-delay" in scenario.plants:
        is_delayed |= vendor == vendors.early_fallen
    factor[is_delayed & (day >= scenario.delay_day)] *= DELAY_FACTOR
    if "company-shift" in scenario.plants:
        factor[day >= scenario.delay_day] *= SHIFT_FACTOR
    if "slow-trend" in scenario.plants:
        passed = (day - scenario.window.first_day) / (scenario.window.last_day - scenario.window.first_day)
        trend = 1 + (TREND_FACTOR - 1) * np.clip(passed, 0, 1)
        factor = np.where(vendor == vendors.trending, factor * trend, factor)
    if "shared-shock" in scenario.plants:
        shocks = rng.lognormal(0.0, SHOCK_SPREAD, (len(vendors), scenario.window.months + 1))
        month = np.clip(scenario.window.month_of(day), -1, scenario.window.months - 1)
        factor *= shocks[vendor, month]
    return factor


def planted(scenario: Scenario, vendors: Vendors) -> list[dict[str, Any]]:
    """What is planted in this generation, for `truth/planted.json`."""
    leg = "invoice_date_to_cleared"
    delayed = {"leg": leg, "change_on": to_date(scenario.delay_day), "factor": DELAY_FACTOR}
    some: list[dict[str, Any]] = [
        {"name": "always-slow", "vendor_id": vendors.code(vendors.slowest), "leg": leg},
        {
            "name": "delay-then-fall",
            "vendor_id": vendors.code(vendors.delayed),
            **delayed,
            "orders_fall_on": to_date(scenario.fall_day),
            "orders_fall_ratio": FALL_SHARE,
        },
    ]
    optional: dict[Plant, dict[str, Any]] = {
        "shared-shock": {"leg": leg, "log_spread": SHOCK_SPREAD},
        "company-shift": {"leg": leg, "change_on": to_date(scenario.delay_day), "factor": SHIFT_FACTOR},
        "slow-trend": {"vendor_id": vendors.code(vendors.trending), "leg": leg, "factor_at_the_end": TREND_FACTOR},
        "fall-before-delay": {
            "vendor_id": vendors.code(vendors.early_fallen),
            **delayed,
            "orders_fall_on": to_date(scenario.early_fall_day),
            "orders_fall_ratio": FALL_SHARE,
        },
        "left-truncated": {"orders_from": to_date(scenario.first_order_day)},
    }
    return some + [{"name": name, **said} for name, said in optional.items() if name in scenario.plants]
