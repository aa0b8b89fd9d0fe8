"""What lands is what was written; what cannot land is refused in one sentence, and nothing of it stays in the lake."""

from __future__ import annotations

import gzip
import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO
from unittest.mock import patch

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake import landing
from lake.claims import Claim
from lake.config import ColumnMapping, Coverage, Read, Source
from lake.errors import DataError
from lake.folder_store import FolderStore
from lake.formats import csv
from lake.formats import text as texts
from lake.formats.table import DeadLetter
from lake.landing import LandedFile, land_file, landing_key, read_landed
from lake.objects import ObjectInfo, StoreDenied, StoreFull
from schemas.lineage import FILE_ID, RECORD_NUMBER
from tests.crash import Crash, CrashingStore
from tests.unit.test_unpacking import zstd


def column(field: str, *headers: str, required: bool = True, rule: str = "text", **parameters: Any) -> ColumnMapping:
    tokens = frozenset(["", "n/a"])
    return ColumnMapping(field, headers or (field,), rule, parameters, required, tokens, "orders.toml:9")


ORDERS = Source(
    domain="procurement",
    name="orders",
    table="purchase_orders",
    kind="upsert",
    identical_rows="duplicate",
    claims=("orders",),
    order="delivery",
    read=Read(),
    constants={},
    coverage=Coverage(),
    where="orders.toml:2",
    columns=(column("po_number", "PO", "Order No."), column("vendor_name", "Vendor", required=False)),
)
DATED = replace(
    ORDERS,
    columns=(*ORDERS.columns, column("ordered_on", "Date", rule="date", ambiguous_formats=["%d/%m/%Y", "%m/%d/%Y"])),
)


def reading(**changes: Any) -> Source:
    return replace(ORDERS, read=replace(ORDERS.read, **changes))


class Place:
    """A raw folder and a lake."""

    def __init__(self, folder: Path) -> None:
        self.raw, self.lake = FolderStore(folder / "raw"), FolderStore(folder / "lake")

    def claim(self, data: bytes, key: str = "orders.csv", **changes: str) -> Claim:
        told = {"source_name": "orders", "period": "2024-01", "delivery": "", "arrived_at": "2024-02-01T00:00:00Z"}
        return Claim(self.raw.put(key, data), **{**told, **changes})

    def land(self, data: bytes, source: Source = ORDERS, key: str = "orders.csv", **changes: str) -> LandedFile:
        return land_file(self.raw, self.lake, self.claim(data, key, **changes), source)

    def table(self, landed: LandedFile, ending: str = "parquet") -> list[dict[str, Any]]:
        key = landing_key("procurement", "orders", landed.landing_file_id, ending)
        return pq.read_table(self.lake.local_path(key), partitioning=None).to_pylist()

    def rows(self, landed: LandedFile) -> list[tuple[Any, ...]]:
        assert all(row[FILE_ID] == landed.landing_file_id for row in self.table(landed))
        return [tuple(value for name, value in row.items() if name != FILE_ID) for row in self.table(landed)]

    def landed_keys(self) -> list[str]:
        return [info.key for info in self.lake.list()]

    def refused(self, data: bytes, source: Source = ORDERS, key: str = "orders.csv") -> str:
        """The sentence; nothing has landed."""
        with pytest.raises(DataError) as caught:
            self.land(data, source, key)
        sentence = str(caught.value)
        assert sentence.startswith(f"{key}: ")
        assert "\n" not in sentence
        assert self.landed_keys() == []
        return sentence


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_file_lands_as_it_was_written(place: Place) -> None:
    landed = place.land(b'PO,Vendor,Note\n1,"A, B",x\n\n2,,\xc3\xa9\n')
    assert place.rows(landed) == [("1", "A, B", "x", 1), ("2", "", "é", 2)]
    assert list(place.table(landed)[0]) == ["PO", "Vendor", "Note", RECORD_NUMBER, FILE_ID]
    assert (landed.line_count, landed.header_line_count, landed.record_count, landed.blank_line_count) == (4, 1, 2, 1)
    assert (landed.landing_row_count, landed.dead_letter_count, landed.line_break_in_field_count) == (2, 0, 0)
    assert landed.undeclared_columns == ["Note"]
    assert landed.header == ["PO", "Vendor", "Note"]
    assert read_landed(place.lake, "procurement", "orders", landed.landing_file_id) == landed
    key = f"landing/procurement/orders/{landed.landing_file_id}"
    assert place.landed_keys() == [f"{key}.json", f"{key}.parquet"]


cell = st.text(st.characters(codec="utf-8"), max_size=5)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(cell, cell), max_size=8),
    st.sampled_from(["utf-8", "utf-16", "gb18030"]),
    st.booleans(),
    st.integers(1, 200),
)
def test_any_table_lands_whole(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], encoding: str, packed: bool, block_bytes: int
) -> None:
    place = Place(tmp_path_factory.mktemp("place"))
    quoted = "".join('"{}","{}"\r\n'.format(*(value.replace('"', '""') for value in row)) for row in rows)
    data = f"Vendor,PO\r\n{quoted}".encode(encoding)
    with patch.object(texts, "BLOCK_BYTES", block_bytes):
        landed = place.land(
            gzip.compress(data) if packed else data,
            reading(encoding=encoding, has_multiline_fields=True),
            key="orders.csv.gz" if packed else "orders.csv",
        )
    assert place.rows(landed) == [(*row, number) for number, row in enumerate(rows, start=1)]
    assert landed.line_count == 1 + len(rows) + landed.line_break_in_field_count
    assert landed.line_break_in_field_count == quoted.count("\n") - len(rows)


def test_the_order_and_the_names_of_the_header_are_each_files_own(place: Place) -> None:
    first = place.land(b"PO,Vendor\n1,A\n")
    second = place.land(b"extra;vendor;ORDER  no.\nx;A;1\n", key="orders2.csv")
    assert place.table(first)[0]["PO"] == place.table(second)[0]["PO"] == "1"
    assert place.table(first)[0]["Vendor"] == place.table(second)[0]["Vendor"] == "A"
    assert (first.dialect["delimiter"], second.dialect["delimiter"]) == (",", ";")
    assert second.header == ["extra", "vendor", "ORDER  no."]


def test_the_delimiter_is_the_first_under_which_the_header_has_what_is_required(place: Place) -> None:
    landed = place.land(b'"PO|x"|"a,b"|PO\n1|2|3\n', reading(delimiters=(",", "|")))
    assert landed.dialect["delimiter"] == "|"
    assert place.rows(landed) == [("1", "2", "3", 1)]


def test_undeclared_columns_are_kept_under_names_of_their_own(place: Place) -> None:
    header = f"x,PO,x,X, ,column_5,{RECORD_NUMBER},{FILE_ID}"
    landed = place.land(f"{header}\na,b,c,d,e,f,g,h\n".encode())
    names = ["x", "PO", "x_", "X__", "column_5", "column_5_", f"{RECORD_NUMBER}_", f"{FILE_ID}_"]
    assert list(place.table(landed)[0]) == [*names, RECORD_NUMBER, FILE_ID]
    assert place.rows(landed) == [(*"abcdefgh", 1)]


def test_an_optional_column_may_be_missing(place: Place) -> None:
    assert list(place.table(place.land(b"PO,x\n1,2\n"))[0]) == ["PO", "x", RECORD_NUMBER, FILE_ID]


def test_a_header_alone_is_an_empty_delivery(place: Place) -> None:
    landed = place.land(b"PO,Vendor", DATED_OPTIONAL)
    assert place.rows(landed) == []
    assert (landed.line_count, landed.record_count, landed.landing_row_count) == (1, 0, 0)
    assert landed.lines_close()


DATED_OPTIONAL = replace(ORDERS, columns=(*ORDERS.columns, replace(DATED.columns[2], is_header_required=False)))


def test_a_header_over_several_lines(place: Place) -> None:
    landed = place.land(b'\n"PO",Vendor,"a\nb"\n1,A,"x\n\ny"\n', reading(has_multiline_fields=True))
    assert place.rows(landed) == [("1", "A", "x\n\ny", 1)]
    assert (landed.line_count, landed.header_line_count, landed.blank_line_count) == (6, 2, 1)
    assert landed.line_break_in_field_count == 2
    assert landed.lines_close()


def test_dead_letters_say_file_record_line_and_why(place: Place) -> None:
    landed = place.land(b"PO,Vendor\n1,A\n\n2\n3,\xff\n4,D\n", reading(dead_letter_halt_ratio=0.5))
    assert place.rows(landed) == [("1", "A", 1), ("4", "D", 4)]
    common = {"landing_file_id": landed.landing_file_id, "raw_key": "orders.csv"}
    assert place.table(landed, "dead.parquet") == [
        {**common, "record_number": 2, "line_number": 4, "reason": "ragged: 1 fields, the header has 2", "raw": b"2"},
        {
            **common,
            "record_number": 3,
            "line_number": 5,
            "raw": b"3,\xff",
            "reason": "undecodable: byte 3 of the record, in column 'Vendor', is not utf-8",
        },
    ]
    assert landed.dead_letter_count == 2


def test_a_stray_quote_becomes_a_dead_letter_where_the_source_says_so(place: Place) -> None:
    data = b'PO,Vendor\n1,A\n2,"B\n3,C\n'
    landed = place.land(data, reading(stray_quotes="dead_letter", dead_letter_halt_ratio=1.0))
    assert place.rows(landed) == [("1", "A", 1), ("3", "C", 3)]
    assert [row["record_number"] for row in place.table(landed, "dead.parquet")] == [2]


@pytest.mark.parametrize(("dead", "is_refused"), [(1, False), (2, True)], ids=["at the ratio", "above it"])
def test_the_halt_ratio_of_dead_letters(place: Place, dead: int, is_refused: bool) -> None:
    data = b"PO,Vendor\n" + b"1\n" * dead + b"1,A\n" * (10 - dead)
    if not is_refused:
        assert place.land(data, reading(dead_letter_halt_ratio=0.1)).dead_letter_count == dead
        return
    sentence = place.refused(data, reading(dead_letter_halt_ratio=0.1))
    assert "2 of 10 records could not be read, promised at most 10.00%" in sentence
    assert "line 2, record 1: ragged: 1 fields, the header has 2" in sentence
    assert "source orders" in sentence


class TestIdentity:
    def test_the_same_content_under_another_name_is_the_same_and_writes_nothing(self, place: Place) -> None:
        first = place.land(b"PO\n1\n")
        before = list(place.lake.list())
        again = land_file(place.raw, CrashingStore(place.lake, 1), place.claim(b"PO\n1\n", "renamed.csv"), ORDERS)
        assert again == first
        assert list(place.lake.list()) == before

    @pytest.mark.parametrize(
        ("data", "source", "period"),
        [
            pytest.param(b"PO\n2\n", ORDERS, "2024-01", id="content"),
            pytest.param(b"PO\n1\n", ORDERS, "2024-02", id="period"),
            pytest.param(b"PO\n1\n", replace(ORDERS, name="others"), "2024-01", id="source"),
            pytest.param(b"PO\n1\n", reading(encoding="cp1252"), "2024-01", id="encoding"),
            pytest.param(b"PO\n1\n", reading(has_multiline_fields=True), "2024-01", id="how lines are read"),
            pytest.param(b"PO\n1\n", DATED_OPTIONAL, "2024-01", id="a date to decide on"),
        ],
    )
    def test_what_makes_another_landed_file(self, place: Place, data: bytes, source: Source, period: str) -> None:
        first = place.land(b"PO\n1\n")
        assert place.land(data, source, period=period).landing_file_id != first.landing_file_id

    @pytest.mark.parametrize(
        ("source", "told"),
        [
            pytest.param(ORDERS, {"arrived_at": "2025-01-01T00:00:00Z"}, id="when it arrived"),
            pytest.param(ORDERS, {"delivery": "2"}, id="its delivery's number"),
            pytest.param(reading(dead_letter_halt_ratio=0.5), {}, id="what would have stopped it"),
            pytest.param(reading(stray_quotes="dead_letter"), {}, id="what would have become of stray quotes"),
            pytest.param(reading(unpacked_limit_bytes=1000), {}, id="how much may be unpacked"),
            pytest.param(reading(sheet="Orders", records="array"), {}, id="what other formats are told"),
            pytest.param(replace(ORDERS, kind="full"), {}, id="what its rows mean"),
        ],
    )
    def test_what_makes_no_other(self, place: Place, source: Source, told: dict[str, str]) -> None:
        assert place.land(b"PO\n1\n") == place.land(b"PO\n1\n", source, **told)

    def test_decisions_belong_to_the_field_they_were_taken_for(self) -> None:
        one, other = (column(name, name, rule="date", ambiguous_formats=["%d/%m/%Y", "%m/%d/%Y"]) for name in "ab")
        swapped = (replace(one, headers=("b",)), replace(other, headers=("a",)))
        assert replace(ORDERS, columns=(one, other)).reading_digest != replace(ORDERS, columns=swapped).reading_digest


class TestDayOrMonth:
    lines = tuple(b"%d,%02d/%02d/2024\n" % (day, day % 12 + 1, day % 9 + 1) for day in range(200))

    @pytest.mark.parametrize("telling", [0, 100, 199])
    def test_one_telling_date_anywhere_in_the_file_decides_for_all_of_it(self, place: Place, telling: int) -> None:
        lines = [*self.lines[:telling], b"0,31/01/2024\n", *self.lines[telling:]]
        with patch.object(texts, "BLOCK_BYTES", 64):
            landed = place.land(b"PO,Date\n" + b"".join(lines), DATED)
        assert landed.decided_formats == {"ordered_on": "%d/%m/%Y"}
        assert "31/01/2024 is only %d/%m/%Y (1 row like it)" in landed.decision_evidence["ordered_on"]

    def test_equal_values_in_several_blocks_and_spellings_count_together(self, place: Place) -> None:
        with patch.object(texts, "BLOCK_BYTES", 32):
            landed = place.land(b"PO,Date\n" + b"1,31/01/2024\n1, 31/01/2024 \n" * 20, DATED)
        assert "(40 rows like it)" in landed.decision_evidence["ordered_on"]

    def test_null_tokens_have_no_say(self, place: Place) -> None:
        landed = place.land(b"PO,Date\n1,n/a\n2,\n3, n/a \n", DATED)
        assert landed.decision_evidence == {"ordered_on": "nothing to decide"}

    def test_a_file_that_does_not_tell_is_refused_with_the_evidence(self, place: Place) -> None:
        sentence = place.refused(b"PO,Date\n1,01/02/2024\n2,03/04/2024\n2,03/04/2024\n", DATED)
        assert "column 'Date': cannot tell day from month: all 2 values (3 rows)" in sentence
        assert "such as 03/04/2024" in sentence
        assert "orders.toml:9" in sentence

    def test_a_file_that_contradicts_itself_is_refused(self, place: Place) -> None:
        sentence = place.refused(b"PO,Date\n1,31/01/2024\n2,01/31/2024\n", DATED)
        assert "31/01/2024 is only %d/%m/%Y" in sentence
        assert "01/31/2024 only %m/%d/%Y" in sentence


GOOD = b"PO,Vendor\n" + b"".join(b"%d,%s\n" % (number, os.urandom(8).hex().encode()) for number in range(5000))
PACKED = gzip.compress(GOOD)


@pytest.mark.parametrize(
    ("data", "source", "key", "parts"),
    [
        pytest.param(b"", ORDERS, "orders.csv", ["the file is empty, promised a header"], id="empty"),
        pytest.param(b"\n\n", ORDERS, "orders.csv", ["found 2 blank lines, promised a header"], id="blank lines"),
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
            GOOD.decode().encode("utf-16"), ORDERS, "orders.csv", ["mark of utf-16-le, promised utf-8"], id="utf-16"
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
            gzip.compress(PACKED), ORDERS, "orders.csv.gz", ["packed as gzip, promised text"], id="gzip twice"
        ),
        pytest.param(PACKED, ORDERS, "orders.csv", ["packed as gzip, promised text"], id="gzip under another name"),
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
    assert "more than 1,000 bytes come out of the packed file, promised at most so many" in sentence
    assert len(place.rows(place.land(gzip.compress(b"PO\n" + b"1\n" * 498), source, key="orders.csv.gz"))) == 498


def test_no_raw_text_stands_in_a_sentence(place: Place) -> None:
    assert "Secret" not in place.refused(b'PO,Vendor\n1,"Secret"x\n')


class DuringRead(FolderStore):
    """A raw folder in which something happens at the first read."""

    def __init__(self, root: Path, happens: Callable[[Path], object]) -> None:
        super().__init__(root)
        self.happens = happens

    def open(self, key: str, etag: str | None = None) -> BinaryIO:
        path, waiting = self.local_path(key), [self.happens]

        class Watched(io.BufferedReader):
            def read(self, size: int | None = -1, /) -> bytes:
                found = super().read(size)
                if waiting:
                    waiting.pop()(path)
                return found

        return Watched(super().open(key, etag).detach())


def appended(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"9,Z\n")


def cut(path: Path) -> None:
    os.truncate(path, 100)


@pytest.mark.parametrize(
    ("happens", "key", "words"),
    [
        pytest.param(appended, "orders.csv", "changed while it was read", id="appended to"),
        pytest.param(cut, "orders.csv.gz", "changed while it was read", id="cut, so that it looks damaged"),
        pytest.param(lambda path: path.write_bytes(b"other"), "orders.csv", "changed while", id="written anew"),
        pytest.param(Path.unlink, "orders.csv", "was listed and is gone", id="removed"),
    ],
)
def test_a_file_that_changes_under_the_reader(
    place: Place, tmp_path: Path, happens: Callable[[Path], object], key: str, words: str
) -> None:
    data = b"PO,Vendor\n" + os.urandom(200_000).hex().encode() + b",1\n"
    claim = place.claim(gzip.compress(data) if key.endswith("gz") else data, key)
    with pytest.raises(DataError, match=rf"^{key}: the file {words}"):
        land_file(DuringRead(tmp_path / "raw", happens), place.lake, claim, ORDERS)
    assert place.landed_keys() == []


def test_a_file_of_which_only_a_part_arrives(place: Place) -> None:
    class Short(FolderStore):
        def open(self, key: str, etag: str | None = None) -> BinaryIO:
            return io.BytesIO(super().open(key, etag).read()[:-4])

    with pytest.raises(DataError, match=r"^orders.csv: the file changed while it was read"):
        land_file(Short(place.raw.root), place.lake, place.claim(b"PO\n1\n22\n33\n"), ORDERS)
    assert place.landed_keys() == []


def test_a_file_that_changed_since_it_was_listed(place: Place) -> None:
    claim = place.claim(b"PO\n1\n")
    place.raw.put("orders.csv", b"PO\n12\n")
    with pytest.raises(DataError, match=r"^orders.csv: the file changed while it was read"):
        land_file(place.raw, place.lake, claim, ORDERS)


def test_a_file_that_vanished_since_it_was_listed(place: Place) -> None:
    claim = place.claim(b"PO\n1\n")
    place.raw.delete(["orders.csv"])
    with pytest.raises(DataError, match=r"^orders.csv: the file was listed and is gone"):
        land_file(place.raw, place.lake, claim, ORDERS)


def test_a_file_that_may_not_be_read(place: Place) -> None:
    class Closed(FolderStore):
        def open(self, key: str, etag: str | None = None) -> BinaryIO:
            raise StoreDenied(f"cannot read {key}: access denied")

    claim = place.claim(b"PO\n1\n")
    with pytest.raises(StoreDenied, match=r"^orders.csv: cannot read orders.csv: access denied"):
        land_file(Closed(place.raw.root), place.lake, claim, ORDERS)


def test_a_full_lake_is_said_as_such(place: Place) -> None:
    class Full(FolderStore):
        def put_file(self, key: str, local_path: Any) -> ObjectInfo:
            raise StoreFull(f"cannot write {key}: the disk is full")

    with pytest.raises(StoreFull, match=r"^orders.csv: cannot write landing/.*: the disk is full"):
        land_file(place.raw, Full(place.lake.root), place.claim(b"PO\n1\n"), ORDERS)
    assert place.landed_keys() == []


def test_a_full_temporary_disk_is_a_sentence(place: Place) -> None:
    class Full(landing._DeadLetters):
        def add(self, letters: list[DeadLetter]) -> None:
            raise OSError(28, "No space left on device")

    with patch.object(landing, "_DeadLetters", Full):
        assert "cannot keep its records in" in place.refused(b"PO\n1\n")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("crash_at", [1, 2, 3])
def test_killed_at_any_write_it_lands_whole_when_it_is_run_again(place: Place, crash_at: int, after: bool) -> None:
    data = b"PO,Vendor\n1,A\n2\n"
    source = reading(dead_letter_halt_ratio=1.0)
    claim = place.claim(data)
    with pytest.raises(Crash):
        land_file(place.raw, CrashingStore(place.lake, crash_at, after=after), claim, source)
    landed = land_file(place.raw, place.lake, claim, source)
    whole = Place(place.raw.root.parent / "whole")
    assert whole.land(data, source).landing_file_id == landed.landing_file_id
    assert place.rows(landed) == [("1", "A", 1)]
    assert [row["raw"] for row in place.table(landed, "dead.parquet")] == [b"2"]
    assert place.landed_keys() == whole.landed_keys()


def test_lines_that_do_not_close_are_refused(place: Place) -> None:
    """A parser that loses a line is found out by the bytes."""

    def losing(*args: Any, **named: Any) -> Any:
        for block in exactly(*args, **named):
            yield replace(block, record_count=block.record_count - 1)

    exactly = csv.records
    with patch.object(csv, "records", losing):
        assert "3 lines do not close: 1 header + 1 records (2 landed, 0 dead letters)" in place.refused(b"PO\n1\n2\n")


def test_a_block_that_is_never_parsed_is_found_out(place: Place) -> None:
    def forgetting(blocks: Any, *args: Any, **named: Any) -> Any:
        list(blocks)
        return iter(())

    with patch.object(csv, "records", forgetting):
        assert "3 lines do not close: 1 header + 0 records" in place.refused(b"PO\n1\n2\n")


@pytest.mark.parametrize("entry", [{"unknown": 1}, {}, [1]], ids=["another key", "keys missing", "no table"])
def test_a_ledger_entry_of_another_version_is_a_sentence(place: Place, entry: object) -> None:
    landed = place.land(b"PO\n1\n")
    place.lake.put(landing_key("procurement", "orders", landed.landing_file_id, "json"), json.dumps(entry).encode())
    with pytest.raises(DataError, match=rf"{landed.landing_file_id}.json is no ledger entry of this version"):
        read_landed(place.lake, "procurement", "orders", landed.landing_file_id)


def test_nothing_has_landed_where_there_is_no_ledger_entry(place: Place) -> None:
    assert read_landed(place.lake, "procurement", "orders", "0" * 32) is None


def test_two_fields_may_share_a_column_and_must_agree_on_its_name(place: Place) -> None:
    shared = replace(ORDERS, columns=(*ORDERS.columns, column("activity_name", "PO")))
    assert place.rows(place.land(b"PO\n1\n", shared)) == [("1", 1)]
    disagreeing = replace(ORDERS, columns=(*ORDERS.columns, column("activity_name", "Order No.", "PO")))
    with pytest.raises(DataError, match="activity_name and another column name the header 'PO' with different first"):
        place.land(b"PO\n2\n", disagreeing)


def test_objects_are_what_the_store_said(place: Place) -> None:
    claim = place.claim(b"PO\n1\n")
    landed = land_file(place.raw, place.lake, claim, ORDERS)
    assert ObjectInfo(landed.raw_key, landed.raw_size, landed.raw_etag) == claim.file
