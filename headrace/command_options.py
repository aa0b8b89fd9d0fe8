"""What several commands have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from lake.errors import ConfigError

HELP = {"help_option_names": ["-h", "--help"]}
MADE = Path("made")
Json = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]
Facts = TypeVar("Facts")


def print_facts(facts: Facts, as_json: bool, show: Callable[[Facts], None]) -> None:
    from headrace.show.console import say_json

    (say_json if as_json else show)(facts)


def parse_date(option: str, text: str) -> date:
    """Raises ConfigError where the text is no date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option} is {text!r}, expected a date YYYY-MM-DD") from None
