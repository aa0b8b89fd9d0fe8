"""Text as a person reads it."""

import unicodedata

from transforms.standardize._characters import INVISIBLE

_INVISIBLE = frozenset(INVISIBLE)
_GONE = dict.fromkeys(map(ord, INVISIBLE))


def text(raw: str) -> str | None:
    """`Acme Corp` from ` Acme \\u00a0Corp`; None from a cell of nothing but blanks and invisible characters.

    Unicode is composed and compatible forms are folded (NFKC: `ＡＣＭＥ` is `ACME`, `x²` is `x2`), control and
    zero-width characters go, a run of white space is one space. Case and digits of other scripts stay.
    """
    if not (raw.isascii() and raw.isprintable()):
        raw = unicodedata.normalize("NFKC", raw)
        if not _INVISIBLE.isdisjoint(raw):
            # Again after the removal: a letter, a zero-width space and an accent compose only then.
            raw = unicodedata.normalize("NFKC", raw.translate(_GONE))
    return " ".join(raw.split()) or None


def folded(raw: str) -> str | None:
    """`text` for comparing without regard to case: `straße`, `STRASSE` and ` Strasse ` are equal."""
    seen = text(raw)
    return text(seen.casefold()) if seen else None
