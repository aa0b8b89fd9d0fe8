"""Fixed width: every character of a line lands, or its line is a dead letter that says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.config.configuration import Source
from lake.config.read_options import Slice
from lake.landing.formats import text as texts
from tests.unit.lake.landing.formats.places import Place, column, counts, source, tolerant

LAYOUT = (Slice("PO", 1, 5), Slice("Vendor", 6, 6), Slice("Net", 13, 4))


def fixed(layout: tuple[Slice, ...] = LAYOUT, **read: Any) -> Source:
    return source(format="fixed_width", layout=layout, **read)


def test_columns_are_cut_by_their_places_and_what_is_between_them_lands_too(place: Place) -> None:
    landed = place.land(b"10001ACME  x12.5\n10002Ber\xc3\xbc    99 \r\n", fixed())
    assert place.names(landed) == ["PO", "Vendor", "from_12_to_12", "Net"]
    assert place.rows(landed) == [("10001", "ACME", "x", "12.5", 1), ("10002", "Berü", "", "99", 2)]
    assert landed.undeclared_columns == ["from_12_to_12", "Net"]
    assert counts(landed) == (2, 0, 2, 0, 0)


def test_header_lines_are_counted_and_not_read(place: Place, tmp_path: Path) -> None:
    data = b"Orders of January\n\n10001ACME   12.5\n\n   \n10002Bolt      3\n"
    landed = place.land(data, fixed(header_line_count=2))
    assert place.rows(landed) == [("10001", "ACME", "", "12.5", 1), ("10002", "Bolt", "", "3", 2)]
    assert counts(landed) == (6, 2, 2, 2, 0)
    assert place.lines(data, fixed(header_line_count=2), landed, tmp_path / "x") == {1: 3, 2: 6}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b"10001ACME   12.", "short: 15 characters, the layout has 16", id="one character too short"),
        pytest.param(b"x", "short: 1 characters, the layout has 16", id="nearly nothing"),
        pytest.param(b"10001ACME   12.50", "long: text up to character 17, the layout ends at 16", id="too long"),
        pytest.param(b"10001ACM\xff   12.5", "undecodable: the line is not utf-8", id="another encoding"),
        pytest.param(
            b"10001ACME   12.5\x1a", "long: text up to character 17, the layout ends at 16", id="the end of DOS"
        ),
    ],
)
def test_a_line_that_does_not_fit_is_a_dead_letter(place: Place, line: bytes, reason: str) -> None:
    landed = place.land(b"10001ACME   12.5\n\n" + line + b"\n10003ACME   12.5", tolerant(fixed()))
    assert place.dead(landed) == [(2, 3, reason, line)]
    assert [row[-1] for row in place.rows(landed)] == [1, 3]
    assert counts(landed) == (4, 0, 3, 1, 1)


@pytest.mark.parametrize(
    ("line", "row"),
    [
        pytest.param(b"10001ACME   12.5    ", ("10001", "ACME", "", "12.5"), id="spaces behind the last column"),
        pytest.param("10001Öl & Gß12.5".encode(), ("10001", "Öl & G", "ß", "12.5"), id="characters, not bytes"),
        pytest.param(b"00001       -1.0", ("00001", "", "", "-1.0"), id="an empty column, leading zeros"),
    ],
)
def test_a_line_that_fits(place: Place, line: bytes, row: tuple[str, ...]) -> None:
    assert place.rows(place.land(line, fixed())) == [(*row, 1)]


def test_lines_cut_short_by_an_editor_are_filled_up_where_the_source_says_so(place: Place) -> None:
    landed = place.land(b"10001ACME\n1\n10002ACME   12.50\n", tolerant(fixed(short_lines="pad")))
    assert place.rows(landed) == [("10001", "ACME", "", "", 1), ("1", "", "", "", 2)]
    assert [number for number, *_ in place.dead(landed)] == [3]


def test_too_many_short_lines_stop_the_run(place: Place) -> None:
    sentence = place.refused(b"10001ACME   12.5\n10002\n", fixed())
    assert "1 of 2 records could not be read" in sentence
    assert "line 2, record 2: short: 5 characters, the layout has 16; check encoding and layout of source" in sentence


def test_a_layout_without_a_required_column_is_refused(place: Place) -> None:
    sentence = place.refused(b"10001\n", fixed((Slice("Number", 1, 5),)))
    assert "the layout under [read] has no column for po_number ('PO' or 'Order No.'); found 'Number'" in sentence


def test_fewer_lines_than_header_lines(place: Place) -> None:
    assert "the file has 1 lines, expected 2 header lines" in place.refused(b"Orders\n", fixed(header_line_count=2))


@pytest.mark.parametrize("data", [b"", b"\n  \n"], ids=["empty", "blank lines"])
def test_a_file_without_a_record_is_an_empty_delivery(place: Place, data: bytes) -> None:
    landed = place.land(data, fixed())
    assert (place.rows(landed), landed.record_count) == ([], 0)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8-sig"])
def test_encodings(place: Place, encoding: str) -> None:
    landed = place.land("10001Müller 12.5\n".encode(encoding), fixed(encoding=encoding))
    assert place.rows(landed) == [("10001", "Müller", "", "12.5", 1)]


def test_bytes_that_cp1252_does_not_define_are_dead_letters(place: Place) -> None:
    landed = place.land(b"10001A\x80ME   12.5\n10002A\x81ME   12.5\n", tolerant(fixed(encoding="cp1252")))
    assert place.rows(landed) == [("10001", "A€ME", "", "12.5", 1)]
    assert place.dead(landed) == [(2, 2, "undecodable: the line is not cp1252", b"10002A\x81ME   12.5")]


def test_the_layout_is_part_of_the_identity() -> None:
    assert fixed().reading_digest != fixed((*LAYOUT[:2], Slice("Net", 13, 5))).reading_digest


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=6)


@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(st.tuples(cells, cells), max_size=8),
    widths=st.tuples(st.integers(6, 9), st.integers(6, 9)),
    gap=st.integers(0, 3),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
    block_bytes=st.integers(1, 64),
)
def test_any_table_lands_whole(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str]],
    widths: tuple[int, int],
    gap: int,
    encoding: str,
    block_bytes: int,
) -> None:
    place = Place(tmp_path_factory.mktemp("place"))
    layout = (Slice("a", 1, widths[0]), Slice("b", 1 + widths[0] + gap, widths[1]))
    lines = [f"{a:<{widths[0]}}{' ' * gap}{b:>{widths[1]}}" for a, b in rows]
    of = source(columns=(column("x", "a"),), format="fixed_width", layout=layout, encoding=encoding)
    with patch.object(texts, "BLOCK_BYTES", block_bytes):
        landed = place.land("".join(f"{line}\n" for line in lines).encode(encoding), tolerant(of))
    filled = [(a.strip(" "), b.strip(" ")) for a, b in rows if (a + b).strip(" ")]
    found = [(row[0], row[-2], row[-1]) for row in place.rows(landed)]
    assert found == [(a, b, number) for number, (a, b) in enumerate(filled, start=1)]
    assert counts(landed) == (len(rows), 0, len(filled), len(rows) - len(filled), 0)
