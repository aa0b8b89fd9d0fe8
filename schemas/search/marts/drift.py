"""Whether the days that are scored still look like those that the model learned from."""

from schemas.contract import Contract, Field
from schemas.search.common import DATE, DOUBLE, MARKETPLACE, STRING
from schemas.stand_ins import STAND_INS

STATUSES = ("well", "warn", "widen", "stop", "not_measured")

SEARCH_VOLUME_DRIFT = Contract(
    name="search_volume_drift",
    version=1,
    grain="A measure of drift of a marketplace on the last day that was scored",
    key=("marketplace_code", "measured_on", "measure_name"),
    note=STAND_INS,
    fields=(
        MARKETPLACE,
        Field("measured_on", DATE, "The last day that was scored.", required=True),
        Field("measure_name", STRING, "What is measured; docs/search-model.md has them.", required=True),
        Field("measured_value", DOUBLE, "The measure, in its own unit; null where nothing can be measured."),
        Field("warn_at", DOUBLE, "From here on it is told."),
        Field("widen_at", DOUBLE, "From here on intervals are widened."),
        Field("stop_at", DOUBLE, "From here on the marketplace is refused."),
        Field(
            "status",
            STRING,
            "What follows from it; nothing where it could not be measured.",
            required=True,
            values=STATUSES,
        ),
    ),
)
