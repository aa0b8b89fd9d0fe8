"""Types, fields and rules that tables of the search domain share."""

from pyspark.sql import types as T

from schemas.contract import Field, Rule

STRING, DATE, INT, LONG = T.StringType(), T.DateType(), T.IntegerType(), T.LongType()
DOUBLE, BOOLEAN = T.DoubleType(), T.BooleanType()

GRAINS = ("daily", "weekly", "monthly")
BASES = ("direct", "department_pooled", "refused")

MARKETPLACE = Field("marketplace_code", STRING, "The marketplace, by the code of its country: US, UK.", required=True)
DEPARTMENT = Field("department_name", STRING, "The department in which the rank holds, lower case.", required=True)
TERM = Field("term", STRING, "The search term: NFKC, lower case, single spaces.", required=True, only_rule="term")
REPORT_MARKETPLACE = Field(
    "report_marketplace_code", STRING, "The marketplace that the report was asked for; null where it does not say."
)
IN_WRONG_MARKETPLACE = Rule(
    "term_in_wrong_marketplace",
    "report_marketplace_code <> marketplace_code",
    "A term of another marketplace than that of its report.",
)
EVENT = (
    MARKETPLACE,
    Field("event_name", STRING, "The event, alike in every year and marketplace.", required=True),
    Field("event_on", DATE, "Its day; of several, the first.", required=True),
    Field("lead_days", INT, "Days before it on which it is felt already.", required=True),
    Field("lag_days", INT, "Days after it on which it is felt still.", required=True),
)
