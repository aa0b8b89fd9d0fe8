"""An oracle: the procurement figures of the real BPI 2019 log, by docs/procurement.md and nothing else.

It imports nothing of the suite. Plain Python over one case at a time, and exact fractions for the survival curve, so
that it can be read beside the definitions. Run it for the headline figures:

    python -m tests.oracle.real_log ../shared/data/procurement/bpic2019_events_half.csv.gz

How the text was read where it leaves a choice is in `READINGS`, and each is marked `R<n>` where it is used.
"""

from __future__ import annotations

import calendar
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

READINGS = {
    "R1": "`event_at` of a `day` event is its local midnight as UTC, also where the log writes 23:59.",
    "R2": "`record_number` is the row of the raw file, 1 for the first below the header.",
    "R3": "The item's net worth belongs to the item, not to a posting: `amount` of an event is null; the case's "
    "`ordered_amount` is that of its latest event in the order of the page; `invoiced_amount` is null.",
    "R4": "`is_reversal` is true for paired cancellations only; one that stands alone is flagged nothing.",
    "R5": "`last order_deleted comes after last order_reactivated` is judged in the order of the page, not by date.",
    "R6": "Statuses 5 and 8 look at the whole case where there is no `document_id`.",
    "R7": "`is_inferred_pair` is true only where an `each_to_its_own` row has both ends and no `document_id`.",
    "R8": "Where no source of the case records the leg's end type there is no `data_through`: never `right_edge`. "
    "`is_end_after_data_through` is the end event's own flag.",
    "R9": "`not_applicable` rows that have a month have a `window_status` too.",
    "R10": "A case is `invoiced` by `invoice_recorded` events that stand; vendor documents alone do not count. "
    "`deleted` asks for no standing receipt, no standing recorded invoice and no clearing.",
    "R11": "`has_invoice_before_order` compares the first `invoice_issued` (reversed postings have no such mark) with "
    "the first `order_created`.",
    "R12": "`change_count` counts `order_changed` only, not `approval_changed`.",
    "R13": "`distinct_event_count` counts rows that differ in any column of the raw file.",
    "R14": "Neither end and a reversed start (status 5, `ended_otherwise`) has no month: it is in "
    "`not_applicable_count` of the overall cell, and in neither `leg_count` nor `ended_otherwise_count`.",
    "R15": "An overall cell stands even where all its legs are not applicable; a monthly cell stands only where a leg "
    "is counted in `leg_count`.",
    "R16": "A null category is a value of its own at the grains `category` and `vendor_category`.",
    "R17": "`at risk on day N` means a duration or censored time of N or more; `1 - S(N)` includes what closes on N.",
    "R18": "The edge days and the rule `never_expected` are configuration, and stand in no definition: arguments here.",
    "R19": "`occurrence_number` orders starts, then ends, in the order of the page (not by bare dates).",
    "R20": "`data_from` comes from `order_created` events by earliest `event_on`; events after --as-of are gone first.",
}

_CHANGES = (
    "Change Price", "Change Quantity", "Change Currency", "Change Storage Location", "Change payment term",
    "Change Delivery Indicator", "Change Final Invoice Indicator", "Change Rejection Indicator",
    "Block Purchase Order Item",
)  # fmt: skip
_WORKFLOW = (
    "SRM: Created", "SRM: Complete", "SRM: Document Completed", "SRM: In Transfer to Execution Syst.", "SRM: Ordered",
    "SRM: Change was Transmitted", "SRM: Transfer Failed (E.Sys.)", "SRM: Transaction Completed", "SRM: Incomplete",
    "SRM: Held", "SRM: Deleted", "Release Purchase Requisition",
)  # fmt: skip
EVENT_TYPE_OF: dict[str, str] = {
    "Create Purchase Requisition Item": "requisition_created",
    "Create Purchase Order Item": "order_created",
    "SRM: Awaiting Approval": "order_submitted",
    "Release Purchase Order": "order_released",
    "Receive Order Confirmation": "order_confirmed",
    "Update Order Confirmation": "order_confirmed",
    "Delete Purchase Order Item": "order_deleted",
    "Reactivate Purchase Order Item": "order_reactivated",
    "Record Goods Receipt": "goods_received",
    "Cancel Goods Receipt": "goods_receipt_cancelled",
    "Record Service Entry Sheet": "service_entered",
    "Vendor creates invoice": "invoice_issued",
    "Vendor creates debit memo": "debit_memo_issued",
    "Record Invoice Receipt": "invoice_recorded",
    "Cancel Invoice Receipt": "invoice_cancelled",
    "Record Subsequent Invoice": "subsequent_invoice_recorded",
    "Cancel Subsequent Invoice": "subsequent_invoice_cancelled",
    "Set Payment Block": "payment_block_set",
    "Remove Payment Block": "payment_block_removed",
    "Clear Invoice": "invoice_cleared",
    "Change Approval for Purchase Order": "approval_changed",
    **dict.fromkeys(_CHANGES, "order_changed"),
    **dict.fromkeys(_WORKFLOW, "workflow"),
}
DAY_ACTIVITIES = frozenset({"Vendor creates invoice", "Vendor creates debit memo", "Create Purchase Requisition Item"})
RECORDS = frozenset(EVENT_TYPE_OF.values()) - {"order_released"}
SYSTEM_STAMPED = frozenset(
    {"order_created", "goods_received", "service_entered", "invoice_recorded", "invoice_cleared",
     "payment_block_removed"}
)  # fmt: skip
TAKEN_BACK_BY = {
    "goods_receipt_cancelled": "goods_received",
    "invoice_cancelled": "invoice_recorded",
    "subsequent_invoice_cancelled": "subsequent_invoice_recorded",
}
LEGS = (  # name, start, end, pairing
    ("requisition_to_order", "requisition_created", "order_created", "first_to_first"),
    ("order_to_submission", "order_created", "order_submitted", "first_to_first"),
    ("submission_to_release", "order_submitted", "order_released", "first_to_first"),
    ("order_to_receipt", "order_created", "goods_received", "one_to_each"),
    ("receipt_to_invoice_date", "goods_received", "invoice_issued", "first_to_first"),
    ("invoice_date_to_recorded", "invoice_issued", "invoice_recorded", "each_to_its_own"),
    ("recorded_to_released", "invoice_recorded", "payment_block_removed", "each_to_its_own"),
    ("recorded_to_cleared", "invoice_recorded", "invoice_cleared", "each_to_its_own"),
    ("invoice_date_to_cleared", "invoice_issued", "invoice_cleared", "each_to_its_own"),
    ("order_to_cleared", "order_created", "invoice_cleared", "one_to_each"),
    ("recorded_to_paid", "invoice_recorded", "invoice_paid", "first_of_document"),
    ("invoice_date_to_paid", "invoice_issued", "invoice_paid", "first_of_document"),
    ("order_to_paid", "order_created", "invoice_paid", "one_to_each"),
)
SHARE_DAYS = (30, 60, 90, 180)
GRAINS = {
    "vendor_category": ("source_system_code", "vendor_id", "category_name"),
    "vendor": ("source_system_code", "vendor_id"),
    "category": ("category_name",),
    "all": (),
}
_MIN_MEDIAN, _MIN_P90 = 5, 20


@dataclass(frozen=True)
class Settings:
    """What the page leaves to configuration. `never_expected(case_row, leg) -> bool`; the case row is the raw one."""

    source_name: str = "bpic2019"
    zone: str = "Europe/Amsterdam"
    left_edge_days: int = 90
    right_edge_days: int = 90
    as_of: date | None = None
    never_expected: Callable[[dict[str, str], str], bool] = lambda case, leg: False


@dataclass
class Event:
    record_number: int
    case_id: str
    activity: str
    type: str
    at: datetime
    on: date
    precision: str
    net_worth: str
    is_reversal: bool = False
    is_reversed: bool = False

    @property
    def event_id(self) -> str:
        return f"{self.record_number:09d}"

    @property
    def order(self) -> tuple[date, datetime, int, str]:
        return self.on, self.at, self.record_number, self.event_id


@dataclass
class Case:
    case_id: str
    raw: dict[str, str]
    events: list[Event] = field(default_factory=list)

    def all_of(self, event_type: str) -> list[Event]:
        return [event for event in self.events if event.type == event_type]

    def standing(self, event_type: str) -> list[Event]:
        """Events that may begin or end a leg: neither reversed nor a reversal."""
        return [event for event in self.all_of(event_type) if not event.is_reversed and not event.is_reversal]

    @cached_property
    def is_deleted(self) -> bool:
        deleted, reactivated = self.all_of("order_deleted"), self.all_of("order_reactivated")
        return bool(deleted) and (not reactivated or deleted[-1].order > reactivated[-1].order)  # R5

    @cached_property
    def is_left_without_invoice(self) -> bool:
        """Invoices were recorded, and none of them is left."""
        return bool(self.all_of("invoice_recorded")) and not self.standing("invoice_recorded")


@dataclass(frozen=True)
class CaseLeg:
    leg: str
    start: Event | None
    end: Event | None
    status: str
    reason: str | None


def read_raw(path: str | Path) -> pd.DataFrame:
    """Every cell as the text it is: `NONE` is a value, an empty cell is an empty text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def month_of(day: date) -> date:
    return day.replace(day=1)


def last_day_of(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def mark_reversals(events: Sequence[Event]) -> None:
    """Last in, first out; `events` of one case in order."""
    open_postings: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.type in TAKEN_BACK_BY.values():
            open_postings[event.type].append(event)
        elif event.type in TAKEN_BACK_BY and open_postings[TAKEN_BACK_BY[event.type]]:
            open_postings[TAKEN_BACK_BY[event.type]].pop().is_reversed = True
            event.is_reversal = True  # R4


def pairs(starts: list[Event], ends: list[Event], pairing: str) -> list[tuple[Event | None, Event | None]]:
    first = starts[0] if starts else None
    if pairing in ("first_to_first", "first_of_document"):  # the log names no documents, and has no payments
        return [(first, ends[0] if ends else None)]
    if pairing == "one_to_each":
        return [(first, end) for end in ends] or [(first, None)]
    length = max(len(starts), len(ends), 1)
    return [(starts[n] if n < len(starts) else None, ends[n] if n < len(ends) else None) for n in range(length)]


def status_of(
    case: Case, leg: str, start_type: str, end_type: str, start: Event | None, end: Event | None, settings: Settings
) -> tuple[str, str | None]:
    """The table of the page, row by row."""
    if start_type not in RECORDS or end_type not in RECORDS:
        return "not_applicable", "not_recorded"
    if start and end:
        return "closed", None
    if end:
        return "not_applicable", "start_missing"
    if not start:
        if any(event.is_reversed for event in case.all_of(start_type)):  # R6
            return "ended_otherwise", "all_reversed"
        return "not_applicable", "not_started"
    if case.is_deleted:
        return "ended_otherwise", "deleted"
    if leg == "invoice_date_to_cleared" and case.is_left_without_invoice:
        return "ended_otherwise", "all_reversed"
    ends = case.all_of(end_type)
    if ends and all(event.is_reversed for event in ends):  # R6
        return "ended_otherwise", "all_reversed"
    if leg == "recorded_to_released" and (
        len(case.all_of("payment_block_set")) <= len(case.all_of("payment_block_removed"))
    ):
        return "not_applicable", "no_block"
    if settings.never_expected(case.raw, leg):
        return "not_applicable", "never_expected"
    return "open", None


def legs_of(case: Case, settings: Settings) -> list[CaseLeg]:
    """Legs of one case, each leg's rows in the order of their occurrence numbers."""
    found: list[CaseLeg] = []
    for leg, start_type, end_type, pairing in LEGS:
        rows = pairs(case.standing(start_type), case.standing(end_type), pairing)
        rows.sort(
            key=lambda row: (
                row[0] is None,
                row[0].order if row[0] else (),
                row[1] is None,
                row[1].order if row[1] else (),
            )
        )  # R19
        for start, end in rows:
            status, reason = status_of(case, leg, start_type, end_type, start, end, settings)
            found.append(CaseLeg(leg, start, end, status, reason))
    return found


def interpolated(values: Sequence[int], share: float) -> float:
    """Linear interpolation between order statistics, position share x (n - 1), exact: 123.7 and no float beside it."""
    ordered = sorted(values)
    position = Fraction(str(share)) * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (position - below) * Fraction(ordered[above] - ordered[below]))


def survival_curve(closed: Iterable[int], censored: Iterable[int]) -> list[tuple[int, Fraction]]:
    """Kaplan-Meier, exact: (day, S(day)) at each day on which something closes.

    In floats a curve that stands at exactly one half may miss it: 112 monthly cells of the log would move.
    """
    deaths, losses = Counter(closed), Counter(censored)
    at_risk = deaths.total() + losses.total()
    survival, curve = Fraction(1), []
    for day in sorted(deaths.keys() | losses.keys()):
        if deaths[day]:
            survival *= Fraction(at_risk - deaths[day], at_risk)
            curve.append((day, survival))
        at_risk -= deaths[day] + losses[day]
    return curve


def statistics(closed: Sequence[int], censored: Sequence[int], ended_otherwise: int) -> dict[str, object]:
    """One cell. `closed` and `censored` are days."""
    watched = len(closed) + len(censored)
    is_thin = watched < _MIN_MEDIAN
    curve = [] if is_thin else survival_curve(closed, censored)
    half = next((day for day, survival in curve if survival <= Fraction(1, 2)), None)
    shares: dict[str, object] = {}
    for days in SHARE_DAYS:
        reached = [survival for day, survival in curve if day <= days]
        survival = reached[-1] if reached else Fraction(1)
        is_watched = any(day >= days for day in closed) or any(day >= days for day in censored)  # R17
        is_known = not is_thin and (is_watched or survival == 0)
        shares[f"closed_by_{days}_days_ratio"] = float(1 - survival) if is_known else None
    return {
        "leg_count": watched + ended_otherwise,
        "closed_count": len(closed),
        "open_count": len(censored),
        "ended_otherwise_count": ended_otherwise,
        "median_days": interpolated(closed, 0.5) if len(closed) >= _MIN_MEDIAN else None,
        "p90_days": interpolated(closed, 0.9) if len(closed) >= _MIN_P90 else None,
        "median_reason": None if len(closed) >= _MIN_MEDIAN else "thin",
        "p90_reason": None if len(closed) >= _MIN_P90 else "thin",
        "censored_median_days": half,
        "censored_median_reason": "thin" if is_thin else "not_reached" if half is None else None,
        **shares,
    }


class RealLog:
    """The marts of one log, each a fresh pandas frame; dates are `datetime.date`, and `isna` tells the nulls."""

    def __init__(self, path: str | Path, settings: Settings | None = None) -> None:
        self.path = Path(path)
        self.settings = settings or Settings()

    @cached_property
    def raw(self) -> pd.DataFrame:
        return read_raw(self.path)

    @cached_property
    def _cases(self) -> list[Case]:
        zone, utc = ZoneInfo(self.settings.zone), ZoneInfo("UTC")
        cases: dict[str, Case] = {}
        names = [str(name) for name in self.raw.columns]
        for number, cells in enumerate(self.raw.itertuples(index=False, name=None), start=1):  # R2
            row: dict[str, str] = dict(zip(names, cells, strict=True))
            activity, case_id = row["concept:name"], row["case concept:name"]
            written = datetime.fromisoformat(row["time:timestamp"])
            on = written.astimezone(zone).date()
            if self.settings.as_of and on > self.settings.as_of:
                continue
            is_day = activity in DAY_ACTIVITIES
            at = datetime.combine(on, time(), zone) if is_day else written  # R1
            case = cases.setdefault(case_id, Case(case_id, row))
            case.events.append(
                Event(
                    number,
                    case_id,
                    activity,
                    EVENT_TYPE_OF[activity],
                    at.astimezone(utc),
                    on,
                    "day" if is_day else "minute",
                    row["Cumulative net worth (EUR)"],
                )
            )
        for case in cases.values():
            case.events.sort(key=lambda event: event.order)
            mark_reversals(case.events)
        return list(cases.values())

    @cached_property
    def _span(self) -> tuple[date, date]:
        """`data_from` and `data_through`, both derived. R20"""
        events = [event for case in self._cases for event in case.events]
        stamped = [event.on for event in events if event.type in SYSTEM_STAMPED]
        ordered = [event.on for event in events if event.type == "order_created"]
        return min(ordered or stamped), max(stamped)

    @cached_property
    def _legs_by_case(self) -> dict[str, list[CaseLeg]]:
        return {case.case_id: legs_of(case, self.settings) for case in self._cases}

    def _identity(self, case: Case) -> dict[str, object]:
        return {"source_system_code": case.raw["case (case) Source"], "case_id": case.case_id}

    def _parties(self, case: Case) -> dict[str, object]:
        return {
            "company_code": case.raw["case (case) Company"] or None,
            "vendor_id": case.raw["case (case) Vendor"] or None,
            "category_name": case.raw["case (case) Spend area text"] or None,
        }

    def coverage(self) -> pd.DataFrame:
        data_from, data_through = self._span
        later = sum(event.on > data_through for case in self._cases for event in case.events)
        return pd.DataFrame(
            [
                {
                    "source_name": self.settings.source_name,
                    "table_name": "logged_events",
                    "data_from": data_from,
                    "data_through": data_through,
                    "event_after_data_through_count": later,
                }
            ]
        )

    def events(self) -> pd.DataFrame:
        data_through = self._span[1]
        rows = [
            {
                "event_id": event.event_id,
                **self._identity(case),
                "event_type": event.type,
                "activity_name": event.activity,
                "event_at": event.at,
                "event_on": event.on,
                "time_precision": event.precision,
                "document_id": None,
                "amount": None,  # R3
                "currency_code": None,
                "is_reversal": event.is_reversal,
                "is_reversed": event.is_reversed,
                "is_after_data_through": event.on > data_through,
                "table_name": "logged_events",
                "source_name": self.settings.source_name,
                "record_number": event.record_number,
            }
            for case in self._cases
            for event in case.events
        ]
        return pd.DataFrame(rows).sort_values("record_number", ignore_index=True)

    def _window_status(self, month: date | None, start_type: str, end_type: str) -> str | None:
        if month is None:
            return None
        data_from, data_through = self._span
        settings = self.settings
        if end_type in RECORDS and (data_through - last_day_of(month)).days < settings.right_edge_days:  # R8
            return "right_edge"
        starts_the_case = start_type in ("requisition_created", "order_created")
        if not starts_the_case and (month - data_from).days < settings.left_edge_days:
            return "left_edge"
        return "full"

    def _case_leg_rows(self, case: Case) -> Iterable[dict[str, object]]:
        data_through = self._span[1]
        types = {leg: (start, end, pairing) for leg, start, end, pairing in LEGS}
        seen: Counter[str] = Counter()
        for row in self._legs_by_case[case.case_id]:
            start_type, end_type, pairing = types[row.leg]
            seen[row.leg] += 1
            start_on, end_on = (event.on if event else None for event in (row.start, row.end))
            month = month_of(start_on) if start_on else None
            duration = (end_on - start_on).days if row.status == "closed" and start_on and end_on else None
            censored = max((data_through - start_on).days, 0) if row.status == "open" and start_on else None
            yield {
                **self._identity(case),
                "leg": row.leg,
                "occurrence_number": seen[row.leg],
                "document_id": None,
                **self._parties(case),
                "leg_status": row.status,
                "reason": row.reason,
                "start_on": start_on,
                "end_on": end_on,
                "month": month,
                "duration_days": duration,
                "censored_days": censored,
                "is_inferred_pair": pairing == "each_to_its_own" and bool(row.start and row.end),  # R7
                "is_end_after_data_through": bool(end_on and end_on > data_through),  # R8
                "window_status": self._window_status(month, start_type, end_type),  # R9
                "start_event_id": row.start.event_id if row.start else None,
                "end_event_id": row.end.event_id if row.end else None,
            }

    @cached_property
    def _leg_rows(self) -> list[dict[str, Any]]:
        return [row for case in self._cases for row in self._case_leg_rows(case)]

    def legs(self) -> pd.DataFrame:
        legs = pd.DataFrame(self._leg_rows)
        return legs.astype({"duration_days": "Int64", "censored_days": "Int64"})

    def _case_row(self, case: Case) -> dict[str, object]:
        standing = {name: case.standing(name) for name in set(EVENT_TYPE_OF.values())}
        ordered, received = standing["order_created"], standing["goods_received"]
        issued, cleared = standing["invoice_issued"], standing["invoice_cleared"]
        invoiced, recorded = standing["invoice_recorded"], case.all_of("invoice_recorded")
        if not ordered:
            status = "orphan"
        elif case.is_deleted and not received and not invoiced and not cleared:  # R10
            status = "deleted"
        elif invoiced and len(cleared) >= len(invoiced):
            status = "cleared"
        elif invoiced:
            status = "invoiced"
        elif recorded:
            status = "reversed"
        elif received:
            status = "received"
        else:
            status = "ordered"
        worths = [event.net_worth for event in case.events if event.net_worth]
        cancellations = [event for event in case.events if event.type in TAKEN_BACK_BY]
        return {
            **self._identity(case),
            **self._parties(case),
            "vendor_name": case.raw["case (case) Name"] or None,
            "case_status": status,
            "ordered_on": ordered[0].on if ordered else None,
            "ordered_amount": float(worths[-1]) if worths else None,  # R3
            "currency_code": "EUR",
            "event_count": len(case.events),
            "distinct_event_count": self._distinct_counts[case.case_id],  # R13
            "goods_receipt_count": len(received),
            "service_entry_count": len(standing["service_entered"]),
            "invoice_count": len(invoiced),
            "clearing_count": len(cleared),
            "reversed_pair_count": sum(event.is_reversed for event in case.events),
            "unmatched_reversal_count": sum(not event.is_reversal for event in cancellations),
            "change_count": len(standing["order_changed"]),  # R12
            "invoiced_amount": None,  # R3
            "first_received_on": received[0].on if received else None,
            "last_received_on": received[-1].on if received else None,
            "first_invoiced_on": issued[0].on if issued else None,
            "first_cleared_on": cleared[0].on if cleared else None,
            "last_cleared_on": cleared[-1].on if cleared else None,
            **self._case_leg_days(case),
            "three_way_match_status": None,
            "three_way_match_reason": "not_recorded",
            "is_deleted": case.is_deleted,
            "has_several_vendor_ids": False,  # one vendor id per case in this log: a test says so
            "has_event_after_data_through": any(event.on > self._span[1] for event in case.events),
            "has_invoice_before_order": bool(issued and ordered and issued[0].on < ordered[0].on),  # R11
        }

    def _case_leg_days(self, case: Case) -> dict[str, int | None]:
        days: dict[str, int | None] = {}
        for leg, _, _, pairing in LEGS:
            rows = [row for row in self._legs_by_case[case.case_id] if row.leg == leg]
            closed = sorted(
                (row.end.on, number, (row.end.on - row.start.on).days)
                for number, row in enumerate(rows, start=1)
                if row.status == "closed" and row.start and row.end
            )
            first, last = (closed[0][2], closed[-1][2]) if closed else (None, None)
            if pairing == "first_to_first":
                days[f"{leg}_days"] = first
            else:
                days[f"{leg}_first_days"], days[f"{leg}_last_days"] = first, last
        return days

    @cached_property
    def _distinct_counts(self) -> dict[str, int]:
        numbers = {event.record_number for case in self._cases for event in case.events}
        kept = self.raw[[number in numbers for number in range(1, len(self.raw) + 1)]]
        return kept.drop_duplicates().groupby("case concept:name").size().to_dict()

    def cases(self) -> pd.DataFrame:
        cases = pd.DataFrame([self._case_row(case) for case in self._cases])
        return cases.astype({name: "Int64" for name in cases.columns if name.endswith("_days")})

    def _cells(self, by_month: bool) -> list[dict[str, Any]]:
        """Every cell computed from legs. Without document ids no document spans several items, so none is merged."""
        gathered: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
        for row in self._leg_rows:
            if by_month and (row["month"] is None or row["leg_status"] == "not_applicable"):
                continue  # R15
            for grain, columns in GRAINS.items():
                system = row["source_system_code"] if "source_system_code" in columns else None
                vendor = row["vendor_id"] if "vendor_id" in columns else None
                category = row["category_name"] if "category_name" in columns else None  # R16
                cell = (row["leg"], grain, system, vendor, category, row["month"] if by_month else None)
                gathered[cell].append(row)
        cells = []
        for (leg, grain, system, vendor, category, month), rows in gathered.items():
            counted = [row for row in rows if row["month"] is not None and row["leg_status"] != "not_applicable"]  # R14
            windows = {row["window_status"] for row in counted}
            window = next((word for word in ("right_edge", "left_edge") if word in windows), "full")
            cells.append(
                {
                    "leg": leg,
                    "cell_grain": grain,
                    "source_system_code": system,
                    "vendor_id": vendor,
                    "category_name": category,
                    **({"month": month, "window_status": window} if by_month else {}),
                    **({} if by_month else {"not_applicable_count": len(rows) - len(counted)}),
                    **statistics(
                        [int(row["duration_days"]) for row in counted if row["leg_status"] == "closed"],
                        [int(row["censored_days"]) for row in counted if row["leg_status"] == "open"],
                        sum(row["leg_status"] == "ended_otherwise" for row in counted),
                    ),
                }
            )
        return cells

    def cycle_times_overall(self) -> pd.DataFrame:
        return pd.DataFrame(self._cells(by_month=False)).astype({"censored_median_days": "Int64"})

    def cycle_times_monthly(self) -> pd.DataFrame:
        return pd.DataFrame(self._cells(by_month=True)).astype({"censored_median_days": "Int64"})


def identical_rows(raw: pd.DataFrame) -> tuple[int, int]:
    """Rows that equal another row in every column: all of them, and all but the first of each."""
    return int(raw.duplicated(keep=False).sum()), int(raw.duplicated().sum())


def headline(log: RealLog) -> str:
    """The figures that a second implementation is compared with, as text."""
    raw, legs, overall = log.raw, log.legs(), log.cycle_times_overall()
    alike, repeated = identical_rows(raw)
    coverage = log.coverage().iloc[0]
    vendors = raw["case (case) Vendor"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    cases = log.cases()
    lines = [
        f"cases {raw['case concept:name'].nunique()}, events {len(raw)}, "
        f"identical rows {alike} (all of each) or {repeated} (all but the first); distinct rows {len(raw) - repeated}",
        f"data_from {coverage['data_from']}, data_through {coverage['data_through']}, "
        f"later events {coverage['event_after_data_through_count']}",
        f"reversed pairs {cases['reversed_pair_count'].sum()}, "
        f"unmatched cancellations {cases['unmatched_reversal_count'].sum()}",
        f"case status {cases['case_status'].value_counts().to_dict()}",
        "",
        "legs by status and reason",
    ]
    outcome = legs["leg_status"] + ("/" + legs["reason"].astype(object)).fillna("")
    for leg, *_ in LEGS:
        counts = outcome[legs["leg"] == leg].value_counts().sort_index()
        lines.append(f"  {leg}: {', '.join(f'{word} {count}' for word, count in counts.items())}")
    for grain, vendor in (("all", None), *(("vendor", name) for name in vendors.index[:10])):
        lines += ["", f"{vendor or 'all'}: leg, closed, open, ended, n/a; median, p90, censored median; by 30..180"]
        chosen = overall[overall["cell_grain"] == grain]
        chosen = (chosen if vendor is None else chosen[chosen["vendor_id"] == vendor]).set_index("leg")
        for leg, *_ in LEGS:
            cell = chosen.loc[leg]
            shares = " ".join(_plain(cell[f"closed_by_{days}_days_ratio"], 4) for days in SHARE_DAYS)
            days = cell["censored_median_days"]
            censored: Any = cell["censored_median_reason"] if pd.isna(days) else days
            lines.append(
                f"  {leg:<26}{cell['closed_count']:>6}{cell['open_count']:>6}{cell['ended_otherwise_count']:>5}"
                f"{cell['not_applicable_count']:>6}; {_plain(cell['median_days'], 1)} {_plain(cell['p90_days'], 1)} "
                f"{censored}; {shares}"
            )
    return "\n".join(lines)


def _plain(value: Any, places: int) -> str:
    return "-" if pd.isna(value) else f"{value:.{places}f}"


def main(arguments: Sequence[str]) -> int:
    log = RealLog(arguments[0])
    sys.stdout.write(headline(log) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
