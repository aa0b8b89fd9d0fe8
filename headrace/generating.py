"""`headrace generate`: made-up raw files, with progress."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, cast, get_args

from headrace.console import err
from lake.errors import ConfigError


def generate_domain(*, rows: int, seed: int, dirt: str, out: Path) -> dict[str, Any]:
    """Generate procurement files; the facts of what was generated. Raises ConfigError for what cannot be meant."""
    from headrace.generate.layout import Dirt
    from headrace.generate.procurement import GenerationError, generate_procurement

    if dirt not in (known := get_args(Dirt)):
        raise ConfigError(f"--dirt is {dirt!r}, promised one of {', '.join(known)}")
    with err().status("generating") as status:

        def progress(file: str, record_count: int) -> None:
            status.update(f"generating {file}: {record_count:,} records")

        try:
            summary = generate_procurement(rows=rows, seed=seed, dirt=cast(Dirt, dirt), out=out, progress=progress)
        except GenerationError as error:
            raise ConfigError(str(error)) from None
    return {**asdict(summary), "raw": str(out / "raw"), "truth": str(out / "truth")}
