"""Bytes by key, in a folder or in an S3 bucket, behind one interface.

The only place of Headrace that opens, lists, writes or deletes bytes outside Spark's own Parquet reads and writes. An
object appears whole under its final name or not at all; `create` lets exactly one of many writers win; a reader who
names an ETag reads that content or gets `ObjectChanged`. boto3 is imported only where S3 is spoken to.
"""

# ruff: noqa: N818 - exceptions are named for what was found
from __future__ import annotations

import errno
import io
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol

from lake.errors import HeadraceError

TEMPORARY = ".tmp-"
CHUNK = 1 << 20
ATTEMPTS = 8
DELETE_BATCH = 1000


class StoreError(HeadraceError):
    """A store could not do what it was asked; the message is a sentence for the operator."""


class MissingObject(StoreError):
    """There is no object under this key."""


class AlreadyExists(StoreError):
    """An exclusive creation came second."""


class ObjectChanged(StoreError):
    """The object is no longer the one whose ETag was named."""


class StoreFull(StoreError):
    """The disk or its quota is used up."""


class StoreDenied(StoreError):
    """The store or one of its objects is closed to us."""


class BadKey(StoreError, ValueError):
    """A key that could leave its root, mean two things, or collide with a temporary file."""


class BadUri(StoreError, ValueError):
    """A URI that names neither a folder nor an S3 bucket."""

    exit_code = 2


class _Conflict(StoreError):
    """S3 saw two conditional requests at once and asks for another try."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """An object as listed: its key relative to the root of the store, its size in bytes, its ETag without quotes."""

    key: str
    size: int
    etag: str


class ObjectStore(Protocol):
    """What jobs know of a store. Stores are picklable and may be used by several threads.

    Keys are relative, with `/` between segments; a key that could mean something else raises `BadKey`.
    """

    uri: str

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """List all objects whose keys start with the prefix, at any depth, sorted by key."""

    def stat(self, key: str) -> ObjectInfo:
        """Return size and ETag of one object, or raise `MissingObject`."""

    def exists(self, key: str) -> bool:
        """Tell whether there is an object under this key."""
        try:
            return bool(self.stat(key))
        except MissingObject:
            return False

    def open(self, key: str, etag: str | None = None) -> BinaryIO:
        """Open an object for streamed, seekable reading; with an ETag, only while that is still its content."""

    def read(self, key: str) -> bytes:
        """Return a small object whole."""
        with self.open(key) as file:
            return file.read()

    def put(self, key: str, data: bytes) -> ObjectInfo:
        """Write an object whole under its final name, replacing what was there."""

    def put_file(self, key: str, local_path: str | os.PathLike[str]) -> ObjectInfo:
        """Do as `put` does, with the content of a local file of any size."""

    def create(self, key: str, data: bytes) -> ObjectInfo:
        """Write an object that must not be there yet, or raise `AlreadyExists`; of many writers one wins."""

    def delete(self, keys: Iterable[str]) -> int:
        """Delete objects; missing ones are fine. Return how many different keys are gone now, missing ones included."""

    def sweep(self, older_than_seconds: float) -> int:
        """Remove what killed writers left (temporary files, unfinished uploads) and return how many there were."""

    def local_path(self, key: str) -> Path | None:
        """Return the path of a key in a folder, or None where there are no paths."""

    def uri_of(self, key: str) -> str:
        """Return the full URI of a key or of a folder of keys, as Spark reads it."""


def open_store(uri: str, *, client: Any = None) -> ObjectStore:
    """Open `s3://bucket/prefix`, `s3a://bucket/prefix`, `file:///folder` or a plain path, made absolute.

    As in Spark, what follows `file://` is taken as it stands, without percent-decoding.
    """
    if found := re.fullmatch(r"s3a?://([^/]+)/?(.*)", uri, re.DOTALL):
        return S3Store(found[1], found[2], client)
    if found := re.fullmatch(r"file:(?:///|/(?!/))(.*)", uri, re.DOTALL):
        return FolderStore(f"/{found[1]}")
    if not uri or "\0" in uri or "://" in uri or uri.startswith("file:"):
        raise BadUri(f"{uri!r} names no store: expected s3://bucket/prefix, s3a://..., file:///folder or a path")
    return FolderStore(uri)


def check_key(key: str) -> str:
    """Return the key, or raise `BadKey` where it could leave its root or mean two things."""
    if flaw := _flaw(key):
        raise BadKey(f"{key!r} cannot be the key of an object: {flaw}")
    return key


def _flaw(key: str) -> str | None:
    segments = key.split("/")
    flaws = {
        "it is empty": not key,
        "it is absolute": key.startswith("/"),
        "it has an empty segment": "" in segments,
        "it has a segment '.' or '..'": not {".", ".."}.isdisjoint(segments),
        "it has a backslash": "\\" in key,
        "it has a NUL": "\0" in key,
        "it is not text that UTF-8 can hold": any("\ud800" <= character <= "\udfff" for character in key),
        f"names that start with {TEMPORARY} are temporary files": segments[-1].startswith(TEMPORARY),
    }
    return next((flaw for flaw, found in flaws.items() if found), None)


def _check_prefix(prefix: str) -> str:
    return prefix and check_key(prefix.removesuffix("/")) and prefix


class FolderStore(ObjectStore):
    """Objects as the regular files of a folder, which may be a link. ETags come from mtime, size and inode.

    Linked files are objects as any other; a linked folder below the root is refused, since it could lead out or around.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(os.path.abspath(root))
        self.uri = str(self.root)

    def __repr__(self) -> str:
        return f"FolderStore({self.uri!r})"

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        found = self._walk("", _check_prefix(prefix))
        return (info for info in found if info.key.startswith(prefix))

    def _walk(self, parent: str, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the objects below a folder, entering only what can hold keys with the prefix."""
        for entry in _entries(self.root / parent):
            key = parent + entry.name
            if key.startswith(prefix) or prefix.startswith(f"{key}/"):
                yield from self._walk(f"{key}/", prefix) if _is_folder(entry) else _listed(entry, key)

    def stat(self, key: str) -> ObjectInfo:
        path = self.local_path(key)
        with _reading(self.uri_of(key)):
            return _info(key, _status(path))

    def open(self, key: str, etag: str | None = None) -> BinaryIO:
        file = _open(self.local_path(key), self.uri_of(key))
        found = _info(key, os.fstat(file.fileno())).etag
        if etag not in (None, found):
            file.close()
            raise ObjectChanged(f"{self.uri_of(key)} has changed: expected ETag {etag}, found {found}")
        return file

    def put(self, key: str, data: bytes) -> ObjectInfo:
        return self._publish(key, io.BytesIO(data), len(data), os.replace)

    def put_file(self, key: str, local_path: str | os.PathLike[str]) -> ObjectInfo:
        with _local(local_path) as source:
            return self._publish(key, source, os.fstat(source.fileno()).st_size, os.replace)

    def create(self, key: str, data: bytes) -> ObjectInfo:
        return self._publish(key, io.BytesIO(data), len(data), _link)

    def _publish(self, key: str, source: BinaryIO, size: int, place: Callable[[str, Path], None]) -> ObjectInfo:
        path = self.local_path(key)
        with _writing(self.uri_of(key), size, self.root), _temporary(path.parent) as file:
            shutil.copyfileobj(source, file, CHUNK)
            file.flush()
            os.fsync(file.fileno())
            info = _info(key, os.fstat(file.fileno()))
            place(file.name, path)
            _sync(path.parent)
        return info

    def delete(self, keys: Iterable[str]) -> int:
        paths = {key: self.local_path(key) for key in keys}
        for key, path in paths.items():
            with _reading(self.uri_of(key), "delete"):
                self._remove(path)
        return len(paths)

    def _remove(self, path: Path) -> bool:
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            path.unlink()
            self._prune(path.parent)
            return True
        return False

    def _prune(self, folder: Path) -> None:
        with suppress(OSError):
            while folder != self.root:
                folder.rmdir()
                folder = folder.parent

    def sweep(self, older_than_seconds: float) -> int:
        latest = time.time() - older_than_seconds
        with _reading(self.uri, "sweep"):
            left = [path for path in _temporaries(self.root) if _modified_at(path) <= latest]
            return sum(self._remove(path) for path in left)

    def local_path(self, key: str) -> Path:
        for folder in PurePosixPath(check_key(key)).parents[:-1]:
            _refuse_link(self.root / folder)
        return self.root / key

    def uri_of(self, key: str) -> str:
        return f"{self.uri.rstrip('/')}/{key}"


def _info(key: str, status: os.stat_result) -> ObjectInfo:
    return ObjectInfo(key, status.st_size, f"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}")


def _entries(folder: Path) -> Sequence[os.DirEntry[str]]:
    """Return a folder's entries in the order of the keys below them (`a-b`, `a.b`, `a/b`), none if it is missing."""
    with _reading(str(folder)), suppress(FileNotFoundError), os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: f"{entry.name}/" if _is_folder(entry) else entry.name)
    return ()


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _listed(entry: os.DirEntry[str], key: str) -> Iterator[ObjectInfo]:
    """Yield the object of a directory entry: none if it is temporary, vanished meanwhile, or is no regular file."""
    if not entry.name.startswith(TEMPORARY):
        _refuse_link(Path(entry.path))
        with _reading(entry.path), suppress(FileNotFoundError):
            yield _info(key, _status(entry.path))


def _status(path: str | os.PathLike[str]) -> os.stat_result:
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise FileNotFoundError(errno.ENOENT, "not a regular file", path)
    return status


def _refuse_link(path: Path) -> None:
    if path.is_symlink() and not path.is_file():
        raise BadKey(f"{path} is a link to {os.readlink(path)}, but a store follows only links to files")


def _temporaries(root: Path) -> Iterator[Path]:
    """Find temporary files below a folder, without following links."""
    for folder, _, names in os.walk(root):
        yield from (Path(folder, name) for name in names if name.startswith(TEMPORARY))


def _modified_at(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.lstat().st_mtime
    return float("inf")


@contextmanager
def _temporary(folder: Path) -> Iterator[BinaryIO]:
    """Open a new temporary file in a folder, which is made if need be, and remove its name at the end."""
    file = _open_temporary(folder)
    try:
        with file:
            yield file
    finally:
        with suppress(FileNotFoundError):
            os.unlink(file.name)


def _open_temporary(folder: Path) -> BinaryIO:
    """Open a new temporary file, once more if somebody's `delete` prunes the folder in between."""
    for _ in range(ATTEMPTS):
        with suppress(FileNotFoundError):
            _make(folder)
            return open(folder / f"{TEMPORARY}{secrets.token_hex(8)}", "xb")
    raise FileNotFoundError(errno.ENOENT, "the folder is removed again and again", str(folder))


def _make(folder: Path) -> None:
    """Make a folder with its parents, each one durable before the next."""
    if not folder.is_dir():
        _make(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir()
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _link(temporary: str, path: Path) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise AlreadyExists(f"{path} exists already; nothing was published") from None


def _open(path: Path, uri: str) -> BinaryIO:
    with _reading(uri):
        return open(path, "rb")


def _local(path: str | os.PathLike[str]) -> BinaryIO:
    return _open(Path(path), os.fspath(path))


@contextmanager
def _reading(uri: str, verb: str = "read") -> Iterator[None]:
    """Say in sentences what the operating system answers to who reads or removes."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise MissingObject(f"there is no object {uri}") from error
    except PermissionError as error:
        raise StoreDenied(f"cannot {verb} {uri}: {error.strerror}") from error
    except OSError as error:
        raise StoreError(f"cannot {verb} {uri}: {error.strerror}") from error


@contextmanager
def _writing(uri: str, size: int, root: Path) -> Iterator[None]:
    """Say in sentences what the operating system answers to a writer."""
    try:
        yield
    except OSError as error:
        raise _refusal(error, f"cannot write {uri}", size, root) from error


def _refusal(error: OSError, failure: str, size: int, root: Path) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        sizes = f"needed {size:,} bytes, {_free(root):,} free"
        return StoreFull(f"{failure}: the disk is full ({sizes}); nothing was published")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoreDenied(f"{failure}: {error.strerror}; nothing was published")
    return StoreError(f"{failure}: {error.strerror}")


def _free(folder: Path) -> int:
    return shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists())).free


class S3Store(ObjectStore):
    """Objects under a prefix of an S3 bucket; region, endpoint and credentials come from the usual AWS environment.

    The client is made at first use. It stays behind when the store is pickled, a client that was handed in too.
    """

    def __init__(self, bucket: str, prefix: str = "", client: Any = None) -> None:
        self.bucket = bucket
        self.prefix = _check_prefix(prefix).removesuffix("/")
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
        start = self._full(_check_prefix(prefix))
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
        with _local(local_path) as source, _asking("write", self.uri_of(key)):
            self.client.upload_fileobj(source, **self._address(key))
        return self.stat(key)

    def create(self, key: str, data: bytes) -> ObjectInfo:
        for attempt in range(ATTEMPTS):
            try:
                return self._put(key, data, IfNoneMatch="*")
            except _Conflict:
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
            return _Conflict(f"cannot {verb} {uri}: another request for it is under way")
        case "403" | "AccessDenied":
            # without s3:ListBucket, S3 says so of a missing object too
            return StoreDenied(f"cannot {verb} {uri}: access denied, or missing where s3:ListBucket is not granted")
        case code:
            return StoreError(f"cannot {verb} {uri}: S3 answered {code}: {told.get('Message', 'nothing else')}")
