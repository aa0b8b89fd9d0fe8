"""A mistake in [source] or [read] is one sentence that begins with the file and the line."""

from __future__ import annotations

import pytest

from tests.unit.lake.config.sources import SOURCE, Files, changed

MISTAKES_OF_SOURCES = [
    pytest.param(changed("[read]", "[reed]"), "[reed]", ["unknown key 'reed'", "did you mean 'read'"], id="a table"),
    pytest.param(
        changed("kind =", 'knid = "x"\nkind ='),
        "knid",
        ["unknown key 'source.knid'", "did you mean 'kind'"],
        id="a key of [source]",
    ),
    pytest.param(
        changed("encoding", "encodign"),
        "encodign",
        ["unknown key 'read.encodign'", "mean 'encoding'"],
        id="a key of [read]",
    ),
    pytest.param(
        SOURCE + "[coverage]\nrecrods = []",
        "recrods",
        ["unknown key 'coverage.recrods'", "'records'"],
        id="a key of [coverage]",
    ),
    pytest.param(
        changed("upsert", "upsrt"),
        "kind",
        ["found 'upsrt', expected one of 'upsert', 'replaces_period'"],
        id="an unknown kind",
    ),
    pytest.param(
        changed('kind = "upsert"', "kind = true"),
        "kind",
        ["found True, expected one of 'upsert'"],
        id="a kind that is no text",
    ),
    pytest.param(
        changed('"duplicate"', '"same"'),
        "identical_rows",
        ["found 'same', expected one of 'distinct'"],
        id="identical rows",
    ),
    pytest.param(
        changed("[source]", '[source]\norder = "name"'), "order", ["expected one of 'delivery', 'arrival'"], id="order"
    ),
    pytest.param(
        changed('table = "things"', 'table = "thinks"'),
        "table",
        ["no table 'thinks' that sources fill", "mean 'things'"],
        id="an unknown table",
    ),
    pytest.param(changed('table = "things"', "table = 3"), "table", ["found 3, expected text"], id="no table's name"),
    pytest.param(
        changed('table = "things"\n', ""), "[source]", ["source 'things' does not say `table`"], id="a key missing"
    ),
    pytest.param(
        changed("['things.*[.]csv$']", "'things'"),
        "claims",
        ["expected a list of text"],
        id="a text where a list is expected",
    ),
    pytest.param(changed("['things.*[.]csv$']", "['x', 3]"), "claims", ["expected a list of text"], id="a mixed list"),
    pytest.param(changed("['things.*[.]csv$']", "[]"), "claims", ["expected at least one"], id="no claims"),
    pytest.param(
        changed("['things.*[.]csv$']", "['(']"), "claims", ["'(' is not a regular expression"], id="a bad pattern"
    ),
    pytest.param(
        changed("['things.*[.]csv$']", "['(?P<month>x)']"),
        "claims",
        ["names the group 'month'", "known: delivery, period"],
        id="an unknown group",
    ),
    pytest.param(
        changed('"upsert"', '"replaces_period"'),
        "claims",
        ["does not tell the period", "(?P<period>"],
        id="a period that nothing tells",
    ),
    pytest.param(
        changed('"upsert"', '"upsert"\nclosed_through = "March"'),
        "closed_through",
        ["found 'March', expected a period such as \"2024-03\""],
        id="a closed period that is none",
    ),
    pytest.param(
        changed('"upsert"', '"upsert"\nclosed_through = "2024-03"'),
        "closed_through",
        ["`claims` do not tell the period of a file"],
        id="a closed period that no file can be of",
    ),
    pytest.param(changed('"utf-8"', '"utf-9"'), "encoding", ["there is no encoding 'utf-9'"], id="an encoding"),
    pytest.param(changed('"utf-8"', '"rot13"'), "encoding", ["there is no encoding 'rot13'"], id="a codec of text"),
    pytest.param(changed('"utf-8"', '"undefined"'), "encoding", ["there is no encoding"], id="the undefined codec"),
    pytest.param(changed('"utf-8"', '"a\\u0000b"'), "encoding", ["there is no encoding"], id="NUL in an encoding"),
    pytest.param(
        changed("encoding", 'delimiters = [";;"]\nencoding'),
        "delimiters",
        ["';;' is not one ASCII"],
        id="a delimiter of two characters",
    ),
    pytest.param(
        changed("encoding", 'delimiters = ["\\n"]\nencoding'),
        "delimiters",
        ["is not one ASCII character"],
        id="a line end as delimiter",
    ),
    pytest.param(
        changed("encoding", "delimiters = []\nencoding"), "delimiters", ["expected at least one"], id="no delimiter"
    ),
    pytest.param(
        changed("encoding", "delimiters = ['\"']\nencoding"),
        "delimiters",
        ["not the quote"],
        id="the quote as delimiter",
    ),
    pytest.param(changed("encoding", 'quote = "”"\nencoding'), "quote =", ["'”' is not one ASCII"], id="a quote"),
    pytest.param(
        changed("encoding", 'format = "xml"\nencoding'), "format", ["found 'xml', expected one of 'csv'"], id="a format"
    ),
    pytest.param(
        changed("encoding", "has_multiline_fields = 1\nencoding"),
        "has_multiline_fields",
        ["found 1, expected true or false"],
        id="a number where a truth is expected",
    ),
    pytest.param(
        changed("encoding", 'stray_quotes = "ignore"\nencoding'),
        "stray_quotes",
        ["'stop', 'dead_letter'"],
        id="stray quotes",
    ),
    *(
        pytest.param(
            changed("encoding", f"dead_letter_halt_ratio = {ratio}\nencoding"),
            "dead_letter_halt_ratio",
            ["expected"],
            id=f"a ratio of {ratio}",
        )
        for ratio in ("1.5", "-0.1", "nan", "true", '"1%"')
    ),
]


@pytest.mark.parametrize(("text", "at", "parts"), MISTAKES_OF_SOURCES)
def test_a_mistake_of_a_source_is_one_sentence_with_file_and_line(
    files: Files, text: str, at: str, parts: list[str]
) -> None:
    files.told(text, at, parts)
