"""Names of vendors, people, categories."""

from transforms.standardize.text import text


def name(raw: str) -> str | None:
    """`Müller & Söhne` from ` Müller  & Söhne`: as `text`, in the case that the source wrote.

    Quotes, legal forms and punctuation stay: whether `ACME` and `Acme Ltd.` are one vendor is for a mapping to say.
    """
    return text(raw)
