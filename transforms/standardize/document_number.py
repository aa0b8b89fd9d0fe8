"""Numbers of orders, receipts, invoices and their items."""

import re
from collections.abc import Callable

from transforms.standardize._characters import typed
from transforms.standardize.errors import BadRuleParameter

_LONGEST = 50
_SPREADSHEET = re.compile(r"([0-9]{1,15})\.00?")
_SPACED = re.compile(r"[0-9]+(?: [0-9]+)+")
_LETTERED = re.compile(r"(?=.*[0-9])(?![0-9]+E[0-9]+\Z)[A-Z0-9]+(?:[-/_][A-Z0-9]+)*")


def document_number(*, width: int | None = None) -> Callable[[str], str | None]:
    """`4500001234` from ` 4500001234 ` or `4500001234.0`, `INV-2024-000123` from `inv-2024-000123`.

    With `width = 5` a number of digits has that width, `00010` from `10` or `0000010`, and a longer one is refused;
    one printed in groups is read where it has the width to the digit, `4500001234` from `45 0000 1234` with
    `width = 10`. Without it, leading zeros stay as they are. Refused: grouped digits (`4,500,001,234`, `4.500`),
    whatever a spreadsheet has rounded (`4.500001234E9`, `45E9`, more than 15 digits before `.0`), other spaces inside,
    a word without a digit (`TOTAL`), more than 50 characters, and letters or digits of other scripts, which may look
    like ours and are not.
    """
    if width is not None and not 1 <= width <= _LONGEST:
        raise BadRuleParameter("document_number", "width", f"is {width}, expected 1 to {_LONGEST}")

    def rule(raw: str) -> str | None:
        if not (raw.isascii() and raw.isdigit()):
            raw = typed(raw)
            if spreadsheet := _SPREADSHEET.fullmatch(raw):
                raw = spreadsheet[1]
            elif _SPACED.fullmatch(raw) and len(joined := raw.replace(" ", "")) == width:
                raw = joined
        if len(raw) > _LONGEST or not raw.isascii():
            return None
        if raw.isdigit():
            return raw if width is None else _padded(raw, width)
        return number if _LETTERED.fullmatch(number := raw.upper()) else None

    return rule


def _padded(digits: str, width: int) -> str | None:
    number = digits.lstrip("0").zfill(width)
    return number if len(number) == width else None
