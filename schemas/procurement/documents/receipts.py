"""Goods receipts."""

from schemas.contract import Contract, Field, Rule
from schemas.procurement.documents.common import AMOUNT, DATE, ITEM, QUANTITY, STRING, SYSTEM, TIME_ZONE

GOODS_RECEIPTS = Contract(
    name="goods_receipts",
    version=1,
    grain="One line of a goods receipt, or of one that takes a receipt back",
    key=("source_system_code", "receipt_number", "line_number"),
    fields=(
        SYSTEM,
        Field("receipt_number", STRING, "Number of the goods receipt.", required=True),
        Field("line_number", STRING, "Number of the line within the receipt.", required=True),
        *ITEM,
        Field("received_on", DATE, "Local date of the posting.", required=True),
        TIME_ZONE,
        Field("received_qty", QUANTITY, "Quantity received, or taken back.", required=True, waivable=True),
        Field("received_amount", AMOUNT, "Its worth at the order's price.", unit="currency_code"),
        Field("currency_code", STRING, "ISO 4217 code of the amount."),
        Field("reverses_receipt_number", STRING, "The receipt whose lines of the item this one takes back; else null."),
        Field("receiver_name", STRING, "Who received it.", personal=True),
    ),
    rules=(
        Rule(
            "quantity_not_positive", "received_qty <= 0", "What is taken back says so by its reference, not by a sign."
        ),
        Rule(
            "amount_without_currency",
            "received_amount IS NOT NULL AND currency_code IS NULL",
            "An amount has a currency.",
        ),
        Rule("reverses_itself", "reverses_receipt_number = receipt_number", "A receipt does not take itself back."),
    ),
)
