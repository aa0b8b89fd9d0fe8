"""Types and fields that marts share."""

from pyspark.sql import types as T

from schemas.contract import Field

STRING, DATE, INT, LONG = T.StringType(), T.DateType(), T.IntegerType(), T.LongType()
TIMESTAMP, BOOLEAN, DOUBLE = T.TimestampType(), T.BooleanType(), T.DoubleType()
AMOUNT, QUANTITY = T.DecimalType(18, 2), T.DecimalType(18, 3)
# What Spark gives for a sum, and for a sum of sums: ten digits more, so that none overflows.
AMOUNT_SUM, QUANTITY_SUM, AMOUNT_TOTAL = T.DecimalType(28, 2), T.DecimalType(28, 3), T.DecimalType(38, 2)

CASE = (
    Field("source_system_code", STRING, "The ledger system in which the case lives.", required=True),
    Field("case_id", STRING, "Purchase order and item, `<po>_<item>`.", required=True),
)
PARTIES = (
    Field("company_code", STRING, "The paying company."),
    Field("vendor_id", STRING, "The vendor's id; several ids may bear one name."),
    Field("category_name", STRING, "What is bought, by spend area; null where the source has none."),
)
MART_LINEAGE = (
    Field("table_name", STRING, "Curated table that the event comes from.", required=True),
    Field("source_name", STRING, "Name of the source's configuration.", required=True),
    Field("landing_file_id", STRING, "The landed delivery; the release names its raw file.", required=True),
    Field("record_number", LONG, "Number of the record in the raw file.", required=True),
)
