"""`headrace generate`: made-up raw files, with progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from headrace.console import command_line, err
from lake.errors import ConfigError


def generate_domain(
    *,
    rows: int,
    seed: int,
    dirt: str,
    out: Path,
    tables: Sequence[str] = (),
    plants: Sequence[str] = (),
    durations: str = "lognormal",
    formats: str = "csv",
) -> dict[str, Any]:
    """Generate procurement files, of all tables where none is named; the facts of what was generated.

    Raises ConfigError for what cannot be meant.
    """
    from samples.dirt_levels import DIRT_LEVELS, Dirt
    from samples.procurement.durations import FAMILIES, Family
    from samples.procurement.generation import FORMATS, Formats, GenerationError, generate_procurement
    from samples.procurement.scenario import PLANTS
    from samples.procurement.tables import TABLE_NAMES

    _refuse_unknown("--dirt", [dirt], DIRT_LEVELS)
    _refuse_unknown("--tables", tables, TABLE_NAMES)
    _refuse_unknown("--plant", plants, PLANTS)
    _refuse_unknown("--durations", [durations], FAMILIES)
    _refuse_unknown("--formats", [formats], FORMATS)
    with err().status("generating") as status:

        def progress(file: str, record_count: int) -> None:
            status.update(f"generating {file}: {record_count:,} records")

        try:
            summary = generate_procurement(
                rows=rows,
                seed=seed,
                dirt=cast(Dirt, dirt),
                out=out,
                tables=tables or TABLE_NAMES,
                plants=plants,
                durations=cast(Family, durations),
                formats=cast(Formats, formats),
                progress=progress,
            )
        except GenerationError as error:
            raise ConfigError(str(error)) from None
    configs = str(out / "configs") if (out / "configs").is_dir() else None
    return {**asdict(summary), "raw": str(out / "raw"), "truth": str(out / "truth"), "configs": configs}


def generate_search_domain(*, out: Path, **options: Any) -> dict[str, Any]:
    """Generate search ranks and volumes; the facts of what was generated.

    Raises ConfigError for what cannot be meant.
    """
    from samples.marker import GenerationError
    from samples.search.generation import generate_search
    from samples.search.scenario import SearchScenario
    from schemas.stand_ins import STAND_INS

    with err().status("generating search ranks and volumes"):
        try:
            summary = generate_search(SearchScenario(**options), out)
        except GenerationError as error:
            raise ConfigError(str(error)) from None
    raw = str(out / "raw")
    command = command_line("headrace", "run", "search", "--raw", raw, "--lake", str(out / "lake"))
    told = {"raw": raw, "truth": str(out / "truth"), "configs": None, "stand_ins": STAND_INS, "next": command}
    return {**asdict(summary), **told}


def _refuse_unknown(option: str, words: Sequence[str], known: Sequence[str]) -> None:
    for word in words:
        if word not in known:
            raise ConfigError(f"{option} is {word!r}, promised one of {', '.join(known)}")
