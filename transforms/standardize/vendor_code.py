"""Vendor codes as ledgers print them."""

import re

from transforms.standardize._characters import typed

_CODE = re.compile(r"(?:(?:VENDOR|VEN|V)[ \-_.#:]*|#)?0*([0-9]{1,6})|0*([0-9]{1,6})\.0")


def vendor_code(raw: str) -> str | None:
    """`V000042` from `v-42`, `V 0042`, `VENDOR#42`, `42` or the `42.0` of a spreadsheet.

    None where there is no number of six digits or fewer, and where anything follows it: `42A` may be another vendor
    than `42`. For ids of another make, such as `vendorID_0234`, take `text` or `code`.
    """
    match = _CODE.fullmatch(typed(raw).upper())
    return f"V{match[1] or match[2]:0>6}" if match else None
