"""What a patient clerk makes of the raw files: line by line, in plain Python, sharing nothing with the generator."""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
TOKENS = {"", "NULL", "N/A", "-"}
NAME = re.compile(r"(?P<table>[a-z_]+)_(?P<period>\d{4}-\d{2})_d(?P<number>\d+)\.(csv|tsv|txt)(\.gz)?")
ITEM = {"po_number": ("PO Number", "Purchasing Document", "PO_No"), "item_number": ("Item", "Item No")}
INVOICE = {"invoice_number": ("Invoice No", "Invoice Number")}
HEADERS: dict[str, dict[str, tuple[str, ...]]] = {
    "vendors": {
        "vendor_id": ("Vendor", "Vendor Code", "Supplier"),
        "changed_at": ("Changed At",),
        "vendor_name": ("Vendor Name", "Name"),
        "country_code": ("Country",),
        "payment_terms_days": ("Payment Terms", "Terms (days)"),
    },
    "purchase_orders": {
        **ITEM,
        "changed_at": ("Changed At",),
        "ordered_on": ("Order Date", "Ordered On"),
        "submitted_at": ("Submitted At",),
        "released_at": ("Released At",),
        "company_code": ("Company",),
        "vendor_id": ("Vendor", "Vendor Code", "Supplier"),
        "vendor_name": ("Vendor Name",),
        "category_name": ("Category",),
        "ordered_qty": ("Quantity",),
        "ordered_amount": ("Net Amount", "Net Value"),
        "currency_code": ("Currency",),
        "status_code": ("Status",),
        "requester_name": ("Requester",),
    },
    "approvals": {
        "approval_number": ("Approval No", "Approval"),
        **ITEM,
        "submitted_at": ("Submitted At",),
        "released_at": ("Released At",),
        "is_manual": ("Manual", "Manual Decision"),
        "approver_name": ("Approver",),
    },
    "purchase_order_changes": {
        **ITEM,
        "change_number": ("Change No", "Change"),
        "changed_at": ("Changed At",),
        "change_type_code": ("Change Type", "Type"),
        "old_value_text": ("Old Value",),
        "new_value_text": ("New Value",),
        "changed_by_name": ("Changed By",),
    },
    "goods_receipts": {
        "receipt_number": ("Receipt No", "Material Document"),
        "line_number": ("Line",),
        **ITEM,
        "received_on": ("Posting Date", "Received On"),
        "received_qty": ("Quantity",),
        "received_amount": ("Amount", "Value"),
        "currency_code": ("Currency",),
        "reverses_receipt_number": ("Reverses", "Cancelled Document"),
        "receiver_name": ("Receiver",),
    },
    "invoices": {
        **INVOICE,
        "line_number": ("Line",),
        **ITEM,
        "vendor_id": ("Vendor", "Vendor Code", "Supplier"),
        "invoiced_on": ("Invoice Date",),
        "recorded_at": ("Posted At",),
        "cleared_on": ("Cleared On",),
        "invoiced_amount": ("Amount", "Invoice Amount"),
        "currency_code": ("Currency",),
        "reverses_invoice_number": ("Reverses", "Cancelled Invoice"),
        "clerk_name": ("Clerk",),
    },
    "payment_blocks": {
        **INVOICE,
        "block_number": ("Block No", "Block"),
        "blocked_at": ("Blocked At",),
        "removed_at": ("Removed At",),
        "block_reason_name": ("Reason",),
        "remover_name": ("Removed By",),
    },
    "payments": {
        "payment_number": ("Payment No", "Payment"),
        **INVOICE,
        "paid_on": ("Payment Date", "Paid On"),
        "paid_amount": ("Amount", "Paid Amount"),
        "currency_code": ("Currency",),
    },
}
REQUIRED = {
    "vendors": {"vendor_id", "changed_at", "vendor_name"},
    "purchase_orders": {
        *ITEM,
        "changed_at",
        "ordered_on",
        "vendor_id",
        "ordered_amount",
        "currency_code",
        "status_code",
    },
    "approvals": {"approval_number", *ITEM, "submitted_at", "is_manual"},
    "purchase_order_changes": {*ITEM, "change_number", "changed_at", "change_type_code"},
    "goods_receipts": {"receipt_number", "line_number", *ITEM, "received_on", "received_qty"},
    "invoices": {
        *INVOICE,
        "line_number",
        *ITEM,
        "vendor_id",
        "invoiced_on",
        "recorded_at",
        "invoiced_amount",
        "currency_code",
    },
    "payment_blocks": {*INVOICE, "block_number", "blocked_at"},
    "payments": {"payment_number", *INVOICE, "paid_on", "paid_amount", "currency_code"},
}
KEYS = {
    "vendors": ("vendor_id",),
    "purchase_orders": ("po_number", "item_number"),
    "approvals": ("approval_number",),
    "purchase_order_changes": ("po_number", "item_number", "change_number"),
    "goods_receipts": ("receipt_number", "line_number"),
    "invoices": ("invoice_number", "line_number"),
    "payment_blocks": ("invoice_number", "block_number"),
    "payments": ("payment_number", "invoice_number"),
}
KEY_NUMBERS = tuple({name: None for key in KEYS.values() for name in key})
HAVE_VERSIONS = {"vendors", "purchase_orders"}
REPLACE_THE_MONTH = {"goods_receipts", "invoices", "payments"}
WIDTHS = {
    **dict.fromkeys(("po_number", "invoice_number", "approval_number", "receipt_number", "payment_number"), 10),
    **dict.fromkeys(("reverses_receipt_number", "reverses_invoice_number"), 10),
    "item_number": 5,
    "line_number": 3,
    "change_number": 3,
    "block_number": 2,
}
CHANGE_TYPES = {"price", "quantity", "terms", "deleted", "reactivated", "other"}


@dataclass
class RawRecord:
    """One record: its place, its values where it has fields, and what was found wrong with it."""

    table: str
    file: str
    order: str
    record_number: int
    values: dict[str, object] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    is_dead: bool = False
    is_replaced: bool = False
    outcome: str = ""
    reasons: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[object, ...]:
        return tuple(self.values.get(name) for name in KEYS[self.table])


@dataclass
class RawLines:
    """A file's lines, counted from its bytes."""

    file: str
    table: str
    period: str
    number: int
    sha256: str
    header: bytes
    records: list[bytes]
    blanks: int
    lines: int


def read_lines(raw: Path) -> Iterator[RawLines]:
    """Every file below `raw`, by table, period and delivery number."""
    paths = sorted((path for path in raw.rglob("*") if path.is_file()), key=lambda path: _place(path.name))
    for path in paths:
        content = path.read_bytes()
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        pieces = text.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        if pieces[-1] == b"":
            pieces.pop()
        header, *records = [piece.removesuffix(b"\r") for piece in pieces]
        table, period, number = _place(path.name)
        yield RawLines(
            path.relative_to(raw).as_posix(),
            table,
            period,
            number,
            hashlib.sha256(content).hexdigest(),
            header,
            [record for record in records if record],
            records.count(b""),
            len(pieces),
        )


def outcomes(raw: Path) -> list[RawRecord]:
    """Every record of every file that lands, with its outcome and reasons."""
    files: list[RawLines] = []
    for file in read_lines(raw):
        if not any(file.sha256 == f.sha256 and file.period == f.period and file.table == f.table for f in files):
            files.append(file)
    last = {(file.table, file.period): file.number for file in files}
    records = []
    for file in files:
        for record in _records(file):
            record.is_replaced = file.table in REPLACE_THE_MONTH and file.number < last[file.table, file.period]
            records.append(record)
    _decide(records)
    return records


def _place(name: str) -> tuple[str, str, int]:
    match = NAME.fullmatch(name)
    assert match, name
    return match["table"], match["period"], int(match["number"])


def _records(file: RawLines) -> Iterator[RawRecord]:
    delimiter = next(sign for sign in ";\t|," if sign.encode() in file.header)
    header = next(csv.reader([file.header.decode()], delimiter=delimiter, strict=True))
    fields = HEADERS[file.table]
    name_of = {
        place: next((f for f, names in fields.items() if title in names), None) for place, title in enumerate(header)
    }
    assert set(fields) - set(name_of.values()) <= {"reverses_invoice_number"}, (file.file, header)
    rows: list[list[str] | None] = []
    for line in file.records:
        try:
            row = next(csv.reader([line.decode()], delimiter=delimiter, strict=True))
        except UnicodeDecodeError:
            row = []
        rows.append(row if len(row) == len(header) else None)
    parse_date = _date_parser(
        file.file, [row[place] for row in rows if row for place, f in name_of.items() if f and f.endswith("_on")]
    )
    for number, row in enumerate(rows, start=1):
        record = RawRecord(file.table, file.file, f"{file.period}/{file.number:04d}", number, is_dead=row is None)
        for place, text in enumerate(row or ()):
            if name := name_of[place]:
                _read(record, name, text, parse_date)
        record.faults += _broken(record) if row else []
        yield record


def _read(record: RawRecord, name: str, text: str, parse_date: Callable[[str], date | None]) -> None:
    text = text.strip()
    if text in TOKENS:
        record.values[name] = None
        record.faults += [f"{name}_missing"] if name in REQUIRED[record.table] else []
        return
    value = _parser(name, parse_date)(text)
    record.values[name] = value
    if value is None:
        record.faults.append(f"{name}_unreadable")


def _parser(name: str, parse_date: Callable[[str], date | None]) -> Callable[[str], object]:
    if name.endswith("_on"):
        return parse_date
    if name in WIDTHS:
        return partial(_number, width=WIDTHS[name])
    if name.endswith("_at"):
        return _time
    if name.endswith(("_amount", "_qty")):
        return _amount
    return {
        "vendor_id": _vendor,
        "is_manual": _flag,
        "payment_terms_days": _count,
        "change_type_code": _change_type,
    }.get(name, _name)


def _name(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _number(text: str, *, width: int) -> str | None:
    match = re.fullmatch(r"([0-9]+)(\.0)?", text.replace(" ", ""))
    return match[1].zfill(width) if match else None


def _vendor(text: str) -> str | None:
    match = re.fullmatch(r"(?:VENDOR|V)?[ #-]?0*([0-9]{1,9})", unicodedata.normalize("NFKC", text).upper())
    return f"V{int(match[1]):06d}" if match else None


def _amount(text: str) -> Decimal | None:
    text = text.removeprefix("EUR ")
    sign = -1 if text.startswith(("(", "-")) or text.endswith("-") else 1
    bare = text.strip("()-")
    if not re.fullmatch(r"[0-9]+(\.[0-9]{1,3})?|[0-9]{1,3}(,[0-9]{3})+\.[0-9]{2}", bare):
        return None
    return sign * Decimal(bare.replace(",", ""))


def _flag(text: str) -> bool | None:
    return {"true": True, "yes": True, "x": True, "1": True, "false": False, "no": False, "n": False, "0": False}.get(
        text.lower()
    )


def _count(text: str) -> int | None:
    match = re.fullmatch(r"(-?[0-9]+)(\.0)?", text)
    return int(match[1]) if match else None


def _change_type(text: str) -> str | None:
    return text if text in CHANGE_TYPES else None


def _time(text: str) -> datetime | None:
    try:
        local = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN)
    except ValueError:
        return None
    assert local.astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None) == local.replace(tzinfo=None), text
    assert local.utcoffset() == local.replace(fold=1).utcoffset(), f"{text} is ambiguous"
    return local.astimezone(UTC)


def _date_parser(file: str, texts: list[str]) -> Callable[[str], date | None]:
    slashed = [match for text in texts if (match := re.fullmatch(r"(\d\d)/(\d\d)/\d{4}", text))]
    says_day_first = any(int(match[1]) > 12 for match in slashed)
    says_month_first = any(int(match[2]) > 12 for match in slashed)
    assert not slashed or says_day_first != says_month_first, f"{file}: day or month first?"
    pattern = "%Y-%m-%d" if not slashed else "%d/%m/%Y" if says_day_first else "%m/%d/%Y"

    def parse(text: str) -> date | None:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            return None

    return parse


def _broken(record: RawRecord) -> list[str]:
    values = record.values
    amount, terms, qty = (values.get(name) for name in ("ordered_amount", "payment_terms_days", "received_qty"))
    changed, ordered, recorded = _day(values, "changed_at"), values.get("ordered_on"), _day(values, "recorded_at")
    cleared, blocked, removed = (values.get(name) for name in ("cleared_on", "blocked_at", "removed_at"))
    has_money, has_currency = values.get("received_amount") is not None, values.get("currency_code") is not None
    reversed_number = values.get("reverses_receipt_number")
    broken = {
        "amount_negative": isinstance(amount, Decimal) and amount < 0,
        "changed_before_ordered": bool(changed and isinstance(ordered, date) and changed < ordered),
        "cleared_before_recorded": bool(recorded and isinstance(cleared, date) and cleared < recorded),
        "terms_negative": isinstance(terms, int) and terms < 0,
        "quantity_not_positive": isinstance(qty, Decimal) and qty <= 0,
        "amount_without_currency": has_money and not has_currency,
        "reverses_itself": reversed_number is not None and reversed_number == values.get("receipt_number"),
        "removed_before_blocked": isinstance(blocked, datetime) and isinstance(removed, datetime) and removed < blocked,
    }
    return [rule for rule, is_broken in broken.items() if is_broken]


def _day(values: dict[str, object], name: str) -> date | None:
    at = values.get(name)
    return at.astimezone(BERLIN).date() if isinstance(at, datetime) else None


def _decide(records: list[RawRecord]) -> None:
    rivals: dict[tuple[object, ...], list[RawRecord]] = defaultdict(list)
    for record in records:
        if record.is_dead:
            record.outcome = "dead_letter"
        elif record.is_replaced:
            record.outcome, record.reasons = "superseded", ["delivery_replaced"]
        elif record.faults:
            record.outcome, record.reasons = "quarantined", sorted(record.faults)
        else:
            rivals[record.table, *record.key].append(record)
    for rows in rivals.values():
        has_versions = rows[0].table in HAVE_VERSIONS
        winner = max(rows, key=lambda r: (r.values["changed_at"] if has_versions else 0, r.order, r.record_number))
        for record in rows:
            record.outcome = "duplicate" if record.values == winner.values else "superseded"
        is_cancelled = winner.values.get("status_code") == "cancelled"
        winner.outcome = "excluded" if is_cancelled else "curated"
        winner.reasons = ["cancelled"] if is_cancelled else []
