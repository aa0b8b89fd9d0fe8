"""The warehouse file of a release, made by hand: what it takes, what it refuses, and that it is written once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headrace.duck.warehouse import build_warehouse
from lake.errors import AuditError
from lake.releases.release import Release
from lake.releases.snapshots import DataFile, Snapshot
from lake.store.folder import FolderStore
from lake.store.objects import ObjectInfo, ObjectStore

KEY = "warehouse/procurement/00000001.duckdb"
ROW = {
    "source_name": "s",
    "table_name": "logged_events",
    "data_from": date(2024, 1, 1),
    "data_from_rule": "configured",
    "data_through": None,
    "data_through_rule": "configured",
    "event_after_data_through_count": 0,
    "stray_day_count": 0,
}


class FarStore(ObjectStore):
    """A store without paths, as S3 is."""

    def __init__(self, store: FolderStore) -> None:
        self.store, self.uri = store, store.uri

    def stat(self, key: str) -> ObjectInfo:
        return self.store.stat(key)

    def open(self, key: str, etag: str | None = None) -> BinaryIO:
        return self.store.open(key, etag)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        return self.store.list(prefix)

    def put_file(self, key: str, local_path: object) -> ObjectInfo:
        return self.store.put_file(key, str(local_path))

    def local_path(self, key: str) -> None:
        return None


def release_of(store: FolderStore, *rows: dict[str, object], said_rows: int | None = None) -> Release:
    """A release whose one mart has these rows, and says that it has `said_rows`."""
    folder = "marts/procurement/procurement_coverage/r-0"
    path = store.root / folder / "part [1]*.parquet"
    path.parent.mkdir(parents=True)
    types = {
        "data_from": pa.date32(),
        "data_through": pa.date32(),
        "event_after_data_through_count": pa.int64(),
        "stray_day_count": pa.int64(),
    }
    schema = pa.schema([(name, types.get(name, pa.string())) for name in ROW])
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path)
    count = len(rows) if said_rows is None else said_rows
    snapshot = Snapshot(
        "procurement_coverage", folder, (DataFile(f"{folder}/{path.name}", count, path.stat().st_size, {}),), "d"
    )
    return Release(
        domain="procurement",
        number=1,
        parent=None,
        kind="run",
        run_id="r",
        published_at="2024-01-01",
        ledger="ledger/procurement/r.parquet",
        curated={},
        marts={snapshot.table: snapshot},
        counts={},
        digests={},
        as_of=None,
    )


@pytest.mark.parametrize("is_far", [pytest.param(False, id="a folder"), pytest.param(True, id="a store without paths")])
def test_it_holds_the_release_s_rows(tmp_path: Path, is_far: bool) -> None:
    store = FolderStore(tmp_path)
    release = release_of(store, ROW, {**ROW, "source_name": "t"})
    build_warehouse(FarStore(store) if is_far else store, release)
    with duckdb.connect(str(tmp_path / KEY), read_only=True) as connection:
        assert connection.execute(
            "SELECT source_name, data_from, data_through FROM marts.procurement_coverage ORDER BY ALL"
        ).fetchall() == [("s", date(2024, 1, 1), None), ("t", date(2024, 1, 1), None)]
        about = connection.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'procurement_coverage' "
            "AND column_name = 'data_from'"
        ).fetchone()
        assert about == ("First day for which the source is complete.",)


def test_it_is_written_once(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    release = release_of(store, ROW)
    build_warehouse(store, release)
    before = store.stat(KEY)
    assert build_warehouse(store, release) == KEY
    assert store.stat(KEY) == before


@pytest.mark.parametrize(
    ("row", "said_rows", "sentence"),
    [
        pytest.param(ROW, 2, "the warehouse took 1 rows, the release has 2", id="another number of rows"),
        pytest.param({**ROW, "source_name": None}, 1, "does not fit its contract", id="a required value that is null"),
    ],
)
def test_what_is_not_the_release_is_not_published(
    tmp_path: Path, row: dict[str, object], said_rows: int, sentence: str
) -> None:
    store = FolderStore(tmp_path)
    with pytest.raises(AuditError, match=sentence):
        build_warehouse(store, release_of(store, row, said_rows=said_rows))
    assert not store.exists(KEY)
    assert list(store.list("warehouse/")) == []


def test_a_table_without_rows_is_there_and_empty(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    build_warehouse(store, release_of(store))
    with duckdb.connect(str(tmp_path / KEY), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM marts.procurement_coverage").fetchone() == (0,)
