"""Errors of what a person configured or asked for, raised below lake, which makes sentences with a place of them."""


class OptionsError(ValueError):
    """Options that do not hold together, or that there are not."""
