"""A mistake in constants, in words of a field, in a table or in TOML is one sentence with file and line."""

from __future__ import annotations

import pytest

from tests.unit.lake.config.sources import SOURCE, Files, changed

MISTAKES_OF_VALUES = [
    pytest.param(
        SOURCE.replace("thing_id", "part_count").replace("document_number", "integer"),
        "[source]",
        ["things v3 requires thing_id; give it a [columns] table or a constant"],
        id="a required field",
    ),
    pytest.param(
        SOURCE + '[constants]\nmade = "x"', "made =", ["has no field 'made'", "'made_on'"], id="a constant for no field"
    ),
    pytest.param(
        SOURCE + '[constants]\nthing_id = "x"',
        "[source]",
        ["thing_id is both a column and a constant"],
        id="a constant and a column",
    ),
    pytest.param(
        SOURCE + '[constants]\npart_count = "2"',
        "part_count",
        ["found '2', expected a whole number"],
        id="an ill-typed constant",
    ),
    pytest.param(
        SOURCE + '[constants]\nnet_amount = "2,5"',
        "net_amount",
        ["expected a decimal number as text"],
        id="a decimal with a comma",
    ),
    pytest.param(
        SOURCE + '[constants]\nstate_code = "close"',
        "state_code",
        ["'close' is no value of state_code; did you mean 'closed'?"],
        id="a constant that is no value of the field",
    ),
    pytest.param(
        SOURCE + '[columns.state_code]\nheaders = ["S"]\nrule = "mapped"\nvalues = { O = "open", X = "gone" }',
        "[columns.state_code]",
        ["'gone' is no value of state_code; known: closed, open"],
        id="a mapped word that is no value of the field",
    ),
    pytest.param(
        SOURCE
        + '[columns.state_code]\nheaders = ["S"]\nrule = "mapped"\nvalues = { O = "open" }\notherwise = "opened"',
        "[columns.state_code]",
        ["'opened' is no value of state_code; did you mean 'open'?"],
        id="another word that is no value of the field",
    ),
    pytest.param(
        SOURCE + '[constants]\nzone_name = "Europe/Amsterdm"',
        "zone_name",
        ["found 'Europe/Amsterdm', expected what the rule 'time_zone' gives"],
        id="a zone that is none",
    ),
    pytest.param(
        SOURCE + '[columns.zone_name]\nheaders = ["Zone"]\nrule = "text"',
        'rule = "text"',
        ["rule 'text' fills things.zone_name, expected the rule 'time_zone'"],
        id="a zone by a rule that takes any text",
    ),
    pytest.param(
        SOURCE + "[constants]\nseen_at = 2024-01-31T12:00:00",
        "seen_at",
        ["expected a time with its offset"],
        id="a time without an offset",
    ),
    pytest.param(
        SOURCE + "[coverage]\ndata_from = 2024-01-31T12:00:00",
        "data_from",
        ["expected a date, 2024-01-31"],
        id="a time where a date is expected",
    ),
    pytest.param(
        SOURCE + '[coverage]\ndata_from = "2024-01-31"', "data_from", ["expected a date"], id="a date as text"
    ),
    pytest.param(
        changed('"things"', '"Things!"'),
        "name",
        ["[source] name is 'Things!', expected lower-case letters"],
        id="a bad name",
    ),
    pytest.param(changed('name = "things"\n', ""), "[source]", ["[source] name is None"], id="no name"),
    pytest.param("\nsource = 3", "source", ["source is 3, expected a table"], id="a source that is no table"),
    pytest.param('[[source]]\nname = "x"', "[[source]]", ["expected a table"], id="a list of sources"),
    pytest.param(
        SOURCE.split("[read]")[0] + "[columns]\nthing_id = 3",
        "thing_id",
        ["columns.thing_id is 3, expected a table"],
        id="a column that is no table",
    ),
    pytest.param(
        "columns = 3\n" + SOURCE.split("[columns")[0],
        "columns",
        ["columns is 3, expected a table"],
        id="columns that are no table",
    ),
    pytest.param(
        "read = 3\n" + changed('[read]\nencoding = "utf-8"', ""),
        "read",
        ["read is 3, expected a table"],
        id="read that is no table",
    ),
    pytest.param("constants = 3\n" + SOURCE, "constants", ["constants is 3, expected a table"], id="constants"),
    pytest.param("[domain]\nkept = 3", "kept", ["unknown key 'domain.kept'"], id="a key of [domain]"),
    pytest.param("[domain]\n[other]", "[other]", ["unknown key 'other'"], id="a table beside [domain]"),
    pytest.param("[domain]\nreleases_kept = 0", "releases_kept", ["is 0, expected 1 or more"], id="no release kept"),
    pytest.param("[domain]\nreleases_kept = 1.5", "releases_kept", ["found 1.5, expected a whole number"], id="a half"),
    pytest.param("[domain]\nquarantine_halt_ratio = 2", "quarantine", ["is 2.0, expected 0 to 1"], id="a ratio of 2"),
    pytest.param("domain = 3", "domain", ["domain is 3, expected a table"], id="a domain that is no table"),
    pytest.param("marts = 3", "marts", ["marts is 3, expected a table"], id="marts that are no table"),
    pytest.param(
        '[columns.thing_id]\nrule = "text"',
        "[columns",
        ["neither a [source] nor a [domain] table"],
        id="an overlay of nothing",
    ),
    pytest.param("", "", ["neither a [source] nor a [domain] table; found []"], id="an empty overlay"),
    pytest.param("[source]\nname = \n", "name", ["not TOML"], id="no TOML"),
    pytest.param(SOURCE + "[read]\n", "[read]\n$", ["not TOML", "Cannot declare"], id="a table twice"),
    pytest.param("[source]\nclaims = [\n'x',", "'x',", ["not TOML"], id="a list left open"),
]


@pytest.mark.parametrize(("text", "at", "parts"), MISTAKES_OF_VALUES)
def test_a_mistake_of_a_value_is_one_sentence_with_file_and_line(
    files: Files, text: str, at: str, parts: list[str]
) -> None:
    files.told(text, at, parts)
