"""One's own special dates, such as prime days."""

from schemas.contract import Contract, Rule
from schemas.search.common import EVENT

SPECIAL_DATES = Contract(
    name="special_dates",
    version=1,
    grain="An event of a marketplace on one day; one that is still to come is known today",
    key=("marketplace_code", "event_name", "event_on"),
    fields=EVENT,
    rules=(
        Rule("reach_negative", "lead_days < 0 OR lag_days < 0", "Lead and lag are counted in whole days from 0 on."),
        Rule("reach_too_long", "lead_days > 60 OR lag_days > 60", "An event that is felt for months is a season."),
    ),
)
