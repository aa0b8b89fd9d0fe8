"""Invoices of which a line lies in quarantine: what their other lines add up to is not the invoice."""

from pyspark.sql import DataFrame

from schemas.procurement.documents import INVOICES
from transforms.procurement.events.invoice_items import INVOICE


def find_incomplete(quarantined_lines: DataFrame, invoices: DataFrame | None) -> DataFrame:
    """A row for each invoice that a quarantined line names, unless a curated line has the line's key: its correction.

    A line whose invoice number could not be read tells nothing: its row has a null, which no invoice has. One whose
    line number could not be read has no correction: it counts until its delivery is replaced.
    """
    named = quarantined_lines.select(*INVOICES.key)
    if invoices is not None:
        corrected = invoices.select(*INVOICES.key).join(named, [*INVOICES.key], "left_semi")
        named = named.join(corrected, [*INVOICES.key], "left_anti")
    return named.select(*INVOICE).distinct()
