"""What a table was made by: a digest changes when that does, and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import types as T

from lake import digests
from lake.config import Coverage, Source
from lake.digests import CURATING_CODE, code_digest, curated_digest
from lake.reading import Read
from schemas.contract import Contract, Field

CONTRACT = Contract("orders", 1, "an order", ("id",), (Field("id", T.StringType(), "Id."),))
PERSONAL = replace(CONTRACT, fields=(*CONTRACT.fields, Field("user", T.StringType(), "Who.", personal=True)))
SOURCE = Source(
    "procurement",
    "orders",
    "orders",
    "upsert",
    "duplicate",
    ("x",),
    "delivery",
    Read(),
    {},
    (),
    Coverage(),
    "orders.toml:2",
)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules/deep").mkdir(parents=True)
    (tmp_path / "rules/a.py").write_text("a = 1")
    (tmp_path / "rules/deep/b.py").write_text("b = 1")
    (tmp_path / "rules/notes.md").write_text("n")
    (tmp_path / "single.py").write_text("s = 1")
    monkeypatch.setattr(digests.resources, "files", lambda package: tmp_path / package)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text", "is_other"),
    [
        pytest.param("rules/a.py", "a = 2", True, id="a module changed"),
        pytest.param("rules/deep/b.py", "b = 2", True, id="below"),
        pytest.param("rules/c.py", "", True, id="an empty module more"),
        pytest.param("rules/notes.md", "other", False, id="no code"),
        pytest.param("single.py", "s = 2", False, id="elsewhere"),
    ],
)
def test_the_digest_of_code(package: Path, file: str, text: str, is_other: bool) -> None:
    before = code_digest(["rules"])
    (package / file).write_text(text)
    assert (code_digest(["rules"]) != before) is is_other


def test_code_that_moved_is_other_code(package: Path) -> None:
    before = code_digest(["rules"])
    (package / "rules/a.py").rename(package / "rules/z.py")
    assert code_digest(["rules"]) != before


def test_a_single_module(package: Path) -> None:
    before = code_digest(["rules/a.py"])
    (package / "rules/deep/b.py").write_text("b = 2")
    assert code_digest(["rules/a.py"]) == before
    (package / "rules/a.py").write_text("a = 2")
    assert code_digest(["rules/a.py"]) != before


def test_code_that_is_not_there_is_no_empty_code(package: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        code_digest(["rules/nowhere"])


def test_the_curating_code_is_there() -> None:
    assert len({code_digest([place]) for place in CURATING_CODE}) == len(CURATING_CODE)


@pytest.mark.parametrize(
    ("contract", "source", "key"),
    [
        pytest.param(replace(CONTRACT, version=2), SOURCE, "k", id="contract"),
        pytest.param(CONTRACT, replace(SOURCE, kind="full"), "k", id="mapping"),
        pytest.param(CONTRACT, replace(SOURCE, name="others"), "k", id="source"),
    ],
)
def test_a_curated_digest_changes_with(contract: Contract, source: Source, key: str) -> None:
    assert curated_digest(contract, [source], key) != curated_digest(CONTRACT, [SOURCE], "k")


def test_the_masking_key_counts_where_there_is_something_to_mask() -> None:
    assert curated_digest(CONTRACT, [SOURCE], "k") == curated_digest(CONTRACT, [SOURCE], "other")
    assert curated_digest(PERSONAL, [SOURCE], "k") != curated_digest(PERSONAL, [SOURCE], "other")


def test_the_order_of_sources_and_how_they_are_read_do_not_count() -> None:
    other = replace(SOURCE, name="others")
    assert curated_digest(CONTRACT, [SOURCE, other], "k") == curated_digest(CONTRACT, [other, SOURCE], "k")
    read = replace(SOURCE, read=replace(SOURCE.read, encoding="cp1252"))
    assert curated_digest(CONTRACT, [read], "k") == curated_digest(CONTRACT, [SOURCE], "k")


def test_curating_code_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = curated_digest(CONTRACT, [SOURCE], "k")
    monkeypatch.setattr(digests, "CURATING_CODE", CURATING_CODE[:1])
    assert curated_digest(CONTRACT, [SOURCE], "k") != before
