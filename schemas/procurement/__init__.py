"""The tables of the procurement domain."""

from schemas.contract import Contract
from schemas.procurement.documents import DOCUMENTS
from schemas.procurement.logged_events import LOGGED_EVENTS
from schemas.procurement.marts import (
    CYCLE_TIMES_MONTHLY,
    CYCLE_TIMES_OVERALL,
    PROCUREMENT_CASES,
    PROCUREMENT_COVERAGE,
    PROCUREMENT_EVENTS,
    PROCUREMENT_LEGS,
    PROCUREMENT_UNALLOCATED,
    PROCUREMENT_VENDORS,
)

CURATED: dict[str, Contract] = {c.name: c for c in (LOGGED_EVENTS, *DOCUMENTS)}
MARTS: dict[str, Contract] = {
    c.name: c
    for c in (
        PROCUREMENT_EVENTS,
        PROCUREMENT_COVERAGE,
        PROCUREMENT_LEGS,
        PROCUREMENT_CASES,
        PROCUREMENT_VENDORS,
        PROCUREMENT_UNALLOCATED,
        CYCLE_TIMES_MONTHLY,
        CYCLE_TIMES_OVERALL,
    )
}
