"""A prefix of an S3 bucket as an object store: conditional requests, and reading on where a connection was cut."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, BinaryIO

from lake.store.folder import open_local
from lake.store.objects import (
    AlreadyExists,
    MissingObject,
    ObjectChanged,
    ObjectInfo,
    ObjectStore,
    StoreDenied,
    StoreError,
    check_key,
    check_prefix,
)

CHUNK = 1 << 20
ATTEMPTS = 8
DELETE_BATCH = 1000


class _ConflictError(StoreError):
    """S3 saw two conditional requests at once and asks for another try."""


class S3Store(ObjectStore):
    """Objects under a prefix of an S3 bucket; region, endpoint and credentials come from the usual AWS environment.

    The client is made at first use. It stays behind when the store is pickled, a client that was handed in too.
    """

    def __init__(self, bucket: str, prefix: str = "", client: Any = None) -> None:
        self.bucket = bucket
        self.prefix = check_prefix(prefix).removesuffix("/")
        self.uri = f"s3://{bucket}/{self.prefix}".removesuffix("/")
        self._client = client

    def __repr__(self) -> str:
        return f"S3Store({self.bucket!r}, {self.prefix!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_client": None}

    @property
    def client(self) -> Any:
        if self._client is None:
            self._client = _s3_client()
        return self._client

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        start = self._full(check_prefix(prefix))
        return (info for answer in self._pages("list_objects_v2", start) for info in self._listed(answer))

    def _listed(self, answer: dict[str, Any]) -> Iterator[ObjectInfo]:
        """Yield the objects of a page without the empty ones that consoles make to show a folder."""
        for found in answer.get("Contents", ()):
            if found["Size"] or not found["Key"].endswith("/"):
                yield ObjectInfo(found["Key"].removeprefix(self._full("")), found["Size"], _bare(found["ETag"]))

    def _pages(self, operation: str, prefix: str) -> Iterator[dict[str, Any]]:
        with _asking("list", self.uri):
            yield from self.client.get_paginator(operation).paginate(Bucket=self.bucket, Prefix=prefix)

    def stat(self, key: str) -> ObjectInfo:
        with _asking("read", self.uri_of(key)):
            answer = self.client.head_object(**self._address(key))
        return ObjectInfo(key, answer["ContentLength"], _bare(answer["ETag"]))

    def open(self, key: str, etag: str | None = None) -> BinaryIO:
        first = self._get(key, 0, etag)
        return io.BufferedReader(_S3Reader(self.uri_of(key), first, partial(self._get, key)), CHUNK)

    def _get(self, key: str, start: int, etag: str | None) -> dict[str, Any]:
        condition = {"IfMatch": f'"{etag}"'} if etag else {}
        part = {"Range": f"bytes={start}-"} if start else {}
        with _asking("read", self.uri_of(key)):
            return self.client.get_object(**self._address(key), **condition, **part)

    def put(self, key: str, data: bytes) -> ObjectInfo:
        return self._put(key, data)

    def _put(self, key: str, data: bytes, **condition: str) -> ObjectInfo:
        with _asking("write", self.uri_of(key)):
            answer = self.client.put_object(**self._address(key), Body=data, **condition)
        return ObjectInfo(key, len(data), _bare(answer["ETag"]))

    def put_file(self, key: str, local_path: str | os.PathLike[str]) -> ObjectInfo:
        with open_local(local_path) as source, _asking("write", self.uri_of(key)):
            self.client.upload_fileobj(source, **self._address(key))
        return self.stat(key)

    def create(self, key: str, data: bytes) -> ObjectInfo:
        for attempt in range(ATTEMPTS):
            try:
                return self._put(key, data, IfNoneMatch="*")
            except _ConflictError:
                time.sleep(0.02 * 2**attempt)
            except ObjectChanged as refusal:
                return self._own(key, data, refusal)
        raise StoreError(f"cannot create {self.uri_of(key)}: S3 reported a conflicting request {ATTEMPTS} times")

    def _own(self, key: str, data: bytes, refusal: ObjectChanged) -> ObjectInfo:
        """Recognize our own object: botocore sends a request again whose answer was lost, and meets itself."""
        if _was_sent_again(refusal.__cause__) and self.read(key) == data:
            return self.stat(key)
        raise AlreadyExists(f"{self.uri_of(key)} exists already; nothing was published") from None

    def delete(self, keys: Iterable[str]) -> int:
        gone = list(dict.fromkeys(map(check_key, keys)))
        for start in range(0, len(gone), DELETE_BATCH):
            self._delete(gone[start : start + DELETE_BATCH])
        return len(gone)

    def _delete(self, keys: Sequence[str]) -> None:
        objects = [{"Key": self._full(key)} for key in keys]
        with _asking("delete objects of", self.uri):
            answer = self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True})
        if failed := answer.get("Errors"):
            told = "; ".join(f"{error['Key']}: {error['Code']}" for error in failed[:3])
            raise StoreError(f"cannot delete {len(failed)} of {len(keys)} objects of {self.uri}, such as {told}")

    def sweep(self, older_than_seconds: float) -> int:
        latest = datetime.now(UTC) - timedelta(seconds=older_than_seconds)
        pages = self._pages("list_multipart_uploads", self._full(""))
        uploads = [upload for page in pages for upload in page.get("Uploads", ()) if upload["Initiated"] <= latest]
        return sum(self._abort(upload["Key"], upload["UploadId"]) for upload in uploads)

    def _abort(self, full_key: str, upload: str) -> bool:
        with suppress(MissingObject), _asking("sweep", self.uri):
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=full_key, UploadId=upload)
            return True
        return False

    def local_path(self, key: str) -> None:
        check_key(key)

    def uri_of(self, key: str) -> str:
        return f"{self.uri}/{key}"

    def _full(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix else key

    def _address(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self._full(check_key(key))}


class _S3Reader(io.RawIOBase):
    """An S3 object as a file, read as one stream from wherever it is sought.

    S3 cuts a connection whose reader is slow: the stream is taken up again where it stopped, at the ETag it began with.
    """

    def __init__(self, uri: str, first: dict[str, Any], get: Callable[[int, str], dict[str, Any]]) -> None:
        self._uri, self._get = uri, get
        self._size, self._etag, self._body = first["ContentLength"], _bare(first["ETag"]), first["Body"]
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        target = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if target < 0:
            raise ValueError(f"cannot seek to {target}, before the start of {self._uri}")
        if target != self._position:
            self._hang_up()
        self._position = target
        return target

    def readinto(self, buffer: Any, /) -> int:
        data = self._read_on(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def readall(self) -> bytes:
        return b"".join(iter(partial(self.read, CHUNK), b""))

    def _read_on(self, size: int) -> bytes:
        from botocore.exceptions import HTTPClientError, IncompleteReadError

        for _ in range(ATTEMPTS):
            stream = self._stream()
            with _asking("read", self._uri), suppress(HTTPClientError, IncompleteReadError):
                return stream.read(size)
            self._hang_up()
        raise StoreError(f"cannot read {self._uri}: the connection was cut {ATTEMPTS} times at byte {self._position:,}")

    def _stream(self) -> Any:
        if self._body is None:
            at_end = self._position >= self._size
            self._body = io.BytesIO() if at_end else self._get(self._position, self._etag)["Body"]
        return self._body

    def _hang_up(self) -> None:
        if self._body is not None:
            self._body.close()
        self._body = None

    def close(self) -> None:
        self._hang_up()
        super().close()


def _s3_client() -> Any:
    import boto3
    from botocore.config import Config

    config = Config(retries={"mode": "standard", "total_max_attempts": ATTEMPTS})
    return boto3.session.Session().client("s3", config=config)


def _bare(etag: str) -> str:
    return etag.strip('"')


def _was_sent_again(error: Any) -> bool:
    return error.response["ResponseMetadata"].get("RetryAttempts", 0) > 0


@contextmanager
def _asking(verb: str, uri: str) -> Iterator[None]:
    """Say in sentences what S3 answers, or that it does not answer."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _sentence(verb, uri, error.response["Error"]) from error
    except BotoCoreError as error:
        raise StoreError(f"cannot {verb} {uri}: {error}") from error


def _sentence(verb: str, uri: str, told: Mapping[str, object]) -> StoreError:
    match told["Code"]:
        case "404" | "NoSuchKey" | "NoSuchUpload":
            return MissingObject(f"there is no object {uri}")
        case "412" | "PreconditionFailed":
            return ObjectChanged(f"{uri} has changed: it no longer has the expected ETag")
        case "ConditionalRequestConflict":
            return _ConflictError(f"cannot {verb} {uri}: another request for it is under way")
        case "403" | "AccessDenied":
            # without s3:ListBucket, S3 says so of a missing object too
            return StoreDenied(f"cannot {verb} {uri}: access denied, or missing where s3:ListBucket is not granted")
        case code:
            return StoreError(f"cannot {verb} {uri}: S3 answered {code}: {told.get('Message', 'nothing else')}")
