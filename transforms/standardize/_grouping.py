"""Digits in groups of three."""

import re


def grouped_digits(marks: str) -> str:
    """The regex of `1,234,567` for the marks `,`: one and the same mark throughout, always three digits after it.

    A first group may not begin with a zero: where `,` groups, `0,123` is a decimal number of another country.
    """
    return rf"[1-9][0-9]{{0,2}}(?P<mark>[{re.escape(marks)}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*"
