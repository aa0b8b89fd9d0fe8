"""Headers by name, then by letters and digits; what is missing is told with the lines that add it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.config.exclusions import ExcludedRecords
from lake.errors import DataError
from lake.landing.headers import knows_any, missing_columns, settle
from tests.unit.lake.landing.places import ORDERS, column

SAVINGS = replace(
    ORDERS,
    columns=(column("po_number", "PO_ID"), column("amount", "Savings"), column("ratio", "Savings %", required=False)),
    excluded=(ExcludedRecords("from_stock", ("Kind #",), ("stock",), (), frozenset([""]), "orders.toml:20"),),
)
FOUND = [
    pytest.param(
        ["PO_ID", "Savings", "Savings %", "Kind #"], ["PO_ID", "Savings", "Savings %", "Kind #"], id="the same"
    ),
    pytest.param(["po id", "SAVINGS", "savings_%", "kind-#"], ["PO_ID", "Savings", "Savings %", "Kind #"], id="marks"),
    pytest.param(["PO-Id", "Savings", "x", "Kind#"], ["PO_ID", "Savings", "x", "Kind #"], id="one for two: its name"),
    pytest.param(
        ["POID", "Savings", "Savings (%)", "Kind #"], ["PO_ID", "Savings", "Savings %", "Kind #"], id="both are there"
    ),
    pytest.param(
        ["PO.ID", "savings", "#", "KIND #"], ["PO_ID", "Savings", "#", "Kind #"], id="a name of marks is no name"
    ),
]


@pytest.mark.parametrize(("found", "names"), FOUND)
def test_a_column_is_found_by_its_name_else_by_letters_and_digits(found: list[str], names: list[str]) -> None:
    settled = settle(found, SAVINGS)
    assert (settled.names, settled.missing) == (names, [])


@pytest.mark.parametrize(
    "header",
    [
        "Savings %",
        "Savings%",
        "Savings ％",
        "Savings?",
        "Savings +",
        "# Savings",
        "Savings_#",
        "Savings (€)",
        "Savings $",
    ],
)
def test_a_mark_that_means_something_is_another_column(header: str) -> None:
    source = replace(SAVINGS, columns=SAVINGS.columns[:2], excluded=())
    settled = settle(["PO_ID", header], source)
    assert (settled.undeclared, settled.missing_fields) == ([header], ["amount"])


@pytest.mark.parametrize(
    ("found", "fields"),
    [
        pytest.param(["PO ID", "PO-ID", "Savings", "Kind #"], "po_number", id="two alike by letters"),
        pytest.param(["PO_ID", "Savings", "SAVINGS", "Kind #"], "amount", id="two alike by name"),
    ],
)
def test_two_columns_that_are_equally_alike_are_refused(found: list[str], fields: str) -> None:
    with pytest.raises(DataError, match=f"the header has 2 columns for {fields}"):
        settle(found, SAVINGS)


@pytest.mark.parametrize(
    ("found", "known"),
    [
        pytest.param(["po id"], True, id="by letters"),
        pytest.param(["Kind #"], True, id="a column that excludes"),
        pytest.param(["%", "#", ""], False, id="nothing but marks"),
        pytest.param([], False, id="nothing"),
    ],
)
def test_a_header_is_known_by_any_name(found: list[str], known: bool) -> None:
    assert knows_any(found, SAVINGS) is known


def test_what_is_missing_is_told_with_the_likest_free_name_and_where_none_is_like_with_a_place_to_write_it() -> None:
    found = ["PO_ID No.", "Saving", "zzz"]
    sentence = str(missing_columns(found, settle(found, SAVINGS), SAVINGS, where="line 1"))
    assert sentence.endswith(
        'give with --config a file of the lines source.name = "orders" and '
        'columns.po_number.headers = ["PO_ID", "PO_ID No."] and columns.amount.headers = ["Savings", "Saving"] and '
        'excluded.from_stock.headers = ["Kind #", "THE NAME IN THE FILE"]'
    )


def test_a_name_that_is_only_somewhat_like_is_not_handed_over() -> None:
    found = ["PO_ID", "Kind #", "Having"]
    sentence = str(missing_columns(found, settle(found, SAVINGS), SAVINGS, where="line 1"))
    assert sentence.endswith('columns.amount.headers = ["Savings", "THE NAME IN THE FILE"]')
