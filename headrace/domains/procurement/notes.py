"""What a release's marts cannot tell, as sentences: legs that cannot be measured, documents without a partner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from headrace.domains.procurement.unjoined import ORPHANS, UNKNOWN_INVOICES, orphan_notes, unknown_invoice_notes
from headrace.domains.procurement.unmeasured import OCCURRING, STATES, unmeasured_notes
from headrace.lakes import is_folder
from headrace.reader import connect, objects, tables_of_release
from lake.errors import HeadraceError
from lake.objects import ObjectStore
from lake.releases import Release

if TYPE_CHECKING:
    import duckdb

MARTS = ("procurement_legs", "procurement_events", "procurement_cases", "procurement_unallocated")
CURATED = ("invoices", "payments")


def mart_notes(lake: ObjectStore, release: Release) -> list[str]:
    """Of a lake in a folder, whose tables are read by DuckDB, a few columns of each. Where they cannot be read, a note
    says so: neither a run that has published nor the status fails for it."""
    if not set(MARTS) <= set(release.marts) or not is_folder(lake):
        return []
    import duckdb

    curated = {name: release.curated[name] for name in CURATED if name in release.curated}
    marts = {name: release.marts[name] for name in MARTS}
    try:
        with connect(
            lake, replace(tables_of_release(release), curated=curated, marts=marts, deliveries=())
        ) as connection:
            return list(_notes(connection, has_payments=set(CURATED) <= set(curated)))
    except (duckdb.Error, HeadraceError) as error:
        return [f"what the marts cannot tell is not known: {_sentence(error)}"]


def _notes(connection: duckdb.DuckDBPyConnection, *, has_payments: bool) -> Iterator[str]:
    yield from unmeasured_notes(objects(connection, STATES), objects(connection, OCCURRING))
    yield from orphan_notes(objects(connection, ORPHANS))
    if has_payments:
        yield from unknown_invoice_notes(objects(connection, UNKNOWN_INVOICES))


def _sentence(error: Exception) -> str:
    """Without the statement that DuckDB shows below it."""
    return " ".join(str(error).split("\n\nLINE")[0].split())
