"""Cases told as lists of events, all of a test file's in one frame: each is one case, named by its sentence."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession

from schemas.procurement import LOGGED_EVENTS
from schemas.procurement.words import EVENT_TYPES
from tests.frames import curated_frame
from transforms.procurement.options import SourceCoverage

DAY_0 = date(2024, 1, 1)
SYSTEM_STAMPED = ("order_created", "goods_received", "invoice_recorded", "invoice_cleared")
Event = dict[str, Any]


def day(number: int | None) -> date | None:
    return None if number is None else DAY_0 + timedelta(days=number)


def event(event_type: str, number: int, **cells: Any) -> Event:
    """An event at noon of the day of that number; day 0 is 2024-01-01."""
    noon = datetime(2024, 1, 1, 12) + timedelta(days=number)
    return {"event_type": event_type, "event_at": noon, "time_precision": "minute", "time_zone_name": "UTC"} | cells


def told(spark: SparkSession, stories: Mapping[str, Sequence[Event]]) -> DataFrame:
    """`logged_events`; a row's place in the frame is its record number and the end of its id."""
    rows = [
        {"source_system_code": "ERP", "source_name": "log", "case_id": case_id} | row
        for case_id, events in stories.items()
        for row in events
    ]
    return curated_frame(spark, LOGGED_EVENTS, *({"event_id": f"e{n:05}"} | row for n, row in enumerate(rows)))


def covered(
    source_name: str = "log",
    *,
    table_name: str = "logged_events",
    records: Sequence[str] = tuple(EVENT_TYPES),
    first: int | None = 0,
    last: int | None = 365,
) -> SourceCoverage:
    return SourceCoverage(source_name, table_name, tuple(records), SYSTEM_STAMPED, day(first), day(last))


def by_case(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["case_id"], []).append(row)
    return found
