"""Dates."""

import datetime
from collections.abc import Callable, Sequence

from transforms.standardize._characters import typed
from transforms.standardize._format import has_offset, readers
from transforms.standardize.errors import BadRuleParameter

_MIDNIGHT = datetime.time()


def date(*, formats: Sequence[str], first_year: int | None = None) -> Callable[[str], datetime.date | None]:
    """2024-03-01 from `2024-03-01` with `formats = ["iso"]`, from `01.03.2024` or `1.3.2024` with `["%d.%m.%Y"]`.

    With `["excel_serial"]` also from `45352`, a spreadsheet's days since 1900, which is what a date cell without a date
    style holds. Its 60, the 29th of February 1900 that was not, is refused. In a workbook that counts from 1904 the
    same number is another day, and nothing in the cell tells.

    Other formats are those of strptime, of `%Y %y %m %b %d %H %M %S %f`. Years of two digits, `%y`, are those of the
    hundred years from `first_year` on: with 1970, `69` is 2069. A time of day may follow if it is midnight
    (`2024-03-01 00:00:00`): of any other time the date depends on a zone, which is for `timestamp`. Refused: days that
    no calendar has (`2023-02-29`), years outside 1900 to 2100, digits of other scripts. Where the source does not say
    whether day or month stands first, both formats go into `ambiguous_formats`, and each file as a whole decides.
    """
    reads = readers("date", formats, first_year)
    for format_ in formats:
        if has_offset(format_):
            raise BadRuleParameter("date", "formats", f'has "{format_}": a date has no offset; take timestamp')

    def rule(raw: str) -> datetime.date | None:
        cell = typed(raw)
        for read in reads:
            if moment := read(cell):
                return moment.date() if moment.time() == _MIDNIGHT and moment.tzinfo is None else None
        return None

    return rule
