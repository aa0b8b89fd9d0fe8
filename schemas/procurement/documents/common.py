"""Fields that documents share."""

from pyspark.sql import types as T

from schemas.contract import Field

AMOUNT, QUANTITY, PRICE = T.DecimalType(18, 2), T.DecimalType(18, 3), T.DecimalType(18, 4)
STRING, DATE, TIMESTAMP, INTEGER, BOOLEAN = (
    T.StringType(),
    T.DateType(),
    T.TimestampType(),
    T.IntegerType(),
    T.BooleanType(),
)

SYSTEM = Field("source_system_code", STRING, "The ledger system in which the document lives.", required=True)
ITEM = (
    Field("po_number", STRING, "Number of the purchase order.", required=True),
    Field("item_number", STRING, "Number of the item within the order.", required=True),
)
TIME_ZONE = Field(
    "time_zone_name",
    STRING,
    "Zone of the paying company: its date is the event's date.",
    required=True,
    only_rule="time_zone",
)
CURRENCY = Field("currency_code", STRING, "ISO 4217 code of the amounts.", required=True)
