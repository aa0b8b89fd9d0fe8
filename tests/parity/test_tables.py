"""The comparer finds what differs, and only that."""

import duckdb
import pytest

from tests.parity.tables import Table, differences

COLUMNS = (("n", "int"), ("name", "string"))
ROWS = "(1, 'a'), (2, NULL), (2, NULL)"


@pytest.fixture
def table(tmp_path):
    def write(rows, columns=COLUMNS, kind="INTEGER"):
        path = str(tmp_path / f"{len(list(tmp_path.iterdir()))}.parquet")
        duckdb.sql(f"COPY (SELECT n::{kind} AS n, name FROM (VALUES {rows}) t(n, name)) TO '{path}'")
        return Table(columns, (path,))

    return write


def test_the_same_rows_in_another_order_are_equal(table):
    assert differences(table(ROWS), table("(2, NULL), (1, 'a'), (2, NULL)")) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param("(1, 'a'), (2, NULL), (2, '')", "column name: [None] and ['']", id="a null is no empty text"),
        pytest.param("(1, 'a'), (2, NULL)", "1 rows only in the first", id="a row that stands twice counts twice"),
        pytest.param("(1, 'a'), (2, NULL), (3, NULL)", "column n: [2] and [3]", id="another number"),
        pytest.param("(1, 'a '), (2, NULL), (2, NULL)", "column name: ['a'] and ['a ']", id="a space at the end"),
    ],
)
def test_rows_that_differ_are_told_with_their_column(table, rows, said):
    assert any(said in told for told in differences(table(ROWS), table(rows)))


def test_the_type_that_an_engine_says_is_compared(table):
    [told] = differences(table(ROWS), table(ROWS, (("n", "bigint"), ("name", "string"))))
    assert "('n', 'bigint')" in told


def test_the_type_that_is_stored_is_compared(table):
    [told] = differences(table(ROWS), table(ROWS, kind="BIGINT"))
    assert told.startswith("stored types differ")


def test_a_table_without_files_has_no_rows(table):
    nothing = Table(COLUMNS, ())
    assert differences(nothing, nothing) == []
    assert "3 rows only in the second" in differences(nothing, table(ROWS))[0]
