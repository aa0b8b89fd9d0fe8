"""Documents about whole invoices that could not be brought to items."""

from schemas.contract import Contract, Field
from schemas.procurement.marts.common import AMOUNT, DATE, MART_LINEAGE, STRING
from schemas.procurement.words import UNALLOCATED_REASONS

PROCUREMENT_UNALLOCATED = Contract(
    name="procurement_unallocated",
    version=1,
    grain="One payment of one invoice, or one payment block, that could not be brought to the items of its invoice",
    key=("source_system_code", "table_name", "invoice_number", "document_number"),
    fields=(
        Field("source_system_code", STRING, "The ledger system in which the document lives.", required=True),
        *(field for field in MART_LINEAGE if field.name == "table_name"),
        Field("invoice_number", STRING, "The invoice that the document names.", required=True),
        Field("document_number", STRING, "Number of the payment, or of the block in the invoice.", required=True),
        Field("reason", STRING, f"Why: one of {', '.join(UNALLOCATED_REASONS)}.", required=True),
        Field("posted_on", DATE, "Local date of the payment, or of the setting of the block.", required=True),
        Field("amount", AMOUNT, "What was paid, all of it; null for blocks.", unit="currency_code"),
        Field("currency_code", STRING, "ISO 4217 code of the amount."),
        *(field for field in MART_LINEAGE if field.name != "table_name"),
    ),
)
