"""Landed records into several rows each, one batch at a time, without Spark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import types as T

from schemas.contract import Contract, Field
from schemas.landing_columns import landing_column
from schemas.lineage import FILE_ID, RECORD_NUMBER
from transforms import standardization, unpivoting
from transforms.standardization import NOT_OF_TABLE, UNREADABLE, FieldPlan, FilePlan, SourcePlan, UnpivotPlan
from transforms.standardize.excluded import ExclusionPlan

PLACE = Field("place_name", T.StringType(), "Where.", required=True)
DAY = Field("measured_on", T.DateType(), "When.", required=True)
COUNT = Field("case_count", T.IntegerType(), "How many.")
CONTRACT = Contract("counts", 1, "a place and day", ("place_name", "measured_on"), (PLACE, DAY, COUNT))
NULLS = frozenset(["", "n/a"])
FORMATS = {"formats": ["%m/%d/%y"], "first_year": 2000}
DAYS = ("1/22/20", "1/23/20")
Grid = Sequence[Sequence[str | None]]


def plan(exclusions: tuple[ExclusionPlan, ...] = (), **days: Sequence[str]) -> SourcePlan:
    """Of files, each with the days that are its columns."""
    return SourcePlan(
        source_name="series",
        contract=CONTRACT,
        identical_rows="duplicate",
        fields=(FieldPlan(PLACE, "Place", "text", {}, NULLS),),
        constants={},
        files={file_id: FilePlan("0001", {}, unpivoted=tuple(columns)) for file_id, columns in days.items()},
        masking_key=b"k",
        exclusions=exclusions,
        unpivot=UnpivotPlan(
            FieldPlan(DAY, "__header", "date", FORMATS, frozenset()), FieldPlan(COUNT, "__cell", "integer", {}, NULLS)
        ),
    )


def landed(of: SourcePlan, file_id: str, names: Sequence[str], grid: Grid) -> pa.RecordBatch:
    """As an engine reads it: every column of the plan, null where the file has it not."""
    texts = {landing_column(name): [record[place] for record in grid] for place, name in enumerate(names)}
    schema = of.landing_schema().names[:-2]
    return pa.record_batch(
        {
            **{name: pa.array(texts.get(name, [None] * len(grid)), pa.string()) for name in schema},
            RECORD_NUMBER: pa.array(range(1, len(grid) + 1), pa.int64()),
            FILE_ID: pa.array([file_id] * len(grid), pa.string()),
        }
    )


def rows(of: SourcePlan, *batches: pa.RecordBatch) -> list[dict[str, Any]]:
    """As a worker does it, in the order of files, records and days."""
    found = list(standardization._worker(of)(iter(batches)))
    for batch in found:
        batch.validate(full=True)
    said = [row for batch in found for row in batch.to_pylist()]
    return sorted(said, key=lambda row: (row["landing_file_id"], row["record_number"], row["measured_on"]))


def told(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["record_number"], row["place_name"], row["measured_on"].day, row["case_count"]) for row in found]


def test_a_record_is_a_row_for_each_column_and_the_rest_of_it_is_in_each() -> None:
    of = plan(f1=DAYS)
    found = rows(of, landed(of, "f1", ("Place", *DAYS), [("Ulm", "1", "2"), (" Bonn", "3", "1,0")]))
    assert told(found) == [(1, "Ulm", 22, 1), (1, "Ulm", 23, 2), (2, "Bonn", 22, 3), (2, "Bonn", 23, None)]
    assert [row[UNREADABLE] for row in found] == [[], [], [], ["case_count_unreadable"]]
    assert {(row["landing_file_id"], row["delivery_order"], row["source_name"]) for row in found} == {
        ("f1", "0001", "series")
    }


def test_an_empty_cell_is_a_row_that_is_excluded_and_one_that_cannot_be_read_is_not() -> None:
    of = plan(f1=DAYS)
    grid: Grid = [("Ulm", None, "0"), ("Bonn", " n/a ", ""), ("Kiel", "x", "-")]
    found = rows(of, landed(of, "f1", ("Place", *DAYS), grid))
    assert [(row["case_count"], row[NOT_OF_TABLE], bool(row[UNREADABLE])) for row in found] == [
        (None, "empty_cell", False), (0, None, False),
        (None, "empty_cell", False), (None, "empty_cell", False),
        (None, None, True), (None, None, True),
    ]  # fmt: skip


def test_what_excludes_a_record_excludes_all_its_rows_before_their_cells_are_asked() -> None:
    total = ExclusionPlan("total", "Kind", ("sum",), (), frozenset())
    of = plan((total,), f1=DAYS)
    grid: Grid = [("Ulm", "sum", None, "2"), ("Bonn", None, None, "3")]
    found = rows(of, landed(of, "f1", ("Place", "Kind", *DAYS), grid))
    assert [row[NOT_OF_TABLE] for row in found] == ["total", "total", "empty_cell", None]


def test_files_have_their_own_columns_and_none_a_row_of_another() -> None:
    of = plan(f1=DAYS[:1], f2=DAYS)
    one = landed(of, "f1", ("Place", *DAYS[:1]), [("Ulm", "1")])
    other = landed(of, "f2", ("Place", *DAYS), [("Ulm", "1", "2")])
    found = rows(of, pa.Table.from_batches([one, other]).combine_chunks().to_batches()[0])
    assert [(row["landing_file_id"], row["measured_on"].day, row["case_count"]) for row in found] == [
        ("f1", 22, 1), ("f2", 22, 1), ("f2", 23, 2),
    ]  # fmt: skip


def test_what_a_source_fills_is_of_columns_headers_cells_names_and_constants() -> None:
    of = replace(
        plan(f1=DAYS), constants={"a": 1}, named=(FieldPlan(Field("b", T.StringType(), "B."), "b", "text", {}, NULLS),)
    )
    assert of.filled == {"place_name", "measured_on", "case_count", "a", "b"}


def test_no_records_and_no_batch_give_no_rows() -> None:
    of = plan(f1=DAYS)
    assert rows(of, landed(of, "f1", ("Place", *DAYS), [])) == rows(of) == []


def test_records_too_wide_for_a_piece_come_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    of = plan(f1=DAYS)
    batch = landed(of, "f1", ("Place", *DAYS), [(str(n), "1", "2") for n in range(5)])
    whole = rows(of, batch)
    for limit, pieces in ((1, [2] * 5), (4, [4, 4, 2]), (5, [4, 4, 2])):
        monkeypatch.setattr(unpivoting, "ROWS_AT_ONCE", limit)
        assert [piece.num_rows for piece in standardization._worker(of)(iter([batch]))] == pieces
        assert rows(of, batch) == whole


def test_a_rule_runs_once_for_each_text_of_a_record_however_many_rows_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[str] = Counter()

    def counting(name: str, **parameters: Any) -> Any:
        return lambda text: asked.update([text])

    monkeypatch.setattr(standardization, "standardizer", counting)
    of = plan(f1=DAYS)
    list(
        standardization._worker(of)(iter([landed(of, "f1", ("Place", *DAYS), [("Ulm", "7", "7"), ("Ulm", "7", "8")])]))
    )
    assert asked == {"Ulm": 1, "1/22/20": 1, "1/23/20": 1, "7": 1, "8": 1}


CELLS = st.none() | st.sampled_from(["", "n/a", "0", " 7", "-3", "x", "1.0"])


@settings(deadline=None)
@given(st.integers(1, 4).flatmap(lambda k: st.lists(st.tuples(CELLS, *[CELLS] * k), max_size=6)), st.integers(1, 9))
def test_any_grid_is_melted_as_plain_python_melts_it(grid: list[tuple[str | None, ...]], limit: int) -> None:
    days = [f"1/{day}/20" for day in range(1, len(grid[0]))] if grid else ["1/1/20"]
    of = plan(f1=days)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unpivoting, "ROWS_AT_ONCE", limit)
        found = rows(of, landed(of, "f1", ("Place", *days), grid))
    assert [
        (row["record_number"], row["place_name"], row["measured_on"], row["case_count"], row[NOT_OF_TABLE])
        for row in found
    ] == [
        (number, melted_text(record[0]), date(2020, 1, day), melted_count(cell), melted_reason(cell))
        for number, record in enumerate(grid, start=1)
        for day, cell in enumerate(record[1:], start=1)
    ]


def melted_text(text: str | None) -> str | None:
    return text.strip() if text not in (None, "", "n/a") else None


def melted_count(text: str | None) -> int | None:
    return {"0": 0, " 7": 7, "-3": -3, "1.0": 1}.get(text or "")


def melted_reason(text: str | None) -> str | None:
    return "empty_cell" if text in (None, "", "n/a") else None
