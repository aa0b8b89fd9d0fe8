"""The words of a code list, in ours."""

from collections.abc import Callable, Mapping

from transforms.standardize.errors import BadRuleParameter
from transforms.standardize.text import folded


def mapped(*, values: Mapping[str, str], otherwise: str | None = None) -> Callable[[str], str | None]:
    """`closed` from `C` or ` c ` with `values = {C = "closed", O = "open"}`; `otherwise`, by default None, from a word
    that is not in the list.

    Compared as `text` without regard to case; what comes out is written as in the list.
    """
    if not values:
        raise BadRuleParameter("mapped", "values", "is empty, expected one value or more")
    known: dict[str | None, str] = {}
    for raw, meaning in values.items():
        key = folded(raw)
        if key is None:
            raise BadRuleParameter("mapped", "values", f"has the blank key {raw!r}; blanks are null and never get here")
        if known.setdefault(key, meaning) != meaning:
            raise BadRuleParameter("mapped", "values", f"gives {raw!r} two meanings, {known[key]!r} and {meaning!r}")
    return lambda raw: known.get(folded(raw), otherwise)
