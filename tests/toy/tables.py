"""The tables of the toy domain."""

from pyspark.sql import types as T

from schemas.contract import Contract, Field, Rule
from schemas.domains import DomainTables

TEXT, COUNT = T.StringType(), T.LongType()
STOP = Field("stop_code", TEXT, "The stop.", required=True)
STOPS = Contract("stops", 1, "One stop", ("stop_code",), (STOP, Field("stop_name", TEXT, "Its name.")))
RIDES = Contract(
    name="rides",
    version=1,
    grain="One ride",
    key=("ride_number",),
    fields=(
        Field("ride_number", TEXT, "The ride.", required=True),
        STOP,
        Field("passenger_count", T.IntegerType(), "Who got on.", unit="passengers"),
    ),
    rules=(Rule("passengers_negative", "passenger_count < 0", "Nobody gets on less than not at all."),),
)
RIDES_BY_STOP = Contract(
    name="rides_by_stop",
    version=1,
    grain="One stop with rides",
    key=("stop_code",),
    fields=(
        STOP,
        Field("stop_name", TEXT, "Its name; null where no file has the stop."),
        Field("ride_count", COUNT, "Its rides.", required=True),
        Field("passenger_count", COUNT, "Who got on there.", unit="passengers"),
    ),
)
TABLES = DomainTables({table.name: table for table in (STOPS, RIDES)}, {RIDES_BY_STOP.name: RIDES_BY_STOP})
