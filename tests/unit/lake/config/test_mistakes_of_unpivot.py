"""A mistake in [unpivot] is one sentence that begins with the file and the line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyspark.sql import types as T

from lake.config.configuration import load
from lake.errors import ConfigError
from schemas.contract import Field
from tests.unit.lake.config.sources import CONTRACTS, SOURCE, THINGS, Files

COLUMNS = SOURCE.replace('formats = ["iso"]\n', "").replace(
    '[columns.made_on]\nheaders = ["Made"]\nrule = "date"\n', ""
)
UNPIVOT = """
[unpivot]
header_pattern = '[0-9-]+'

[unpivot.header.made_on]
rule = "date"
formats = ["iso"]

[unpivot.cell.part_count]
rule = "integer"
"""
# made_on is the version of no thing: the key is told by the header.
GOOD = COLUMNS.replace("[columns.thing_id]", "[columns.zone_name]").replace(
    '"Thing"]\nrule = "document_number"', '"Zone"]\nrule = "time_zone"'
) + UNPIVOT.replace("made_on", "thing_id").replace('rule = "date"\nformats = ["iso"]', 'rule = "text"')


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


MISTAKES = [
    pytest.param(
        changed("header_pattern", "headers_pattern"), "headers_p", ["unknown key 'unpivot.headers_p"], id="a key"
    ),
    pytest.param(changed("[0-9-]+", "[0-9"), "header_pattern", ["'[0-9' is not a regular expression"], id="a pattern"),
    pytest.param(
        changed("header_pattern = '[0-9-]+'\n", ""), "[unpivot]", ["says neither `headers` and"], id="no columns"
    ),
    pytest.param(
        changed("header_pattern", 'headers = ["A"]\nheader_pattern'), "[unpivot]", ["says both `headers`"], id="both"
    ),
    pytest.param(changed("'[0-9-]+'", "3"), "header_pattern", ["found 3, expected text"], id="a pattern of a number"),
    pytest.param(
        changed("header_pattern = '[0-9-]+'", 'headers = [" "]'),
        'headers = [" "]',
        ["names the header ' '"],
        id="a blank",
    ),
    pytest.param(
        changed('[unpivot.header.thing_id]\nrule = "text"\n', ""),
        "[unpivot]",
        ["found 0 fields under [unpivot.header], expected the one that the header of a column fills"],
        id="no field of the header",
    ),
    pytest.param(
        GOOD + '\n[unpivot.cell.net_amount]\nrule = "amount"\n',
        "[unpivot.cell.part_count]",
        ["found 2 fields under [unpivot.cell]"],
        id="two fields of the cell",
    ),
    pytest.param(
        changed("cell.part_count", "cell.parts_count"), "[unpivot.cell", ["did you mean 'part_count'"], id="no field"
    ),
    pytest.param(changed('rule = "integer"', ""), "[unpivot.cell", ["does not say `rule`"], id="no rule"),
    pytest.param(changed('"integer"', '"intger"'), 'rule = "intger"', ['no rule "intger"'], id="no such rule"),
    pytest.param(changed('"integer"', '"text"'), 'rule = "text"\n$', ["gives str, but things.part_count"], id="no fit"),
    pytest.param(
        changed('"integer"', '"integer"\nheaders = ["A"]'),
        'headers = ["A"]',
        ["is no parameter of this rule"],
        id="headers of a cell",
    ),
    pytest.param(
        changed('rule = "text"', 'rule = "text"\nnull_tokens = ["-"]'),
        "null_tokens",
        ["is no parameter of this rule"],
        id="null tokens of a header",
    ),
    pytest.param(
        changed('rule = "integer"', 'rule = "integer"\nnull_tokens = [" -"]'),
        "null_tokens",
        ["begins or ends with a space"],
        id="a null token with a space",
    ),
    pytest.param(
        COLUMNS + UNPIVOT.replace('formats = ["iso"]', 'ambiguous_formats = ["%d/%m/%Y", "%m/%d/%Y"]'),
        "ambiguous_formats",
        ["only a column can leave the order of day and month to each file; say it with `formats`"],
        id="an order that the file is to decide",
    ),
    pytest.param(
        COLUMNS + UNPIVOT,
        "[unpivot.header.made_on]",
        ["the rows of a record differ in made_on, which is not in the key of things v3", "expected one of thing_id"],
        id="a header that tells no rows apart",
    ),
    pytest.param(
        changed('["Zone"]', '["Zone", "2-3"]'),
        "headers",
        ["[columns.zone_name] names the header '2-3', and so does [unpivot] (", "0.toml:"],
        id="a column of a field that is rows too",
    ),
    pytest.param(
        GOOD + '\n[excluded.lost]\nheaders = ["7"]\nvalues = ["x"]\n',
        'headers = ["7"]',
        ["[excluded.lost] names the header '7'"],
        id="a column that excludes and is rows too",
    ),
    pytest.param(
        GOOD + "\n[constants]\npart_count = 3\n",
        "[source]",
        ["part_count is both a column and a constant"],
        id="a cell and a constant",
    ),
    pytest.param(
        GOOD + '\n[columns.part_count]\nheaders = ["Parts"]\nrule = "integer"\n',
        "[source]",
        ["part_count is filled by several of [columns], [unpivot] and [from_name]"],
        id="a cell and a column",
    ),
]


@pytest.mark.parametrize(("text", "at", "parts"), MISTAKES)
def test_a_mistake_is_one_sentence_with_its_place(files: Files, text: str, at: str, parts: list[str]) -> None:
    files.told(text, at, parts)


def test_a_header_that_is_personal(files: Files) -> None:
    fields = tuple(replace(f, personal=True) if f.name == "thing_id" else f for f in THINGS.fields)
    with pytest.raises(ConfigError, match=r"0\.toml:19: thing_id is personal, and headers are shown to all"):
        load(
            "procurement", contracts={**CONTRACTS, "things": replace(THINGS, fields=fields)}, overlays=files.write(GOOD)
        )


@pytest.mark.parametrize(
    ("is_filled", "is_refused"),
    [
        pytest.param(False, False, id="a key of content tells any rows apart"),
        pytest.param(True, True, id="but not where the source fills it"),
    ],
)
def test_a_header_beside_a_key_of_content(files: Files, *, is_filled: bool, is_refused: bool) -> None:
    key = Field("event_id", T.StringType(), "Its content.", required=True, numbered="content")
    events = replace(THINGS, key=("event_id",), fields=(key, *THINGS.fields))
    text = COLUMNS + UNPIVOT + ('[columns.event_id]\nheaders = ["Id"]\nrule = "text"\n' if is_filled else "")
    overlays = files.write(text)
    if is_refused:
        with pytest.raises(ConfigError, match=r"differ in made_on, .* expected one of event_id$"):
            load("procurement", contracts={**CONTRACTS, "things": events}, overlays=overlays)
    else:
        load("procurement", contracts={**CONTRACTS, "things": events}, overlays=overlays)


def test_what_is_read(files: Files) -> None:
    unpivot = files.load(GOOD).source("things").unpivot
    assert unpivot is not None
    assert (unpivot.headers, unpivot.header_pattern, unpivot.fields) == ((), "[0-9-]+", ("thing_id", "part_count"))
    assert (unpivot.cell.null_tokens, unpivot.is_header_required) == ({""}, True)


def test_a_file_above_takes_a_list_for_the_pattern_of_the_one_below(files: Files) -> None:
    above = '[source]\nname = "things"\n[unpivot]\nheaders = ["A"]\nheader_pattern = ""\nrequired_header = false\n'
    unpivot = files.load(GOOD, above).source("things").unpivot
    assert unpivot is not None
    assert (unpivot.headers, unpivot.header_pattern, unpivot.is_header_required) == (("A",), None, False)
    back = above.replace('["A"]', "[]").replace('""', "'[0-9]+'")
    unpivot = files.load(GOOD, above, back).source("things").unpivot
    assert unpivot is not None
    assert (unpivot.headers, unpivot.header_pattern) == ((), "[0-9]+")


def test_digests_without_unpivot_are_as_they_were(files: Files) -> None:
    """So that no file of such a source lands again."""
    source = files.load(SOURCE).source("things")
    assert (source.reading_digest, source.mapping_digest) == ("96f001c0218f52ba", "f61a453a7365902b")
