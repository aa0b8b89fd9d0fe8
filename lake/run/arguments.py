"""The arguments of the jobs: argparse, tolerating those that Glue adds."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lake.engines.here import environment_here
from lake.errors import ConfigError
from lake.run.manifest import check_run_id, new_run_id


@dataclass(frozen=True)
class Arguments:
    """What every job is told."""

    domain: str
    raw: str
    lake: str
    run_id: str
    environment: str | None = None
    configs: tuple[Path, ...] = ()
    as_of: date | None = None


def parse_arguments(doc: str | None, argv: Sequence[str], *, needs_raw: bool) -> Arguments:
    """The job's arguments. Those that it does not know are left alone, since Glue adds its own, and logged by name."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--domain", required=True, help="which domain")
    parser.add_argument("--raw", required=needs_raw, default="", help="folder or s3:// prefix of the raw files")
    parser.add_argument("--lake", required=True, help="folder or s3:// prefix of the lake")
    parser.add_argument("--run-id", default=None, help="joins the stages of one run; needed by all but the first")
    parser.add_argument("--environment", default=None, help="name or file of the environment; else by where it runs")
    parser.add_argument(
        "--config", action="append", default=[], help="a TOML file, or a folder of them, laid over the packaged ones"
    )
    parser.add_argument("--as-of", type=_date, default=None, help="leave out what is dated later, YYYY-MM-DD")
    known, others = parser.parse_known_args(list(argv))
    if names := [name for name in others if name.startswith("--")]:
        logging.getLogger("headrace").info("arguments left alone: %s", ", ".join(n.split("=")[0] for n in names))
    return Arguments(
        domain=known.domain,
        raw=known.raw,
        lake=known.lake,
        run_id=check_run_id(known.run_id) if known.run_id else new_run_id(),
        environment=known.environment or environment_here(argv),
        configs=tuple(Path(path) for path in known.config),
        as_of=known.as_of,
    )


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--as-of is {text!r}, expected a date YYYY-MM-DD") from None
