"""`headrace generate procurement`: the documents of a ledger, with progress."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast

import typer

from headrace.command_options import MADE, Json, print_facts
from headrace.facts.generate import Generated
from lake.errors import ConfigError


def generate(
    rows: Annotated[int, typer.Option(help="About how many raw records.")] = 10_000,
    out: Annotated[Path, typer.Option(help="Folder for raw/ and truth/.")] = MADE,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    dirt: Annotated[str, typer.Option(help="none, realistic or hostile.")] = "realistic",
    tables: Annotated[
        str, typer.Option(help="Names of tables, with commas between. Default: all.", show_default=False)
    ] = "",
    plant: Annotated[
        list[str] | None,
        typer.Option(
            help="shared-shock, company-shift, slow-trend, fall-before-delay or left-truncated. Can be repeated.",
            show_default=False,
        ),
    ] = None,
    durations: Annotated[str, typer.Option(help="Distribution of the durations: lognormal or weibull.")] = "lognormal",
    formats: Annotated[str, typer.Option(help="csv, or mixed for files of every format.")] = "csv",
    as_json: Json = False,
) -> None:
    """Generates purchase-to-pay documents with a known truth, clean or dirty.

    `truth/` has the expected outcome of every raw row and the true legs of every case.

    One vendor is slow all the time. Another becomes slow half-way: its days from invoice to clearing triple, and two
    months later its orders fall by 40 %. `truth/planted.json` names them.

    Example: `headrace generate procurement --rows 100000 --seed 1 --dirt realistic --plant shared-shock --out made`
    """
    from headrace.show.generate import show_generated

    facts = generate_files(
        rows=rows,
        seed=seed,
        dirt=dirt,
        out=out,
        tables=[name.strip() for name in tables.split(",") if name.strip()],
        plants=plant or (),
        durations=durations,
        formats=formats,
    )
    print_facts(facts, as_json, show_generated)


def generate_files(
    *,
    rows: int,
    seed: int,
    dirt: str,
    out: Path,
    tables: Sequence[str] = (),
    plants: Sequence[str] = (),
    durations: str = "lognormal",
    formats: str = "csv",
) -> Generated:
    """Generate procurement files, of all tables where none is named.

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
    from headrace.show.console import err

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
    return Generated(summary, str(out / "raw"), str(out / "truth"), configs=configs)


def _refuse_unknown(option: str, words: Sequence[str], known: Sequence[str]) -> None:
    for word in words:
        if word not in known:
            raise ConfigError(f"{option} is {word!r}, expected one of {', '.join(known)}")
