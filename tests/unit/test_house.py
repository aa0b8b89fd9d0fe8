"""Who may import whom: folders are layers, and a domain is known to its own folders and to a registry of each layer."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import headrace.domains
import jobs.domains
from schemas.domains import DOMAINS

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("benchmarks", "headrace", "jobs", "lake", "ml", "samples", "schemas", "transforms")
OF_ROWS = (
    "transforms.identity",
    "transforms.outcomes",
    "transforms.same",
    "transforms.standardization",
    "transforms.standardize",
)
# What a layer may import beside itself; a module stands for all below it.
MAY = {
    "schemas": (),
    "samples": (),
    "transforms": ("schemas",),
    "ml": ("schemas", "transforms.search"),
    "lake": ("schemas", *OF_ROWS),
    "jobs": ("schemas", "transforms", "ml", "lake"),
}
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


@pytest.mark.parametrize("layer", MAY)
def test_a_layer_imports_only_what_it_may(layer: str) -> None:
    own = [(path, name) for path, name in IMPORTS if path.startswith(f"{layer}/") and name.split(".")[0] in LAYERS]
    assert [(path, name) for path, name in own if not any(is_below(name, m) for m in (layer, *MAY[layer]))] == []
    assert own


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
