"""Vendors, as the master and the documents name them."""

from schemas.contract import Contract, Field
from schemas.procurement.marts.common import AMOUNT_TOTAL, BOOLEAN, INT, LONG, STRING

PROCUREMENT_VENDORS = Contract(
    name="procurement_vendors",
    version=1,
    grain="One vendor id of one ledger system, of the vendor master or named by any event",
    key=("source_system_code", "vendor_id"),
    fields=(
        Field("source_system_code", STRING, "The ledger system in which the vendor id lives.", required=True),
        Field("vendor_id", STRING, "The vendor's id; ids of one name are kept apart.", required=True),
        Field("vendor_name", STRING, "The master's name, else that of the latest day on which an event has one."),
        Field("country_code", STRING, "ISO 3166 code of the vendor's country, of the master."),
        Field(
            "payment_terms_days",
            INT,
            "Agreed time to pay, from the vendor's document date, of the master.",
            unit="calendar days",
        ),
        Field("has_master_entry", BOOLEAN, "The vendor master has the id.", required=True),
        Field(
            "ids_under_name_count",
            LONG,
            "Vendor ids of the system under the same name, this one counted; but for case, punctuation and spaces.",
        ),
        Field("case_count", LONG, "Cases whose vendor it is.", required=True),
        Field("currency_count", INT, "Currencies of the cases that have any amount.", required=True),
        Field("currency_code", STRING, "ISO 4217 code of the amounts; null where there are several."),
        *(
            Field(
                f"{name}_amount",
                AMOUNT_TOTAL,
                f"Sum of the cases' `{name}_amount`; null where there are several currencies, or a case lacks it.",
                unit="currency_code",
            )
            for name in ("ordered", "invoiced", "cleared", "paid")
        ),
    ),
)
