"""A domain is known to its own folders and to one registry of each layer; the wings of lake make no circle."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import types as T

import headrace.domains
import jobs.domains
from schemas.contract import Contract, ContractError, Field
from schemas.domains import DOMAINS, DomainTables
from tests.where import ROOT

LAYERS = ("benchmarks", "headrace", "jobs", "lake", "ml", "samples", "schemas", "transforms")
# The wings of lake, each may import those before it.
WINGS = ("errors", "store", "config", "engines", "landing", "releases", "run", "curating", "operations")
REGISTRIES = ("schemas/domains.py", "jobs/domains.py", "headrace/domains/__init__.py")
GENERATORS = ("benchmarks/", "headrace/domains/")


def modules() -> Iterator[tuple[str, str]]:
    """Path of each module, and a name that it imports: of `from a import b` a.b."""
    for layer in LAYERS:
        for path in (ROOT / layer).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
                module = f"{node.module}." if isinstance(node, ast.ImportFrom) and node.module else ""
                for name in names:
                    yield path.relative_to(ROOT).as_posix(), module + name


IMPORTS = list(modules())


def is_below(name: str, module: str) -> bool:
    return f"{name}.".startswith(f"{module}.")


@pytest.mark.parametrize("wing", WINGS)
def test_a_wing_of_lake_imports_those_before_it(wing: str) -> None:
    """`run` is the last that another wing may know of: what curates and what operates do not know each other."""
    within = [
        (path, name.split(".")[1]) for path, name in IMPORTS if path.startswith("lake/") and is_below(name, "lake")
    ]
    own = [(path, to) for path, to in within if path.startswith((f"lake/{wing}/", f"lake/{wing}.py")) and to != wing]
    known = WINGS[: min(WINGS.index(wing), WINGS.index("run") + 1)]
    assert [(path, to) for path, to in own if to not in known] == []
    assert {path.split("/")[1].removesuffix(".py") for path, _ in within} <= {*WINGS, "__init__"}


@pytest.mark.parametrize("layer", ["schemas", "transforms", "jobs", "samples", "headrace/domains"])
@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_is_imported_by_itself_and_by_the_registry(layer: str, domain: str) -> None:
    """Of its own layer: `transforms/procurement` takes nothing of `transforms/search`."""
    package = layer.replace("/", ".")
    folder = layer.split("/")[0]
    own = [path for path, name in IMPORTS if path.startswith(f"{folder}/") and is_below(name, f"{package}.{domain}")]
    strangers = [path for path in own if not path.startswith(f"{layer}/{domain}/")]
    assert [path for path in strangers if path not in REGISTRIES] == []
    assert own


def test_samples_are_imported_by_what_generates_alone() -> None:
    users = {path for path, name in IMPORTS if is_below(name, "samples") and not path.startswith("samples/")}
    assert {path for path in users if not path.startswith(GENERATORS)} == set()
    assert users
    own = {name.split(".")[0] for path, name in IMPORTS if path.startswith("samples/")}
    assert own & {*LAYERS} <= {"samples", "schemas"}


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_domain_is_named_outside_of_its_folders_and_the_registries(domain: str) -> None:
    """In code: a docstring may have an example."""
    named = [
        path
        for layer in ("headrace", "jobs", "lake")
        for path in ((ROOT / layer).rglob("*.py"))
        for value in constants(path)
        if value == domain or value.startswith(f"{domain}_") or f"marts.{domain}_" in value
    ]
    paths = {path.relative_to(ROOT).as_posix() for path in named}
    assert [path for path in paths if path not in REGISTRIES and f"/{domain}/" not in path] == []


def constants(path: Path) -> Iterator[str]:
    """Texts in a module that are no docstring."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def test_every_layer_knows_the_same_domains() -> None:
    assert list(jobs.domains.JOBS) == list(headrace.domains.DOMAINS) == list(DOMAINS)


@pytest.mark.parametrize("domain", DOMAINS)
def test_what_a_domain_derives_it_has_code_for(domain: str) -> None:
    assert {*DOMAINS[domain].derived} == {*jobs.domains.JOBS[domain].derive}


ONE, OTHER = (Contract(name, 1, "one", ("code",), (Field("code", T.StringType(), "It."),)) for name in ("one", "other"))
COUNTED = replace(OTHER, fields=(replace(OTHER.fields[0], numbered="content", required=True),))


@pytest.mark.parametrize(
    ("other", "derived", "sentence"),
    [
        pytest.param(OTHER, {"other": ()}, "expected curated tables before it", id="of nothing"),
        pytest.param(OTHER, {"other": ("other",)}, "expected curated tables before it", id="of itself"),
        pytest.param(OTHER, {"another": ("one",)}, "expected curated tables before it", id="no table"),
        pytest.param(
            OTHER, {"one": ("other",), "other": ("one",)}, "expected curated tables before it", id="in a circle"
        ),
        pytest.param(COUNTED, {"other": ("one",)}, "expected a key of its own", id="numbered in a file"),
    ],
)
def test_a_table_is_derived_from_curated_ones_before_it(
    other: Contract, derived: dict[str, tuple[str, ...]], sentence: str
) -> None:
    with pytest.raises(ContractError, match=sentence):
        DomainTables({"one": ONE, "other": other}, {}, derived=derived)


@pytest.mark.parametrize("name", ["one", "other"])
def test_a_page_has_no_name_of_a_table(name: str) -> None:
    with pytest.raises(ContractError, match=f"{name} is a table, and a page beside the tables"):
        DomainTables({"one": ONE}, {"other": OTHER}, pages={"apart": "Text.", name: "Text."})


def test_sources_fill_what_is_not_derived() -> None:
    tables = DomainTables({"one": ONE, "other": OTHER}, {}, derived={"other": ("one",)})
    assert [*tables.sourced] == ["one"]
    assert [contract.name for _, contract in tables.zoned()] == ["one", "other"]
