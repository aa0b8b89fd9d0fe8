"""What is asked wrongly ends with exit code 2 (or 1) and one sentence, and nothing on standard output."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from headrace.cli import app, explain
from headrace.domains.search.generate import generate
from headrace.show.status import MODES
from lake.curating.plan import Mode
from samples.search.scenario import SearchScenario
from samples.search.terms import make_terms
from schemas.stand_ins import STAND_INS
from tests.unit.headrace.asking import headrace
from tests.where import ROOT

COMMANDS = (
    "generate procurement",
    "generate search",
    "run",
    "status",
    "profile",
    "query",
    "explain",
    "report",
    "rollback",
    "vacuum",
    "contracts",
    "doctor",
    "demo",
)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(
            ("run", "nowhere", "--raw", "r", "--lake", "l"),
            2,
            "error: there is no domain 'nowhere'; known domains: procurement, search\n",
            id="an unknown domain to run",
        ),
        pytest.param(
            ("rollback", "nowhere", "--lake", "l"),
            2,
            "error: there is no domain 'nowhere'; known domains: procurement, search\n",
            id="an unknown domain, again",
        ),
        pytest.param(
            ("run", "procurement", "--lake", "l"),
            2,
            "error: found --lake l without --raw, expected both, or neither for made/raw into made/lake\n",
            id="a lake, and no raw folder",
        ),
        pytest.param(
            ("run", "procurement", "--raw", "r"),
            2,
            "error: found --raw r without --lake, expected both, or neither for made/raw into made/lake\n",
            id="a raw folder, and no lake",
        ),
        pytest.param(
            ("run", "search"),
            2,
            "error: found neither --raw nor --lake, and no made/raw, which is run then; make it with: headrace "
            "generate search, or say both\n",
            id="nothing to run, where nothing was generated",
        ),
        pytest.param(("run", "nowhere"), 2, "there is no domain 'nowhere'", id="an unknown domain, without a folder"),
        pytest.param(
            ("status",),
            2,
            "error: Missing option '--lake' (env var: 'HEADRACE_LAKE'); see: headrace status --help\n",
            id="no lake",
        ),
        pytest.param(
            ("run", "procurement", "--raw", "r", "--lake", "l", "--as-of", "2024-02-30"),
            2,
            "error: --as-of is '2024-02-30', expected a date YYYY-MM-DD\n",
            id="a date that is none",
        ),
        pytest.param(
            ("run", "procurement", "--raw", "r", "--lake", "l", "--run-id", "a/b"),
            2,
            "error: --run-id is 'a/b', expected letters, digits, - and _\n",
            id="a run id that is no name",
        ),
        pytest.param(
            ("run", "procurement", "--raw", "r", "--lake", "ftp://x"), 2, "names no store", id="no such store"
        ),
        pytest.param(
            ("generate", "search", "--grain", "hourly", "--out", "o"),
            2,
            "error: grain is 'hourly'; one of daily, weekly, monthly is expected.\n",
            id="an unknown grain of search volumes",
        ),
        pytest.param(
            ("generate", "search", "--from", "2024-02-30", "--out", "o"),
            2,
            "error: --from is '2024-02-30', expected a date YYYY-MM-DD\n",
            id="no day to begin from",
        ),
        pytest.param(
            ("generate", "procurement", "--rows", "9", "--dirt", "mud", "--out", "o"),
            2,
            "error: --dirt is 'mud', expected one of none, realistic, hostile\n",
            id="an unknown kind of dirt",
        ),
        pytest.param(
            ("generate", "procurement", "--rows", "9", "--tables", "invoices,payment", "--out", "o"),
            2,
            "error: --tables is 'payment', expected one of vendors, purchase_orders, ",
            id="an unknown table to generate",
        ),
        pytest.param(
            ("generate", "procurement", "--rows", "9", "--plant", "slow-trend", "--plant", "shock", "--out", "o"),
            2,
            "error: --plant is 'shock', expected one of shared-shock, ",
            id="an unknown plant, beside a known one",
        ),
        pytest.param(
            ("generate", "procurement", "--rows", "9", "--durations", "normal", "--out", "o"),
            2,
            "error: --durations is 'normal', expected one of lognormal, weibull\n",
            id="an unknown family of durations",
        ),
        pytest.param(
            ("generate", "procurement", "--rows", "9", "--formats", "xls", "--out", "o"),
            2,
            "error: --formats is 'xls', expected one of csv, mixed\n",
            id="unknown formats",
        ),
        pytest.param(
            ("query", "SELECT 1", "--lake", "s3://bucket/lake"),
            2,
            "reads lakes in folders only so far",
            id="a query of a lake in S3",
        ),
        pytest.param(
            ("query", "SELECT 1", "--lake", "l", "--json", "--csv"),
            2,
            "expected one of them",
            id="two kinds of output at once",
        ),
        pytest.param(("dance",), 2, "error: No such command 'dance'", id="an unknown command"),
        pytest.param(("status", "--lake", "no/such/lake"), 2, "there is no lake at", id="a lake that is not there"),
        pytest.param(
            ("status", "--lake", "."),
            1,
            "has no release yet; publish one with: headrace run DOMAIN",
            id="a lake without a release",
        ),
    ],
)
def test_one_sentence(
    arguments: tuple[str, ...], code: int, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEADRACE_LAKE", raising=False)
    found = headrace(*arguments)
    assert (found.code, found.out) == (code, ""), found
    assert found.err.startswith("error: ")
    assert found.err.count("\n") == 1, found.err
    assert sentence in found.err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "[domain]\nquarantine_halt = 0.1\n",
            "c.toml:2: unknown key 'domain.quarantine_halt'; did you mean 'quarantine_halt_ratio'?",
            id="an unknown key",
        ),
        pytest.param("[domain\n", "c.toml:1: not TOML", id="no TOML"),
        pytest.param(
            "[model]\ntest_days = 3\n", "c.toml:1: found [model], but domain procurement has no", id="a model"
        ),
        pytest.param("", "neither a [source] nor a [domain] table", id="an empty file"),
    ],
)
def test_a_bad_configuration_is_found_before_spark_begins(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(text)
    found = headrace(
        "run", "procurement", "--raw", tmp_path, "--lake", tmp_path / "lake", "--config", tmp_path / "c.toml"
    )
    assert (found.code, found.out) == (2, "")
    assert sentence in found.err


def test_an_empty_raw_folder_is_the_data_s_fault_and_a_missing_one_the_command_s(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    missing = headrace("run", "procurement", "--raw", raw, "--lake", tmp_path / "lake")
    raw.mkdir()
    empty = headrace("run", "procurement", "--raw", raw, "--lake", tmp_path / "lake")
    assert (missing.code, missing.out) == (2, "")
    assert missing.err == f"error: --raw {raw} is not there; expected the folder of the raw files\n"
    assert (empty.code, empty.out) == (1, "")
    assert f"no file in {raw}, which is empty; expected at least one delivery of a source of procurement" in empty.err


def test_what_was_generated_is_told_for_every_domain(tmp_path: Path) -> None:
    search = ("--terms", "4", "--from", "2024-01-01", "--through", "2024-02-01")
    for domain, said in (("search", search), ("procurement", ("--rows", "300"))):
        found = headrace("generate", domain, *said, "--out", tmp_path / domain)
        assert (found.code, found.err) == (0, "")
        files = [path for path in (tmp_path / domain / "raw").rglob("*") if path.is_file()]
        assert f"made: {len(files)} raw files" in found.out
    assert ", 8 of them the very bytes of another, in" in found.out
    assert STAND_INS not in found.out


@pytest.mark.parametrize("said", [("--lake", "l"), ("--raw", "r")])
def test_what_was_made_up_is_run_into_no_lake_that_was_named(
    said: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "made/raw").mkdir(parents=True)
    monkeypatch.delenv("HEADRACE_LAKE", raising=False)
    assert headrace("run", "search", *said).code == 2
    monkeypatch.setenv("HEADRACE_LAKE", "mine")
    found = headrace("run", "search")
    assert (found.code, found.out) == (2, "")
    assert "found --lake mine without --raw" in found.err
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_an_unexpected_exception_is_a_sentence_and_a_trace_only_with_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the sky fell\nand more")

    monkeypatch.setattr("headrace.commands.doctor.examine", fail)
    quiet, loud = headrace("doctor"), headrace("doctor", "--debug")
    assert quiet.err == "error: unexpected: RuntimeError: the sky fell; run again with --debug for the trace\n"
    assert (quiet.code, loud.code) == (1, 1)
    assert loud.err.startswith(quiet.err)
    assert "Traceback" in loud.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_s_help_has_an_example(command: str) -> None:
    found = headrace(*command.split(), "--help")
    assert found.code == 0
    assert f"Example: headrace {command.split()[0]}" in " ".join(found.out.replace("│", " ").split())


def test_the_commands_are_those_of_this_test() -> None:
    names = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert names | {group.name for group in app.registered_groups} == {name.split()[0] for name in COMMANDS}


def test_the_estimate_that_help_explains_is_one_of_the_default_generation() -> None:
    [(term, day, code)] = re.findall(r'explain search volume "([^"]+)" (\S+) marketplace=(\S+)', explain.__doc__ or "")
    asked = {name: option.default for name, option in inspect.signature(generate).parameters.items()}
    scenario = SearchScenario(terms=asked["terms"])
    in_each = scenario.terms // (len(scenario.marketplaces) * len(scenario.departments))
    assert term in {told for name in scenario.departments for told in make_terms(code, name, in_each)}
    assert code in scenario.marketplaces
    assert asked["first_on"] <= day <= asked["last_on"]


def test_help_imports_neither_spark_nor_duckdb() -> None:
    code = (
        "import sys; sys.argv = ['headrace', '--help']\n"
        "from headrace.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([n for n in ('pyspark', 'duckdb', 'pyarrow', 'pandas', 'boto3') if n in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert said.stdout.splitlines()[-1] == "[]"


def test_every_mode_of_a_table_has_words() -> None:
    assert set(MODES) == set(Mode.__args__) - {"absent"}


def test_no_page_and_no_help_puts_a_lake_into_our_package():
    pages = [ROOT / "README.md", ROOT / "headrace/cli.py", *(ROOT / "docs").rglob("*.md")]
    assert len(pages) > 10
    said = re.compile(r"--lake\s+(\./)?lake\b|the folder `lake`")
    assert [str(page.relative_to(ROOT)) for page in pages if said.search(page.read_text())] == []
