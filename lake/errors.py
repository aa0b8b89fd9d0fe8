"""Errors that a person reads: each is one sentence that says what was found, what was promised and where."""


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
