"""What a release's marts cannot tell, as sentences: legs that cannot be measured, documents without a partner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headrace.domains.procurement.unjoined import ORPHANS, UNKNOWN_INVOICES, orphan_notes, unknown_invoice_notes
from headrace.domains.procurement.unmeasured import OCCURRING, STATES, unmeasured_notes
from headrace.duck.reader import connect, objects, tables_of_release
from headrace.lakes import is_folder
from lake.errors import HeadraceError
from lake.releases.release import Release
from lake.store.objects import ObjectStore

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Kind:
    """A kind of note: what makes it, and the tables that it reads."""

    notes: Callable[[duckdb.DuckDBPyConnection, Release], list[str]]
    marts: tuple[str, ...]
    curated: tuple[str, ...] = ()


def mart_notes(lake: ObjectStore, release: Release) -> list[str]:
    """Of a lake in a folder, whose tables are read by DuckDB, a few columns of each. Where they cannot be read, a note
    says so: neither a run that has published nor the status fails for it."""
    return [note for kind in KINDS for note in _noted(lake, release, kind)] if is_folder(lake) else []


def _noted(lake: ObjectStore, release: Release, kind: Kind) -> list[str]:
    if not (set(kind.marts) <= set(release.marts) and set(kind.curated) <= set(release.curated)):
        return []
    import duckdb

    marts = {name: release.marts[name] for name in kind.marts}
    curated = {name: release.curated[name] for name in kind.curated}
    tables = replace(tables_of_release(release), curated=curated, marts=marts, deliveries=())
    try:
        with connect(lake, tables) as connection:
            return kind.notes(connection, release)
    except (duckdb.Error, HeadraceError) as error:
        return [f"a note could not be made: {_sentence(error)}"]


def _unmeasured(connection: duckdb.DuckDBPyConnection, release: Release) -> list[str]:
    return unmeasured_notes(objects(connection, STATES), objects(connection, OCCURRING))


def _orphans(connection: duckdb.DuckDBPyConnection, release: Release) -> list[str]:
    return orphan_notes(objects(connection, ORPHANS), quarantined_count=_quarantined(release, "purchase_orders"))


def _unknown_invoices(connection: duckdb.DuckDBPyConnection, release: Release) -> list[str]:
    rows = objects(connection, UNKNOWN_INVOICES, [release.as_of])
    return unknown_invoice_notes(rows, quarantined_count=_quarantined(release, "invoices"))


def _quarantined(release: Release, table: str) -> int:
    return release.counts[table].cumulative["quarantined"] if table in release.counts else 0


def _sentence(error: Exception) -> str:
    """Without the statement that DuckDB shows below it."""
    return " ".join(str(error).split("\n\nLINE")[0].split())


KINDS = (
    Kind(_orphans, marts=("procurement_cases",)),
    Kind(_unknown_invoices, marts=("procurement_unallocated",), curated=("invoices", "payments")),
    Kind(_unmeasured, marts=("procurement_legs", "procurement_events")),
)
