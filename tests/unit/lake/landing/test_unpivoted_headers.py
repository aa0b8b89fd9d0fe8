"""Which columns of a file are rows, and headers of which nothing tells which row they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lake.config.field_rules import FieldRule
from lake.config.unpivoting import Unpivot
from lake.errors import DataError
from lake.landing.headers import knows_any, settle
from tests.unit.lake.landing.places import ORDERS, Place, column

PLACE = column("place_name", "Place")


def unpivot(rule: str = "date", **said: Any) -> Unpivot:
    parameters = {"date": {"formats": ["%m/%d/%y", "%m-%d-%Y"], "first_year": 2000}}.get(rule, said.pop("rules", {}))
    header = FieldRule("measured_on", rule, parameters, frozenset(), "orders.toml:31")
    cell = FieldRule("case_count", "integer", {}, frozenset([""]), "orders.toml:34")
    given = {"headers": (), "header_pattern": None, "is_header_required": True, **said}
    return Unpivot(**given, header=header, cell=cell, where="orders.toml:30")


PATTERN = "[0-9]+[/-].*"
DAYS = replace(ORDERS, columns=(PLACE,), unpivot=unpivot(header_pattern=PATTERN))
WORDS = {"values": {"Confirmed": "c", "Deaths": "d", "Dead": "d"}}
LISTED = replace(ORDERS, columns=(PLACE,), unpivot=unpivot("mapped", rules=WORDS, headers=("Confirmed", "Deaths")))
OPTIONAL = replace(LISTED, unpivot=replace(LISTED.unpivot, is_header_required=False))


@pytest.mark.parametrize(
    ("source", "found", "names", "rows", "undeclared"),
    [
        pytest.param(
            DAYS,
            ["Lat", "1/22/20", "place", " 1-23-2020"],
            ["Lat", "1/22/20", "Place", " 1-23-2020"],
            ["1/22/20", " 1-23-2020"],
            ["Lat"],
            id="a pattern takes whole headers, without the spaces around them",
        ),
        pytest.param(
            LISTED,
            ["DEATHS", "Place", "con firmed", "Active"],
            ["Deaths", "Place", "Confirmed", "Active"],
            ["Deaths", "Confirmed"],
            ["Active"],
            id="listed columns land under the listed names",
        ),
        pytest.param(
            OPTIONAL, ["Place", "Deaths"], ["Place", "Deaths"], ["Deaths"], [], id="one of the list is enough"
        ),
    ],
)
def test_the_columns_that_are_rows(
    source: Any, found: list[str], names: list[str], rows: list[str], undeclared: list[str]
) -> None:
    settled = settle(found, source)
    assert (settled.names, settled.unpivoted, settled.undeclared) == (names, rows, undeclared)
    assert settled.missing == []


def test_a_source_without_unpivot_has_none() -> None:
    assert settle(["PO", "1/22/20"], ORDERS).unpivoted == []


@pytest.mark.parametrize(
    ("source", "found", "missing"),
    [
        pytest.param(DAYS, ["Place", "x1/22/20"], "header_pattern '[0-9]+[/-].*'", id="no header matches as a whole"),
        pytest.param(LISTED, ["Place", "Deaths"], "Confirmed ('Confirmed')", id="one of the list is missing"),
        pytest.param(OPTIONAL, ["Place"], "one or more of 'Confirmed', 'Deaths'", id="all of the list are missing"),
    ],
)
def test_a_file_without_its_rows_is_refused(place: Place, source: Any, found: list[str], missing: str) -> None:
    assert missing in settle(found, source).missing[0]
    sentence = place.refused((",".join(found) + "\nUlm,1\n").encode(), source)
    assert sentence.startswith("orders.csv: line 1: the header")
    assert missing in sentence
    assert "unpivot.header" in sentence


@pytest.mark.parametrize(
    ("source", "found", "said"),
    [
        pytest.param(
            DAYS, ["1/22/20", "1/22/20"], "columns 1, '1/22/20', and 2, '1/22/20', both say", id="a text twice"
        ),
        pytest.param(DAYS, ["1/22/20", "01-22-2020"], "both say measured_on 2020-01-22", id="a day in two spellings"),
        pytest.param(
            DAYS, ["1/22/20", "13/45/20"], "column 2, '13/45/20', is one of [unpivot], and rule 'date'", id="no day"
        ),
        pytest.param(
            replace(DAYS, unpivot=unpivot("text", header_pattern="T.*")),
            ["Total", "TOTAL"],
            "the columns 'Total' and 'TOTAL' of [unpivot] differ in case alone",
            id="two names in two cases",
        ),
        pytest.param(
            replace(LISTED, unpivot=replace(LISTED.unpivot, headers=("Deaths", "Dead"))),
            ["Deaths", "Dead"],
            "columns 1, 'Deaths', and 2, 'Dead', both say",
            id="two words of one meaning",
        ),
        pytest.param(
            replace(DAYS, columns=(column("lat", "2-lat", "Lat"), column("name", "1.place"))),
            ["1/22/20", "1/place", "2-lat"],
            "column 2, '1/place', matches header_pattern and is the column '1.place' too",
            id="a column of a field, found by its letters",
        ),
    ],
)
def test_headers_that_tell_no_row_apart_are_refused(source: Any, found: list[str], said: str) -> None:
    with pytest.raises(DataError) as caught:
        settle(found, source)
    assert said in str(caught.value)
    assert "(orders.toml:3" in str(caught.value)


def test_a_column_that_is_missing_beside_the_rows_is_told_too() -> None:
    assert settle(["x"], DAYS).missing == [
        "place_name ('Place')",
        f"the rows of [unpivot] (header_pattern {PATTERN!r})",
    ]
    assert len(settle(["x"], LISTED).missing) == 3


def test_a_header_of_rows_alone_is_known() -> None:
    assert knows_any(["x", "1/22/20"], DAYS)
    assert knows_any(["deaths"], LISTED)
    assert not knows_any(["x"], DAYS)


def test_what_takes_columns_as_rows_lands_a_file_again(place: Place) -> None:
    data = b"Place,1/22/20\nUlm,1\n"
    first = place.land(data, DAYS)
    assert (first.columns, first.undeclared_columns, first.landing_row_count) == (["Place", "1/22/20"], [], 1)
    wider = replace(DAYS, unpivot=replace(DAYS.unpivot, header_pattern="[0-9]+[/].*"))
    assert place.land(data, wider).landing_file_id != first.landing_file_id
    other_cell = replace(DAYS, unpivot=replace(DAYS.unpivot, cell=replace(DAYS.unpivot.cell, rule="amount")))
    assert place.land(data, other_cell).landing_file_id == first.landing_file_id
    assert other_cell.mapping_digest != DAYS.mapping_digest
