"""Names of time zones."""

import re
from zoneinfo import available_timezones

from transforms.standardize.text import text

_REGION_AND_CITY = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9_+/-]+")
_NAMES = frozenset({"UTC"} | {name for name in available_timezones() if _REGION_AND_CITY.fullmatch(name)})


def time_zone(raw: str) -> str | None:
    """`Europe/Amsterdam` from ` Europe/Amsterdam `, `UTC`: a name of the IANA time zone database, written as there.

    Refused: abbreviations (`CET` is one zone in winter and nobody's in summer), offsets, and any other case.
    """
    name = text(raw)
    return name if name in _NAMES else None
