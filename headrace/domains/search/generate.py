"""`headrace generate search`: made-up search ranks and volumes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from headrace.command_options import MADE, Json, parse_date, print_facts
from headrace.facts.generate import Generated
from lake.errors import ConfigError


def generate(
    out: Annotated[Path, typer.Option(help="Folder for raw/ and truth/.")] = MADE,
    terms: Annotated[int, typer.Option(help="Number of search terms, over all marketplaces and departments.")] = 48,
    labelled_terms: Annotated[
        int | None, typer.Option(help="How many of the terms have volumes. Default: all.", show_default=False)
    ] = None,
    first_on: Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD.")] = "2021-07-01",
    last_on: Annotated[str, typer.Option("--through", help="The last day, YYYY-MM-DD.")] = "2025-01-31",
    grain: Annotated[str, typer.Option(help="Periods of the volumes: daily, weekly or monthly.")] = "daily",
    plant: Annotated[
        list[str] | None,
        typer.Option(
            help="exact-ranks, level-shift, new-department, new-marketplace or labels-without-department. Can be "
            "repeated.",
            show_default=False,
        ),
    ] = None,
    rendering: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "csv",
    dirt: Annotated[str, typer.Option(help="none, realistic or hostile.")] = "realistic",
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    as_json: Json = False,
) -> None:
    """Generates daily search ranks, volumes and special dates with a known truth.

    It is a stand-in: no public pair of Amazon ranks and volumes exists. The default, 48 terms from July 2021 on, gives
    about 63,000 ranks. That is enough for a model that is released.

    Example: `headrace generate search && headrace run search`
    """
    from headrace.show.generate import show_generated

    facts = generate_files(
        out=out,
        terms=terms,
        labelled_terms=labelled_terms,
        first_on=parse_date("--from", first_on),
        last_on=parse_date("--through", last_on),
        grain=grain,
        plants=tuple(plant or ()),
        rendering=rendering,
        dirt=dirt,
        seed=seed,
    )
    print_facts(facts, as_json, show_generated)


def generate_files(*, out: Path, **options: Any) -> Generated:
    """Generate search ranks and volumes.

    Raises ConfigError for what cannot be meant.
    """
    from headrace.show.command_lines import command_line
    from headrace.show.console import err
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
    return Generated(summary, raw, str(out / "truth"), stand_ins=STAND_INS, next=command)
