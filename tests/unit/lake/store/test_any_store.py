"""What every store promises, on a folder and on S3 over HTTP."""

from __future__ import annotations

import io
import os
import pickle
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from lake.store.objects import (
    AlreadyExists,
    BadKey,
    MissingObject,
    ObjectChanged,
    ObjectInfo,
    ObjectStore,
    StoreError,
    open_store,
)
from lake.store.s3 import S3Store
from tests.unit.lake.store.stores import MIB, contents, keys


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
