"""The tables of the toy domain."""

from pyspark.sql import types as T

from schemas.contract import Contract, Field, Rule
from schemas.domains import DomainTables

TEXT, COUNT = T.StringType(), T.LongType()
STOP = Field("stop_code", TEXT, "The stop.", required=True)
NAME = Field("stop_name", TEXT, "Its name; null where no file has the stop.")
STOPS = Contract("stops", 1, "One stop", ("stop_code",), (STOP, NAME))
RIDE = Field("ride_number", TEXT, "The ride.", required=True)
PASSENGERS = Field("passenger_count", T.IntegerType(), "Who got on.", unit="passengers")
NOT_NEGATIVE = Rule("passengers_negative", "passenger_count < 0", "Nobody gets on less than not at all.")
RIDES = Contract("rides", 1, "One ride", ("ride_number",), (RIDE, STOP, PASSENGERS), rules=(NOT_NEGATIVE,))
RIDE_COUNT = Field("ride_count", COUNT, "Its rides.", required=True)
SUM = Field("passenger_count", COUNT, "Who got on there.", unit="passengers")
RIDES_BY_STOP = Contract("rides_by_stop", 1, "One stop with rides", ("stop_code",), (STOP, NAME, RIDE_COUNT, SUM))
TABLES = DomainTables({table.name: table for table in (STOPS, RIDES)}, {RIDES_BY_STOP.name: RIDES_BY_STOP})
