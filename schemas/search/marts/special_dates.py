"""The special dates that the model knows."""

from schemas.contract import Contract, Field
from schemas.search.common import EVENT, STRING

ORIGINS = ("delivered", "configured", "calendar")

SEARCH_SPECIAL_DATES = Contract(
    name="search_special_dates",
    version=1,
    grain="An event of a marketplace on one day; of days of an event less than half a year (183 days) apart what was "
    "delivered stands before what is configured, and that before the calendar",
    key=("marketplace_code", "event_name", "event_on"),
    fields=(*EVENT, Field("origin", STRING, "Where the day comes from.", required=True, values=ORIGINS)),
)
