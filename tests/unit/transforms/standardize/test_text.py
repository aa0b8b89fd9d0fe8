import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transforms.standardize.cells import any_cell
from transforms.standardize.text import folded, text


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        pytest.param("Acme Corp", "Acme Corp", id="its own output is left as it is"),
        pytest.param("  Acme \t Corp\r\n", "Acme Corp", id="tabs and line breaks are white space"),
        pytest.param("Acme\u00a0\u202fCorp\u3000", "Acme Corp", id="no-break, narrow and ideographic spaces"),
        pytest.param("ＡＣＭＥ", "ACME", id="full-width letters"),
        pytest.param("Mu\u0308ller", "Müller", id="a letter and its accent are one character"),
        pytest.param("u\u200b\u0308", "ü", id="also when a zero-width space stood between them"),
        pytest.param("\ufeffA\ufeffcme", "Acme", id="byte order marks at the start and inside"),
        pytest.param("\u200f\u202bشركة\u202c", "شركة", id="direction marks"),
        pytest.param("A\x00c\x07me", "Acme", id="control characters"),
        pytest.param("co\u00adop", "coop", id="soft hyphen"),
        pytest.param("ﬁrma", "firma", id="ligature"),
        pytest.param("ısı İŞ", "ısı İŞ", id="dotless and dotted i are letters of their own"),
        pytest.param("٤٢", "٤٢", id="Arabic-Indic digits are text"),
        pytest.param("NONE", "NONE", id="a null in other sources"),
        pytest.param("", None, id="empty"),
        pytest.param(" \u00a0\t", None, id="blanks only"),
        pytest.param("\u200b\ufeff\u3164", None, id="nothing that can be seen"),
        pytest.param("a" * 10_000, "a" * 10_000, id="very long"),
    ],
)
def test_text(raw, seen):
    assert text(raw) == seen


@given(any_cell)
def test_text_is_its_own_text(raw):
    seen = text(raw)
    assert seen is None or text(seen) == seen


@given(any_cell)
def test_text_is_composed_and_has_no_white_space_but_single_inner_spaces(raw):
    seen = text(raw) or "x"
    assert unicodedata.is_normalized("NFKC", seen)
    assert seen.split() == seen.split(" ")


def test_every_single_character_is_stable():
    every = (chr(c) for c in range(0x110000))
    assert [c for c in every if (seen := text(c)) is not None and text(seen) != seen] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("STRASSE", " straße", id="sharp s"),
        pytest.param("Ünal", "ÜNAL", id="accented capitals"),
        pytest.param("Ｃ", "c", id="full width"),
    ],
)
def test_folded_texts_are_equal(one, other):
    assert folded(one) == folded(other)


@given(st.text())
def test_folded_is_its_own_folding(raw):
    seen = folded(raw)
    assert seen is None or folded(seen) == seen
