"""The documents of purchase-to-pay, as a ledger's extracts give them."""

from schemas.contract import Contract
from schemas.procurement.documents.invoices import INVOICES, PAYMENT_BLOCKS, PAYMENTS
from schemas.procurement.documents.orders import APPROVALS, PURCHASE_ORDER_CHANGES, PURCHASE_ORDERS
from schemas.procurement.documents.receipts import GOODS_RECEIPTS
from schemas.procurement.documents.vendors import VENDORS

DOCUMENTS: tuple[Contract, ...] = (
    VENDORS,
    PURCHASE_ORDERS,
    APPROVALS,
    PURCHASE_ORDER_CHANGES,
    GOODS_RECEIPTS,
    INVOICES,
    PAYMENT_BLOCKS,
    PAYMENTS,
)

__all__ = [
    "APPROVALS",
    "DOCUMENTS",
    "GOODS_RECEIPTS",
    "INVOICES",
    "PAYMENTS",
    "PAYMENT_BLOCKS",
    "PURCHASE_ORDERS",
    "PURCHASE_ORDER_CHANGES",
    "VENDORS",
]
