"""Events of a log."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from schemas.procurement import LOGGED_EVENTS
from transforms.procurement.events.columns import ATTRIBUTES, as_events, columns, local_date, money, worth


def logged(logged_events: DataFrame) -> DataFrame:
    """An event each; the net worth is an amount of the order's creation only."""
    net_worth, currency = F.col("net_worth_amount"), F.col("currency_code")
    return as_events(
        logged_events,
        **columns("event_id", "event_type", "activity_name", "event_at", "time_precision", *ATTRIBUTES),
        event_on=local_date("event_at"),
        **money(F.when(F.col("event_type") == "order_created", net_worth), currency),
        table_name=F.lit(LOGGED_EVENTS.name),
        **worth(net_worth, currency),
        content_key=_content_key(*(name for name in LOGGED_EVENTS.names if name != "event_id")),
    )


def _content_key(*names: str) -> Column:
    """64 bits, only ever compared within a case. `xxhash64` passes over nulls, so that each says that it is one."""
    return F.xxhash64(*(part for name in names for part in (F.col(name), F.col(name).isNull())))
