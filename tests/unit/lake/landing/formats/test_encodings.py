"""Of several encodings the first in which a file is text; what is none of them is refused."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.errors import DataError
from lake.landing.formats import encodings
from lake.landing.formats.encodings import find_encoding

ENCODINGS = ("utf-8", "utf-16", "latin-1", "cp1252")
TOLD = [
    pytest.param(b"", "utf-8", id="nothing is text in any"),
    pytest.param(b"plain", "utf-8", id="ASCII"),
    pytest.param("Côte".encode(), "utf-8", id="UTF-8"),
    pytest.param("Côte".encode("utf-8-sig"), "utf-8", id="UTF-8 with its mark"),
    pytest.param("Côte".encode("latin-1"), "latin-1", id="Latin-1"),
    pytest.param("Côte".encode("utf-16"), "utf-16", id="UTF-16 with its mark"),
    pytest.param(b"\xfe\xff" + "Côte".encode("utf-16-be"), "utf-16", id="big-endian UTF-16 with its mark"),
    pytest.param("x" * (1 << 20) + "é", "utf-8", id="a letter behind the first block"),
    pytest.param(b"x" * ((1 << 20) - 1) + "é".encode(), "utf-8", id="a letter across two blocks"),
    pytest.param(b"x" * (1 << 20) + b"\xe9", "latin-1", id="cut short for UTF-8 at the very end"),
    pytest.param("Müller\n".encode() * 2 + b"Beta\xff\n", "utf-8", id="two lines are UTF-8 and one is damaged"),
    pytest.param("Müller\n".encode() + b"Beta\xff\n", "latin-1", id="as many lines are UTF-8 as are not"),
    pytest.param("Müller � \n".encode(), "utf-8", id="a replacement character that stood in the file"),
    pytest.param("D’Arcy €".encode("cp1252"), "cp1252", id="letters of Windows, control characters of Latin-1"),
    pytest.param("Ünal\n".encode() + "D’Arcy €\n".encode("cp1252") * 2, "cp1252", id="more of Windows than UTF-8"),
]


@pytest.mark.parametrize(("data", "encoding"), TOLD)
def test_the_first_encoding_that_reads_all_is_the_files(tmp_path: Path, data: bytes | str, encoding: str) -> None:
    raw = data.encode() if isinstance(data, str) else data
    kept, told = find_encoding(io.BytesIO(raw), ENCODINGS, tmp_path, "things")
    with kept:
        assert (kept.read(), told) == (raw, encoding)


def test_utf_8_is_asked_before_an_encoding_that_reads_anything(tmp_path: Path) -> None:
    kept, told = find_encoding(io.BytesIO("Côte".encode()), ("latin-1", "utf-8"), tmp_path, "things")
    kept.close()
    assert told == "utf-8"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30), st.integers(1, 9))
def test_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, text: str, block: int) -> None:
    raw = text.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encodings, "_CHUNK_BYTES", block)
        kept, told = find_encoding(io.BytesIO(raw), ENCODINGS, tmp_path_factory.mktemp("text"), "things")
    with kept:
        assert (kept.read().decode(told), told) == (text, "utf-8")


REFUSED = [
    pytest.param("PO".encode("utf-16-le"), ENCODINGS, 'read.encoding = "utf-16-le"', id="UTF-16 without its mark"),
    pytest.param("PO".encode("utf-16-be"), ENCODINGS, 'read.encoding = "utf-16-be"', id="and the other way round"),
    pytest.param("PO".encode("utf-16"), ("utf-8", "latin-1"), 'read.encoding = "utf-16"', id="a mark of another"),
    pytest.param(b"a\x81", ENCODINGS, "is text in none of them", id="a control character, unknown to Windows"),
    pytest.param("Ü\0".encode(), ENCODINGS, "is text in none of them", id="a NUL"),
    pytest.param(b"\xff\xe9", ("utf-8", "ascii"), 'read.encoding = "ITS ENCODING"', id="text in none"),
    pytest.param(b"PK\x03\x04", ENCODINGS, "found a file packed as zip", id="a packed file"),
]


@pytest.mark.parametrize(("raw", "named", "sentence"), REFUSED)
def test_what_is_text_in_none_is_refused(tmp_path: Path, raw: bytes, named: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        find_encoding(io.BytesIO(raw), named, tmp_path, "things")
    assert sentence in str(caught.value)
