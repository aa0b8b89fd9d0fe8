"""Codes: currency, company, country, plant."""

import re
import unicodedata
from collections.abc import Callable

from transforms.standardize.errors import BadRuleParameter
from transforms.standardize.text import text


def code(*, pattern: str | None = None) -> Callable[[str], str | None]:
    """`EUR` from ` eur `, `DE123456789` from `de 123 456 789`: upper case, no spaces.

    `pattern` is a regular expression that the whole code must match; `[A-Z]{3}` refuses `EURO`. Upper case is that of
    Unicode, not of a locale: a dotless `ı` becomes `I`, a dotted `İ` stays what it is.
    """
    try:
        allowed = re.compile(pattern) if pattern is not None else None
    except re.error as error:
        raise BadRuleParameter("code", "pattern", f"is {pattern!r}, expected a regular expression: {error}") from error

    def rule(raw: str) -> str | None:
        found = raw.upper() if raw.isascii() and raw.isalnum() else _upper(raw)
        return found if found and (allowed is None or allowed.fullmatch(found)) else None

    return rule


def _upper(raw: str) -> str | None:
    seen = text(raw)
    return unicodedata.normalize("NFKC", seen.replace(" ", "").upper()) if seen else None
