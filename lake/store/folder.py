"""A folder as an object store: temporary files, links and renames, so that nothing is ever seen half."""

from __future__ import annotations

import errno
import io
import os
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from lake.store.objects import (
    TEMPORARY,
    AlreadyExists,
    BadKey,
    MissingObject,
    ObjectChanged,
    ObjectInfo,
    ObjectStore,
    StoreDenied,
    StoreError,
    StoreFull,
    check_key,
    check_prefix,
)

CHUNK = 1 << 20
ATTEMPTS = 8


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
        found = self._walk("", check_prefix(prefix))
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
        with open_local(local_path) as source:
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


def open_local(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file of this machine for reading. Raises MissingObject or StoreDenied, one sentence."""
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
