"""Imports go one way: `jobs -> lake -> transforms, schemas`; the cluster needs nothing that only the operator has."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
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
