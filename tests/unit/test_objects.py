"""Both stores under one suite. moto's S3, served by `ThreadedMotoServer`, is the stand-in that answered for Amazon's.

Where a test is about one of them its name says so. Two answers of S3 that moto never gives (a request whose answer is
lost, a conflict of two conditional writes) are put on the wire by botocore's own `before-send` event, and a connection
that is cut comes from a small HTTP server; the code under test is never replaced.
"""

from __future__ import annotations

import errno
import io
import os
import pickle
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from lake.folder_store import FolderStore
from lake.objects import (
    TEMPORARY,
    AlreadyExists,
    BadKey,
    BadUri,
    MissingObject,
    ObjectChanged,
    ObjectInfo,
    ObjectStore,
    StoreDenied,
    StoreError,
    StoreFull,
    open_store,
)
from lake.s3_store import S3Store
from tests.crash import Crash, CrashingStore

MIB = 1 << 20


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return monkeypatch


@pytest.fixture
def s3(endpoint: str, aws: pytest.MonkeyPatch) -> S3Store:
    aws.setenv("AWS_ENDPOINT_URL", endpoint)
    store = S3Store(f"lake-{uuid.uuid4().hex}", "some/prefix")
    store.client.create_bucket(Bucket=store.bucket)
    return store


@pytest.fixture
def folder(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "lake")


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest) -> ObjectStore:
    return request.getfixturevalue(request.param)


def keys(store: ObjectStore, prefix: str = "") -> list[str]:
    return [info.key for info in store.list(prefix)]


def contents(store: ObjectStore) -> dict[str, bytes]:
    return {key: store.read(key) for key in keys(store)}


# --- what both stores promise


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("plain.csv", id="a name at the root"),
        pytest.param("a/b/c/d.csv", id="a name in folders"),
        pytest.param("año 2024/Pedidos º1 & más.csv", id="letters with accents and spaces"),
        pytest.param("注文/受注 一覧.xlsx", id="letters of another script"),
        pytest.param("a+b%20c?d#e=f;g:h'i\"j.csv", id="characters that mean something in a URL"),
        pytest.param(".DS_Store", id="a hidden file is listed, not skipped"),
        pytest.param("..dots/...csv", id="names that only begin with dots"),
        pytest.param(".tmp-folder/x", id="a folder named as temporary files are"),
    ],
)
def test_what_was_put_is_listed_and_read_under_its_key(store: ObjectStore, key: str) -> None:
    info = store.put(key, b"some bytes")
    assert list(store.list()) == [info] == [store.stat(key)]
    assert (info.key, info.size, store.read(key)) == (key, 10, b"some bytes")


@pytest.mark.parametrize("write", ["put", "create"])
def test_an_empty_object_is_an_object(store: ObjectStore, write: str) -> None:
    getattr(store, write)("empty", b"")
    assert contents(store) == {"empty": b""}
    assert store.stat("empty").size == 0
    with store.open("empty") as file:
        assert file.read(10) == b""


def test_put_replaces_the_whole_content(store: ObjectStore) -> None:
    store.put("a", b"a longer content than the next")
    store.put("a", b"short")
    assert contents(store) == {"a": b"short"}


def test_nothing_is_listed_in_a_store_that_nobody_wrote_to(store: ObjectStore) -> None:
    assert keys(store) == []
    assert keys(store, "a/b") == []


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        pytest.param("", ["B", "a", "a!/x", "b-c/x", "b.c", "b/c/d", "b/é", "b0", "é"], id="everything in key order"),
        pytest.param("b", ["b-c/x", "b.c", "b/c/d", "b/é", "b0"], id="a prefix that ends within a name"),
        pytest.param("b/", ["b/c/d", "b/é"], id="a prefix that ends with a folder"),
        pytest.param("b/c/d", ["b/c/d"], id="a prefix that is a key"),
        pytest.param("b/c/d/", [], id="a prefix below an object"),
        pytest.param("z/", [], id="a prefix that nothing has"),
    ],
)
def test_list_is_recursive_relative_and_in_the_order_of_keys(
    store: ObjectStore, prefix: str, expected: list[str]
) -> None:
    for key in ["é", "b0", "b/é", "b/c/d", "b.c", "b-c/x", "a!/x", "a", "B"]:
        store.put(key, key.encode())
    assert keys(store, prefix) == expected == sorted(expected)


BAD_KEYS = [
    pytest.param("", "it is empty", id="an empty key"),
    pytest.param("/etc/passwd", "it is absolute", id="an absolute key"),
    pytest.param("a/../../b", "'.' or '..'", id="a key that climbs out"),
    pytest.param("..", "'.' or '..'", id="the parent itself"),
    pytest.param("./a", "'.' or '..'", id="a key with two spellings"),
    pytest.param("a//b", "empty segment", id="an empty segment"),
    pytest.param("a/", "empty segment", id="a key that is a folder"),
    pytest.param("a\\b", "backslash", id="a backslash"),
    pytest.param("a\0b", "NUL", id="a NUL"),
    pytest.param("a\udce9", "UTF-8", id="a name that is not text"),
    pytest.param("a/.tmp-1", "temporary", id="the name of a temporary file"),
]


@pytest.mark.parametrize(("key", "reason"), BAD_KEYS)
def test_a_bad_key_is_refused_by_every_method(store: ObjectStore, tmp_path: Path, key: str, reason: str) -> None:
    (tmp_path / "local").write_bytes(b"x")
    store.put("a", b"")
    calls = [
        lambda: store.stat(key),
        lambda: store.exists(key),
        lambda: store.open(key),
        lambda: store.read(key),
        lambda: store.put(key, b""),
        lambda: store.put_file(key, tmp_path / "local"),
        lambda: store.create(key, b""),
        lambda: store.delete(["a", key]),
        lambda: store.local_path(key),
    ]
    for call in calls:
        with pytest.raises(BadKey, match=reason):
            call()
    assert keys(store) == ["a"]


@pytest.mark.parametrize("prefix", ["/", "../", "a//", "a/../b"])
def test_a_bad_prefix_is_refused_before_anything_is_listed(store: ObjectStore, prefix: str) -> None:
    with pytest.raises(BadKey, match=re.escape(prefix.removesuffix("/")) or "empty"):
        store.list(prefix)


@pytest.mark.parametrize("key", ["nothing", "folder", "folder/object/below"])
def test_a_missing_object_is_named_in_a_sentence(store: ObjectStore, key: str) -> None:
    store.put("folder/object", b"x")
    assert not store.exists(key)
    for ask in (store.stat, store.open, store.read):
        with pytest.raises(MissingObject, match=re.escape(f"there is no object {store.uri}/{key}")):
            ask(key)


def test_create_writes_what_was_not_there(store: ObjectStore) -> None:
    info = store.create("releases/1.json", b"first")
    assert info == store.stat("releases/1.json")
    assert contents(store) == {"releases/1.json": b"first"}


@pytest.mark.parametrize("data", [pytest.param(b"second", id="other content"), pytest.param(b"first", id="the same")])
def test_create_refuses_what_is_there_and_leaves_it_alone(store: ObjectStore, data: bytes) -> None:
    store.create("a/1.json", b"first")
    with pytest.raises(AlreadyExists, match=r"a/1\.json exists already; nothing was published"):
        store.create("a/1.json", data)
    assert contents(store) == {"a/1.json": b"first"}


def test_of_eight_creators_at_once_one_wins_and_its_content_stands(store: ObjectStore) -> None:
    for round_number in range(5):
        key = f"releases/{round_number}.json"
        outcomes = race_to_create(store, key, [f"from {i}".encode() * 1000 for i in range(8)])
        winners = [data for data, outcome in outcomes if isinstance(outcome, ObjectInfo)]
        losers = [outcome for _, outcome in outcomes if isinstance(outcome, AlreadyExists)]
        assert (len(winners), len(losers)) == (1, 7)
        assert store.read(key) == winners[0]


def race_to_create(store: ObjectStore, key: str, contents: list[bytes]) -> list[tuple[bytes, Any]]:
    start = threading.Barrier(len(contents))

    def attempt(data: bytes) -> tuple[bytes, Any]:
        start.wait()
        try:
            return data, store.create(key, data)
        except AlreadyExists as refusal:
            return data, refusal

    with ThreadPoolExecutor(len(contents)) as pool:
        return list(pool.map(attempt, contents))


def test_an_object_opened_by_its_etag_is_that_content(store: ObjectStore) -> None:
    info = store.put("a", b"first")
    with store.open("a", etag=info.etag) as file:
        assert file.read() == b"first"


def test_an_object_that_was_replaced_is_not_opened_by_its_old_etag(store: ObjectStore) -> None:
    old = store.put("a", b"first")
    store.put("a", b"other")
    with pytest.raises(ObjectChanged, match=r"/a has changed"):
        store.open("a", etag=old.etag)


def test_an_object_that_was_removed_is_missing_by_its_old_etag_too(store: ObjectStore) -> None:
    old = store.put("a", b"first")
    store.delete(["a"])
    with pytest.raises(MissingObject):
        store.open("a", etag=old.etag)


def test_an_open_object_is_read_in_pieces_and_sought(store: ObjectStore) -> None:
    data = bytes(range(256)) * 10_000
    store.put("a", data)
    with store.open("a") as file:
        assert file.read(3) == data[:3]
        assert (file.seek(-5, io.SEEK_END), file.read(), file.read()) == (len(data) - 5, data[-5:], b"")
        assert (file.seek(2_000_000), file.read(100), file.tell()) == (2_000_000, data[2_000_000:2_000_100], 2_000_100)
        assert (file.seek(0), file.read()) == (0, data)
        assert (file.seek(len(data) + 1), file.read()) == (len(data) + 1, b"")
    assert file.closed


@pytest.mark.parametrize("size", [0, 1, 9 * MIB + 1])
def test_put_file_publishes_a_local_file_of_any_size(store: ObjectStore, tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "local").write_bytes(data)
    store.put("a/b", b"what was there before")
    assert store.put_file("a/b", tmp_path / "local") == store.stat("a/b")
    assert contents(store) == {"a/b": data}


def test_put_file_of_a_missing_local_file_writes_nothing(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=re.escape(f"{tmp_path}/nowhere")):
        store.put_file("a", tmp_path / "nowhere")
    assert keys(store) == []


def test_a_polling_reader_never_sees_a_part_or_nothing(store: ObjectStore) -> None:
    versions = [bytes([letter]) * MIB for letter in b"abc"]
    store.put("a", versions[0])
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [store.put("a", versions[i % 3]) for i in range(30)])
        seen = {store.read("a") for _ in iter(writing.done, True)}
        writing.result()
    assert seen <= set(versions)
    assert keys(store) == ["a"]


def test_delete_removes_what_is_named_and_nothing_else(store: ObjectStore) -> None:
    for key in ("a/b/c", "a/b/d", "a/e"):
        store.put(key, key.encode())
    assert store.delete(iter(["a/b/c", "a/b/d", "a/b/d"])) == 2
    assert contents(store) == {"a/e": b"a/e"}


@pytest.mark.parametrize("key", ["nothing", "nothing/below", "folder", "folder/object/below"])
def test_deleting_what_is_missing_is_fine(store: ObjectStore, key: str) -> None:
    store.put("folder/object", b"x")
    assert store.delete([key]) == 1
    assert store.delete([]) == 0
    assert contents(store) == {"folder/object": b"x"}


def test_more_objects_than_s3_lists_or_deletes_at_once(s3: S3Store) -> None:
    many = [f"k/{number:04}" for number in range(1001)]
    for key in many:  # straight into the stand-in: a thousand requests take ten seconds
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(s3.bucket, f"{s3.prefix}/{key}", b"")
    assert keys(s3) == many
    batches: list[int] = []
    s3.client.meta.events.register(
        "provide-client-params.s3.DeleteObjects", lambda params, **_: batches.append(len(params["Delete"]["Objects"]))
    )
    assert s3.delete(many) == 1001
    assert batches == [1000, 1]  # S3 refuses more, moto does not
    assert keys(s3) == []


def test_a_store_that_travelled_reads_and_writes_the_same_objects(store: ObjectStore) -> None:
    store.put("a", b"here")
    twin = pickle.loads(pickle.dumps(store))
    twin.put("b", b"there")
    assert (twin.uri, contents(twin)) == (store.uri, {"a": b"here", "b": b"there"})
    assert contents(store) == contents(twin)


def test_two_stores_with_neighbouring_roots_do_not_mix(store: ObjectStore) -> None:
    near, neighbour = open_store(store.uri_of("near")), open_store(store.uri_of("nearby"))
    neighbour.put("a", b"neighbour")
    near.put("a", b"near")
    assert contents(near) == {"a": b"near"}
    assert contents(store) == {"near/a": b"near", "nearby/a": b"neighbour"}


# --- URIs


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        pytest.param("s3://bucket/some/prefix", "s3://bucket/some/prefix", id="a bucket and a prefix"),
        pytest.param("s3a://bucket/some/prefix/", "s3://bucket/some/prefix", id="Hadoop's scheme, a slash at the end"),
        pytest.param("s3://bucket", "s3://bucket", id="a bucket alone"),
        pytest.param("s3://bucket/", "s3://bucket", id="a bucket and a slash"),
        pytest.param("s3://bucket/año?#%20", "s3://bucket/año?#%20", id="a prefix with what URLs treat apart"),
        pytest.param("file:///data/lake", "/data/lake", id="a file URI"),
        pytest.param("file:/data/a%20b", "/data/a%20b", id="a file URI as Hadoop prints it, taken as it stands"),
        pytest.param("/data/x/../lake/", "/data/lake", id="an absolute path"),
        pytest.param("lake", os.path.join(os.getcwd(), "lake"), id="a relative path"),
    ],
)
def test_a_uri_opens_a_store(uri: str, expected: str) -> None:
    store = open_store(uri)
    assert (store.uri, store.uri_of("a/b")) == (expected, f"{expected}/a/b")
    assert open_store(store.uri).uri == store.uri


@pytest.mark.parametrize("uri", ["", "gs://b/p", "hdfs:///x", "s3://", "s3n://b", "file://host/x", "file:x", "a\0b"])
def test_a_uri_of_nothing_we_know_is_refused_in_a_sentence(uri: str) -> None:
    with pytest.raises(BadUri, match=re.escape(f"{uri!r} names no store: expected s3://bucket/prefix")):
        open_store(uri)


def test_a_prefix_that_climbs_is_refused() -> None:
    with pytest.raises(BadKey):
        open_store("s3://bucket/a/../b")


def test_only_a_folder_has_local_paths(folder: FolderStore) -> None:
    stores: list[ObjectStore] = [folder, S3Store("bucket")]
    assert [store.local_path("a/b") for store in stores] == [folder.root / "a" / "b", None]


def test_a_laptop_without_boto3_works_on_folders(tmp_path: Path) -> None:
    code = f"""
import sys
sys.modules["boto3"] = sys.modules["botocore"] = None
from lake.objects import open_store
store = open_store({str(tmp_path)!r})
store.create("a", b"x")
assert [info.key for info in store.list()] == ["a"] and store.read("a") == b"x"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# --- folders


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
import os, signal, sys, lake.folder_store as objects
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


# --- S3


def client_answering(s3: S3Store, operation: str, *answers: int | None) -> S3Store:
    """A store whose first requests of an operation get these statuses; 503 after S3 did the work, None is S3's own."""
    waiting = list(answers)

    def answer(request: Any, **_: Any) -> AWSResponse | None:
        status = waiting.pop(0) if waiting else None
        if status is None:
            return None
        if status == 503:
            s3.client._endpoint.http_session.send(request)
        code = {409: "ConditionalRequestConflict", 503: "SlowDown"}[status]
        raw = io.BytesIO(f"<Error><Code>{code}</Code><Message>m</Message></Error>".encode())
        raw.stream = lambda *_, **__: iter([raw.read()])  # type: ignore[attr-defined]
        return AWSResponse(request.url, status, HTTPHeaders(), raw)

    scripted = pickle.loads(pickle.dumps(s3))
    scripted.client.meta.events.register(f"before-send.s3.{operation}", answer)
    return scripted


def test_s3_a_conflict_of_two_creations_is_tried_again(s3: S3Store) -> None:
    client_answering(s3, "PutObject", 409, 409).create("a", b"x")
    assert contents(s3) == {"a": b"x"}


def test_s3_endless_conflicts_end_in_a_sentence(s3: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    with pytest.raises(StoreError, match=r"cannot create s3://.*/a: S3 reported a conflicting request 8 times"):
        client_answering(s3, "PutObject", *[409] * 100).create("a", b"x")
    assert contents(s3) == {}


def test_s3_a_creation_whose_answer_was_lost_recognizes_itself(s3: S3Store) -> None:
    info = client_answering(s3, "PutObject", 503).create("a", b"mine")
    assert (info, s3.read("a")) == (s3.stat("a"), b"mine")


def test_s3_a_creation_sent_again_does_not_take_another_object_for_its_own(s3: S3Store) -> None:
    s3.create("a", b"of the winner")
    with pytest.raises(AlreadyExists):
        client_answering(s3, "PutObject", 503).create("a", b"mine")
    assert contents(s3) == {"a": b"of the winner"}


def test_s3_a_large_file_is_uploaded_in_parts(s3: S3Store, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"x" * (9 * MIB))
    assert re.fullmatch(r"[0-9a-f]{32}-2", s3.put_file("a", tmp_path / "local").etag)


def test_s3_sweep_aborts_unfinished_uploads_of_its_prefix_only(s3: S3Store) -> None:
    """Moto says of every upload that it began in 2010, so that only a century ago is too early for it."""
    upload = {"Bucket": s3.bucket}
    s3.client.create_multipart_upload(**upload, Key="some/prefix/a")
    s3.client.create_multipart_upload(**upload, Key="some/prefixed/a")
    assert s3.sweep(older_than_seconds=100 * 365 * 86_400) == 0
    assert s3.sweep(older_than_seconds=0) == 1
    left = s3.client.list_multipart_uploads(**upload)["Uploads"]
    assert [found["Key"] for found in left] == ["some/prefixed/a"]


def test_s3_folder_markers_are_no_objects_but_bytes_under_such_a_key_are_not_hidden(s3: S3Store) -> None:
    for key, data in {"some/prefix/": b"", "some/prefix/a/": b"", "some/prefix/b/": b"bytes"}.items():
        s3.client.put_object(Bucket=s3.bucket, Key=key, Body=data)
    s3.put("a/b", b"x")
    assert keys(s3) == ["a/b", "b/"]


def test_s3_a_store_at_the_root_of_its_bucket_lists_whole_keys(s3: S3Store) -> None:
    s3.put("a", b"x")
    assert contents(open_store(f"s3://{s3.bucket}")) == {"some/prefix/a": b"x"}


def test_s3_a_client_handed_in_is_used(s3: S3Store) -> None:
    s3.put("a", b"x")
    assert contents(open_store(s3.uri, client=s3.client)) == {"a": b"x"}


@pytest.mark.parametrize(
    ("action", "call"),
    [
        pytest.param("s3:PutObject", lambda store: store.put("a", b"y"), id="a write"),
        pytest.param("s3:GetObject", lambda store: store.read("a"), id="a read"),
        pytest.param("s3:DeleteObject", lambda store: store.delete(["a"]), id="a deletion"),
    ],
)
def test_s3_what_a_bucket_policy_denies_is_said_and_not_ignored(s3: S3Store, action: str, call: Any) -> None:
    s3.put("a", b"x")
    policy = f"""{{"Version": "2012-10-17", "Statement": [{{"Effect": "Deny", "Principal": "*", "Action": "{action}",
                   "Resource": "arn:aws:s3:::{s3.bucket}/*"}}]}}"""
    s3.client.put_bucket_policy(Bucket=s3.bucket, Policy=policy)
    with pytest.raises(StoreError, match=r"cannot .*(denied|AccessDenied)"):
        call(s3)
    s3.client.delete_bucket_policy(Bucket=s3.bucket)
    assert contents(s3) == {"a": b"x"}


def test_s3_a_missing_bucket_is_not_an_empty_one(s3: S3Store) -> None:
    with pytest.raises(StoreError, match=r"cannot list s3://no-such-bucket: S3 answered NoSuchBucket"):
        keys(S3Store("no-such-bucket"))


def test_s3_a_store_without_credentials_says_so(aws: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        aws.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        aws.setenv(name, str(tmp_path / "none"))
    aws.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StoreError, match=r"cannot read s3://bucket/a: Unable to locate credentials"):
        S3Store("bucket").read("a")


class CutConnections(BaseHTTPRequestHandler):
    """S3 that hangs up after 100,000 bytes; after `changes_after` answers another object stands there."""

    data = os.urandom(350_000)
    answers = 0
    changes_after = 1000

    def do_GET(self) -> None:
        cls = type(self)
        cls.answers += 1
        start = int((self.headers.get("Range") or "bytes=0-")[len("bytes=") : -1])
        changed = cls.answers > cls.changes_after and self.headers.get("If-Match") == '"one"'
        self.send_response(412 if changed else 206 if start else 200)
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", "0" if changed else str(len(self.data) - start))
        self.end_headers()
        if not changed:
            self.wfile.write(self.data[start : start + 100_000])
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def cutting(aws: pytest.MonkeyPatch) -> Iterator[type[CutConnections]]:
    handler = type("Handler", (CutConnections,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        aws.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        yield handler
        server.shutdown()


@pytest.mark.parametrize("size", [pytest.param(-1, id="read whole"), pytest.param(7001, id="read in pieces")])
def test_s3_a_cut_connection_is_taken_up_where_it_stopped(cutting: type[CutConnections], size: int) -> None:
    with S3Store("bucket").open("a") as file:
        assert b"".join(iter(lambda: file.read(size), b"")) == cutting.data
    assert cutting.answers == 4


def test_s3_an_object_replaced_while_it_is_read_is_not_read_on(cutting: type[CutConnections]) -> None:
    cutting.changes_after = 2
    with pytest.raises(ObjectChanged), S3Store("bucket").open("a") as file:
        file.read()


# --- the store that dies, for the tests of runs that are killed


@pytest.mark.parametrize(
    ("crash_at", "after", "expected"),
    [
        pytest.param(1, False, {}, id="before the first mutation"),
        pytest.param(2, False, {"a": b"1"}, id="before the second"),
        pytest.param(2, True, {"a": b"1", "b": b"2"}, id="after the second"),
        pytest.param(3, True, {"b": b"2"}, id="after a deletion"),
        pytest.param(0, False, {"b": b"2", "c": b"3"}, id="never"),
    ],
)
def test_a_crashing_store_dies_at_its_mutation_and_stays_dead(
    folder: FolderStore, crash_at: int, after: bool, expected: dict[str, bytes]
) -> None:
    crashing = CrashingStore(folder, crash_at, after=after)
    steps = [
        lambda: crashing.put("a", b"1"),
        lambda: crashing.create("b", b"2"),
        lambda: crashing.delete(["a"]),
        lambda: crashing.put("c", b"3"),
    ]
    outcomes = [dies(step) for step in steps]
    assert contents(folder) == contents(crashing) == expected
    assert outcomes == [bool(crash_at) and number >= crash_at for number in range(1, 5)]
    assert crashing.mutations == (crash_at or 4)


def dies(step: Any) -> bool:
    try:
        step()
    except Crash:
        return True
    return False
