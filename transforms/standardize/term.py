"""Search terms, and other words whose case says nothing."""

from transforms.standardize.text import text


def term(raw: str) -> str | None:
    """`lip balm` from ` Lip  Balm `, `ＬＩＰ balm` or `LIP BALM`: as `text`, in lower case.

    Lower case is that of Unicode, not of a locale: `GRÖẞE` is `größe`, a dotted `İ` keeps its dot. Accents and
    punctuation stay: whether `crème` and `creme` are searched alike is for the marketplace to say.
    """
    seen = text(raw)
    return text(seen.lower()) if seen else None
