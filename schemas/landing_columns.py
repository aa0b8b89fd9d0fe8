"""What the columns of landing's Parquet files are called: by names that no engine takes for anything but a name."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_HASHED = re.compile(r".*__[0-9a-f]{16}", re.IGNORECASE)
_SLUG_LENGTH = 40


def landing_column(name: str) -> str:
    """The Parquet column of a name in landing. People see the name, which may hold any characters.

    `Vendor` stays; `Bestell-Nr.` becomes `Bestell_Nr__` and 16 digits of the name's SHA-256. A name stays if it
    has up to 100 ASCII letters, digits and `_`, begins with a letter and does not look like a name made here. Two names
    never share a column. No column begins with `_`, so that none is called like our own or those that engines add.

    Landing files are read by these names: a change here needs a greater `LANDING_FORMAT`.
    """
    if _SAFE.fullmatch(name) and not _HASHED.fullmatch(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_slug(name)}__{digest[:16]}"


def _slug(name: str) -> str:
    """What can be read of a name, `column` where that is nothing."""
    plain = unicodedata.normalize("NFKD", name[: 4 * _SLUG_LENGTH]).encode("ascii", "ignore").decode()
    words = re.sub("[^A-Za-z0-9]+", "_", plain).strip("_")[:_SLUG_LENGTH].rstrip("_")
    return words if words[:1].isalpha() else f"column_{words}".rstrip("_")
