"""The marts of documents computed anew from the curated tables, in plain Python with fractions: docs/procurement.md and
nothing of the job. Every figure is of one case at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import groupby, zip_longest
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
Case = tuple[str, str]
CENT = Fraction(1, 100)


class Documents:
    """Curated rows by table, as dictionaries; and the invoice lines that are in quarantine."""

    def __init__(self, tables: Mapping[str, Sequence[Row]], quarantined_lines: Sequence[Row] = ()) -> None:
        self.tables = tables
        there = {(row["source_system_code"], row["invoice_number"], row["line_number"]) for row in tables["invoices"]}
        self.incomplete = {
            row["invoice_number"]
            for row in quarantined_lines
            if (row["source_system_code"], row["invoice_number"], row["line_number"]) not in there
        }
        self.orders = {case_of(row): row for row in tables["purchase_orders"]}

    @cached_property
    def taken_back(self) -> set[tuple[Case, str]]:
        """Receipts and invoices that another document of the case takes back."""
        named = [(row, row["reverses_invoice_number"]) for row in self.tables["invoices"]]
        named += [(row, row["reverses_receipt_number"]) for row in self.tables["goods_receipts"]]
        return {(case_of(row), name) for row, name in named if name is not None}

    @cached_property
    def lines(self) -> dict[Case, list[Row]]:
        """Lines of invoices that stand."""
        return self._standing("invoices", "invoice_number", "reverses_invoice_number")

    @cached_property
    def receipts(self) -> dict[Case, list[Row]]:
        return self._standing("goods_receipts", "receipt_number", "reverses_receipt_number")

    def _standing(self, table: str, number: str, reverses: str) -> dict[Case, list[Row]]:
        standing = defaultdict(list)
        for row in self.tables[table]:
            if row[reverses] is None and (case_of(row), row[number]) not in self.taken_back:
                standing[case_of(row)].append(row)
        return standing

    @cached_property
    def deleted(self) -> set[Case]:
        """Finally deleted: by the last of the deletions and reactivations."""
        said = defaultdict(list)
        for row in self.tables["purchase_order_changes"]:
            if row["change_type_code"] in ("deleted", "reactivated"):
                said[case_of(row)].append((row["changed_at"], row["record_number"], row["change_type_code"]))
        return {case for case, changes in said.items() if max(changes)[2] == "deleted"}

    @cached_property
    def by_invoice(self) -> dict[str, list[Row]]:
        """Every curated line, also of what was taken back or takes back."""
        found = defaultdict(list)
        for row in self.tables["invoices"]:
            found[row["invoice_number"]].append(row)
        return found

    @cached_property
    def settled(self) -> tuple[dict[Case, list[tuple[Fraction | None, str]]], dict[tuple[str, str], str]]:
        """The parts of payments by case, each with its currency; and why a payment has none, by payment and invoice."""
        parts: dict[Case, list[tuple[Fraction | None, str]]] = defaultdict(list)
        reasons: dict[tuple[str, str], str] = {}
        known = set(self.by_invoice)
        items: dict[str, dict[Case, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        currencies: dict[str, set[str]] = defaultdict(set)
        for case, lines in self.lines.items():
            for row in lines:
                items[row["invoice_number"]][case] += Fraction(row["invoiced_amount"])
                currencies[row["invoice_number"]].add(row["currency_code"])
        for payment in self.tables["payments"]:
            invoice = payment["invoice_number"]
            reason = why_not(payment, invoice in known, items[invoice], currencies[invoice])
            if invoice in known and invoice in self.incomplete:
                reason = "invoice_incomplete"
            if reason:
                reasons[payment["payment_number"], invoice] = reason
                for case in items[invoice] or {case_of(row) for row in self.by_invoice[invoice]}:
                    parts[case].append((None, payment["currency_code"]))
            else:
                for case, part in divided(Fraction(payment["paid_amount"]), items[invoice]).items():
                    parts[case].append((part, payment["currency_code"]))
        return parts, reasons

    def cases(self) -> dict[Case, tuple[Any, ...]]:
        """For each order: status, match, counts and whether a payment of it is divided nowhere, quantity and amounts in
        the order's currency."""
        return {case: self._case(case, order) for case, order in self.orders.items()}

    def _case(self, case: Case, order: Row) -> tuple[Any, ...]:
        receipts, lines, parts = self.receipts[case], self.lines[case], self.settled[0][case]
        cleared = [row for row in lines if row["cleared_on"] is not None]
        quantity = total(row["received_qty"] for row in receipts)
        currency = order["currency_code"]
        invoiced = in_currency([(row["invoiced_amount"], row["currency_code"]) for row in lines], currency)
        received = in_currency([(row["received_amount"], row["currency_code"]) for row in receipts], currency)
        status = self._status(case, len(receipts), len(lines), len(cleared))
        return (
            status,
            match(order, status, bool(receipts), bool(lines), quantity, invoiced),
            (len(receipts), len(lines), len(cleared), any(part is None for part, _ in parts)),
            quantity,
            None if any(row["received_amount"] is None for row in receipts) else received,
            invoiced,
            in_currency([(row["invoiced_amount"], row["currency_code"]) for row in cleared], currency),
            in_currency([part for part in parts if part[0] is not None], currency),
        )

    def _status(self, case: Case, receipts: int, lines: int, cleared: int) -> str:
        reversed_ = any(
            case_of(row) == case and row["reverses_invoice_number"] is None for row in self._reversed_invoices[case]
        )
        if case in self.deleted and not receipts + lines + cleared:
            return "deleted"
        if lines:
            return "cleared" if cleared >= lines else "invoiced"
        return "reversed" if reversed_ else "received" if receipts else "ordered"

    @cached_property
    def _reversed_invoices(self) -> dict[Case, list[Row]]:
        found = defaultdict(list)
        for row in self.tables["invoices"]:
            if (case_of(row), row["invoice_number"]) in self.taken_back:
                found[case_of(row)].append(row)
        return found

    @cached_property
    def paid(self) -> dict[str, tuple[date, date | None, bool]]:
        """By invoice that has a payment: the first day of one, the day from which it is paid in full, and whether that
        cannot be told."""
        of_invoice = defaultdict(list)
        for payment in self.tables["payments"]:
            of_invoice[payment["invoice_number"]].append(payment)
        billed: dict[str, Fraction] = defaultdict(Fraction)
        for lines in self.lines.values():
            for row in lines:
                billed[row["invoice_number"]] += Fraction(row["invoiced_amount"])
        unallocated = {invoice for _, invoice in self.settled[1]}
        found = {}
        for invoice, payments in of_invoice.items():
            balances = by_day((row["paid_on"], Fraction(row["paid_amount"])) for row in payments)
            full_on = None if invoice in unallocated else paid_in_full_on(balances, billed[invoice])
            found[invoice] = (balances[0][0], full_on, invoice in unallocated)
        return found

    def paid_legs(self) -> Counter[tuple[Any, ...]]:
        """Case, leg, document, start, end, status, reason, first payment of the legs that end with a full payment: all
        that began with the invoice, and of those that began with the order the closed ones."""
        found: Counter[tuple[Any, ...]] = Counter()
        for case, of_case in self.lines.items():
            by_invoice = defaultdict(list)
            for row in of_case:
                by_invoice[row["invoice_number"]].append(row)
            for invoice, lines in by_invoice.items():
                first_on, full_on, is_amount_unknown = self.paid.get(invoice, (None, None, False))
                told: tuple[Any, ...] = ("closed", None)
                if full_on is None and sum(Fraction(row["invoiced_amount"]) for row in lines) == 0:
                    told = ("not_applicable", "nothing_to_pay")
                elif is_amount_unknown:
                    told = ("not_applicable", "amount_unknown")
                elif full_on is None:
                    told = ("ended_otherwise", "deleted") if case in self.deleted else ("open", None)
                issued, recorded = min(row["invoiced_on"] for row in lines), min(map(local_date, lines))
                for leg, start in (("invoice_date_to_paid", issued), ("recorded_to_paid", recorded)):
                    found[(*case, leg, invoice, start, full_on, *told, first_on)] += 1
                if full_on and case in self.orders:
                    begun = self.orders[case]["ordered_on"]
                    found[(*case, "order_to_paid", invoice, begun, full_on, *told, first_on)] += 1
        return found

    def legs(self) -> Counter[tuple[Any, ...]]:
        """Case, leg, document, start, end and status of the legs that begin and end with documents, closed or open."""
        found: Counter[tuple[Any, ...]] = Counter()
        for case in {*self.lines, *self.receipts}:
            by_invoice = defaultdict(list)
            for row in self.lines[case]:
                by_invoice[row["invoice_number"]].append(row)
            for invoice, lines in by_invoice.items():
                issued = sorted(row["invoiced_on"] for row in lines)
                recorded = sorted(local_date(row) for row in lines)
                cleared = sorted(row["cleared_on"] for row in lines if row["cleared_on"] is not None)
                for leg, starts, ends in (
                    ("invoice_date_to_recorded", issued, recorded),
                    ("recorded_to_cleared", recorded, cleared),
                    ("invoice_date_to_cleared", issued, cleared),
                ):
                    for start, end in zip_longest(starts, ends):
                        found[(*case, leg, invoice, start, end, self._leg_status(case, end))] += 1
            if case in self.orders:
                begun = self.orders[case]["ordered_on"]
                for row in self.receipts[case]:
                    found[(*case, "order_to_receipt", row["receipt_number"], begun, row["received_on"], "closed")] += 1
                for row in self.lines[case]:
                    if row["cleared_on"] is not None:
                        told = (*case, "order_to_cleared", row["invoice_number"], begun, row["cleared_on"], "closed")
                        found[told] += 1
        return found

    def _leg_status(self, case: Case, end: date | None) -> str:
        return "closed" if end else "ended_otherwise" if case in self.deleted else "open"


def case_of(row: Row) -> Case:
    return row["source_system_code"], f"{row['po_number']}_{row['item_number']}"


def local_date(invoice: Row) -> date:
    at = invoice["recorded_at"]
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(invoice["time_zone_name"])).date()


def by_day(amounts: Iterable[tuple[date, Fraction]]) -> list[tuple[date, Fraction]]:
    """What is paid through each day on which anything is."""
    paid, balances = Fraction(0), []
    for day, of_day in groupby(sorted(amounts), key=lambda amount: amount[0]):
        paid += sum(amount for _, amount in of_day)
        balances.append((day, paid))
    return balances


def paid_in_full_on(balances: Sequence[tuple[date, Fraction]], billed: Fraction) -> date | None:
    """Back from the last day, as long as enough is paid; of a credit, as long as enough is paid back."""
    found = None
    for day, paid in reversed(balances):
        if (paid < billed) if billed > 0 else (paid > billed):
            return found
        found = day
    return found


def total(values: Iterable[Decimal | None]) -> Fraction | None:
    known = list(values)
    return sum(map(Fraction, known), Fraction(0)) if known and None not in known else None


def in_currency(amounts: Sequence[tuple[Any, str]], currency: str) -> Fraction | None:
    """Their sum, where there are any and all are in the currency."""
    told = [(amount, code) for amount, code in amounts if amount is not None]
    if not told or {code for _, code in told} != {currency}:
        return None
    return sum((Fraction(amount) for amount, _ in told), Fraction(0))


def why_not(payment: Row, is_known: bool, items: Mapping[Case, Fraction], currencies: set[str]) -> str | None:
    if not is_known:
        return "invoice_unknown"
    if not items:
        return "all_reversed"
    if currencies != {payment["currency_code"]}:
        return "currency_differs"
    whole = sum(items.values(), Fraction(0))
    if whole == 0:
        return "adds_up_to_zero"
    paid, limit = abs(Fraction(payment["paid_amount"])), 10**15
    sizes = [*map(abs, items.values()), paid, *(abs(paid * item / whole) for item in items.values())]
    return "too_large" if max(sizes) >= limit else None


def divided(paid: Fraction, items: Mapping[Case, Fraction]) -> dict[Case, Fraction]:
    """By the largest remainder, in cents; a negative payment as the same positive one."""
    whole = sum(items.values(), Fraction(0))
    exact = {case: abs(paid) / CENT * item / whole for case, item in items.items()}
    cents = {case: share.numerator // share.denominator for case, share in exact.items()}
    missing = int(abs(paid) / CENT) - sum(cents.values())
    for case in sorted(exact, key=lambda case: (cents[case] - exact[case], *case[1].rsplit("_", 1)))[:missing]:
        cents[case] += 1
    return {case: cent * CENT * (-1 if paid < 0 else 1) for case, cent in cents.items()}


def match(
    order: Row, status: str, is_received: bool, is_invoiced: bool, quantity: Fraction | None, invoiced: Fraction | None
) -> tuple[str | None, str | None]:
    """The three-way match without tolerance: status, or why there is none."""
    if status == "deleted":
        return None, "deleted"
    if not is_received or not is_invoiced:
        return ("not_received" if not is_received else "not_invoiced"), None
    if order["ordered_qty"] is None or quantity is None or order["ordered_amount"] is None:
        return None, "not_recorded"
    if invoiced is None:
        return None, "currency_differs"
    if quantity != Fraction(order["ordered_qty"]):
        return "quantity_differs", None
    return ("matched" if invoiced == Fraction(order["ordered_amount"]) else "amount_differs"), None
