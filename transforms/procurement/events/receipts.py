"""Events of goods receipts."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from schemas.procurement.documents import GOODS_RECEIPTS
from transforms.procurement.events.columns import as_events, day, line, money, of_document, with_dates


def received(goods_receipts: DataFrame) -> DataFrame:
    """Received, or a receipt taken back; both with quantity and amount as the line says them, without a sign."""
    reverses = F.col("reverses_receipt_number")
    event_type = F.when(reverses.isNull(), "goods_received").otherwise("goods_receipt_cancelled")
    amount, currency = F.col("received_amount"), F.col("currency_code")
    return as_events(
        with_dates(goods_receipts, GOODS_RECEIPTS, day(event_type, "received_on")),
        **of_document(GOODS_RECEIPTS, document_id=F.col("receipt_number"), reverses_document_id=reverses),
        **money(amount, currency),
        **line(amount, currency),
        line_qty=F.col("received_qty"),
    )
