"""A folder as a store: links, temporary files, durability, full and closed disks."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lake.store.folder import FolderStore
from lake.store.objects import TEMPORARY, BadKey, StoreDenied, StoreError, StoreFull
from tests.unit.lake.store.stores import contents, keys


def test_a_folder_follows_a_linked_root_and_linked_files(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "elsewhere").write_bytes(b"linked")
    (tmp_path / "root").symlink_to("real")
    (tmp_path / "real" / "link").symlink_to(tmp_path / "elsewhere")
    store = FolderStore(tmp_path / "root")
    store.put("a/b", b"written")
    assert contents(store) == {"a/b": b"written", "link": b"linked"}
    assert (tmp_path / "real/a/b").read_bytes() == b"written"


@pytest.mark.parametrize("target", [pytest.param(".", id="a loop"), pytest.param("../out", id="a way out")])
def test_a_folder_refuses_a_linked_folder_below_its_root(folder: FolderStore, target: str) -> None:
    folder.put("a/b", b"x")
    (folder.root / "../out").mkdir()
    (folder.root / "link").symlink_to(target)
    for call in (lambda: keys(folder), lambda: keys(folder, "link/a"), lambda: folder.put("link/x", b"")):
        with pytest.raises(BadKey, match=r"lake/link is a link to .*, but a store follows only links to files"):
            call()
    assert keys(folder, "a") == ["a/b"]
    assert list((folder.root / "../out").iterdir()) == []


def test_a_link_to_nowhere_is_not_silently_left_out(folder: FolderStore) -> None:
    folder.put("a", b"x")
    (folder.root / "gone").symlink_to("nowhere")
    with pytest.raises(BadKey, match=r"lake/gone is a link to nowhere"):
        keys(folder)


def test_deleting_prunes_empty_folders_but_not_the_root(folder: FolderStore) -> None:
    folder.put("a/b/c", b"x")
    folder.put("a/d", b"x")
    folder.delete(["a/b/c"])
    assert sorted(path.name for path in folder.root.rglob("*")) == ["a", "d"]
    folder.delete(["a/d"])
    assert list(folder.root.iterdir()) == []


def test_a_folder_pruned_between_two_writes_is_made_again(folder: FolderStore) -> None:
    def write_and_remove(name: str) -> None:
        for _ in range(200):
            folder.put(f"a/b/{name}", b"x")
            folder.delete([f"a/b/{name}"])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write_and_remove, "pqrs"))
    assert list(folder.root.iterdir()) == []


def test_a_temporary_file_is_neither_listed_nor_swept_before_its_time(folder: FolderStore) -> None:
    folder.put("a/b", b"x")
    left = folder.root / "left" / f"{TEMPORARY}1"
    left.parent.mkdir()
    left.write_bytes(b"half")
    assert keys(folder) == ["a/b"]
    assert folder.sweep(older_than_seconds=3600) == 0
    assert left.exists()
    os.utime(left, (time.time() - 7200, time.time() - 7200))
    assert folder.sweep(older_than_seconds=3600) == 1
    assert [path.name for path in folder.root.iterdir()] == ["a"]


@pytest.mark.parametrize("write", ["put", "create"])
def test_a_writer_killed_halfway_leaves_no_object(folder: FolderStore, write: str) -> None:
    code = f"""
import os, signal, sys, lake.store.folder as objects
objects.os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
os.makedirs({folder.uri!r})
objects.FolderStore({folder.uri!r}).{write}("a", b"x" * 1000)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert keys(folder) == []
    assert folder.sweep(older_than_seconds=0) == 1
    folder.create("a", b"again")
    assert contents(folder) == {"a": b"again"}


@pytest.mark.parametrize("write", ["put", "create"])
def test_content_is_durable_before_its_name_and_folders_from_the_top(
    folder: FolderStore, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def recorded(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    getattr(folder, write)("a/b", b"x")
    expected = [folder.root.parent, folder.root, folder.root / "a/b", folder.root / "a"]
    assert synced == [path.stat().st_ino for path in expected]


def test_new_files_have_the_mode_of_the_umask(folder: FolderStore) -> None:
    before = os.umask(0o027)
    try:
        folder.put("a", b"x")
    finally:
        os.umask(before)
    assert (folder.root / "a").stat().st_mode & 0o777 == 0o640


def test_a_key_below_an_object_is_refused_in_a_sentence(folder: FolderStore) -> None:
    folder.put("a", b"x")
    with pytest.raises(StoreError, match=r"cannot write .*/lake/a/b: "):
        folder.put("a/b", b"y")
    assert contents(folder) == {"a": b"x"}


def test_an_object_does_not_replace_a_folder(folder: FolderStore) -> None:
    folder.put("a/b", b"x")
    with pytest.raises(StoreError, match=r"cannot write .*/lake/a: Is a directory"):
        folder.put("a", b"y")
    assert [path.name for path in folder.root.rglob("*")] == ["a", "b"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 64 KiB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounting.returncode:
        pytest.skip("this user may not mount a small disk; the next test raises ENOSPC by hand")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("write", ["put", "create"])
def test_a_full_disk_publishes_nothing_and_says_how_much_is_missing(small_disk: Path, write: str) -> None:
    store = FolderStore(small_disk)
    store.put("b", b"what was there")
    sentence = rf"cannot write {small_disk}/a: the disk is full \(needed 200,000 bytes, 61,440 free\)"
    with pytest.raises(StoreFull, match=sentence):
        getattr(store, write)("a", b"x" * 200_000)
    assert contents(store) == {"b": b"what was there"}
    assert [path.name for path in small_disk.iterdir()] == ["b"]


def test_a_disk_that_is_full_at_fsync_leaves_the_old_object(
    folder: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is raised by hand in place of `os.fsync`, as network file systems do only then."""
    folder.put("a", b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull, match=r"needed 3 bytes, [\d,]+ free\); nothing was published"):
        folder.put("a", b"new")
    assert [path.name for path in folder.root.iterdir()] == ["a"]
    assert contents(folder) == {"a": b"old"}


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="/sys, where not even root may write, is Linux's")
def test_a_folder_closed_to_us_is_denied_in_a_sentence() -> None:
    with pytest.raises(StoreDenied, match=r"cannot write /sys/a: .*; nothing was published"):
        FolderStore("/sys").put("a", b"x")
