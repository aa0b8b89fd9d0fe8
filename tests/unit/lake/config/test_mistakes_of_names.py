"""A mistake in [from_name] or `period_format` is one sentence that begins with the file and the line."""

from __future__ import annotations

import pytest

from lake.config.names import iso_period
from tests.unit.lake.config.sources import SOURCE, Files

NAMED = r"""
[from_name.seen_at]
group = "hour"
rule = "timestamp"
formats = ["%Y/%m/%d/%H"]
zone = "UTC"
"""
GOOD = SOURCE.replace("things.*[.]csv$", "(?P<hour>[0-9/]{13})/things") + NAMED
FORMAT = (
    GOOD.replace("[source]", '[source]\nperiod_format = "%Y/%m/%d/%H"')
    .replace("?P<hour>", "?P<period>")
    .replace('"hour"', '"period"')
)


def changed(old: str, new: str, text: str = GOOD) -> str:
    assert old in text
    return text.replace(old, new, 1)


MISTAKES = [
    pytest.param(changed('group = "hour"\n', ""), "[from_name", ["does not say `group`"], id="no group"),
    pytest.param(changed('rule = "timestamp"\n', ""), "[from_name", ["does not say `rule`"], id="no rule"),
    pytest.param(changed("seen_at", "seen_on"), "[from_name", ["did you mean 'seen_at'"], id="no field"),
    pytest.param(changed('"timestamp"', '"stamp"'), 'rule = "stamp"', ['no rule "stamp"'], id="no such rule"),
    pytest.param(
        changed('"timestamp"\nformats = ["%Y/%m/%d/%H"]\nzone = "UTC"', '"text"'),
        'rule = "text"',
        ["gives str"],
        id="no fit",
    ),
    pytest.param(changed("zone", "zones"), "zones", ["zones is no parameter of this rule"], id="an unknown key"),
    pytest.param(changed('"hour"', "7"), "group", ["found 7, expected text"], id="a group that is no name"),
    pytest.param(
        changed('group = "hour"', 'group = "day"'),
        "claims",
        ["names the group 'hour'; known: day, delivery, period", '[from_name.<field>] with group = "hour"'],
        id="a group that no field uses",
    ),
    pytest.param(
        changed("claims = [", "claims = ['things', "),
        "[from_name",
        ["seen_at is made of the group 'hour', which 'things' has not; expected (?P<hour>...) in each of `claims`"],
        id="a pattern without the group",
    ),
    pytest.param(
        changed('formats = ["%Y', 'ambiguous_formats = ["%Y'),
        "ambiguous_formats",
        ["only a column can leave"],
        id="an open order",
    ),
    pytest.param(
        GOOD + '\n[columns.seen_at]\nheaders = ["Seen"]\nrule = "timestamp"\nformats = ["iso"]\nzone = "UTC"\n',
        "[source]",
        ["seen_at is filled by several of [columns], [unpivot] and [from_name]"],
        id="a column of the field too",
    ),
    *(
        pytest.param(
            changed('"%Y/%m/%d/%H"', f'"{format_}"', FORMAT),
            "period_format",
            [f"found '{format_}', expected %Y, and as far as the name says them %m, %d and %H"],
            id=f"a period of {format_}",
        )
        for format_ in ("%m-%d", "%Y-%d", "%Y-%m-%H", "%Y%Y", "%y", "%Y-%b", "x", "%Y-%m%", "%Y-%m-%d %H:%M")
    ),
    pytest.param(
        changed("[source]", '[source]\nperiod_format = "%Y"'),
        "period_format",
        ["`claims` have no group (?P<period>...)"],
        id="a period that no name has",
    ),
    pytest.param(changed('"%Y/%m/%d/%H"', "3", FORMAT), "period_format", ["found 3, expected text"], id="a number"),
]


@pytest.mark.parametrize(("text", "at", "parts"), MISTAKES)
def test_a_mistake_is_one_sentence_with_its_place(files: Files, text: str, at: str, parts: list[str]) -> None:
    files.told(text, at, parts)


def test_what_is_read(files: Files) -> None:
    source = files.load(GOOD).source("things")
    assert [(one.field, one.group) for one in source.from_name] == [("seen_at", "hour")]
    assert source.period_format is None
    assert files.load(FORMAT).source("things").period_format == "%Y/%m/%d/%H"


def test_another_rule_makes_other_rows_and_no_other_files(files: Files) -> None:
    one, other = (files.load(text).source("things") for text in (GOOD, changed('"UTC"', '"Europe/Berlin"')))
    assert one.reading_digest == other.reading_digest
    assert one.mapping_digest != other.mapping_digest


@pytest.mark.parametrize(
    ("text", "format_", "period"),
    [
        pytest.param("01-22-2020", "%m-%d-%Y", "2020-01-22", id="month first"),
        pytest.param("1-2-2020", "%m-%d-%Y", "2020-01-02", id="without zeros"),
        pytest.param("2017/06/05/09", "%Y/%m/%d/%H", "2017-06-05T09", id="an hour"),
        pytest.param("2016/02/29/23", "%Y/%m/%d/%H", "2016-02-29T23", id="the last hour of a leap day"),
        pytest.param("2017/06/05/24", "%Y/%m/%d/%H", None, id="no hour"),
        pytest.param("022020", "%m%Y", "2020-02", id="a month that adjoins its year"),
        pytest.param("22020", "%m%Y", None, id="without the zero that tells where the year begins"),
        pytest.param("FY2020", "FY%Y", "2020", id="a year"),
        pytest.param("02-30-2020", "%m-%d-%Y", None, id="no day"),
        pytest.param("22-01-2020", "%m-%d-%Y", None, id="day first"),
        pytest.param("0000-01", "%Y-%m", None, id="no year"),
        pytest.param("2020.01", "%Y-%m", None, id="another mark"),
        pytest.param("2020x01", "%Y.%m", None, id="a point is a point"),
        pytest.param("٢٠٢٠", "%Y", None, id="digits of another script"),
        pytest.param("", "%Y", None, id="nothing"),
    ],
)
def test_a_period_is_told_in_iso(text: str, format_: str, period: str | None) -> None:
    assert iso_period(text, format_) == period
