"""`headrace`: the operator's command line. Whatever goes wrong is one sentence first, and an exit code."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from types import TracebackType

SENTENCE_LENGTH = 600


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0, 1 (data or audit), 2 (usage or configuration), 130 (interrupted)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    is_debugged = "--debug" in arguments
    sys.exit(_run([a for a in arguments if a != "--debug"], is_debugged=is_debugged))


def _run(arguments: list[str], *, is_debugged: bool) -> int:
    from headrace.cli import app

    os.environ["HEADRACE_DEBUG"] = "1" if is_debugged else ""
    try:
        code = app(arguments, prog_name="headrace", standalone_mode=False)
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted; what was published stands, the rest was not published: run again\n")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has gone: what is left to flush goes nowhere
        return 0
    except Exception as error:
        return failed(error, is_debugged=is_debugged)
    return code if isinstance(code, int) else 0


def failed(error: Exception, *, is_debugged: bool) -> int:
    """Say what went wrong on standard error. The exit code."""
    from headrace.show.console import say_error

    sentence, code = sentence_and_code(error)
    say_error(sentence)
    if is_debugged:
        import traceback

        traceback.print_exception(type(error), error, _without_typer(error.__traceback__))
    return code


def sentence_and_code(error: Exception) -> tuple[str, int]:
    """The sentence for an error, and the exit code it stands for."""
    from lake.errors import HeadraceError
    from schemas.errors import OptionsError

    if isinstance(error, HeadraceError):
        return str(error), error.exit_code
    if type(error).__module__.startswith("typer"):
        return _of_usage(error), getattr(error, "exit_code", 1)
    if isinstance(error, OptionsError):
        return str(error), 2
    if found := re.search(r"^(?:lake|schemas|transforms)[\w.]*\.(\w+): (.+)$", str(error), re.MULTILINE):
        return found[2], 1
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "no message")[:SENTENCE_LENGTH]
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", []))
    return f"unexpected: {type(error).__name__}: {first}; run again with --debug for the trace{notes}", 1


def _of_usage(error: Exception) -> str:
    said = error.format_message() if hasattr(error, "format_message") else str(error)  # typer's own sentence
    context = getattr(error, "ctx", None)
    hint = f"; see: {context.command_path} --help" if context is not None else ""
    return f"{said.rstrip('.') or 'nothing was asked'}{hint}"


def _without_typer(trace: TracebackType | None) -> TracebackType | None:
    """The trace from the command on."""
    at = trace
    while at is not None:
        if at.tb_frame.f_globals.get("__name__") == "headrace.cli":
            return at
        at = at.tb_next
    return trace


if __name__ == "__main__":
    main()
