"""Packed files come out whole, or are refused in one sentence."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable

import pyarrow as pa
import pytest

from lake.errors import DataError
from lake.landing.unpacking import Damaged, unpacked
from lake.store.objects import ObjectChanged

TEXT = os.urandom(200_000).hex().encode()
MUCH = 1 << 30


def zstd(data: bytes) -> bytes:
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(data)
    return out.getvalue().to_pybytes()


def read(packed: bytes, key: str, limit_bytes: int = MUCH, size: int = 1 << 16) -> bytes:
    stream = unpacked(io.BytesIO(packed), key, limit_bytes)
    return b"".join(iter(lambda: stream.read(size), b""))


KINDS = [pytest.param(gzip.compress, "x.GZ", id="gzip"), pytest.param(zstd, "x.csv.zst", id="zstd")]


@pytest.mark.parametrize(("pack", "key"), KINDS)
@pytest.mark.parametrize("size", [1 << 16, -1], ids=["in parts", "at once"])
def test_what_was_packed_comes_out(pack: Callable[[bytes], bytes], key: str, size: int) -> None:
    assert read(pack(TEXT), key, size=size) == TEXT
    assert read(pack(b""), key) == b""
    assert read(b"", key) == b""


@pytest.mark.parametrize(("pack", "key"), KINDS)
def test_several_members_are_one_file(pack: Callable[[bytes], bytes], key: str) -> None:
    assert read(pack(b"ab") + pack(b"") + pack(TEXT), key) == b"ab" + TEXT


@pytest.mark.parametrize(("pack", "key"), KINDS)
@pytest.mark.parametrize("size", [1, 3, 4, 5, 1 << 16, -1])
def test_what_is_packed_under_another_name_is_told_by_its_first_bytes(
    pack: Callable[[bytes], bytes], key: str, size: int
) -> None:
    assert read(pack(TEXT[:1000]), "firehose-1-2024-01-01", size=size) == TEXT[:1000]


@pytest.mark.parametrize("data", [b"", b"\x1f", b"\x1f\x8a1234", b"\x28\xb5\x2f", TEXT], ids=len)
@pytest.mark.parametrize("size", [1, 4, 5, -1])
def test_what_is_not_packed_is_left_as_it_is(data: bytes, size: int) -> None:
    data = data[:1000]
    assert read(data, "x.csv", size=size) == data


@pytest.mark.parametrize(("pack", "key"), KINDS)
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda packed: packed[:-1], id="without its last byte"),
        pytest.param(lambda packed: packed[: len(packed) // 2], id="half of it"),
        pytest.param(lambda packed: packed[:3], id="three bytes"),
        pytest.param(lambda packed: packed + b"more", id="something after it"),
        pytest.param(lambda packed: packed + packed[:-5], id="a second member cut short"),
        pytest.param(lambda packed: TEXT, id="not packed"),
    ],
)
def test_damage_is_told(pack: Callable[[bytes], bytes], key: str, damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Damaged, match=r"^the (gzip|zstd) file is truncated or damaged: .*; ask for it again$"):
        read(damage(pack(TEXT)), key)


@pytest.mark.parametrize(("pack", "key"), KINDS)
def test_more_than_the_limit_is_refused(pack: Callable[[bytes], bytes], key: str) -> None:
    bomb = pack(b"0" * 1_000_000)
    assert len(read(bomb, key, 1_000_000)) == 1_000_000
    with pytest.raises(DataError, match=r"more than 999,999 bytes come out .* \(unpacked_limit_bytes under \[read\]\)"):
        read(bomb, key, 999_999)


@pytest.mark.parametrize(("pack", "key"), KINDS)
def test_what_the_store_says_is_passed_on(pack: Callable[[bytes], bytes], key: str) -> None:
    class Changing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise ObjectChanged("it changed")
            return super().read(1000 if size is None or size < 0 else min(size, 1000))

    stream = unpacked(Changing(pack(TEXT)), key, MUCH)
    with pytest.raises(ObjectChanged):
        list(iter(lambda: stream.read(1 << 16), b""))
