"""The masking key is found, made once, and never said."""

from __future__ import annotations

import logging
import os
import pickle
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lake.config.environment import Environment
from lake.errors import ConfigError
from lake.run.secrets import SHORTEST_KEY, VARIABLE, fingerprint, key_file, masking_key
from tests.unit.transforms.test_standardization import source_plan

USER, CLUSTER = Environment("local"), Environment("cluster", masking_key="variable")
KEY = "a key that nobody may see"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


def test_the_variable_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    from_file = masking_key(USER)
    monkeypatch.setenv(VARIABLE, f" {KEY}\n")
    assert masking_key(USER) == masking_key(CLUSTER) == KEY.encode() != from_file


def test_a_key_is_made_once_and_for_the_user_alone() -> None:
    key = masking_key(USER)
    assert masking_key(USER) == key
    assert len(key) == 64
    assert stat.S_IMODE(key_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(key_file().parent.stat().st_mode) == 0o700
    assert os.listdir(key_file().parent) == ["masking.key"]


def test_two_users_have_two_keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = masking_key(USER)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "other"))
    assert masking_key(USER) != first


def test_of_many_that_make_it_at_once_all_have_the_same() -> None:
    code = (
        "from lake.config.environment import Environment; from lake.run.secrets import masking_key\n"
        "print(masking_key(Environment('x')).decode())"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert {process.communicate()[0].strip() for process in running} == {masking_key(USER).decode()}


def test_where_the_variable_is_expected_it_must_be_set() -> None:
    with pytest.raises(ConfigError, match=f"^environment cluster takes the masking key from the variable {VARIABLE}, "):
        masking_key(CLUSTER)
    assert not key_file().exists()


@pytest.mark.parametrize("given", ["", "   ", "short", "x" * (SHORTEST_KEY - 1), " " * 40])
def test_a_key_that_is_none(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, given)
    size = len(given.strip())
    with pytest.raises(ConfigError, match=f"^the variable {VARIABLE} holds {size} bytes, expected at least 16"):
        masking_key(USER)
    assert not key_file().exists()


def test_the_shortest_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "x" * SHORTEST_KEY)
    assert masking_key(CLUSTER) == b"x" * SHORTEST_KEY


def test_a_key_file_that_was_emptied() -> None:
    masking_key(USER)
    key_file().write_text("")
    with pytest.raises(ConfigError, match=r"masking.key holds 0 bytes"):
        masking_key(USER)


def test_a_key_file_that_cannot_be(home: Path) -> None:
    (home / "config").write_text("in the way")
    with pytest.raises(ConfigError, match=r"cannot read or make the masking key .*: Not a directory; set"):
        masking_key(USER)


def test_without_xdg_the_key_is_below_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(home))
    assert key_file() == home / ".config/headrace/masking.key"


def test_a_fingerprint_tells_two_keys_apart_and_gives_neither_away() -> None:
    assert fingerprint(KEY.encode()) == fingerprint(KEY.encode()) != fingerprint(b"another")
    assert len(fingerprint(KEY.encode())) == 12


def test_the_key_is_never_shown(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    plan = source_plan(masking_key=KEY.encode())
    monkeypatch.setenv(VARIABLE, "tiny secret")
    with pytest.raises(ConfigError) as caught:
        masking_key(USER)
    shown = repr(plan) + str(plan) + str(caught.value) + repr(caught.value) + caplog.text
    assert KEY not in shown
    assert "tiny" not in shown
    assert pickle.loads(pickle.dumps(plan)).masking_key == KEY.encode()
