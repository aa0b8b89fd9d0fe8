"""The vendor master."""

from schemas.contract import Contract, Field, Rule
from schemas.procurement.documents.common import INTEGER, STRING, SYSTEM, TIMESTAMP

VENDORS = Contract(
    name="vendors",
    version=1,
    grain="One vendor id of one ledger system",
    key=("source_system_code", "vendor_id"),
    version_order=("changed_at",),
    fields=(
        SYSTEM,
        Field("vendor_id", STRING, "The vendor's id; several ids may bear one name.", required=True),
        Field(
            "changed_at",
            TIMESTAMP,
            "When the entry was last changed: its version.",
            unit="UTC timestamp",
            required=True,
            waivable=True,
        ),
        Field("vendor_name", STRING, "The vendor's name, which is no key.", required=True),
        Field("country_code", STRING, "ISO 3166 code of the vendor's country."),
        Field(
            "payment_terms_days", INTEGER, "Agreed time to pay, from the vendor's document date.", unit="calendar days"
        ),
    ),
    rules=(
        Rule("terms_negative", "payment_terms_days < 0", "Nothing is due before it is invoiced."),
        Rule("terms_beyond_ten_years", "payment_terms_days > 3650", "Nobody waits so long: another unit, or a code."),
    ),
)
