"""Whole numbers."""

import re
from collections.abc import Callable

from transforms.standardize._characters import typed
from transforms.standardize._grouping import grouped_digits
from transforms.standardize.errors import BadRuleParameter

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


def integer(
    *, minimum: int | None = None, maximum: int | None = None, grouping: str | None = None
) -> Callable[[str], int | None]:
    """`12` from ` 12 `, `+12`, `012` or the `12.0` of a spreadsheet; `1200` from `1,200` with `grouping = ","`.

    Refused: a fraction (`12.5`), `12.000` (which may be twelve thousand), `1e3`, a group that is not declared or not
    of three digits, more than 15 digits before `.0` (a spreadsheet has rounded them), what is below `minimum` or above
    `maximum`, both of which are allowed values themselves, and what 64 bits do not hold.
    """
    lowest = _SMALLEST if minimum is None else max(minimum, _SMALLEST)
    highest = _LARGEST if maximum is None else min(maximum, _LARGEST)
    if lowest > highest:
        raise BadRuleParameter("integer", "minimum", f"is {minimum}, above the largest allowed, {highest}")
    if grouping is not None and (len(grouping) != 1 or grouping not in ",.' "):
        raise BadRuleParameter("integer", "grouping", f"is {grouping!r}, expected a comma, point, apostrophe or space")

    digits = r"[0-9]{1,50}" if grouping is None else rf"{grouped_digits(grouping)}|[0-9]{{1,50}}"
    spreadsheet = "" if grouping == "." else r"|(?P<rounded>[0-9]{1,15})\.00?"
    number = re.compile(rf"(?P<sign>[+-]?)(?:(?P<digits>{digits}){spreadsheet})")

    def rule(raw: str) -> int | None:
        match = number.fullmatch(typed(raw))
        if not match:
            return None
        found = match["digits"] or match["rounded"]
        value = int(match["sign"] + (found.replace(grouping, "") if grouping else found))
        return value if lowest <= value <= highest else None

    return rule
