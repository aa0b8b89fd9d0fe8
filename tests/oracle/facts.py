"""What shared/PROCUREMENT.md says of the real log, beside what the log says, each in the reading that is named.

python -m tests.oracle.facts ../shared/data/procurement/bpic2019_events_half.csv.gz
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from tests.oracle.real_log import RealLog, interpolated, month_of, statistics

NEWEST = date(2020, 4, 9)


@dataclass(frozen=True)
class Fact:
    """`found` as the same words as `said`, so that `holds` is a comparison of texts."""

    statement: str
    said: str
    found: str

    @property
    def holds(self) -> bool:
        return self.said == self.found


def percent(part: float, whole: float, places: int = 0) -> str:
    return f"{100 * part / whole:.{places}f} %"


def of_rows(raw: pd.DataFrame) -> list[Fact]:
    activity, case_id, stamp = raw["concept:name"], raw["case concept:name"], raw["time:timestamp"]
    is_repeat, size = raw.duplicated(), activity.value_counts()
    repeats = activity[is_repeat].value_counts().reindex(size.index, fill_value=0)
    service, receipt = "Record Service Entry Sheet", "Record Goods Receipt"
    is_none, is_receipt = raw["User"] == "NONE", activity == receipt
    always_none = is_none[activity.isin([service, "Vendor creates invoice"])].all()
    by_batch = raw["User"].str.startswith("batch")[is_receipt].sum()
    clock = stamp.map(lambda text: text[11:16])
    vendor_clock = set(clock[activity.isin(["Vendor creates invoice", "Vendor creates debit memo"])])
    requisition_clock = set(clock[activity == "Create Purchase Requisition Item"])
    instants = stamp.map(datetime.fromisoformat)
    is_moved = [(at - (at.utcoffset() or at - at)).date() != at.date() for at in instants]
    others = raw.groupby([case_id, stamp])["concept:name"].transform("nunique") > 1
    is_next_alike = (stamp.groupby(case_id).shift() == stamp) & (activity.groupby(case_id).shift() != activity)
    newest = instants.map(datetime.timestamp).idxmax()
    return [
        Fact("PO items", "7640", str(case_id.nunique())),
        Fact("events", "162841", str(len(raw))),
        Fact("events that equal another in every column, every one", "66341", str(raw.duplicated(keep=False).sum())),
        Fact("... all but the first of each", "66341", str(is_repeat.sum())),
        Fact("... of them service entry sheets", "61958", str(repeats[service])),
        Fact("... share of service entry sheets", "73 %", percent(repeats[service], size[service])),
        Fact("... share of goods receipts", "11 %", percent(repeats[receipt], size[receipt])),
        Fact("... share of clearings", "2.5 %", percent(repeats["Clear Invoice"], size["Clear Invoice"], 1)),
        Fact("User is NONE in all vendor invoices and service entries", "True", str(bool(always_none))),
        Fact("goods receipts by batch users", "74 %", percent(by_batch, is_receipt.sum())),
        Fact("events at local midnight", "1148", str((clock == "00:00").sum())),
        Fact("events whose UTC date is another (any early hour)", "1148", str(sum(is_moved))),
        Fact("clock of vendor documents", "23:59", " ".join(sorted(vendor_clock))),
        Fact("clock of requisitions", "00:00", " ".join(sorted(requisition_clock))),
        Fact(
            "events that share their minute with another activity of the case", "11.6 %", percent(others.mean(), 1, 1)
        ),
        Fact("... that follow another activity in the same minute", "11.6 %", percent(is_next_alike.mean(), 1, 1)),
        Fact("newest timestamp", "2020-04-09 Vendor creates invoice", f"{instants[newest].date()} {activity[newest]}"),
    ]


def of_counts(log: RealLog) -> list[Fact]:
    cases = log.cases().set_index("case_id")
    counts = pd.crosstab(log.raw["case concept:name"], log.raw["concept:name"]).reindex(cases.index)
    services, receipts = counts["Record Service Entry Sheet"], counts["Record Goods Receipt"]
    recorded, cancelled = counts["Record Invoice Receipt"], counts["Cancel Invoice Receipt"]
    is_cleared, most = counts["Clear Invoice"] > 0, services.idxmax()
    by_count = (recorded > 0) & (cancelled >= recorded) & is_cleared
    by_pairs = (recorded > 0) & (cases["invoice_count"] == 0) & is_cleared
    is_deleted, several, size = counts["Delete Purchase Order Item"] > 0, receipts > 1, counts.sum(axis=1)
    is_early = cases["ordered_on"] < date(2018, 7, 1)
    item_type = log.raw.groupby("case concept:name")["case (case) Item Type"].first().reindex(cases.index)

    def never_invoiced(chosen: pd.Series, places: int = 0) -> str:
        return percent(((recorded == 0) & chosen).sum(), chosen.sum(), places)

    cells = cases.assign(month=cases["ordered_on"].map(month_of))
    in_cell = cells.groupby(["vendor_id", "category_name", "month"], dropna=False).size()
    reactivated = is_deleted & (counts["Reactivate Purchase Order Item"] > 0)
    return [
        Fact("most service entries of an item / its receipts", "490 / 18", f"{services[most]} / {receipts[most]}"),
        Fact("items with service entries and no receipt", "0", str(((services > 0) & (receipts == 0)).sum())),
        Fact("items with every invoice cancelled (by counts), cleared all the same", "21", str(by_count.sum())),
        Fact("... by the pairing of docs/procurement.md", "21", str(by_pairs.sum())),
        Fact("deleted items, ever", "158", str(is_deleted.sum())),
        Fact("... finally", "158", str(cases["is_deleted"].sum())),
        Fact("... reactivated", "5", str(reactivated.sum())),
        Fact("... received", "7", str((is_deleted & (receipts > 0)).sum())),
        Fact("... cleared", "2", str((is_deleted & is_cleared).sum())),
        Fact("items with several receipts", "28 %", percent(several.sum(), len(several))),
        Fact("... their share of the events", "81 %", percent(size[several].sum(), size.sum())),
        Fact("items ordered in the first half and never invoiced", "15.6 %", never_invoiced(is_early, 1)),
        Fact("... services", "40 %", never_invoiced(is_early & (item_type == "Service"))),
        Fact("... logistics", "48 %", never_invoiced(is_early & (cases["category_name"] == "Logistics"))),
        Fact("vendor x category x month of order, cells with fewer than 5 items", "1142 of 1592",
             f"{(in_cell < 5).sum()} of {len(in_cell)}"),
        Fact("orders released", "1", str(counts["Release Purchase Order"].sum())),
    ]  # fmt: skip


def of_durations(log: RealLog) -> list[Fact]:
    events, legs, cases = log.events(), log.legs(), log.cases().set_index("case_id")
    data_through = log.coverage()["data_through"].iloc[0]
    dated = legs[(legs["leg"] == "receipt_to_invoice_date") & (legs["leg_status"] == "closed")]
    firsts = events.groupby(["case_id", "event_type"])["event_on"].min().unstack()  # reversed ones left in
    standing = events[~events["is_reversed"] & ~events["is_reversal"]]
    standing_firsts = standing.groupby(["case_id", "event_type"])["event_on"].min().unstack()

    def days_between(frame: pd.DataFrame, start: str, end: str) -> list[int]:
        both = frame[[start, end]].dropna()
        return [(last - first).days for first, last in zip(both[start], both[end], strict=True)]

    to_document = days_between(firsts, "goods_received", "invoice_issued")
    to_posting = days_between(standing_firsts, "goods_received", "invoice_recorded")
    posted = firsts[firsts["invoice_recorded"].notna()]
    to_clearing = days_between(firsts, "invoice_recorded", "invoice_cleared")
    uncleared = posted["invoice_recorded"][posted["invoice_cleared"].isna()]

    def open_at_180(through: date) -> str:
        waiting = [max((through - day).days, 0) for day in uncleared]
        return percent(1 - float(str(statistics(to_clearing, waiting, 0)["closed_by_180_days_ratio"])), 1)

    months = posted["invoice_recorded"].map(month_of)
    last_month = posted[months == data_through.replace(day=1)]
    closed_fast = days_between(last_month, "invoice_recorded", "invoice_cleared")
    grouped = posted.groupby(months)
    medians = {
        month: interpolated(days_between(rows, "invoice_recorded", "invoice_cleared"), 0.5) for month, rows in grouped
    }
    several = cases[cases["goods_receipt_count"] > 1]

    def p90(frame: pd.DataFrame, which: str) -> str:
        return f"{interpolated(list(frame[f'order_to_cleared_{which}_days'].dropna()), 0.9):.0f}"

    return [
        Fact("data_through", "2019-01-18", str(data_through)),
        Fact("receipt_to_invoice_date legs", "5432", str(len(dated))),
        Fact("... negative", "2918", str((dated["duration_days"] < 0).sum())),
        Fact("... negative, reversed receipts left in", "2918", str(sum(days < 0 for days in to_document))),
        Fact("receipt to recorded, negative", "0", str(sum(days < 0 for days in to_posting))),
        Fact("item's first posting to first clearing open at 180 days, to 2020-04-09", "13 %", open_at_180(NEWEST)),
        Fact("... to data_through", "3 %", open_at_180(data_through)),
        Fact("items first invoiced in the last month, cleared", "16 %", percent(len(closed_fast), len(last_month))),
        Fact("... median", "3.0", str(interpolated(closed_fast, 0.5))),
        Fact("... median of items first invoiced 2018-02 and 2018-06", "41 -> 22",
             f"{medians[date(2018, 2, 1)]:.0f} -> {medians[date(2018, 6, 1)]:.0f}"),
        Fact("p90 of order to first clearing, items with several receipts", "120", p90(several, "first")),
        Fact("p90 of order to last clearing, items with several receipts", "308", p90(several, "last")),
        Fact("p90 of order to last clearing, all items", "308", p90(cases, "last")),
    ]  # fmt: skip


def facts(log: RealLog) -> list[Fact]:
    return [*of_rows(log.raw), *of_counts(log), *of_durations(log)]


def main(arguments: Sequence[str]) -> int:
    for fact in facts(RealLog(arguments[0])):
        sys.stdout.write(f"{'holds' if fact.holds else 'NOT  '} {fact.statement}: {fact.said}; found {fact.found}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
