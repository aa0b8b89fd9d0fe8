"""The eight raw tables of the ledger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from samples.procurement.layout import Column, Table

PO_NUMBER = Column(
    "po_number", "PO Number", "number", required=True, width=10, synonyms=("Purchasing Document", "PO_No")
)
ITEM_NUMBER = Column("item_number", "Item", "number", required=True, width=5, synonyms=("Item No",))
INVOICE_NUMBER = Column("invoice_number", "Invoice No", "number", required=True, width=10, synonyms=("Invoice Number",))
LINE_NUMBER = Column("line_number", "Line", "number", required=True, width=3)
VENDOR_ID = Column("vendor_id", "Vendor", "vendor", required=True, width=6, synonyms=("Vendor Code", "Supplier"))
CHANGED_AT = Column("changed_at", "Changed At", "time", required=True)
CURRENCY = Column("currency_code", "Currency", "word", required=True, words="currencies")

VENDORS = Table(
    name="vendors",
    columns=(
        VENDOR_ID,
        CHANGED_AT,
        Column("vendor_name", "Vendor Name", "word", required=True, words="vendor_names", synonyms=("Name",)),
        Column("country_code", "Country", "word", words="countries"),
        Column("payment_terms_days", "Payment Terms", "count", synonyms=("Terms (days)",)),
    ),
    key=("vendor_id",),
    radices=(),
    moment="changed_at",
    version="changed_at",
)

ORDERS = Table(
    name="purchase_orders",
    columns=(
        PO_NUMBER,
        ITEM_NUMBER,
        CHANGED_AT,
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
    radices=(100_000,),
    moment="changed_at",
    version="changed_at",
)

APPROVALS = Table(
    name="approvals",
    columns=(
        Column("approval_number", "Approval No", "number", required=True, width=10, synonyms=("Approval",)),
        PO_NUMBER,
        ITEM_NUMBER,
        Column("submitted_at", "Submitted At", "time", required=True),
        Column("released_at", "Released At", "time"),
        Column("is_manual", "Manual", "flag", required=True, words="flags", synonyms=("Manual Decision",)),
        Column("approver_name", "Approver", "word", words="people", personal=True),
    ),
    key=("approval_number",),
    radices=(),
    moment="submitted_at",
)

CHANGES = Table(
    name="purchase_order_changes",
    columns=(
        PO_NUMBER,
        ITEM_NUMBER,
        Column("change_number", "Change No", "number", required=True, width=3, synonyms=("Change",)),
        CHANGED_AT,
        Column("change_type_code", "Change Type", "word", required=True, words="change_types", synonyms=("Type",)),
        Column("old_value_text", "Old Value", "word", words="change_texts"),
        Column("new_value_text", "New Value", "word", words="change_texts"),
        Column("changed_by_name", "Changed By", "word", words="people", personal=True),
    ),
    key=("po_number", "item_number", "change_number"),
    radices=(100_000, 1_000),
    moment="changed_at",
)

RECEIPTS = Table(
    name="goods_receipts",
    columns=(
        Column("receipt_number", "Receipt No", "number", required=True, width=10, synonyms=("Material Document",)),
        LINE_NUMBER,
        PO_NUMBER,
        ITEM_NUMBER,
        Column("received_on", "Posting Date", "date", required=True, synonyms=("Received On",)),
        Column("received_qty", "Quantity", "quantity", required=True),
        Column("received_amount", "Amount", "amount", synonyms=("Value",)),
        replace(CURRENCY, required=False),
        Column("reverses_receipt_number", "Reverses", "number", width=10, synonyms=("Cancelled Document",)),
        Column("receiver_name", "Receiver", "word", words="people", personal=True),
    ),
    key=("receipt_number", "line_number"),
    radices=(1_000,),
    moment="received_on",
    replaces_period=True,
)

INVOICES = Table(
    name="invoices",
    columns=(
        INVOICE_NUMBER,
        LINE_NUMBER,
        PO_NUMBER,
        ITEM_NUMBER,
        VENDOR_ID,
        Column("invoiced_on", "Invoice Date", "date", required=True),
        Column("recorded_at", "Posted At", "time", required=True),
        Column("cleared_on", "Cleared On", "date"),
        Column("invoiced_amount", "Amount", "amount", required=True, synonyms=("Invoice Amount",)),
        CURRENCY,
        Column("reverses_invoice_number", "Reverses", "number", width=10, synonyms=("Cancelled Invoice",)),
        Column("clerk_name", "Clerk", "word", words="people", personal=True),
    ),
    key=("invoice_number", "line_number"),
    radices=(1_000,),
    moment="recorded_at",
    replaces_period=True,
)

BLOCKS = Table(
    name="payment_blocks",
    columns=(
        INVOICE_NUMBER,
        Column("block_number", "Block No", "number", required=True, width=2, synonyms=("Block",)),
        Column("blocked_at", "Blocked At", "time", required=True),
        Column("removed_at", "Removed At", "time"),
        Column("block_reason_name", "Reason", "word", words="block_reasons"),
        Column("remover_name", "Removed By", "word", words="people", personal=True),
    ),
    key=("invoice_number", "block_number"),
    radices=(100,),
    moment="blocked_at",
)

PAYMENTS = Table(
    name="payments",
    columns=(
        Column("payment_number", "Payment No", "number", required=True, width=10, synonyms=("Payment",)),
        INVOICE_NUMBER,
        Column("paid_on", "Payment Date", "date", required=True, synonyms=("Paid On",)),
        Column("paid_amount", "Amount", "amount", required=True, synonyms=("Paid Amount",)),
        CURRENCY,
    ),
    key=("payment_number", "invoice_number"),
    radices=(10_000_000_000,),
    moment="paid_on",
    replaces_period=True,
)

TABLES = (VENDORS, ORDERS, APPROVALS, CHANGES, RECEIPTS, INVOICES, BLOCKS, PAYMENTS)
TABLE_NAMES = tuple(table.name for table in TABLES)
# The two documents of a ledger that has no others: approvals stand in the orders, and nothing is taken back.
SPINE = (ORDERS.name, INVOICES.name)


def is_spine(names: Collection[str]) -> bool:
    """Nothing but purchase orders and invoices."""
    return set(names) <= set(SPINE)


def chosen_tables(names: Collection[str]) -> tuple[Table, ...]:
    """The tables of these names, in the order of `TABLES`; invoices of the spine have no reference to others."""
    some = (table for table in TABLES if table.name in names)
    return tuple(_without_reversals(table) if is_spine(names) else table for table in some)


def _without_reversals(table: Table) -> Table:
    return replace(table, columns=tuple(c for c in table.columns if not c.field.startswith("reverses_")))
