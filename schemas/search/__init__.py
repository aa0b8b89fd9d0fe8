"""The tables of the search domain."""

from schemas.contract import Contract
from schemas.search.marts import (
    SEARCH_SPECIAL_DATES,
    SEARCH_VOLUME_BACKTEST,
    SEARCH_VOLUME_DRIFT,
    SEARCH_VOLUME_ESTIMATES,
    SEARCH_VOLUME_MODEL_CARD,
    SEARCH_VOLUME_TOTALS,
)
from schemas.search.ranks import SEARCH_RANKS
from schemas.search.special_dates import SPECIAL_DATES
from schemas.search.volumes import SEARCH_VOLUMES

CURATED: dict[str, Contract] = {c.name: c for c in (SEARCH_RANKS, SEARCH_VOLUMES, SPECIAL_DATES)}
MARTS: dict[str, Contract] = {
    c.name: c
    for c in (
        SEARCH_SPECIAL_DATES,
        SEARCH_VOLUME_ESTIMATES,
        SEARCH_VOLUME_TOTALS,
        SEARCH_VOLUME_BACKTEST,
        SEARCH_VOLUME_MODEL_CARD,
        SEARCH_VOLUME_DRIFT,
    )
}
