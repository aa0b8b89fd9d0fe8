"""S3 as a store: conflicts, lost answers, parts, denials and cut connections."""

from __future__ import annotations

import io
import os
import pickle
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from lake.store.objects import AlreadyExists, ObjectChanged, StoreError, open_store
from lake.store.s3 import S3Store
from tests.unit.lake.store.stores import MIB, contents, keys


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
