"""Characters that a cell has and its reader does not see, or sees as another."""

import unicodedata

CONTROLS = "".join(chr(c) for c in (*range(0x20), *range(0x7F, 0xA0)) if not chr(c).isspace())

# Zero-width, bidirectional and filler characters. The joiners (U+200C, U+200D) and variation selectors go too:
# two names that look the same in a report are the same name. Arabic number signs are visible and stay.
ZERO_WIDTH = "".join(
    chr(c)
    for first, last in (
        (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5),
        (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
        (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB), (0xE0000, 0xE01EF),
    )
    for c in range(first, last + 1)
)  # fmt: skip

INVISIBLE = CONTROLS + ZERO_WIDTH

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"
_APOSTROPHES = "\u2018\u2019\u02bc"
_SPACES = "".join(c for c in map(chr, range(0x80, 0x3001)) if unicodedata.category(c) == "Zs")

_TYPED: dict[int, str | None] = {
    **{ord(c): None for c in INVISIBLE},
    **{ord(c): " " for c in _SPACES},
    **{ord(c): "-" for c in _DASHES},
    **{ord(c): "'" for c in _APOSTROPHES},
    **{c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)},
}


def typed(raw: str) -> str:
    """The cell as a plain keyboard would have typed it: `12.00` from `１２．００`, `-5` from U+2212 and `5`.

    Folded are full-width forms, spaces, dashes and apostrophes; invisible characters go. It is less than NFKC on
    purpose: NFKC makes `122` of `12²`, where the footnote mark is no digit. Arabic-Indic and other digits stay what
    they are, for rules to refuse. Tabs and line breaks inside stay too: they stand between two values.
    """
    if raw.isascii() and raw.isprintable():
        return raw.strip()
    return raw.translate(_TYPED).strip()
