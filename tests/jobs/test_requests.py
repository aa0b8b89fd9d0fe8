"""How often a run asks the store: on moto's S3, the stand-in that answered for Amazon's. Its log counts every request,
those of the workers and of the engine too."""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto.server import ThreadedMotoServer

from lake.releases.release import Release
from lake.store.s3 import S3Store
from tests.jobs.lakes import orders, release_of, run_of

ACCESS = logging.getLogger("werkzeug")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    said = {"ENDPOINT_URL": f"http://{host}:{port}", "ALLOW_HTTP": "true", "REGION": "us-east-1"}
    secrets = dict.fromkeys(("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"), "testing")
    for name, value in {**said, **secrets, "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    store = S3Store(f"lake-{uuid.uuid4().hex}")
    store.client.create_bucket(Bucket=store.bucket)
    yield store
    server.stop()


@contextmanager
def requests() -> Iterator[list[str]]:
    """Method and path of every request to the server while the block lasts."""
    found: list[str] = []

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage().split('"')[1].removesuffix(" HTTP/1.1"))

    handler, level = Listening(), ACCESS.level
    ACCESS.addHandler(handler)
    ACCESS.setLevel(logging.INFO)
    try:
        yield found
    finally:
        ACCESS.removeHandler(handler)
        ACCESS.setLevel(level)


def put(bucket: S3Store, numbers: range) -> None:
    for number in numbers:
        name = f"raw/purchase_orders_{2000 + number // 12}-{number % 12 + 1:02d}_d1.csv"
        bucket.put(name, orders({"Item": str(number + 1)}).encode())


def ran(bucket: S3Store) -> Release | None:
    return release_of(run_of(f"{bucket.uri}/raw", f"{bucket.uri}/lake"), has_marts=False)


def test_a_run_asks_the_store_as_often_for_many_landed_files_as_for_few(bucket: S3Store) -> None:
    put(bucket, range(3))
    assert ran(bucket).counts["purchase_orders"].curated == 3
    with requests() as of_few:
        assert ran(bucket) is None
    put(bucket, range(3, 30))
    assert ran(bucket).counts["purchase_orders"].rows_after == 30
    with requests() as of_many:
        assert ran(bucket) is None
    assert len(of_many) == len(of_few) <= 12
    assert not [one for one in of_many if "/landing/" in one or "/raw/" in one]

    put(bucket, range(30, 31))
    with requests() as of_one:
        assert ran(bucket).counts["purchase_orders"].mode == "grown"
    read = {one.split("/")[-1] for one in of_one if one.startswith("GET") and ("/raw/" in one or "/landing/" in one)}
    raw_names = {name for name in read if name.endswith(".csv")}
    landed_ids = {name.split(".")[0] for name in read - raw_names}
    assert raw_names == {"purchase_orders_2002-07_d1.csv"}
    assert len(landed_ids) == 1
