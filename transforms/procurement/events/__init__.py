"""Curated logs and documents as one table of events. Sessions run in UTC: local dates are shifted from there."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import reduce

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from schemas.procurement import CURATED, LOGGED_EVENTS
from schemas.procurement.documents import (
    APPROVALS,
    GOODS_RECEIPTS,
    INVOICES,
    PURCHASE_ORDER_CHANGES,
    PURCHASE_ORDERS,
    VENDORS,
)
from transforms.procurement.events.columns import ATTRIBUTES, CASE, EVENT, EVENT_LINEAGE
from transforms.procurement.events.invoices import invoiced
from transforms.procurement.events.logged import logged
from transforms.procurement.events.orders import approved, changed, ordered
from transforms.procurement.events.receipts import received
from transforms.procurement.events.whole_invoices import events_of_items

__all__ = ["ATTRIBUTES", "CASE", "EVENT_LINEAGE", "build_events", "with_event_number"]

_MAKERS: dict[str, Callable[[DataFrame], DataFrame]] = {
    LOGGED_EVENTS.name: logged,
    PURCHASE_ORDERS.name: ordered,
    APPROVALS.name: approved,
    PURCHASE_ORDER_CHANGES.name: changed,
    GOODS_RECEIPTS.name: received,
    INVOICES.name: invoiced,
}


def build_events(
    curated: Mapping[str, DataFrame], settled: DataFrame | None = None, *, as_of: date | None
) -> DataFrame:
    """One row for each date of each curated row that is not null and not after `as_of`.

    `settled` are blocks and payments by item (`settle_items`): they name an invoice only. Beside the fields of
    `procurement_events` those of `columns.EVENT` that later steps need. The vendor master makes no events.
    """
    if not curated or (unknown := sorted(set(curated) - set(CURATED))):
        found = f"unknown {unknown}" if curated else "nothing"
        raise ValueError(f"procurement marts: found {found}, expected any of {', '.join(CURATED)}")
    made = [make(curated[name]) for name, make in _MAKERS.items() if name in curated]
    made += [] if settled is None else [events_of_items(settled)]
    events = reduce(DataFrame.unionByName, made or [_none(curated[VENDORS.name].sparkSession)])
    return events if as_of is None else events.filter(F.col("event_on") <= F.lit(as_of))


def with_event_number(events: DataFrame) -> DataFrame:
    """Add `event_number`: 1 for the first event of the case, in the order that "first" and "last" mean everywhere.

    The one shuffle of all events: what follows works within the partitions by case that it leaves.
    """
    in_order = Window.partitionBy(*CASE).orderBy("event_on", "event_at", "record_number", "event_id")
    return events.repartition(*CASE).withColumn("event_number", F.row_number().over(in_order))


def _none(spark: SparkSession) -> DataFrame:
    """No event, where there are vendors alone."""
    return spark.range(0).select(*(F.lit(None).cast(data_type).alias(name) for name, data_type in EVENT.items()))
