"""Which store a URI opens, and what a store needs to be opened."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lake.store.folder import FolderStore
from lake.store.objects import BadKey, BadUri, ObjectStore, open_store
from lake.store.s3 import S3Store


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
from lake.store.objects import open_store
store = open_store({str(tmp_path)!r})
store.create("a", b"x")
assert [info.key for info in store.list()] == ["a"] and store.read("a") == b"x"
"""
    subprocess.run([sys.executable, "-c", code], check=True)
