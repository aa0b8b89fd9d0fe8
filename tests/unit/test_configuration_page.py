"""docs/configuration.md says every key and no other; every key, every rule and every parameter of one is used."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from jobs.search.options import NOT_CONFIGURED
from lake.config.configuration import Coverage, Domain
from lake.config.environment import Environment, SailSettings, Small
from lake.config.exclusions import EXCLUDED_KEYS
from lake.config.mappings import OWN_KEYS
from lake.config.names import FROM_NAME_KEYS
from lake.config.read_options import Read
from lake.config.unpivoting import CELL_KEYS, HEADER_KEYS, UNPIVOT_KEYS
from ml.options import ModelOptions, Settings
from tests.where import ROOT
from transforms.procurement.options import Calendar
from transforms.procurement.options import MartOptions as ProcurementOptions
from transforms.search.options import EventRule
from transforms.search.options import MartOptions as SearchOptions
from transforms.standardize import AMBIGUOUS_PARAMETER, RULES

LISTING = (
    Path(__file__),
    *Path(__file__).with_name("lake").joinpath("config").glob("*.py"),
)  # they name every key, which is no use of it
PAGE = (ROOT / "docs/configuration.md").read_text()
TABLES: dict[str, Iterable[str]] = {
    "source": (
        "name",
        "table",
        "kind",
        "identical_rows",
        "claims",
        "period_format",
        "order",
        "may_be_empty",
        "shares_files",
        "closed_through",
        "null_tokens",
        "not_delivered",
    ),
    "read": [f.name for f in dataclasses.fields(Read)],
    "constants": (),
    "columns.<field>": (*OWN_KEYS, AMBIGUOUS_PARAMETER),
    "unpivot": UNPIVOT_KEYS,
    "unpivot.header.<field>": HEADER_KEYS,
    "unpivot.cell.<field>": CELL_KEYS,
    "from_name.<field>": FROM_NAME_KEYS,
    "excluded.<reason>": EXCLUDED_KEYS,
    "coverage": [f.name for f in dataclasses.fields(Coverage)],
    "domain": [f.name for f in dataclasses.fields(Domain) if f.name not in ("name", "marts")],
    "marts": [
        f.name
        for options in (ProcurementOptions, SearchOptions)
        for f in dataclasses.fields(options)
        if f.name not in ("sources", "as_of")
    ],
    "model": [f.name for f in dataclasses.fields(ModelOptions) if f.name not in NOT_CONFIGURED],
    "model.settings": [f.name for f in dataclasses.fields(Settings)],
    "marts.events.<name>": [f.name for f in dataclasses.fields(EventRule)],
    "marts.calendars.<name>": [f.name for f in dataclasses.fields(Calendar)],
    "environment": [
        f.name for f in dataclasses.fields(Environment) if f.name not in ("name", "spark", "small", "sail")
    ],
    "small": [f.name for f in dataclasses.fields(Small) if f.name != "spark"],
    "sail": [f.name for f in dataclasses.fields(SailSettings)],
    "spark": (),
}
KEYS = [(table, key) for table, keys in TABLES.items() for key in keys]


def section(title: str) -> str:
    found = re.search(rf"^### `{re.escape(title)}`.*?\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S)
    assert found, f"docs/configuration.md has no section ### `{title}`"
    return found[1]


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_every_key_is_documented(table: str, key: str) -> None:
    assert f"| `{key}` |" in section(f"[{table}]")


@pytest.mark.parametrize("table", TABLES)
def test_no_other_key_is_documented(table: str) -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", section(f"[{table}]"), re.M)) == set(TABLES[table])


def test_no_other_table_is_documented() -> None:
    assert set(re.findall(r"^### `([^`]+)`", PAGE, re.M)) == {f"[{table}]" for table in TABLES}


def used() -> Iterator[str]:
    """Every word of the packaged configurations and of the other tests."""
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path not in LISTING]
    for path in [*(ROOT / "configs").rglob("*.toml"), *tests]:
        yield from set(re.findall(r"\w+", path.read_text()))


USED = frozenset(used())


@pytest.mark.parametrize(
    "word",
    sorted({key for _, key in KEYS} | set(RULES) | {name for rule in RULES.values() for name in rule.parameters}),
)
def test_every_key_rule_and_parameter_is_used(word: str) -> None:
    assert word in USED
