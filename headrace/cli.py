"""The commands. Each reads its arguments, asks for facts, and prints them; what takes long to import is imported where
it is used, so that `--help` answers at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from headrace.command_options import HELP, MADE, Json, print_facts
from headrace.domains import DOMAINS

app = typer.Typer(
    name="headrace",
    no_args_is_help=True,
    add_completion=False,
    context_settings=HELP,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
generate = typer.Typer(help="Generates raw files with a known truth.", no_args_is_help=True, context_settings=HELP)
app.add_typer(generate, name="generate")

Domain = Annotated[str, typer.Argument(help=f"The domain: {' or '.join(DOMAINS)}.", show_default=False)]
DomainOption = Annotated[
    str | None,
    typer.Option("--domain", help="The domain. Needed only if the lake has releases of several.", show_default=False),
]
Lake = Annotated[
    str, typer.Option("--lake", envvar="HEADRACE_LAKE", help="Folder or s3:// prefix of the lake.", show_default=False)
]
Configs = Annotated[
    list[Path] | None,
    typer.Option(
        "--config",
        help="A TOML file, or a folder of them, that overrides the packaged ones. Can be repeated.",
        show_default=False,
    ),
]
Environment = Annotated[
    str | None,
    typer.Option(
        "--environment",
        help="Name or file of the environment: local is the embedded engine, local_spark is Spark. Default: what the "
        "domain needs.",
        show_default=False,
    ),
]


def _say_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        typer.echo(f"headrace {version('headrace')}, pyspark {version('pyspark')}")
        raise typer.Exit()


SUBJECTS = "; ".join(f"{domain.name}: {', '.join(domain.subjects)}" for domain in DOMAINS.values() if domain.subjects)


@app.callback()
def headrace(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the versions of Headrace and Spark.", callback=_say_version, is_eager=True
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the trace of an error, and Spark's output. Goes anywhere.")
    ] = False,
) -> None:
    """Turns raw extracts into tables in which every row is counted and every figure can be explained.

    Exit codes: 0 for success, 1 for a fault in the data or an audit, 2 for wrong usage or configuration.

    Example: `headrace demo --out demo`
    """


for _name, _domain in DOMAINS.items():
    if _domain.generate:
        generate.command(_name)(_domain.generate)


@app.command()
def run(
    domain: Domain,
    lake: Annotated[
        str | None,
        typer.Option("--lake", envvar="HEADRACE_LAKE", help="Folder or s3:// prefix of the lake.", show_default=False),
    ] = None,
    raw: Annotated[
        str | None, typer.Option("--raw", help="Folder or s3:// prefix of the raw files.", show_default=False)
    ] = None,
    environment: Environment = None,
    config: Configs = None,
    as_of: Annotated[str | None, typer.Option(help="Leave out everything dated later, YYYY-MM-DD.")] = None,
    run_id: Annotated[str | None, typer.Option(help="Name of the run. Default: generated.")] = None,
    as_json: Json = False,
) -> None:
    """Runs a domain from raw files to a published release and its warehouse file.

    Steps: land, curate, build the marts, audit, publish. A second run does nothing if nothing changed. After a run that
    was killed it does the rest.

    Without --raw and --lake it reads what `headrace generate` wrote, made/raw, and writes made/lake. Give both or
    neither, so that sample data never gets into your own lake.

    Example: `headrace run procurement --raw my/raw --lake my/lake`
    """
    from headrace.commands.run import Ask, raw_and_lake, run_domain
    from headrace.show.run import show_run

    raw, lake = raw_and_lake(raw, lake, domain=domain, made=MADE)
    facts = run_domain(Ask(domain, raw, lake, environment, tuple(config or ()), as_of, run_id))
    print_facts(facts, as_json, partial(show_run, show_domain=DOMAINS[domain].show))


@app.command()
def profile(
    file: Annotated[str, typer.Argument(help="A raw file: a path, or s3://bucket/key.", show_default=False)],
    domain: Annotated[
        str | None, typer.Option("--domain", help="The domain. Default: the domain of the table.", show_default=False)
    ] = None,
    table: Annotated[
        str | None, typer.Option("--table", help="The table that the file fills. Default: a guess.", show_default=False)
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="The sheet of a workbook.", show_default=False)] = None,
    write: Annotated[
        Path | None, typer.Option("--write", help="Write a first source TOML to this new file.", show_default=False)
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Name of the source. Default: from the file's name.", show_default=False),
    ] = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show whole cells, also personal ones.")] = False,
    as_json: Json = False,
) -> None:
    """Shows what a raw file holds and which rules read it; writes a first source TOML.

    It reads a file of any format as landing would. It shows the encoding, and the delimiter, sheet or column positions.
    For each column it shows the rules that read it, the formats seen, nulls, different values, the smallest and the
    greatest.

    `--write` writes a first TOML for `headrace run --config`. Whatever is not certain is marked `# UNSURE` in it.

    Example: `headrace profile my/raw/orders.csv --table purchase_orders --write orders.toml`
    """
    from headrace.commands.profile import profile_file
    from headrace.show.profile import show_profile

    facts = profile_file(file, domain=domain, table=table, sheet=sheet, write=write, name=name, reveal=reveal)
    print_facts(facts, as_json, show_profile)


@app.command()
def status(
    lake: Lake,
    domain: DomainOption = None,
    files: Annotated[bool, typer.Option("--files", help="Also list every raw file.")] = False,
    as_json: Json = False,
) -> None:
    """Shows the current release: its tables, what became of every row, and the releases that are kept.

    Example: `headrace status --lake my/lake --files`
    """
    from headrace.commands.status import current_status
    from headrace.lakes import domain_of, open_lake
    from headrace.show.status import show_status

    opened = open_lake(lake)
    facts = current_status(opened, domain_of(opened, domain))
    print_facts(facts, as_json, partial(show_status, show_domain=DOMAINS[facts.domain].show, with_files=files))


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT statement.", show_default=False)],
    lake: Lake,
    domain: DomainOption = None,
    run: Annotated[
        str | None, typer.Option("--run", help="Read the tables that this run wrote, published or not.")
    ] = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV to standard output.")] = False,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Add the raw text: landing.* and dead_letters.*, by source.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            min=0, help="At most this many rows. Default: 50, or all with --json or --csv.", show_default=False
        ),
    ] = None,
) -> None:
    """Runs DuckDB SQL on the tables of the current release.

    Tables: `curated.*`, `marts.*`, `quarantine.*`; `outcomes.*` with every row of a curated table and its outcome; and
    `files` with the raw file of each landing_file_id. Only the release's files can be read.

    In JSON, dates are ISO text, and decimals are numbers with all their digits. Only for lakes in a folder.

    Example: `headrace query "FROM marts.procurement_cases LIMIT 5" --lake my/lake`

    Example: `headrace query "SELECT file, reasons, l.* FROM quarantine.invoices AS q JOIN files USING (landing_file_id)
    JOIN landing.erp_invoices AS l ON l.__landing_file_id = q.landing_file_id AND l.__record_number = q.record_number"
    --lake my/lake --reveal`
    """
    from headrace.duck.reader import query as ask
    from headrace.lakes import open_lake
    from headrace.show.answer import say_csv, show_answer
    from headrace.show.console import say_json

    if as_json and as_csv:
        raise typer.BadParameter("found --json and --csv, expected one of them")
    for_people = not (as_json or as_csv)
    most = 50 if limit is None and for_people else limit
    answer = ask(open_lake(lake), domain, sql, run_id=run, limit=most, reveal=reveal)
    if as_json:
        say_json(answer.objects())
    else:
        (say_csv if as_csv else show_answer)(answer)


@app.command()
def explain(
    domain: Domain,
    subject: Annotated[str, typer.Argument(help=SUBJECTS, show_default=False)],
    terms: Annotated[
        list[str],
        typer.Argument(
            help="For a case its id. For cycle times leg=, source_system_code=, vendor_id=, category_name=, month=. "
            "For a volume TERM DATE, marketplace=, department=.",
            show_default=False,
        ),
    ],
    lake: Lake,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show whole raw records, also personal columns.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Show lists in full.")] = False,
    as_json: Json = False,
) -> None:
    """Shows where a figure comes from, back to the raw file, record and line.

    It shows the legs of the figure, their events, and every version of each row with its outcome. For a cell of the
    cycle times it also computes the figures again from the legs, and compares. For an estimated search volume it shows
    the rank, each stage of the model, and the labels behind its level.

    Raw columns that are personal, or that no field is mapped to, show as ••• without --reveal. Only for lakes in a
    folder.

    Example: `headrace explain procurement case 4500000012_00010 --lake my/lake`

    Example: `headrace explain procurement cycle_times_monthly vendor_id=V000017 month=2024-03
    leg=invoice_date_to_cleared --lake my/lake`

    Example: `headrace explain search volume "water bottle for women all" 2024-11-29 marketplace=US --lake my/lake`
    """
    from headrace.commands.explain import LIMIT, explain_domain
    from headrace.show.explanation import show_explained

    facts = explain_domain(lake, domain, subject, terms, reveal=reveal, limit=None if everything else LIMIT)
    print_facts(facts, as_json, partial(show_explained, show_domain=DOMAINS[domain].show_explanation))


@app.command()
def report(
    domain: Domain,
    lake: Lake,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("report.html"),
    as_json: Json = False,
) -> None:
    """Writes a report as one HTML file that loads nothing from elsewhere.

    For search: the curves, estimates over time with special dates, calibration, errors and drift. Only for lakes in a
    folder.

    Example: `headrace report search --lake my/lake --out report.html`
    """
    from headrace.commands.report import report_domain
    from headrace.show.report import show_report

    print_facts(report_domain(lake, domain, out), as_json, show_report)


@app.command()
def rollback(
    domain: Domain,
    lake: Lake,
    to: Annotated[
        int | None,
        typer.Option(help="Number of the release to go back to. Default: the one before.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Publishes a new release with the tables and inputs of an older one.

    Example: `headrace rollback procurement --lake my/lake --to 3`
    """
    from headrace.commands.keeping import rollback_domain
    from headrace.show.keeping import show_rollback

    print_facts(rollback_domain(lake, domain, to), as_json, show_rollback)


@app.command()
def vacuum(
    domain: Domain,
    lake: Lake,
    older_than_hours: Annotated[float, typer.Option(min=0, help="Keep everything younger than this.")] = 24.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be removed, and remove nothing.")] = False,
    config: Configs = None,
    as_json: Json = False,
) -> None:
    """Removes the snapshots, runs and warehouse files that no kept release and no running run needs.

    It keeps the last releases (`releases_kept` in the domain's configuration). It never touches landing.

    Example: `headrace vacuum procurement --lake my/lake --dry-run`
    """
    from headrace.commands.keeping import vacuum_domain
    from headrace.show.keeping import show_vacuum

    facts = vacuum_domain(
        lake, domain, older_than_hours=older_than_hours, is_dry_run=dry_run, configs=tuple(config or ())
    )
    print_facts(facts, as_json, show_vacuum)


@app.command()
def contracts(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a rendering is stale.")] = False,
    out: Annotated[Path, typer.Option(help="Folder of the renderings.")] = Path("docs/contracts"),
    as_json: Json = False,
) -> None:
    """Renders the contracts as data dictionary, Spark schemas and DuckDB DDL, and the page of the standardizers.

    Example: `headrace contracts --check`
    """
    from headrace.commands.contracts import render_contracts
    from headrace.show.contracts import show_renderings
    from lake.errors import AuditError

    facts = render_contracts(out, is_check=check)
    print_facts(facts, as_json, show_renderings)
    if facts.stale:
        raise AuditError(
            f"{len(facts.stale)} renderings in {out} are stale, such as {facts.stale[0]}; render them with: "
            f"headrace contracts --out {out}"
        )


@app.command()
def doctor(
    lake: Annotated[
        str | None, typer.Option("--lake", envvar="HEADRACE_LAKE", help="Also check this lake.", show_default=False)
    ] = None,
    environment: Environment = None,
    as_json: Json = False,
) -> None:
    """Checks whether the jobs can run here: what was found, what is needed, how to fix it.

    Example: `headrace doctor --lake my/lake`
    """
    from headrace.commands.doctor import examine
    from headrace.show.doctor import show_doctor

    facts = examine(lake, environment)
    print_facts(facts, as_json, show_doctor)
    if not facts.is_well:
        raise typer.Exit(1)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for raw files, truth and lake.")] = Path("demo"),
    rows: Annotated[int, typer.Option(help="About how many raw records.")] = 10_000,
) -> None:
    """Generates purchase-to-pay files, runs them, and shows the numbers.

    It shows the equations, the slowest vendors, and where one figure comes from.

    Example: `headrace demo --out demo`
    """
    demo = next(domain.demo for domain in DOMAINS.values() if domain.demo)
    demo(out, rows)
