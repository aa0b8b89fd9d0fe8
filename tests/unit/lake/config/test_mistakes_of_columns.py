"""A mistake in [columns] is one sentence that begins with the file and the line."""

from __future__ import annotations

import pytest

from tests.unit.lake.config.sources import OF_ALIKE, OF_PARTS, SOURCE, Files, changed

MISTAKES_OF_COLUMNS = [
    pytest.param(
        changed("[columns.made_on]", "[columns.made_at]"),
        "[columns.made_at]",
        ["things v3 has no field 'made_at'", "did you mean 'made_on'"],
        id="an unknown field",
    ),
    pytest.param(
        changed('headers = ["Thing"]\n', ""),
        "[columns.thing_id]",
        ["'thing_id' does not say `headers`"],
        id="no headers",
    ),
    pytest.param(
        changed('["Thing"]', '"Thing"'),
        "headers",
        ["found 'Thing', expected a list of text"],
        id="headers that are no list",
    ),
    pytest.param(
        OF_PARTS.replace('not_delivered = ["left_at"]\n', ""),
        "[source]",
        ["parts v3 requires left_at; give it", "if the source has no left_at at all name it in `not_delivered`"],
        id="a field that is wanting, and that may be",
    ),
    pytest.param(
        OF_PARTS.replace('["left_at"]', '["left_at", "thing_id"]'),
        "not_delivered",
        ["thing_id of parts v3 is no field that a source may be without; those are left_at"],
        id="a key that is not delivered",
    ),
    pytest.param(
        OF_PARTS.replace('["left_at"]', '["left_at", "net_amount"]'),
        "not_delivered",
        ["net_amount of parts v3 is no field that a source may be without"],
        id="not delivering what is not required",
    ),
    pytest.param(
        changed("kind", 'not_delivered = ["left_at"]\nkind'),
        "not_delivered",
        ["things v3 has no field 'left_at'"],
        id="not delivering no field",
    ),
    pytest.param(
        OF_PARTS + "\n[constants]\nleft_at = 2024-01-31T12:00:00Z\n",
        "[source]",
        ["left_at is not_delivered, and a column or a constant besides"],
        id="delivering what is not delivered",
    ),
    pytest.param(
        OF_ALIKE + '\n[columns.place_number]\nheaders = ["Place"]\nrule = "integer"\n',
        "[columns.place_number]",
        ["alike v3 numbers place_number itself, among the rows of a file that share the rest of the key; leave it out"],
        id="a column for what is numbered",
    ),
    *(
        pytest.param(SOURCE + f"\n[excluded.{reason}]\n{said}\n", line, [sentence], id=f"excluding: {sentence}")
        for reason, said, line, sentence in (
            ("thing_id", 'headers = ["A"]\nvalues = ["x"]', "[excluded", "is no name for a reason"),
            ("Lost", 'headers = ["A"]\nvalues = ["x"]', "[excluded", "'Lost' is no name for a reason"),
            ("lost", 'values = ["x"]', "[excluded", "does not say `headers`"),
            ("lost", 'headers = ["A"]\nvalues = []', "[excluded", "does not say `values`"),
            ("lost", 'headers = ["A"]\nvalues = [" "]', "[excluded", "is blank"),
            ("lost", 'headers = ["A"]\nvalues = ["x"]\nother_values = ["X"]', "[excluded", "in `other_values`"),
            ("lost", 'headers = ["A"]\nvalues = ["x"]\nrule = "text"', 'rule = "text"', "unknown key"),
        )
    ),
    pytest.param(
        changed("encoding", 'other_encodings = ["latin-1", "latin-99"]\nencoding'),
        "other_encodings",
        ["there is no encoding 'latin-99'"],
        id="another encoding that is none",
    ),
    pytest.param(changed('["Thing"]', "[]"), "headers", ["column 'thing_id' names no header"], id="an empty list"),
    pytest.param(changed('["Thing"]', '[" "]'), "headers", ["names the header ' '"], id="a blank header"),
    pytest.param(
        changed('["Thing"]', '["__record_number"]'),
        "headers",
        ["'__record_number', which no file has"],
        id="our own column's name",
    ),
    pytest.param(
        changed('rule = "date"', 'rule = "dates"'),
        'rule = "dates"',
        ['no rule "dates"; did you mean "date"?'],
        id="an unknown rule",
    ),
    pytest.param(
        changed('rule = "date"', "rule = 3"), "rule = 3", ["found 3, expected text"], id="a rule that is none"
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "document_number"\nwidht = 5'),
        "widht",
        ["widht is no parameter of this rule", "width (a whole number)"],
        id="an unknown parameter",
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "document_number"\nwidth = "5"'),
        "width",
        ["document_number: width is '5', expected a whole number"],
        id="an ill-typed parameter",
    ),
    pytest.param(
        changed('formats = ["iso"]\n', ""), "[columns.made_on]", ["date: formats is missing"], id="a parameter missing"
    ),
    pytest.param(changed('["iso"]', '["%q"]'), "formats", ["%q is not known here"], id="a bad format"),
    pytest.param(
        changed('rule = "document_number"', 'rule = "mapped"\nvalues = {a = 1}'),
        "values",
        ["expected a table of texts"],
        id="a table of numbers",
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "mapped"\nvalues = {a = "b"}\notherwise = 3'),
        "otherwise",
        ["otherwise is 3, expected text"],
        id="otherwise",
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "text"\nwidth = 3'),
        "width",
        ["takes no parameters"],
        id="a parameter of a rule without any",
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "integer"'),
        "rule",
        ["rule 'integer' gives int, but things.thing_id is string"],
        id="a rule of another type",
    ),
    pytest.param(
        changed('formats = ["iso"]', 'ambiguous_formats = ["%d/%m/%Y"]'),
        "ambiguous_formats",
        ["expected two formats to decide between"],
        id="one ambiguous format",
    ),
    pytest.param(
        changed('formats = ["iso"]', "ambiguous_formats = []"),
        "[columns.made_on]",
        ["formats is missing"],
        id="no format at all",
    ),
    pytest.param(
        changed('formats = ["iso"]', 'ambiguous_formats = "%d/%m/%Y"'),
        "ambiguous_formats",
        ["expected a list of text"],
        id="no list of ambiguous formats",
    ),
    pytest.param(
        changed('formats = ["iso"]', 'ambiguous_formats = ["%d/%m/%Y", "%q"]'),
        "[columns.made_on]",
        ["%q is not known here"],
        id="a bad second ambiguous format",
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "text"\nambiguous_formats = ["%d/%m/%Y", "%m/%d/%Y"]'),
        "ambiguous_formats",
        ["rule 'text' has no formats"],
        id="ambiguous formats of a text",
    ),
    pytest.param(
        changed("rule", 'required_header = "yes"\nrule'),
        "required_header",
        ["expected true or false"],
        id="required_header",
    ),
    pytest.param(
        changed("rule", 'null_tokens = [" - "]\nrule'),
        "null_tokens",
        ["begins or ends with a space"],
        id="a null token with spaces",
    ),
]


@pytest.mark.parametrize(("text", "at", "parts"), MISTAKES_OF_COLUMNS)
def test_a_mistake_of_a_column_is_one_sentence_with_file_and_line(
    files: Files, text: str, at: str, parts: list[str]
) -> None:
    files.told(text, at, parts)


def test_what_a_contract_numbers_needs_no_column(files: Files) -> None:
    assert [column.field for column in files.load(OF_ALIKE).source("things").columns] == ["thing_id", "made_on"]
