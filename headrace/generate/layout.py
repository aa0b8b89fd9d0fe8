"""The raw tables as the ledger prints them: headers, synonyms, and what each cell holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

CellKind = Literal["number", "vendor", "time", "date", "amount", "quantity", "word"]
Dirt = Literal["none", "realistic", "hostile"]
DIRT_LEVELS: tuple[Dirt, ...] = ("none", "realistic", "hostile")

NULL_TOKENS = ("", "NULL", "N/A", "-")
EXTRA_HEADER = "Remarks"


@dataclass(frozen=True)
class Column:
    """A raw column and the contract field it becomes. `words` names the list that a word's code points into."""

    field: str
    header: str
    kind: CellKind
    required: bool = False
    synonyms: tuple[str, ...] = ()
    width: int = 0
    words: str = ""
    personal: bool = False


@dataclass(frozen=True)
class Table:
    """`version` is the field by which one row of a key is newer than another; without one, deliveries decide.

    Two key numbers become one integer as `first * key_radix + second`.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, str]
    key_radix: int
    version: str | None
    replaces_period: bool

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(column.field for column in self.columns)

    @cached_property
    def by_field(self) -> dict[str, Column]:
        return {column.field: column for column in self.columns}

    def of_kind(self, *kinds: CellKind) -> tuple[str, ...]:
        """Fields of the columns of these kinds."""
        return tuple(column.field for column in self.columns if column.kind in kinds)


PO_NUMBER = Column(
    "po_number", "PO Number", "number", required=True, width=10, synonyms=("Purchasing Document", "PO_No")
)
ITEM_NUMBER = Column("item_number", "Item", "number", required=True, width=5, synonyms=("Item No",))
VENDOR_ID = Column("vendor_id", "Vendor", "vendor", required=True, width=6, synonyms=("Vendor Code", "Supplier"))
CURRENCY = Column("currency_code", "Currency", "word", required=True, words="currencies")

ORDERS = Table(
    name="purchase_orders",
    columns=(
        PO_NUMBER,
        ITEM_NUMBER,
        Column("changed_at", "Changed At", "time", required=True),
        Column("ordered_on", "Order Date", "date", required=True, synonyms=("Ordered On",)),
        Column("submitted_at", "Submitted At", "time"),
        Column("released_at", "Released At", "time"),
        Column("company_code", "Company", "word", words="companies"),
        VENDOR_ID,
        Column("vendor_name", "Vendor Name", "word", words="vendor_names"),
        Column("category_name", "Category", "word", words="categories"),
        Column("ordered_qty", "Quantity", "quantity"),
        Column("ordered_amount", "Net Amount", "amount", required=True, synonyms=("Net Value",)),
        CURRENCY,
        Column("status_code", "Status", "word", required=True, words="statuses"),
        Column("requester_name", "Requester", "word", words="people", personal=True),
    ),
    key=("po_number", "item_number"),
    key_radix=100_000,
    version="changed_at",
    replaces_period=False,
)

INVOICES = Table(
    name="invoices",
    columns=(
        Column("invoice_number", "Invoice No", "number", required=True, width=10, synonyms=("Invoice Number",)),
        Column("line_number", "Line", "number", required=True, width=3),
        PO_NUMBER,
        ITEM_NUMBER,
        VENDOR_ID,
        Column("invoiced_on", "Invoice Date", "date", required=True),
        Column("recorded_at", "Posted At", "time", required=True),
        Column("cleared_on", "Cleared On", "date"),
        Column("invoiced_amount", "Amount", "amount", required=True, synonyms=("Invoice Amount",)),
        CURRENCY,
        Column("clerk_name", "Clerk", "word", words="people", personal=True),
    ),
    key=("invoice_number", "line_number"),
    key_radix=1_000,
    version=None,
    replaces_period=True,
)

TABLES = (ORDERS, INVOICES)
