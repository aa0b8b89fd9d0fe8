"""What a table was made by: a digest changes when that does, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from pkgutil import walk_packages

import pytest
from pyspark.sql import types as T

from jobs.procurement import marts
from jobs.search import frames
from lake.config.configuration import Coverage, Source
from lake.config.read_options import Read
from lake.curating import digests
from lake.curating.digests import CURATING, code_digest, curated_digest, derived_digest, imported
from lake.releases.snapshots import Snapshot
from schemas.contract import Contract, Field
from transforms.same import is_greater, is_same
from transforms.search.labels import known_labels

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
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Module `rules.first` imports `rules.deep.b` and, through it, `shared`; `rules.apart` is imported by none."""
    for name, text in {
        "rules/__init__.py": "",
        "rules/first.py": "from rules.deep import b\nimport elsewhere",
        "rules/deep/__init__.py": "",
        "rules/deep/b.py": "def f():\n    from shared.c import d",
        "rules/apart.py": "",
        "rules/notes.md": "",
        "shared/__init__.py": "",
        "shared/c.py": "d = 1",
        "elsewhere/__init__.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(digests.resources, "files", lambda package: tmp_path / package)
    monkeypatch.setattr(digests, "MAKING", ("rules", "shared"))
    digests._source.cache_clear()
    yield tmp_path
    digests._source.cache_clear()
    code_digest.cache_clear()


def digest() -> str:
    digests._source.cache_clear()
    code_digest.cache_clear()
    return code_digest(("rules.first",))


@pytest.mark.parametrize(
    ("file", "is_other"),
    [
        pytest.param("rules/first.py", True, id="the module itself"),
        pytest.param("rules/deep/b.py", True, id="a module that it imports"),
        pytest.param("shared/c.py", True, id="of another package, imported by what it imports, in a function"),
        pytest.param("rules/__init__.py", True, id="the package above"),
        pytest.param("rules/apart.py", False, id="a module beside, imported by none"),
        pytest.param("rules/notes.md", False, id="no code"),
        pytest.param("elsewhere/__init__.py", False, id="a package that makes no rows"),
    ],
)
def test_the_digest_of_code_follows_imports(package: Path, file: str, is_other: bool) -> None:
    before = digest()
    (package / file).write_text((package / file).read_text() + "\n# changed")
    assert (digest() != before) is is_other


def test_code_that_moved_is_other_code(package: Path) -> None:
    before = digest()
    (package / "rules/deep/b.py").rename(package / "rules/deep/z.py")
    (package / "rules/first.py").write_text("from rules.deep import z\nimport elsewhere")
    assert digest() != before


def test_a_module_that_is_not_there_is_no_empty_one(package: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"rules\.nowhere"):
        code_digest(("rules.nowhere",))


@pytest.mark.parametrize(
    ("modules", "packages", "apart"),
    [
        pytest.param(
            (marts.__name__,),
            ("schemas.procurement", "transforms.procurement"),
            ["schemas.procurement.pages"],
            id="marts of procurement, but no page of its dictionary",
        ),
        pytest.param(CURATING, ("transforms.standardize",), [], id="curated tables"),
        pytest.param(frames.CODE, ("schemas.search", "transforms.search"), [], id="marts of search"),
    ],
)
def test_all_of_a_package_counts(modules: tuple[str, ...], packages: tuple[str, ...], apart: list[str]) -> None:
    found = imported(modules)
    needed = [info.name for name in packages for info in walk_packages([name.replace(".", "/")], f"{name}.")]
    assert [name for name in needed if name not in found] == apart
    assert needed


def test_all_of_the_model_counts_but_the_page_of_its_card() -> None:
    found = imported(frames.CODE)
    assert {info.name for info in walk_packages(["ml"], "ml.") if info.name not in found} == {"ml.card_page"}


def test_curated_tables_do_not_depend_on_a_domain() -> None:
    assert [name for name in imported(CURATING) if "procurement" in name or "search" in name] == []


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
    monkeypatch.setattr(digests, "CURATING", CURATING[:1])
    assert curated_digest(CONTRACT, [SOURCE], "k") != before


SNAPSHOT = Snapshot("orders", "curated/orders/1", (), "d")


@pytest.mark.parametrize(
    ("contract", "of", "derive", "is_other"),
    [
        pytest.param(replace(CONTRACT, version=2), (SNAPSHOT,), is_same, True, id="its contract"),
        pytest.param(CONTRACT, (replace(SNAPSHOT, folder="o/2"),), is_same, True, id="what it is derived from"),
        pytest.param(CONTRACT, (SNAPSHOT,), is_greater, True, id="another function of the same code"),
        pytest.param(CONTRACT, (SNAPSHOT,), known_labels, True, id="its code"),
        pytest.param(CONTRACT, (replace(SNAPSHOT, digest="e"),), is_same, False, id="not what led to it"),
    ],
)
def test_a_derived_digest_changes_with(
    contract: Contract, of: tuple[Snapshot, ...], derive: Callable[..., object], is_other: bool
) -> None:
    assert (derived_digest(contract, of, derive) != derived_digest(CONTRACT, (SNAPSHOT,), is_same)) is is_other
