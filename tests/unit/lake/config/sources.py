"""A contract, a source of it, and overlays in a folder."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyspark.sql import types as T

from lake.config.configuration import Configuration, load
from lake.errors import ConfigError
from schemas.contract import Contract, Field
from schemas.domains import DOMAINS

THINGS = Contract(
    "things",
    3,
    "one thing",
    ("thing_id",),
    (
        Field("thing_id", T.StringType(), "Its id.", required=True),
        Field("made_on", T.DateType(), "When."),
        Field("seen_at", T.TimestampType(), "When."),
        Field("net_amount", T.DecimalType(18, 2), "How much."),
        Field("part_count", T.LongType(), "How many."),
        Field("is_whole", T.BooleanType(), "Whether."),
        Field("state_code", T.StringType(), "Which.", values=("open", "closed")),
        Field("zone_name", T.StringType(), "Where.", only_rule="time_zone"),
    ),
)


LEFT_AT = Field("left_at", T.TimestampType(), "When.", required=True, waivable=True)


PARTS = dataclasses.replace(THINGS, name="parts", fields=(*THINGS.fields, LEFT_AT))


PLACE = Field("place_number", T.IntegerType(), "Of alike things in their file.", required=True, numbered="key")
ALIKE = dataclasses.replace(THINGS, name="alike", key=(*THINGS.key, PLACE.name), fields=(*THINGS.fields, PLACE))


CONTRACTS = {**DOMAINS["procurement"].curated, "things": THINGS, "parts": PARTS, "alike": ALIKE}


SOURCE = """[source]
name = "things"
table = "things"
kind = "upsert"
identical_rows = "duplicate"
claims = ['things.*[.]csv$']

[read]
encoding = "utf-8"

[columns.thing_id]
headers = ["Thing"]
rule = "document_number"

[columns.made_on]
headers = ["Made"]
rule = "date"
formats = ["iso"]
"""


def changed(old: str, new: str) -> str:
    assert old in SOURCE
    return SOURCE.replace(old, new, 1)


OF_ALIKE = changed('table = "things"', 'table = "alike"')


OF_PARTS = SOURCE.replace('table = "things"', 'table = "parts"\nnot_delivered = ["left_at"]')


@dataclass
class Files:
    """Overlays in a folder."""

    folder: Path
    paths: list[Path] = field(default_factory=list)

    def write(self, *texts: str) -> list[Path]:
        paths = [self.folder / f"{place}.toml" for place in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        return paths

    def load(self, *texts: str) -> Configuration:
        return load("procurement", contracts=CONTRACTS, overlays=self.write(*texts))

    def refused(self, *texts: str) -> str:
        """The sentence, with the overlays called 0.toml, 1.toml."""
        with pytest.raises(ConfigError) as caught:
            self.load(*texts)
        sentence = str(caught.value)
        assert "\n" not in sentence
        return sentence.replace(f"{self.folder}/", "")

    def told(self, text: str, at: str, parts: list[str]) -> None:
        """The sentence begins with the line where `at` stands, and has all `parts`."""
        sentence = self.refused(text)
        line = text.count("\n") if at.endswith("$") else line_of(text, at)
        assert sentence.startswith(f"0.toml:{line}: "), sentence
        assert [part for part in parts if part not in sentence] == [], sentence


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1
