"""Errors that a person reads: each is one sentence that says what was found, what was expected and where."""

from collections.abc import Sequence

ALL_AT_MOST = 10


class HeadraceError(Exception):
    """Something the user can mend. `exit_code` is 1 for data and audits, 2 for usage and configuration."""

    exit_code = 1


class ConfigError(HeadraceError):
    """A configuration says something unknown, ill-typed or contradictory."""

    exit_code = 2


class DataError(HeadraceError):
    """The raw data does not keep what the source's configuration promises."""


class AuditError(HeadraceError):
    """A count does not close, or a limit is passed: nothing is published."""


def all_of(sentences: Sequence[str]) -> str:
    """Several sentences as one, numbered, so that what they ask for can be mended at once; the first of very many."""
    if len(sentences) == 1:
        return sentences[0]
    told = " ".join(f"({number}) {sentence};" for number, sentence in enumerate(sentences[:ALL_AT_MOST], start=1))
    more = f" and {len(sentences) - ALL_AT_MOST:,} more" if len(sentences) > ALL_AT_MOST else ""
    return f"{len(sentences):,} things are refused: {told.rstrip(';')}{more}"
