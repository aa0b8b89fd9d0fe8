"""Small lakes for tests: raw files written by hand or by the generator, runs in this process."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from jobs.build_marts import build_marts
from jobs.curate import curate
from jobs.land_raw import land_raw
from jobs.publish_release import publish_release
from lake.landing.deliveries import Delivery
from lake.landing.ledger import read_ledger
from lake.releases.release import Release, current_release
from lake.run.arguments import Arguments
from lake.run.manifest import new_run_id
from lake.run.run import Run
from lake.store.objects import ObjectStore, open_store
from tests.engine import environment_name

os.environ.setdefault("HEADRACE_MASKING_KEY", "a key for tests that is no secret")

ORDER_HEADER = (
    "PO Number",
    "Item",
    "Changed At",
    "Order Date",
    "Submitted At",
    "Released At",
    "Company",
    "Vendor",
    "Vendor Name",
    "Category",
    "Quantity",
    "Net Amount",
    "Currency",
    "Status",
    "Requester",
)
ORDER = {
    "PO Number": "4500000001",
    "Item": "10",
    "Changed At": "2024-01-10 09:00",
    "Order Date": "2024-01-10",
    "Vendor": "V1",
    "Vendor Name": "Miller",
    "Category": "Pens",
    "Net Amount": "10.00",
    "Currency": "EUR",
    "Status": "open",
    "Requester": "Ada",
}
INVOICE_HEADER = (
    "Invoice No",
    "Line",
    "PO Number",
    "Item",
    "Vendor",
    "Invoice Date",
    "Posted At",
    "Cleared On",
    "Amount",
    "Currency",
    "Clerk",
)
INVOICE = {
    "Invoice No": "5100000001",
    "Line": "1",
    "PO Number": "4500000001",
    "Item": "10",
    "Vendor": "V1",
    "Invoice Date": "2024-01-20",
    "Posted At": "2024-01-22 10:00",
    "Cleared On": "2024-02-20",
    "Amount": "10.00",
    "Currency": "EUR",
    "Clerk": "Bob",
}


def orders(*rows: Mapping[str, str]) -> str:
    """A CSV of purchase orders; cells that a row does not state are those of ORDER."""
    return _csv(ORDER_HEADER, ({**ORDER, **row} for row in rows))


def invoices(*rows: Mapping[str, str]) -> str:
    """A CSV of invoice lines; cells that a row does not state are those of INVOICE."""
    return _csv(INVOICE_HEADER, ({**INVOICE, **row} for row in rows))


def _csv(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_raw(raw: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return raw


def run_of(
    raw: Path,
    lake: Path,
    *,
    configs: Sequence[Path] = (),
    as_of: date | None = None,
    store: ObjectStore | None = None,
    domain: str = "procurement",
    environment: str | None = None,
) -> Run:
    arguments = Arguments(
        domain=domain,
        raw=str(raw),
        lake=str(lake),
        run_id=new_run_id(),
        environment=environment or environment_name(),
        configs=tuple(configs),
        as_of=as_of,
    )
    run = Run.of(arguments)
    if store is not None:
        run.lake = store
    return run


def release_of(run: Run, *, has_marts: bool = True) -> Release | None:
    """All stages in this process. Without marts the curated tables alone are released: most promises are about them."""
    land_raw(run)
    curate(run)
    if has_marts:
        build_marts(run)
    else:
        run.add_stage("marts", {"tables": {}})
    return publish_release(run)


def release(raw: Path, lake: Path, **said) -> Release | None:
    has_marts = said.pop("has_marts", True)
    return release_of(run_of(raw, lake, **said), has_marts=has_marts)


def current(run: Run) -> Release | None:
    return current_release(run.lake, run.domain)


def deliveries_of(lake: Path, release: Release) -> tuple[Delivery, ...]:
    return read_ledger(open_store(str(lake)), release.ledger)


def rows(lake: Path, release: Release, table: str, columns: str = "*", where: str = "true") -> list[tuple]:
    """Rows of a table of the release, read by DuckDB from the very files that it names, in an order of their own."""
    snapshot = {**release.curated, **release.marts}[table]
    files = [str(lake / file.key) for file in snapshot.files if file.row_count]
    if not files:
        return []
    listed = ", ".join(f"'{file}'" for file in files)
    relation = duckdb.sql(f"SELECT {columns} FROM read_parquet([{listed}], hive_partitioning = true) WHERE {where}")
    return sorted(relation.fetchall(), key=str)
