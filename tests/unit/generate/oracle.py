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
NAME = re.compile(r"(?P<table>purchase_orders|invoices)_(?P<period>\d{4}-\d{2})_d(?P<number>\d+)\.csv(\.gz)?")
HEADERS = {
    "purchase_orders": {
        "po_number": ("PO Number", "Purchasing Document", "PO_No"),
        "item_number": ("Item", "Item No"),
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
    "invoices": {
        "invoice_number": ("Invoice No", "Invoice Number"),
        "line_number": ("Line",),
        "po_number": ("PO Number", "Purchasing Document", "PO_No"),
        "item_number": ("Item", "Item No"),
        "vendor_id": ("Vendor", "Vendor Code", "Supplier"),
        "invoiced_on": ("Invoice Date",),
        "recorded_at": ("Posted At",),
        "cleared_on": ("Cleared On",),
        "invoiced_amount": ("Amount", "Invoice Amount"),
        "currency_code": ("Currency",),
        "clerk_name": ("Clerk",),
    },
}
OPTIONAL = {
    "submitted_at",
    "released_at",
    "company_code",
    "vendor_name",
    "category_name",
    "ordered_qty",
    "requester_name",
    "cleared_on",
    "clerk_name",
}
KEYS = {"purchase_orders": ("po_number", "item_number"), "invoices": ("invoice_number", "line_number")}


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
            record.is_replaced = file.table == "invoices" and file.number < last[file.table, file.period]
            records.append(record)
    _decide(records)
    return records


def _place(name: str) -> tuple[str, str, int]:
    match = NAME.fullmatch(name)
    assert match, name
    return match["table"], match["period"], int(match["number"])


def _records(file: RawLines) -> Iterator[RawRecord]:
    delimiter = ";" if b";" in file.header else ","
    header = next(csv.reader([file.header.decode()], delimiter=delimiter, strict=True))
    fields = HEADERS[file.table]
    name_of = {
        place: next((f for f, names in fields.items() if title in names), None) for place, title in enumerate(header)
    }
    assert set(name_of.values()) - {None} == set(fields), (file.file, header)
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
        record.faults += [] if name in OPTIONAL else [f"{name}_missing"]
        return
    value = _parser(name, parse_date)(text)
    record.values[name] = value
    if value is None:
        record.faults.append(f"{name}_unreadable")


def _parser(name: str, parse_date: Callable[[str], date | None]) -> Callable[[str], object]:
    if name.endswith("_on"):
        return parse_date
    widths = {"po_number": 10, "invoice_number": 10, "item_number": 5, "line_number": 3}
    if name in widths:
        return partial(_number, width=widths[name])
    if name.endswith("_at"):
        return _time
    return {"vendor_id": _vendor, "ordered_amount": _amount, "invoiced_amount": _amount, "ordered_qty": _amount}.get(
        name, _name
    )


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
    broken, values = [], record.values
    amount, changed, ordered = (values.get(name) for name in ("ordered_amount", "changed_at", "ordered_on"))
    cleared, recorded = values.get("cleared_on"), values.get("recorded_at")
    if isinstance(amount, Decimal) and amount < 0:
        broken.append("amount_negative")
    if isinstance(changed, datetime) and isinstance(ordered, date) and changed.astimezone(BERLIN).date() < ordered:
        broken.append("changed_before_ordered")
    if isinstance(cleared, date) and isinstance(recorded, datetime) and cleared < recorded.astimezone(BERLIN).date():
        broken.append("cleared_before_recorded")
    return broken


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
        winner = max(rows, key=lambda r: (r.values.get("changed_at") or 0, r.order, r.record_number))
        for record in rows:
            record.outcome = "duplicate" if record.values == winner.values else "superseded"
        is_cancelled = winner.values.get("status_code") == "cancelled"
        winner.outcome = "excluded" if is_cancelled else "curated"
        winner.reasons = ["cancelled"] if is_cancelled else []
