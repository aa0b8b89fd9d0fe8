"""Environments, and the options of marts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lake.config.configuration import load, marts_options
from lake.config.environment import Environment
from lake.errors import ConfigError
from tests.unit.lake.config.sources import CONTRACTS, Files
from transforms.procurement.options import MartOptions


class TestEnvironment:
    def load(self, environment: str) -> Environment:
        return load("procurement", contracts=CONTRACTS, environment=environment).environment

    def test_unknown(self) -> None:
        with pytest.raises(ConfigError, match=r"there is no environment 'glu'; known: .*local.*, or a path to a .toml"):
            self.load("glu")

    def test_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.toml"
        path.write_text(
            '[environment]\nmasking_key = "variable"\n[spark]\nspark.a.b = 1\n"spark.c" = true\nspark.d="x"'
        )
        assert self.load(str(path)) == Environment(
            "mine", spark={"spark.a.b": "1", "spark.c": "true", "spark.d": "x"}, masking_key="variable"
        )

    @pytest.mark.parametrize(
        ("byte_count", "partitions"),
        [
            pytest.param(10, "2", id="as many bytes as the limit: small"),
            pytest.param(11, "32", id="one byte more: not"),
        ],
    )
    def test_settings_of_a_small_run_go_before_the_others(
        self, tmp_path: Path, byte_count: int, partitions: str
    ) -> None:
        path = tmp_path / "mine.toml"
        path.write_text("[spark]\nspark.p = 32\nspark.q = 1\n[small]\nbyte_limit = 10\nspark.p = 2\n")
        assert self.load(str(path)).for_bytes(byte_count).spark == {"spark.p": partitions, "spark.q": "1"}

    def test_what_a_small_run_sets_in_a_session_another_run_sets_back(self) -> None:
        local = self.load("local_spark")
        assert {key for key in local.small.spark if key.startswith("spark.sql.")} <= local.spark.keys()

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            pytest.param(
                "[sail]\nlanded_row_limit = 0", r":2: landed_row_limit is 0, expected 1 or more", id="no rows"
            ),
            pytest.param("[small]\nbytes = 1", r":2: unknown key 'small.bytes'", id="an unknown key of small"),
            pytest.param('[environment]\nmasking_key = "none"', r":2: found 'none', expected one of 'user'", id="key"),
            pytest.param("[environment]\nmasking = 1", r":2: unknown key 'environment.masking'", id="an unknown key"),
            pytest.param("[sprak]", r":1: unknown key 'sprak'; did you mean 'spark'", id="an unknown table"),
            pytest.param("[spark]\nspark.a = [1]", r":2: found \[1\], expected text, a number", id="a list"),
            pytest.param("\nspark = 1", r":2: spark is 1, expected a table", id="no table"),
        ],
    )
    def test_mistakes(self, tmp_path: Path, text: str, sentence: str) -> None:
        path = tmp_path / "mine.toml"
        path.write_text(text)
        with pytest.raises(ConfigError, match=f"^{re.escape(str(path))}{sentence}"):
            self.load(str(path))


class TestMartsOptions:
    def refused(self, files: Files, text: str) -> str:
        domain = files.load(text).domain
        with pytest.raises(ConfigError) as caught:
            marts_options(domain, MartOptions, sources=(), as_of=None)
        return str(caught.value).replace(f"{files.folder}/", "")

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            pytest.param(
                "[marts]\nmedian_at_leest_count = 3",
                "0.toml:2: unknown key 'marts.median_at_leest_count'",
                id="an unknown option",
            ),
            pytest.param("[marts]\nas_of = 2024-01-31", "0.toml:2: unknown key 'marts.as_of'", id="told elsewhere"),
            pytest.param(
                '[marts]\nleft_edge_days = "7"', "0.toml:2: found '7', expected a whole number", id="its type"
            ),
            pytest.param("[marts]\ncalendars = 3", "0.toml:2: marts.calendars is 3, expected a table", id="calendars"),
            pytest.param(
                "[marts.calendars.de]\nholiday = [2024-05-01]",
                "0.toml:2: unknown key 'marts.calendars.de.holiday'",
                id="an unknown key of a calendar",
            ),
            pytest.param(
                '[marts.calendars.de]\nholidays = ["2024-05-01"]',
                "0.toml:2: found ['2024-05-01'], expected a list of a date",
                id="a holiday that is text",
            ),
            pytest.param(
                '\n[marts.calendars.de]\nweekend = ["sonntag"]',
                "0.toml:2: calendars: weekend: found sonntag, expected any of monday",
                id="a weekday",
            ),
            pytest.param(
                '[marts.calendars]\na.companies = ["1"]\nb.companies = ["1"]',
                "0.toml:1: calendars: companies: found 1 more than once",
                id="a company in two calendars",
            ),
            pytest.param("[marts.never_expected]\norder_to_cleared = 3", "0.toml:1: found {", id="a table of numbers"),
            pytest.param(
                '[marts.never_expected]\nx = "true"',
                "0.toml:1: never_expected: legs: found x",
                id="what the marts themselves refuse",
            ),
        ],
    )
    def test_mistakes(self, files: Files, text: str, sentence: str) -> None:
        assert self.refused(files, text).startswith(sentence)
