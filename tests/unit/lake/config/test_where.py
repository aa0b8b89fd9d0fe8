"""In which of several files, and on which line, a mistake is told to be."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from lake.config import configuration as config
from lake.config.configuration import Configuration, Domain, load
from lake.config.environment import Environment
from lake.config.toml_layers import Document, Layers
from lake.errors import ConfigError
from tests.unit.lake.config.sources import CONTRACTS, SOURCE, Files, changed, line_of


def test_an_overlays_mistake_is_found_in_the_overlay_however_it_is_written(files: Files) -> None:
    for overlay, line in (
        ('source.name = "things"\n\nread.encoding = "utf-9"', 3),
        ('source.name = "things"\nread = {\n  encoding = "utf-9" }', 2),
        ('source.name = "things"\nread = { encoding = "utf-9" }', 2),
        ('[source]\nname = "things"\n["read"]\n"encoding" = "utf-9"', 4),
    ):
        try:
            tomllib.loads(overlay)
        except tomllib.TOMLDecodeError:
            continue  # inline tables over several lines are TOML 1.1
        assert files.refused(SOURCE, overlay).startswith(f"1.toml:{line}: there is no encoding 'utf-9'")


def test_a_mistake_below_a_correct_overlay_is_found_in_the_file_that_made_it(files: Files) -> None:
    bad = changed('"utf-8"', '"utf-9"')
    sentence = files.refused(bad, '[source]\nname = "things"\n[read]\nquote = "\'"')
    assert sentence.startswith(f"0.toml:{line_of(bad, 'encoding')}: ")


def test_a_packaged_sources_mistake_by_an_overlay_names_the_overlay(files: Files) -> None:
    overlay = '[source]\nname = "erp_invoices"\n[columns.vendor_id]\nwidth = 3'
    assert files.refused(overlay).startswith("0.toml:4: vendor_code: width is no parameter")


def test_an_overlay_that_cannot_be_read(files: Files) -> None:
    (path,) = files.write("")
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"cannot read the configuration .*0\.toml: 'utf-8' codec"):
        load("procurement", contracts=CONTRACTS, overlays=[path])
    with pytest.raises(ConfigError, match=r"cannot read the configuration .*nowhere\.toml: .*No such file"):
        load("procurement", contracts=CONTRACTS, overlays=[path.with_name("nowhere.toml")])


@pytest.mark.parametrize(
    ("domain", "parts"),
    [
        ("procurment", "did you mean 'procurement'"),
        ("x", "known: procurement"),
        ("../configs/procurement", "no domain"),
    ],
)
def test_an_unknown_domain(domain: str, parts: str) -> None:
    with pytest.raises(ConfigError, match=parts):
        load(domain, contracts=CONTRACTS)


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the package `configs`."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments/local.toml").write_text("")
    (tmp_path / "toys.toml").write_text("")
    monkeypatch.setattr(config.resources, "files", lambda package: tmp_path)
    return tmp_path


def test_a_domain_without_sources(packaged: Path) -> None:
    assert load("toys", contracts=CONTRACTS) == Configuration(Domain("toys", marts=_same()), (), Environment("local"))


def _same() -> Any:
    class Same:
        def __eq__(self, other: object) -> bool:
            return isinstance(other, Layers)

        __hash__ = None  # type: ignore[assignment]

    return Same()


def test_two_packaged_files_of_one_source(packaged: Path) -> None:
    (packaged / "toys").mkdir()
    for name in "ab":
        (packaged / f"toys/{name}.toml").write_text(SOURCE)
    with pytest.raises(ConfigError, match=r"^configs/toys/b.toml:2: source 'things' is already in configs/toys/a.toml"):
        load("toys", contracts=CONTRACTS)


def test_a_source_that_is_not_there(files: Files) -> None:
    with pytest.raises(ConfigError, match="procurement has no source 'erp_invoice'; did you mean 'erp_invoices'"):
        files.load().source("erp_invoice")


def test_lines_of_every_form_of_key() -> None:
    text = """# [a]
a.b = 1
c = [
  ["d"],  # c = 3
]

[e."f g"]
h = '''
i = 1
[j]
'''
"k" = { l = 1 }
[[m]]
n = 1
[[m]]
o = 1
"""
    lines = Document(tomllib.loads(text), text, "x.toml").lines
    assert lines == {
        ("a",): 2,
        ("a", "b"): 2,
        ("c",): 3,
        ("e",): 7,
        ("e", "f g"): 7,
        ("e", "f g", "h"): 8,
        ("e", "f g", "k"): 12,
        ("e", "f g", "k", "l"): 12,
        ("m",): 13,
        ("m", "n"): 14,
        ("m", "o"): 16,
    }
