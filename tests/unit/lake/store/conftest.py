"""A store in a folder, and one on moto's S3, served by `ThreadedMotoServer`: the stand-in that answered for Amazon's.

Where a test is about one of them its name says so. Two answers of S3 that moto never gives (a request whose answer is
lost, a conflict of two conditional writes) are put on the wire by botocore's own `before-send` event, and a connection
that is cut comes from a small HTTP server; the code under test is never replaced.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from lake.store.folder import FolderStore
from lake.store.objects import ObjectStore
from lake.store.s3 import S3Store


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
