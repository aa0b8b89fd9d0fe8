"""What a reader of the search domain wants, one grain a table."""

from schemas.search.marts.backtest import SEARCH_VOLUME_BACKTEST
from schemas.search.marts.drift import SEARCH_VOLUME_DRIFT
from schemas.search.marts.estimates import SEARCH_VOLUME_ESTIMATES
from schemas.search.marts.model_card import SEARCH_VOLUME_MODEL_CARD
from schemas.search.marts.special_dates import SEARCH_SPECIAL_DATES
from schemas.search.marts.totals import SEARCH_VOLUME_TOTALS

__all__ = [
    "SEARCH_SPECIAL_DATES",
    "SEARCH_VOLUME_BACKTEST",
    "SEARCH_VOLUME_DRIFT",
    "SEARCH_VOLUME_ESTIMATES",
    "SEARCH_VOLUME_MODEL_CARD",
    "SEARCH_VOLUME_TOTALS",
]
