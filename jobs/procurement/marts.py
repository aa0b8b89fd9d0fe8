"""The marts of procurement, from its curated tables; of invoices also which lines are in quarantine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.mart_writing import build_or_carry, curated_snapshots
from jobs.procurement.options import marts_options_of
from lake.errors import ConfigError, DataError
from lake.releases.snapshots import read_snapshot
from lake.run.run import Run
from schemas.errors import OptionsError
from schemas.procurement import PROCUREMENT_COVERAGE
from schemas.procurement.documents import INVOICES
from transforms.keeping import Keep, Write
from transforms.procurement.marts import build_procurement_marts
from transforms.procurement.options import MartOptions


def build_marts(run: Run) -> None:
    """Build every mart anew, or carry all over where nothing that they are made of changed."""
    options = delivered_options(run)

    def build(curated: Mapping[str, DataFrame], keep: Keep, write: Write) -> None:
        try:
            marts = build_procurement_marts(
                curated, options, quarantined_lines=_quarantined_lines(run), keep=keep, write=write
            )
        except OptionsError as error:
            raise ConfigError(f"[marts] of {run.domain}: {error}") from None
        _refuse_future(run, marts[PROCUREMENT_COVERAGE.name])

    build_or_carry(run, build, options=options)


def delivered_options(run: Run) -> MartOptions:
    """What the configuration says about the marts, and about the sources that have delivered."""
    delivered = {delivery.source_name for delivery in run.deliveries}
    return marts_options_of(run, [source for source in run.configuration.sources if source.name in delivered])


def _quarantined_lines(run: Run) -> DataFrame | None:
    """Quarantined rows of the invoices, None where there are none."""
    snapshot = curated_snapshots(run).get(INVOICES.name)
    if snapshot is None or not snapshot.row_count(outcome="quarantined"):
        return None
    return read_snapshot(run.engine, run.lake, snapshot, run.tables.curated[INVOICES.name], outcome="quarantined")


def _refuse_future(run: Run, coverage: DataFrame) -> None:
    """Raises DataError where a source would be complete through a day that had not come when its last file arrived."""
    arrived = _last_arrivals(run)
    for row in coverage.where(F.col("data_through_rule") == "latest_system_stamped").collect():
        last = arrived.get(row["source_name"])
        if last and row["data_through"] and row["data_through"] > last + timedelta(days=1):
            raise DataError(
                f"source {row['source_name']}: its latest system-stamped event is dated {row['data_through']}, but its "
                f"last file arrived on {last}; mend the date, or say data_through in its [coverage] "
                f"({run.configuration.source(row['source_name']).where})"
            )


def _last_arrivals(run: Run) -> dict[str, date]:
    """The day on which each source's last file landed first, UTC."""
    arrived: dict[str, date] = {}
    for delivery in run.deliveries:
        day = datetime.fromisoformat(delivery.landed.arrived_at).date()
        arrived[delivery.source_name] = max(day, arrived.get(delivery.source_name, day))
    return arrived
