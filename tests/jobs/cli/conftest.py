"""The lake that everything is asked of, made once in a process."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.jobs.cli.made import FIRST, KEY, SECOND, Made, first_rows, second_rows, written
from tests.unit.headrace.asking import headrace


@pytest.fixture(scope="session")
def made(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    del spark  # one session for all: runs take the one that is there
    folder = tmp_path_factory.mktemp("cli")
    raw, lake = folder / "raw", folder / "lake"
    raw.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADRACE_MASKING_KEY", KEY)
        patch.delenv("HEADRACE_LAKE", raising=False)
        (raw / FIRST).write_text(written(first_rows(), blank_after=2))
        first = headrace("run", "procurement", "--raw", raw, "--lake", lake)
        (raw / SECOND).write_text(written(second_rows()))
        second = headrace("run", "procurement", "--raw", raw, "--lake", lake, "--json")
        assert (first.code, second.code) == (0, 0), first.err + second.err
        yield Made(raw, lake, first, second)


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> Made:
    """The same lake for a test that changes it."""
    shutil.copytree(made.lake, tmp_path / "lake")
    return Made(made.raw, tmp_path / "lake", made.first, made.second)
