"""Moments in time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from transforms.standardize._characters import typed
from transforms.standardize._format import EXCEL_SERIAL, ISO, Reader, has_time, readers
from transforms.standardize.errors import BadRuleParameter

_DATE_ALONE = len("2024-03-01")


def timestamp(
    *, formats: Sequence[str], zone: str, date_only: bool = False, first_year: int | None = None
) -> Callable[[str], datetime | None]:
    """2024-03-01 09:30 UTC from `2024-03-01 10:30:00` with `formats = ["iso"]`, `zone = "Europe/Amsterdam"`.

    A value with an offset (`2024-03-01T10:30:00+01:00`, `...Z`) says itself when it was; any other is local time in
    `zone`. A local time that the clocks skipped in spring is refused; of one that they showed twice in autumn the
    first is taken. A date alone is refused, unless `date_only = true` makes it midnight in `zone`. Also refused:
    24:00, more than microseconds, years outside 1900 to 2100. With `formats = ["excel_serial"]` it is `45352.4375`,
    a spreadsheet's days since 1900, of which a whole number is a date alone. Years of two digits are those of the
    hundred years from `first_year` on.
    """
    local = _zone(zone)
    reads = readers("timestamp", formats, first_year)
    for format_ in formats:
        if format_ not in _MAY_BE_DATES and not has_time(format_) and not date_only:
            raise BadRuleParameter("timestamp", "formats", f'has "{format_}" without %H, which needs date_only = true')
    if not date_only:
        reads = [_MAY_BE_DATES.get(format_, _as_it_is)(read) for read, format_ in zip(reads, formats, strict=True)]

    def rule(raw: str) -> datetime | None:
        cell = typed(raw)
        for read in reads:
            if moment := read(cell):
                return moment.astimezone(UTC) if moment.tzinfo else _in_utc(moment, local)
        return None

    return rule


def _timed(read_iso: Reader) -> Reader:
    return lambda cell: read_iso(cell) if len(cell) > _DATE_ALONE else None


def _timed_serial(read_serial: Reader) -> Reader:
    return lambda cell: read_serial(cell) if cell.rstrip("0").rpartition(".")[2] and "." in cell else None


def _as_it_is(read: Reader) -> Reader:
    return read


_MAY_BE_DATES = {ISO: _timed, EXCEL_SERIAL: _timed_serial}


def _in_utc(moment: datetime, zone: ZoneInfo) -> datetime | None:
    utc = moment.replace(tzinfo=zone).astimezone(UTC)
    exists = utc.astimezone(zone).replace(tzinfo=None, fold=0) == moment
    return utc if exists else None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRuleParameter(
            "timestamp", "zone", f'is "{name}", expected a name such as "Europe/Amsterdam"'
        ) from error
