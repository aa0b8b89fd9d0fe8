"""What cannot land: one sentence, and nothing is left in the lake."""

from __future__ import annotations

import gzip
import os

import pytest

from lake.config.configuration import Source
from tests.unit.lake.landing.places import ORDERS, Place, reading
from tests.unit.lake.landing.test_unpacking import zstd

GOOD = b"PO,Vendor\n" + b"".join(b"%d,%s\n" % (number, os.urandom(8).hex().encode()) for number in range(5000))


PACKED = gzip.compress(GOOD)


@pytest.mark.parametrize(
    ("data", "source", "key", "parts"),
    [
        pytest.param(b"", ORDERS, "orders.csv", ["the file is empty, expected a header"], id="empty"),
        pytest.param(b"\n\n", ORDERS, "orders.csv", ["found 2 blank lines, expected a header"], id="blank lines"),
        pytest.param(
            b"\nNo,Vendor\n1,A\n",
            ORDERS,
            "orders.csv",
            [
                "line 2: the header, read with delimiter",
                "has no column for po_number ('PO' or 'Order No.')",
                "found 'No', 'Vendor'",
                "delimiter ',',",
                "orders.toml:2",
            ],
            id="a header without a required column",
        ),
        pytest.param(
            b'"PO,Vendor\n1,A\n',
            ORDERS,
            "orders.csv",
            ["none of its 1 cells", "with po_number", "field 1: a quote opens the field and nothing closes"],
            id="a quote in the header",
        ),
        pytest.param(
            b"PO,Order No.\n1,2\n",
            ORDERS,
            "orders.csv",
            ["the header has 2 columns for po_number: ['PO', 'Order No.']", "orders.toml:9"],
            id="two columns for one field",
        ),
        pytest.param(
            b"PO,PO\n1,2\n",
            ORDERS,
            "orders.csv",
            ["2 columns for po_number: ['PO', 'PO']"],
            id="a required column twice",
        ),
        pytest.param(
            b'PO,Vendor\n1,A\n2,"B\n3,C\n',
            ORDERS,
            "orders.csv",
            [
                "line 3, record 2",
                "stray quote: ",
                "column 'Vendor'",
                "has_multiline_fields",
                'stray_quotes = "dead_letter"',
                "source orders",
            ],
            id="a quote that nothing closes",
        ),
        pytest.param(
            b'PO,Vendor\n1,A\n2,"B"C\n',
            ORDERS,
            "orders.csv",
            ["line 3, record 2", "column 'Vendor'"],
            id="text behind a closing quote",
        ),
        pytest.param(
            b'PO,Vendor\n1,A\n2,"B\n3,C\n',
            reading(has_multiline_fields=True, stray_quotes="dead_letter"),
            "orders.csv",
            ["line 3, record 2", "column 'Vendor'", "up to line 4"],
            id="open to the end",
        ),
        pytest.param(
            "PO,Vendor\n1,Müller\n".encode("latin-1"),
            ORDERS,
            "orders.csv",
            [
                "1 of 1 records",
                "line 2, record 1: undecodable: byte 4 of the record, in column 'Vendor', ",
                "is not utf-8",
                "check encoding",
            ],
            id="the wrong encoding",
        ),
        pytest.param(
            "PÖ,Vendor\n".encode("latin-1"),
            ORDERS,
            "orders.csv",
            ["line 1: byte 2 of the header is not utf-8"],
            id="in the header",
        ),
        pytest.param(
            GOOD.decode().encode("utf-16"), ORDERS, "orders.csv", ["mark of utf-16-le, expected utf-8"], id="utf-16"
        ),
        pytest.param(
            GOOD.decode().encode("utf-16-le"),
            ORDERS,
            "orders.csv",
            ["line 1: the header holds NUL"],
            id="utf-16 without a mark",
        ),
        pytest.param(GOOD.replace(b"\n", b"\r"), ORDERS, "orders.csv", ["carriage return", "old Macs"], id="old Mac"),
        pytest.param(
            GOOD.replace(b"\n", b"\r").replace(b"\r", b"\n", 1),
            ORDERS,
            "orders.csv",
            ["1 of 1 records", "line 2, record 1: stray_return"],
            id="old Mac below its header",
        ),
        pytest.param(
            PACKED[:-20], ORDERS, "orders.csv.gz", ["truncated or damaged", "ask for it again"], id="truncated gzip"
        ),
        pytest.param(PACKED[:-8], ORDERS, "orders.csv.gz", ["truncated or damaged"], id="without its trailer"),
        pytest.param(
            PACKED[:9000] + b"????" + PACKED[9004:],
            ORDERS,
            "orders.csv.gz",
            ["truncated or damaged"],
            id="damaged gzip",
        ),
        pytest.param(
            PACKED[:-8] + bytes(4) + PACKED[-4:], ORDERS, "orders.csv.gz", ["CRC check failed"], id="wrong CRC"
        ),
        pytest.param(PACKED + b"more", ORDERS, "orders.csv.gz", ["truncated or damaged"], id="something after it"),
        pytest.param(
            GOOD, ORDERS, "orders.csv.gz", ["truncated or damaged", "Not a gzipped file"], id="no gzip at all"
        ),
        pytest.param(
            gzip.compress(PACKED), ORDERS, "orders.csv.gz", ["packed as gzip, expected text"], id="gzip twice"
        ),
        pytest.param(PACKED[:-9], ORDERS, "orders.csv", ["truncated or damaged"], id="damaged, under another name"),
        pytest.param(b"", ORDERS, "orders.csv.gz", ["the file is empty"], id="an empty .gz"),
    ],
)
def test_what_cannot_land_is_refused_in_one_sentence_and_leaves_nothing(
    place: Place, data: bytes, source: Source, key: str, parts: list[str]
) -> None:
    sentence = place.refused(data, source, key)
    assert [part for part in parts if part not in sentence] == [], sentence


def test_gzip_of_several_members_is_one_file(place: Place) -> None:
    landed = place.land(gzip.compress(b"PO,Vendor\n1,A\n") + gzip.compress(b"2,B\n"), key="ORDERS.CSV.GZ")
    assert place.rows(landed) == [("1", "A", 1), ("2", "B", 2)]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param("utf-8", "utf-8", id="UTF-8"),
        pytest.param("utf-8-sig", "utf-8", id="a mark that UTF-8 does not need"),
        pytest.param("utf-8", "utf-8-sig", id="a mark that is not there"),
        pytest.param("latin-1", "latin-1", id="Latin-1"),
        pytest.param("cp1252", "cp1252", id="Windows"),
        pytest.param("utf-16", "utf-16", id="UTF-16 with its mark"),
        pytest.param("utf-16-be", "utf-16-be", id="UTF-16 without one"),
    ],
)
def test_encodings(place: Place, written: str, said: str) -> None:
    landed = place.land("PO,Vendor\n1,Müller\n".encode(written), reading(encoding=said))
    assert place.rows(landed) == [("1", "Müller", 1)]


def test_a_byte_that_cp1252_does_not_define_is_a_dead_letter(place: Place) -> None:
    source = reading(encoding="cp1252", dead_letter_halt_ratio=0.5)
    landed = place.land(b"PO,Vendor\n1,10 \x80\n2,\x81\n", source)
    assert place.rows(landed) == [("1", "10 €", 1)]
    (letter,) = place.table(landed, "dead.parquet")
    assert (letter["record_number"], letter["raw"]) == (2, b"2,\x81")
    assert letter["reason"] == "undecodable: byte 3 of the record, in column 'Vendor', is not cp1252"


def test_zstd_lands_as_what_it_packs(place: Place) -> None:
    landed = place.land(zstd(b"PO,Vendor\n1,A\n") + zstd(b"2,B\n"), key="orders.csv.zst")
    assert place.rows(landed) == [("1", "A", 1), ("2", "B", 2)]
    other = Place(place.raw.root.parent / "other")
    sentence = other.refused(zstd(GOOD)[:-5], key="orders.csv.zst")
    assert "the zstd file is truncated or damaged: Truncated compressed stream; ask for it again" in sentence


def test_more_than_the_limit_out_of_a_packed_file_is_refused(place: Place) -> None:
    source = reading(unpacked_limit_bytes=1000)
    sentence = place.refused(gzip.compress(b"PO\n" + b"1\n" * 500), source, key="orders.csv.gz")
    assert "more than 1,000 bytes come out of the packed file, expected at most so many" in sentence
    assert len(place.rows(place.land(gzip.compress(b"PO\n" + b"1\n" * 498), source, key="orders.csv.gz"))) == 498


def test_no_raw_text_stands_in_a_sentence(place: Place) -> None:
    assert "Secret" not in place.refused(b'PO,Vendor\n1,"Secret"x\n')
