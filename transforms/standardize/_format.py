"""Formats of dates and times, compiled once: strptime looks its format up again for every value."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from itertools import product

from transforms.standardize.errors import BadRuleParameter

Reader = Callable[[str], datetime | None]

ISO = "iso"
EXCEL_SERIAL = "excel_serial"
YEARS = range(1900, 2101)

_WIDTHS = {"Y": (4, 4), "y": (2, 2), "m": (1, 2), "d": (1, 2), "H": (1, 2), "M": (1, 2), "S": (1, 2), "f": (1, 6)}
_OFFSET = "Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?"
_PARTS = {"b": "[A-Za-z]{3}", "z": _OFFSET}
# English, whatever the locale of the worker is.
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip

_TOKEN = re.compile(r"%(?P<part>.?)|(?P<blank>\s+)|(?P<literal>.)", re.DOTALL)
_ISO = re.compile(
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
    r"(?:[T ](?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,6})0*)?)?"
    rf"(?: ?(?P<z>{_OFFSET}))?)?"
)
_SERIAL = re.compile(r"(?P<days>[0-9]{1,5})(?:\.(?P<fraction>[0-9]{1,20}))?")
_FALSE_DAY = 60
_DAY_0, _BEFORE_FALSE_DAY = datetime(1899, 12, 30), datetime(1899, 12, 31)
_DAY_MILLISECONDS = 86_400_000
_ISO_FORMATS = [
    "".join(parts)
    for parts in [
        ("%Y-%m-%d",),
        *product(["%Y-%m-%d"], "T ", ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%H:%M:%S,%f"], ["", "%z", " %z"]),
    ]
]


def readers(rule: str, formats: Sequence[str], first_year: int | None = None) -> list[Reader]:
    """One reader for each format; refuses a list under which one value could be two dates."""
    if not formats:
        raise BadRuleParameter(
            rule, "formats", f'is empty, expected "{ISO}", "{EXCEL_SERIAL}" or formats such as "%d.%m.%Y"'
        )
    if first_year is not None and not {first_year, first_year + 99} <= {*YEARS}:
        raise BadRuleParameter(rule, "first_year", f"is {first_year}, expected {YEARS[0]} to {YEARS[-1] - 99}")
    _refuse_two_orders(rule, formats)
    return [reader(rule, format_, first_year) for format_ in formats]


def reader(rule: str, format_: str, first_year: int | None = None) -> Reader:
    """The function that reads one format, without time zone unless the value has an offset; `first_year` is the first
    of the hundred years that `%y` may mean.

    As strptime, except: no years outside 1900 to 2100, no missing leading zero where digits adjoin (`%Y%m%d`), no
    space instead of one, month names in English always, no second 60 or 61, no offset with seconds.
    """
    if format_ == ISO:
        return _read_iso
    if format_ == EXCEL_SERIAL:
        return _read_serial
    pattern = re.compile(_regex(rule, format_, first_year))
    if pattern.groupindex.keys() == {"Y", "m", "d"}:
        return _date_reader(pattern)

    def read(typed: str) -> datetime | None:
        match = pattern.fullmatch(typed)
        return _moment(match.groupdict(), first_year) if match else None

    return read


def has_time(format_: str) -> bool:
    """Whether a value under this format says an hour; `iso` and `excel_serial` may and need not."""
    return "%H" in format_


def has_offset(format_: str) -> bool:
    return "%z" in format_


def _date_reader(pattern: re.Pattern[str]) -> Reader:
    year, month, day = (pattern.groupindex[part] for part in "Ymd")

    def read(typed: str) -> datetime | None:
        match = pattern.fullmatch(typed)
        if not match or (y := int(match[year])) not in YEARS:
            return None
        try:
            return datetime(y, int(match[month]), int(match[day]))
        except ValueError:
            return None

    return read


def _read_iso(typed: str) -> datetime | None:
    if typed[4:8:3] != "--":
        return None
    if not _is_usual(typed):
        match = _ISO.fullmatch(typed)
        return _moment(match.groupdict()) if match else None
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return moment if moment.year in YEARS else None


def _read_serial(typed: str) -> datetime | None:
    """A spreadsheet's days since 1900, the time of day as their fraction, to the millisecond as it shows them.

    It takes 1900 for a leap year: 60 is a day that was not, and the days before it are one off.
    """
    match = _SERIAL.fullmatch(typed)
    if not match or not (days := int(match["days"])) or days == _FALSE_DAY:
        return None
    fraction = Fraction(int(match["fraction"] or 0), 10 ** len(match["fraction"] or ""))
    moment = (_BEFORE_FALSE_DAY if days < _FALSE_DAY else _DAY_0) + timedelta(days=days)
    moment += timedelta(milliseconds=round(fraction * _DAY_MILLISECONDS))
    return moment if moment.year in YEARS else None


def _is_usual(typed: str) -> bool:
    """Whether fromisoformat reads it as `_ISO` does; it knows other forms too, and from Python 3.13 on 24:00."""
    length = len(typed)
    if length == 10:
        return True
    return (
        length in (16, 19, 23, 26)
        and typed[10] in "T "
        and typed[11:13] != "24"
        and typed[13] == ":"
        and (length == 16 or typed[16] == ":")
        and (length <= 19 or typed[20:].isdigit())
    )


def _moment(parts: Mapping[str, str | None], first_year: int | None = None) -> datetime | None:
    """The moment of the parts found, by the letters of their directives."""
    get = parts.get
    year, day = _year(get("Y"), get("y"), first_year), int(get("d") or 0)
    month = int(get("m") or 0) or _MONTHS.get((get("b") or "").lower(), 0)
    hour, minute, second = int(get("H") or 0), int(get("M") or 0), int(get("S") or 0)
    micros = int((get("f") or "").ljust(6, "0"))
    if year not in YEARS:
        return None
    try:
        return datetime(year, month, day, hour, minute, second, micros, _zone(get("z")))
    except ValueError:
        return None


def _year(four_digits: str | None, two_digits: str | None, first_year: int | None) -> int:
    if two_digits is None or first_year is None:
        return int(four_digits or 0)
    return first_year + (int(two_digits) - first_year) % 100


def _zone(offset: str | None) -> tzinfo | None:
    """`+01:00`, `+0100`, `+01`, `Z`; raises ValueError for an offset that no clock has."""
    if not offset:
        return None
    if offset in ("Z", "UTC"):
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if minutes > 59:
        raise ValueError(offset)
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if offset[0] == "-" else ahead)


def _regex(rule: str, format_: str, first_year: int | None) -> str:
    tokens = list(_TOKEN.finditer(format_))
    parts = [token["part"] for token in tokens]
    _refuse_unreadable(rule, format_, parts, first_year)
    regex = ""
    for before, token, after in zip([None, *parts], tokens, [*parts[1:], None], strict=False):
        part = token["part"]
        if part in _WIDTHS:
            least, most = _WIDTHS[part]
            adjoins = before in _WIDTHS or after in _WIDTHS
            regex += f"(?P<{part}>[0-9]{{{most if adjoins else least},{most}}})"
        elif part in _PARTS:
            regex += f"(?P<{part}>{_PARTS[part]})"
        else:
            regex += " +" if token["blank"] else re.escape(part or token["literal"])
    return regex


def _refuse_unreadable(rule: str, format_: str, parts: Sequence[str | None], first_year: int | None) -> None:
    named = [part for part in parts if part is not None and part != "%"]
    unknown = [f"%{part}" for part in named if part not in _WIDTHS and part not in _PARTS]
    if unknown:
        problem = f"{unknown[0]} is not known here, known are %Y %y %m %b %d %H %M %S %f %z %%"
    elif "y" in named and first_year is None:
        problem = "%y names no century; say first_year, the first of the hundred years that it may mean"
    elif "d" not in named or any(len({*one} & {*named}) != 1 for one in ("Yy", "mb")):
        problem = "expected is a whole date: %d, one of %Y and %y, and one of %m and %b"
    elif len(named) != len(set(named)):
        problem = "a part stands twice"
    elif [part for part in "HMSf" if part in named] != list("HMSf")[: len({*"HMSf"} & set(named))]:
        problem = "a time begins with its hours: %H, %H:%M, %H:%M:%S, %H:%M:%S.%f"
    else:
        return
    raise BadRuleParameter(rule, "formats", f'has "{format_}": {problem}')


def _refuse_two_orders(rule: str, formats: Sequence[str]) -> None:
    seen: dict[str, tuple[str, str]] = {}
    for format_ in formats:
        for written in _ISO_FORMATS if format_ == ISO else [re.sub(r"\s+", " ", format_)]:
            other, spelled = seen.setdefault(re.sub("%[dm]", "%#", written), (format_, written))
            if spelled != written:
                raise BadRuleParameter(
                    rule, "formats", f'has both "{other}" and "{format_}", under which 03/04 is two dates; move the two'
                    " to ambiguous_formats, to be decided for each file as a whole",
                )  # fmt: skip
