"""Imports go one way: `jobs -> lake -> transforms, schemas`; the cluster needs nothing that only the operator has. So
do those within headrace, up to the command line."""

import ast
import sys

import pytest

from tests.where import ROOT

STANDARD = set(sys.stdlib_module_names)
ON_THE_CLUSTER = {"numpy", "pandas", "pyarrow", "boto3", "botocore", "pyspark", "py4j"}
BROUGHT_ALONG = {"lake/landing/formats/excel.py": {"python_calamine"}, "lake/engines/sail.py": {"pysail"}}
OF_TRANSFORMS = ("transforms.standardiz", "transforms.outcomes", "transforms.same", "transforms.keeping")
MAY_IMPORT = {
    "schemas": {"schemas", "pyspark"},
    "transforms": {"transforms", "schemas", "pyspark", "pyarrow", "numpy", "dateutil"},  # dateutil comes with pandas
    "lake": {"lake", "transforms", "schemas"} | ON_THE_CLUSTER,
    "ml": {"ml", "schemas", "pyspark", "pyarrow", "numpy", "pandas"},
    "jobs": {"jobs", "lake", "ml", "transforms", "schemas"} | ON_THE_CLUSTER,
}

SHARED = {"facts", "lakes", "duck"}
TOOLS = {"explain", "profiling", "report"}
OF_DOMAINS = SHARED | TOOLS | {"show", "command_options", "domain_commands"}
# What a part of headrace may import of the others.
PARTS = {
    "facts": set(),
    "lakes": set(),
    "duck": {"facts", "lakes"},
    "show": {"facts"},
    **dict.fromkeys(TOOLS, SHARED),
    "command_options": {"facts", "show"},
    "domain_commands": {"facts", "explain", "report"},
    "domains": OF_DOMAINS,
    "commands": OF_DOMAINS | {"domains"},
    "cli": OF_DOMAINS | {"domains", "commands"},
    "__main__": {"cli", "show"},
}
# The demo is what a user would type: it generates, runs and explains.
ABOVE_ITS_PART = {"headrace/domains/procurement/demo.py": {"commands"}}


def modules(package):
    return sorted((ROOT / package).rglob("*.py"))


def imported(path):
    """Every module that a file imports, anywhere in it, by its full name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_lies_below_it(package):
    allowed = MAY_IMPORT[package] | STANDARD
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name in imported(path)
        if name.split(".")[0] not in allowed | BROUGHT_ALONG.get(str(path.relative_to(ROOT)), set())
    }
    assert found == set()


def test_the_pure_rules_import_the_standard_library_alone():
    found = {
        name
        for path in modules("transforms/standardize")
        for name in imported(path)
        if name.split(".")[0] not in STANDARD and not name.startswith("transforms.standardize")
    }
    assert found == set()


def test_lake_imports_of_transforms_only_how_a_value_is_standardized():
    found = {
        name
        for path in modules("lake")
        for name in imported(path)
        if name.startswith("transforms") and not name.startswith(OF_TRANSFORMS)
    }
    assert found == set()


@pytest.mark.parametrize("package", ["transforms", "schemas"])
def test_transforms_and_schemas_touch_no_file_clock_or_chance(package):
    forbidden = {"os", "pathlib", "io", "random", "secrets", "time", "tempfile", "socket", "subprocess", "boto3"}
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name in imported(path)
        if name.split(".")[0] in forbidden
    }
    assert found == set()


def at_run_time(tree):
    """Every node but those under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        is_for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        yield from () if is_for_types else (node, *at_run_time(node))


def part_of(path):
    return path.relative_to(ROOT / "headrace").parts[0].removesuffix(".py")


def test_headrace_has_no_other_parts():
    assert {part_of(path) for path in modules("headrace")} == {*PARTS, "__init__"}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_headrace_imports_only_what_lies_below_it(part):
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("headrace")
        if part_of(path) == part
        for name in imported(path)
        if name.startswith("headrace.")
        and name.split(".")[1] not in {part} | PARTS[part] | ABOVE_ITS_PART.get(str(path.relative_to(ROOT)), set())
    }
    assert found == set()


@pytest.mark.parametrize(("part", "others"), [("facts", set()), ("show", {"rich"})])
def test_facts_and_how_they_are_shown_need_no_lake(part, others):
    """A contract or a count of lake may be the type of a field."""
    found = {
        f"{path.relative_to(ROOT)} imports {node.module}"
        for path in modules(f"headrace/{part}")
        for node in at_run_time(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] not in STANDARD | {"headrace"} | others
    }
    assert found == set()


@pytest.mark.parametrize("part", ["facts", "show", "commands", "explain", "report", "domain_commands"])
def test_what_a_command_tells_is_no_dictionary_of_anything(part):
    untyped = [path for path in modules("headrace") if part_of(path) == part and "dict[str, Any]" in path.read_text()]
    assert untyped == []
