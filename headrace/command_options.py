"""What several commands have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

HELP = {"help_option_names": ["-h", "--help"]}
MADE = Path("made")
Json = Annotated[bool, typer.Option("--json", help="Print JSON to standard output.")]


def print_facts(facts: Any, as_json: bool, renderer: str, **options: Any) -> None:
    from headrace.show import terminal as render

    if as_json:
        render.json(facts)
    else:
        getattr(render, renderer)(facts, **options)
