"""What a reader of the procurement domain wants, one grain a table."""

from schemas.procurement.marts.cases import PROCUREMENT_CASES
from schemas.procurement.marts.cycle_times import CYCLE_TIMES_MONTHLY, CYCLE_TIMES_OVERALL
from schemas.procurement.marts.events import PROCUREMENT_COVERAGE, PROCUREMENT_EVENTS
from schemas.procurement.marts.legs import PROCUREMENT_LEGS
from schemas.procurement.marts.unallocated import PROCUREMENT_UNALLOCATED
from schemas.procurement.marts.vendors import PROCUREMENT_VENDORS

__all__ = [
    "CYCLE_TIMES_MONTHLY",
    "CYCLE_TIMES_OVERALL",
    "PROCUREMENT_CASES",
    "PROCUREMENT_COVERAGE",
    "PROCUREMENT_EVENTS",
    "PROCUREMENT_LEGS",
    "PROCUREMENT_UNALLOCATED",
    "PROCUREMENT_VENDORS",
]
