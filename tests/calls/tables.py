"""The tables of the calls."""

from pyspark.sql import types as T

from schemas.contract import Contract, Field, Rule
from schemas.domains import DomainTables

TEXT = T.StringType()
STREET = Field("street_name", TEXT, "The street.", required=True)
DISTRICT = Field("district_name", TEXT, "Its district.")
CREW = Field("crew_code", TEXT, "The crew's own code.", required=True, numbered="content")
CREWS = Contract("crews", 1, "One crew", ("crew_code",), (CREW,))
REQUESTS = Contract(
    name="requests",
    version=1,
    grain="One request",
    key=("street_name", "opened_on", "occurrence_number"),
    version_order=("modified_at",),
    fields=(
        STREET,
        DISTRICT,
        Field("opened_on", T.DateType(), "When it was opened; null where nobody knows."),
        Field("occurrence_number", T.IntegerType(), "Of street and day in its file.", required=True, numbered="key"),
        Field("modified_at", T.TimestampType(), "When it was changed.", required=True),
        Field("status_code", TEXT, "How it stands.", values=("open", "closed")),
    ),
)
STREETS = Contract(
    name="streets",
    version=1,
    grain="One street with requests",
    key=("street_name",),
    fields=(STREET, DISTRICT, Field("request_count", T.LongType(), "Its requests.", required=True)),
    rules=(Rule("district_missing", "district_name IS NULL", "A street lies in a district."),),
)
DISTRICTS = Contract(
    name="districts",
    version=1,
    grain="One district with streets",
    key=("district_name",),
    fields=(DISTRICT, Field("street_count", T.LongType(), "Its streets.", required=True)),
)
TABLES = DomainTables(
    curated={table.name: table for table in (CREWS, REQUESTS, STREETS, DISTRICTS)},
    marts={},
    derived={"streets": ("requests",), "districts": ("streets",)},
)
