"""What a vacuum removes and what it leaves, on a lake of made-up files."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lake.errors import ConfigError
from lake.landing.ledger import new_ledger_key
from lake.operations.vacuum import vacuum
from lake.releases.artefacts import written_artefact
from lake.releases.release import Release, as_json, parse_release, release_key
from lake.releases.snapshots import DataFile, Snapshot
from lake.run.manifest import manifest_key, run_folder
from lake.store.folder import FolderStore

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)


def run_id(hours: float, name: str = "aaaaaa") -> str:
    """A run that began so many hours ago."""
    return f"{NOW - timedelta(hours=hours):%Y%m%dT%H%M%SZ}-{name}"


def snapshot(lake: FolderStore, run: str, table: str = "t", zone: str = "marts") -> Snapshot:
    folder = f"{zone}/procurement/{table}/{run}-01234567"
    lake.put(f"{folder}/part-0.parquet", b"12345")
    lake.put(f"{folder}/_SUCCESS", b"")
    return Snapshot(table, folder, (DataFile(f"{folder}/part-0.parquet", 1, 5, {}),), "d")


def publish(lake: FolderStore, number: int, hours: float, *snapshots: Snapshot, trained_by: str | None = None) -> None:
    run = run_id(hours, f"{number:06d}")
    ledger = new_ledger_key("procurement", run)
    lake.put(
        release_key("procurement", number),
        as_json(
            Release(
                domain="procurement",
                number=number,
                parent=number - 1 or None,
                kind="run",
                run_id=run,
                published_at=(NOW - timedelta(hours=hours)).isoformat(),
                ledger=ledger,
                curated={},
                marts={s.table: s for s in snapshots},
                counts={},
                digests={},
                as_of=None,
                facts={"training": {"model_id": trained_by}} if trained_by else {},
            )
        ),
    )
    lake.put(ledger, b"l")
    lake.put(f"warehouse/procurement/{number:08d}.duckdb", b"w")
    manifest(lake, run, ("land", "publish"))


def manifest(lake: FolderStore, run: str, stages: Iterable[str]) -> None:
    lake.put(manifest_key(run), json.dumps({"run_id": run, "stages": {stage: {} for stage in stages}}).encode())


@pytest.fixture
def lake(tmp_path: Path) -> FolderStore:
    store = FolderStore(tmp_path / "lake")
    store.put("landing/procurement/s/x.parquet", b"landed")
    return store


def keys(lake: FolderStore) -> set[str]:
    return {info.key for info in lake.list()}


def test_releases_beyond_the_last_go_with_all_that_only_they_name(lake: FolderStore) -> None:
    shared, first, second = snapshot(lake, run_id(90), "a"), snapshot(lake, run_id(90), "b"), snapshot(lake, run_id(80))
    publish(lake, 1, 90, shared, first)
    publish(lake, 2, 80, shared, second)
    done = vacuum(lake, "procurement", releases_kept=1, now=NOW)
    assert (done.kept, done.releases, done.snapshots) == ((2,), (1,), (first.folder,))
    assert done.warehouse == ("warehouse/procurement/00000001.duckdb",)
    assert done.runs == (run_id(90, "000001"),)
    left = keys(lake)
    assert {
        f"{shared.folder}/part-0.parquet",
        f"{second.folder}/part-0.parquet",
        "landing/procurement/s/x.parquet",
        release_key("procurement", 2),
        "warehouse/procurement/00000002.duckdb",
        manifest_key(run_id(80, "000002")),
    } <= left
    assert not any(first.folder in key for key in left)


def test_models_go_with_the_releases_that_name_them(lake: FolderStore) -> None:
    folders = [f"models/procurement/m/{run_id(hours)}-01234567" for hours in (90, 80)]
    for folder in folders:
        lake.put(f"{folder}/base/metadata/part-00000", b"{}")
    publish(lake, 1, 90)
    publish(lake, 2, 80)
    said = json.loads(lake.read(release_key("procurement", 2)))
    artefact = written_artefact(lake, name="m", model_id="r", folder=folders[1], digest="d")
    said["models"] = {"m": asdict(artefact)}
    lake.put(release_key("procurement", 2), json.dumps(said).encode())
    assert vacuum(lake, "procurement", releases_kept=1, now=NOW).snapshots == (folders[0],)
    assert f"{folders[1]}/base/metadata/part-00000" in keys(lake)
    assert not any(folders[0] in key for key in keys(lake))


def test_ledgers_go_with_the_releases_that_name_them(lake: FolderStore) -> None:
    """A release that goes back names the ledger of the older one; a run that changed nothing left its own."""
    publish(lake, 1, 90)
    publish(lake, 2, 80)
    shared = parse_release(json.loads(lake.read(release_key("procurement", 1))), "").ledger
    of_no_release = [new_ledger_key("procurement", run_id(hours)) for hours in (70, 1)]
    for key in of_no_release:
        lake.put(key, b"l")
    back = json.loads(lake.read(release_key("procurement", 2)))
    lake.put(release_key("procurement", 2), json.dumps(back | {"ledger": shared}).encode())
    vacuum(lake, "procurement", releases_kept=1, now=NOW)
    assert {key for key in keys(lake) if key.startswith("ledger/")} == {shared, of_no_release[1]}


def test_the_ledger_of_a_run_without_a_manifest_is_left_for_a_day(lake: FolderStore) -> None:
    """A run writes its ledger before it says so."""
    publish(lake, 1, 90)
    young, old = (new_ledger_key("procurement", run_id(hours)) for hours in (2, 30))
    for key in (young, old):
        lake.put(key, b"l")
    vacuum(lake, "procurement", releases_kept=1, older_than_hours=0, now=NOW)
    assert young in keys(lake)
    assert old not in keys(lake)


def test_a_run_that_went_on_within_a_day_may_be_running(lake: FolderStore) -> None:
    publish(lake, 1, 90)
    resumed = run_id(60)
    ledger = new_ledger_key("procurement", resumed)
    lake.put(ledger, b"l")
    went_on = (NOW - timedelta(hours=1)).isoformat()
    lake.put(manifest_key(resumed), json.dumps({"went_on_at": went_on, "stages": {"land": {}}}).encode())
    vacuum(lake, "procurement", releases_kept=1, now=NOW)
    assert {ledger, manifest_key(resumed)} <= keys(lake)


def test_what_it_says_is_what_goes(lake: FolderStore) -> None:
    publish(lake, 1, 90, snapshot(lake, run_id(90)))
    publish(lake, 2, 80)
    before, size = keys(lake), {info.key: info.size for info in lake.list()}
    said = vacuum(lake, "procurement", releases_kept=1, now=NOW, is_dry_run=True)
    assert keys(lake) == before
    done = vacuum(lake, "procurement", releases_kept=1, now=NOW)
    gone = before - keys(lake)
    assert (said.file_count, said.byte_count) == (done.file_count, done.byte_count)
    assert (done.file_count, done.byte_count) == (len(gone), sum(size[key] for key in gone))


@pytest.mark.parametrize(
    ("hours", "stages", "older_than", "is_left"),
    [
        pytest.param(30, ("land",), 24, False, id="a killed run, old enough"),
        pytest.param(23, ("land",), 24, True, id="an unfinished run that may be running"),
        pytest.param(23, ("land",), 0, True, id="an unfinished run is given a day whatever the age asked for"),
        pytest.param(2, ("land", "publish"), 0, False, id="what a finished run left, no age asked for"),
        pytest.param(2, ("land", "publish"), 24, True, id="what a finished run left, too young"),
        pytest.param(24, ("land", "publish"), 24, False, id="exactly as old as asked for"),
        pytest.param(30, (), 24, False, id="an attempt without a manifest, old enough"),
        pytest.param(1, (), 24, True, id="an attempt without a manifest, too young"),
    ],
)
def test_attempts_that_no_release_names(
    lake: FolderStore, hours: float, stages: tuple[str, ...], older_than: float, is_left: bool
) -> None:
    publish(lake, 1, 200)
    left_over = snapshot(lake, run_id(hours))
    if stages:
        manifest(lake, run_id(hours), stages)
    vacuum(lake, "procurement", releases_kept=1, older_than_hours=older_than, now=NOW)
    assert (f"{left_over.folder}/part-0.parquet" in keys(lake)) == is_left
    assert (manifest_key(run_id(hours)) in keys(lake)) == (is_left and bool(stages))


def test_a_young_release_is_kept_beyond_the_last(lake: FolderStore) -> None:
    standing = snapshot(lake, run_id(3))
    publish(lake, 1, 3, standing)
    publish(lake, 2, 2)
    publish(lake, 3, 1)
    assert vacuum(lake, "procurement", releases_kept=1, now=NOW).kept == (1, 2, 3)
    assert f"{standing.folder}/part-0.parquet" in keys(lake)


def test_a_run_named_by_hand_is_as_old_as_its_manifest_says(lake: FolderStore) -> None:
    publish(lake, 1, 200)
    old, unknown = snapshot(lake, "nightly", "a"), snapshot(lake, "adhoc", "b")
    lake.put(
        manifest_key("nightly"),
        json.dumps({"stages": {"publish": {}}, "started_at": (NOW - timedelta(days=3)).isoformat()}).encode(),
    )
    assert vacuum(lake, "procurement", releases_kept=1, now=NOW).snapshots == (old.folder,)
    assert f"{unknown.folder}/part-0.parquet" in keys(lake)


def test_twice_is_once(lake: FolderStore) -> None:
    publish(lake, 1, 90, snapshot(lake, run_id(90)))
    publish(lake, 2, 80)
    vacuum(lake, "procurement", releases_kept=1, now=NOW)
    again = vacuum(lake, "procurement", releases_kept=1, now=NOW)
    assert (again.file_count, again.byte_count, again.kept) == (0, 0, (2,))


def test_an_empty_lake_has_nothing_to_remove(lake: FolderStore) -> None:
    assert vacuum(lake, "procurement", releases_kept=1, now=NOW).file_count == 0


def test_to_keep_no_release_is_refused(lake: FolderStore) -> None:
    with pytest.raises(ConfigError, match="expected at least 1"):
        vacuum(lake, "procurement", releases_kept=0, now=NOW)


@pytest.mark.parametrize(
    ("trained_by", "is_kept"),
    [
        pytest.param(run_id(90, "000001"), True, id="the kept release tells of its training"),
        pytest.param(run_id(80, "000002"), False, id="it tells of another"),
        pytest.param(None, False, id="it tells of none"),
    ],
)
def test_a_run_whose_training_a_kept_release_tells_of_keeps_its_card(
    trained_by: str | None, is_kept: bool, lake: FolderStore
) -> None:
    card = f"{run_folder(run_id(90, '000001'))}/card.md"
    publish(lake, 1, 90)
    lake.put(card, b"# Search volume model")
    publish(lake, 2, 80, trained_by=trained_by)
    vacuum(lake, "procurement", releases_kept=1, now=NOW)
    assert (card in keys(lake)) is is_kept
