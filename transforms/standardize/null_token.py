"""What a source writes where it has no value."""


def is_null_token(text: str, tokens: frozenset[str]) -> bool:
    """Whether the cell is blank or, without the spaces around it, one of `tokens`: `n/a` and ` n/a ` for `n/a`.

    Case counts: `NONE` is a user in some sources where `None` is a null.
    """
    seen = text.strip()
    return not seen or seen in tokens
