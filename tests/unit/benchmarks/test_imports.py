"""Every module of the benchmarks can be imported: what they import of ours is there."""

import pkgutil

import pytest

import benchmarks

# What the benchmarks alone need, and not every machine has.
OPTIONAL = {"lightgbm"}


@pytest.mark.parametrize("name", [found.name for found in pkgutil.walk_packages(benchmarks.__path__, "benchmarks.")])
def test_a_module_can_be_imported(name):
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        if error.name not in OPTIONAL:
            raise
        pytest.skip(f"{error.name} is not installed")
