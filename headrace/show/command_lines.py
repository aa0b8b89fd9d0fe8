"""Commands to type, which work on this very lake."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from headrace.facts.step import Step


def command_line(*words: str) -> str:
    """A command as one would type it; words with single quotes, such as SQL, stand in double ones."""
    words = (_program(), *words[1:]) if words[:1] == ("headrace",) else words
    return " ".join(
        f'"{word}"' if "'" in word and not set(word) & set('"$`\\!') else shlex.quote(word) for word in words
    )


def _program() -> str:
    """How this very command was begun, where its name alone would not be found."""
    begun = sys.argv[0]
    is_by_path = Path(begun).name == "headrace" and shutil.which("headrace") is None
    return begun if is_by_path else "headrace"


def status_command(domain: str, lake_uri: str, *options: str) -> str:
    """What shows a domain's current release."""
    return command_line("headrace", "status", "--domain", domain, *options, "--lake", lake_uri)


def query_step(why: str, sql: str, domain: str, lake_uri: str) -> Step:
    return step(why, "query", sql, "--domain", domain, lake_uri=lake_uri)


def step(why: str, *command: str, lake_uri: str) -> Step:
    return Step(why, command_line("headrace", *command, "--lake", lake_uri))
