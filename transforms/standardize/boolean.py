"""Yes and no."""

from collections.abc import Callable, Sequence

from transforms.standardize.errors import BadRuleParameter
from transforms.standardize.text import folded

_TRUE = ("true", "yes", "y", "1", "x")
_FALSE = ("false", "no", "n", "0")


def boolean(*, true: Sequence[str] = _TRUE, false: Sequence[str] = _FALSE) -> Callable[[str], bool | None]:
    """`True` from `true`, ` YES `, `y`, `1` or the `X` of SAP; `False` from `false`, `No`, `n` or `0`.

    `true` and `false` are the words of the source instead of these, in any case. Anything else is refused: what the
    source means by `maybe` is not known here.
    """
    words = {**_words("true", true, True), **_words("false", false, False)}
    for word in true:
        if not words[folded(word)]:
            raise BadRuleParameter("boolean", "false", f"has {word!r}, which true has as well")
    return lambda raw: words.get(folded(raw))


def _words(parameter: str, words: Sequence[str], meaning: bool) -> dict[str | None, bool]:
    if not words or not all(folded(word) for word in words):
        raise BadRuleParameter(
            "boolean", parameter, f"is {list(words)!r}, expected one word or more, none of them blank"
        )
    return {folded(word): meaning for word in words}
