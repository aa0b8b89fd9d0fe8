"""A mistake in how files are read, by format."""

from __future__ import annotations

import pytest

from lake.config.read_options import Read, Slice
from lake.config.record_paths import RecordPath, record_path
from tests.unit.lake.config.sources import SOURCE, Files, changed

FIXED = changed('encoding = "utf-8"', 'format = "fixed_width"\nlayout = [{name = "Thing", start = 1, width = 5}]')


@pytest.mark.parametrize(
    ("text", "at", "parts"),
    [
        pytest.param(
            changed('encoding = "utf-8"', 'format = "excel"\nquote = "x"'),
            "quote",
            ["`quote` is a key of format csv, and the source is read as excel; leave it out"],
            id="a key of another format",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "parquet"\nencoding = "utf-8"'),
            "encoding",
            ["`encoding` is a key of format csv or fixed_width or json"],
            id="a key of three others",
        ),
        pytest.param(
            changed("encoding", 'sheet = "x"\nencoding'),
            "sheet",
            ["`sheet` is a key of format excel, and the source is read as csv"],
            id="a key beside a format that nobody said",
        ),
        *(
            pytest.param(
                changed('encoding = "utf-8"', f'format = "json"\nrecords = "{records}"'), "records", parts, id=id_
            )
            for records, parts, id_ in (
                ("line", ["found 'line'; a path says \"line[]\"; did you mean 'lines'?"], "a word that is none"),
                ("d.results", ["found 'd.results'; a path says \"d.results[]\""], "a path without brackets"),
                (
                    "d.results[].items",
                    ["found 'd.results[].items', expected 'lines', 'array'"],
                    "brackets behind the first",
                ),
                ("[]", ["found '[]', expected", 'such as "d.results[]" or "[].items[]"'], "brackets alone"),
                ("[]items[]", ["found '[]items[]', expected"], "no dot behind the brackets"),
                ("[].[]", ["found '[].[]', expected"], "a step of nothing"),
                ("d..results[]", ["found 'd..results[]', expected"], "a dot too many"),
                ("", ["found ''; a path says"], "nothing"),
            )
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "fixed_width"'),
            "[read]",
            ["does not say `layout`", "start = 1, width = 10"],
            id="no layout",
        ),
        pytest.param(
            FIXED.replace("start = 1", "start = 0"), "layout", ["stands at 0", "from 1 on"], id="a column at 0"
        ),
        pytest.param(FIXED.replace("width = 5", "width = 0"), "layout", ["at least 1 wide"], id="a column of no width"),
        pytest.param(
            FIXED.replace("5}", '5}, {name = "b", start = 5, width = 1}'),
            "layout",
            ["column 'b' stands at 5", "from 6 on"],
            id="columns that overlap",
        ),
        pytest.param(
            FIXED.replace("5}", '5}, {name = "Thing", start = 6, width = 1}'),
            "layout",
            ["column 'Thing' at 6 has no name of its own"],
            id="a name twice",
        ),
        pytest.param(FIXED.replace('"Thing", start', '" ", start'), "layout", ["no name of its own"], id="no name"),
        pytest.param(
            FIXED.replace(", width = 5", ""),
            "layout",
            ["expected a list of tables with name (text), start (a whole number), width (a whole number)"],
            id="a column without a width",
        ),
        pytest.param(
            FIXED.replace("layout", "header_line_count = -1\nlayout"),
            "header_line_count",
            ["is -1, expected 0 or more"],
            id="fewer header lines than none",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "excel"\nsheet = "a"\nsheet_pattern = "a"'),
            "sheet_pattern",
            ["both `sheet` and `sheet_pattern` are said"],
            id="two ways to a sheet",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "excel"\nsheet_pattern = "("'),
            "sheet_pattern",
            ["'(' is not a regular expression"],
            id="a bad pattern of sheets",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "excel"\ncell_limit = 0'),
            "cell_limit",
            ["is 0, expected 1 or more"],
            id="no cells",
        ),
        pytest.param(
            changed("encoding", "unpacked_limit_bytes = 0\nencoding"),
            "unpacked_limit_bytes",
            ["is 0, expected 1 or more"],
            id="nothing unpacked",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "parquet"\nmanifest = "x"'),
            "manifest",
            ["found 'x', expected true or false"],
            id="a manifest by name",
        ),
    ],
)
def test_a_mistake_in_how_files_are_read(files: Files, text: str, at: str, parts: list[str]) -> None:
    files.told(text, at, parts)


def test_a_layout_is_a_list_of_columns(files: Files) -> None:
    assert files.load(FIXED).source("things").read.layout == (Slice("Thing", 1, 5),)


def test_an_overlay_that_says_another_format_leaves_the_keys_of_the_old_one_behind(files: Files) -> None:
    overlay = '[source]\nname = "things"\n[read]\nformat = "excel"\nsheet = "Orders"'
    source = files.load(changed("encoding", 'quote = "\'"\nencoding'), overlay).source("things")
    assert source.read == Read(format="excel", sheet="Orders")
    sentence = files.refused(SOURCE, overlay + "\nquote = 'x'")
    assert sentence.startswith("1.toml:6: `quote` is a key of format csv")
    above = '[source]\nname = "things"\n[read]\nencoding = "utf-16"'
    assert files.refused(SOURCE, overlay, above).startswith("2.toml:4: `encoding` is a key of format csv")


@pytest.mark.parametrize(
    ("records", "path"),
    [
        pytest.param(None, None, id="nothing"),
        pytest.param("concatenated", None, id="a word"),
        pytest.param("d.results[]", RecordPath("d.results", ()), id="a wrapper"),
        pytest.param("lines[]", RecordPath("lines", ()), id="a wrapper named like a word"),
        pytest.param("[].items[]", RecordPath("", ("items",)), id="items of the file's objects"),
        pytest.param("value[].a.b[].c[]", RecordPath("value", ("a.b", "c")), id="items of items in a wrapper"),
    ],
)
def test_where_records_stand(records: str | None, path: RecordPath | None) -> None:
    assert record_path(records) == path
