"""Which domain a command means."""

from __future__ import annotations

from pathlib import Path

import pytest

from headrace.lakes import domain_of
from lake.errors import ConfigError, DataError
from lake.store.objects import open_store


@pytest.mark.parametrize(
    ("published", "asked", "meant"),
    [
        pytest.param(["search"], None, "search", id="the only one of the lake"),
        pytest.param(["search"], "procurement", "procurement", id="the one that is asked for, though it is not there"),
        pytest.param(["procurement", "search"], "search", "search", id="of several the one that is asked for"),
    ],
)
def test_a_domain_that_is_not_said_is_the_only_one_of_the_lake(
    tmp_path: Path, published: list[str], asked: str | None, meant: str
) -> None:
    lake = open_store(str(tmp_path))
    for domain in published:
        lake.put(f"releases/{domain}/00000001.json", b"{}")
    assert domain_of(lake, asked) == meant


def test_a_lake_of_several_domains_asks_which(tmp_path: Path) -> None:
    lake = open_store(str(tmp_path))
    for domain in ("procurement", "search"):
        lake.put(f"releases/{domain}/00000001.json", b"{}")
    with pytest.raises(ConfigError, match="has releases of procurement and of search; name one with --domain"):
        domain_of(lake, None)


def test_a_lake_without_a_release_says_how_to_publish_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no release yet; publish one with: headrace run DOMAIN"):
        domain_of(open_store(str(tmp_path)), None)


def test_an_unknown_domain_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no domain 'serch'; known domains: procurement, search"):
        domain_of(open_store(str(tmp_path)), "serch")
