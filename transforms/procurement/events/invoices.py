"""Events of invoice lines."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from schemas.procurement.documents import INVOICES
from transforms.procurement.events.columns import as_events, columns, day, line, moment, money, of_document, with_dates


def invoiced(invoices: DataFrame) -> DataFrame:
    """Issued, recorded, cleared; of a line that takes another invoice back only that it did, when it was recorded.

    Where the source says no posting there is no event of it: the document date posts the amount, and is the day on
    which an invoice takes another back.
    """
    reverses = F.col("reverses_invoice_number")
    stands = reverses.isNull()
    is_recorded = F.col("recorded_at").isNotNull()
    dates = (
        F.when(stands, day("invoice_issued", "invoiced_on")),
        moment(F.when(stands, "invoice_recorded").otherwise("invoice_cancelled"), "recorded_at"),
        F.when(~stands & ~is_recorded, day("invoice_cancelled", "invoiced_on")),
        F.when(stands, day("invoice_cleared", "cleared_on")),
    )
    amount, currency = F.col("invoiced_amount"), F.col("currency_code")
    is_only_issued = (F.col("event_type") == "invoice_issued") & ~is_recorded
    posts = F.col("event_type").isin("invoice_recorded", "invoice_cancelled") | is_only_issued
    return as_events(
        with_dates(invoices, INVOICES, *dates),
        **of_document(INVOICES, document_id=F.col("invoice_number"), reverses_document_id=reverses),
        **columns("vendor_id"),
        is_only_issued=is_only_issued,
        **money(F.when(posts, amount), currency),
        **line(amount, currency),
    )
