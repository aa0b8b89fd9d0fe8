"""Cycle times of vendors and categories."""

from schemas.contract import Contract, Field
from schemas.procurement.marts.common import DATE, DOUBLE, INT, LONG, STRING
from schemas.procurement.words import LEGS

_STATISTICS = (
    Field("leg_count", LONG, "Legs begun in the cell: closed, open and ended otherwise.", required=True),
    Field("closed_count", LONG, "Closed legs.", required=True),
    Field("open_count", LONG, "Open legs.", required=True),
    Field("ended_otherwise_count", LONG, "Legs that will never end.", required=True),
    Field("median_days", DOUBLE, "Median of closed legs, interpolated; null below 5.", unit="calendar days"),
    Field("p90_days", DOUBLE, "90th percentile of closed legs, interpolated; null below 20.", unit="calendar days"),
    Field("median_reason", STRING, "`thin` where the median is null."),
    Field("p90_reason", STRING, "`thin` where the 90th percentile is null."),
    Field(
        "censored_median_days",
        INT,
        "Kaplan-Meier median of closed and open legs: the first day on which the curve is at one half or below.",
        unit="calendar days",
    ),
    Field(
        "censored_median_reason",
        STRING,
        "Where null: `thin`, `not_reached`, `not_covered` (open legs, and nothing tells how long they were watched) or "
        "`amount_unknown` (legs of which nobody can tell whether they ended: the others would be a choice).",
    ),
    *(
        Field(
            f"closed_by_{days}_days_ratio",
            DOUBLE,
            f"Kaplan-Meier share closed by day {days}; null where no leg was watched so long, or there is no curve.",
        )
        for days in (30, 60, 90, 180)
    ),
)
_CELL = (
    Field("leg", STRING, f"One of {', '.join(leg.name for leg in LEGS)}.", required=True),
    Field(
        "cell_grain",
        STRING,
        "`vendor_category`, or the roll-up: `vendor`, `category`, `all`; each computed "
        "afresh from legs, a document counted once in its cell.",
        required=True,
    ),
    Field(
        "source_system_code",
        STRING,
        "The ledger system whose vendor it is: an id names a vendor within its system only; null in roll-ups over "
        "vendors, which are over all systems.",
    ),
    Field("vendor_id", STRING, "The vendor; null in roll-ups over vendors, and where none is named."),
    Field("category_name", STRING, "The category; null in roll-ups over categories, and where there is none."),
)

CYCLE_TIMES_MONTHLY = Contract(
    name="cycle_times_monthly",
    version=1,
    grain="One leg of one vendor of a system, category and month of start, and every roll-up of vendor and category",
    key=("leg", "cell_grain", "source_system_code", "vendor_id", "category_name", "month"),
    fields=(
        *_CELL,
        Field("month", DATE, "First day of the month in which the legs began.", required=True),
        Field(
            "window_status", STRING, "`left_edge` or `right_edge`: show grey, never test; else `full`.", required=True
        ),
        *_STATISTICS,
    ),
)

CYCLE_TIMES_OVERALL = Contract(
    name="cycle_times_overall",
    version=1,
    grain="One leg of one vendor of a system and category over all months, and every roll-up of vendor and category",
    key=("leg", "cell_grain", "source_system_code", "vendor_id", "category_name"),
    fields=(
        *_CELL,
        Field("not_applicable_count", LONG, "Cases and documents to which the leg does not apply.", required=True),
        *_STATISTICS,
    ),
)
