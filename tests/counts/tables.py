"""The tables of the counts."""

from pyspark.sql import types as T

from schemas.contract import Contract, Field, Rule
from schemas.domains import DomainTables

COUNTS = Contract(
    name="counts",
    version=1,
    grain="A place, day and measure",
    key=("place_name", "measured_on", "measure_code"),
    fields=(
        Field("place_name", T.StringType(), "The place.", required=True),
        Field("measured_on", T.DateType(), "The day.", required=True),
        Field("measure_code", T.StringType(), "What was counted.", required=True),
        Field("country_name", T.StringType(), "Its country."),
        Field("case_count", T.LongType(), "How many.", required=True),
    ),
    rules=(Rule("case_count_negative", "case_count < 0", "Nothing is counted less than not at all."),),
)
REPORTS = Contract(
    name="reports",
    version=1,
    grain="A line and column of a report",
    key=("report_id",),
    fields=(
        Field("report_id", T.StringType(), "Its content.", required=True, numbered="content"),
        Field("place_name", T.StringType(), "The place; null for a whole country."),
        *COUNTS.fields[1:],
    ),
)
TABLES = DomainTables({table.name: table for table in (COUNTS, REPORTS)}, {})
