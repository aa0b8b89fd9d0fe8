"""Landed text into typed rows, one batch at a time, without Spark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import types as T

from schemas.contract import Contract, Field
from schemas.lineage import FILE_ID, RECORD_NUMBER
from transforms import standardization
from transforms.standardization import UNREADABLE, FieldPlan, FilePlan, SourcePlan, Standardizing, masked

KEY = b"a key for tests that is no secret"
FIELDS = {
    f.name: f
    for f in (
        Field("id", T.StringType(), "Id."),
        Field("user_code", T.StringType(), "Who.", personal=True),
        Field("net_amount", T.DecimalType(9, 2), "How much."),
        Field("wide_amount", T.DecimalType(38, 2), "How much."),
        Field("made_on", T.DateType(), "When."),
        Field("seen_at", T.TimestampType(), "When."),
        Field("small_count", T.IntegerType(), "How many."),
        Field("large_count", T.LongType(), "How many."),
        Field("is_whole", T.BooleanType(), "Whether."),
    )
}
CONTRACT = Contract("things", 1, "a thing", ("id",), tuple(FIELDS.values()))
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "id": ("text", {}),
    "user_code": ("verbatim", {}),
    "net_amount": ("amount", {}),
    "wide_amount": ("amount", {}),
    "made_on": ("date", {"formats": ["iso"]}),
    "seen_at": ("timestamp", {"formats": ["iso"], "zone": "Europe/Berlin"}),
    "small_count": ("integer", {}),
    "large_count": ("integer", {}),
    "is_whole": ("boolean", {}),
}
AMBIGUOUS = {"ambiguous_formats": ["%d/%m/%Y", "%m/%d/%Y"]}


def field_plan(name: str, **parameters: Any) -> FieldPlan:
    rule, usual = RULES[name]
    return FieldPlan(FIELDS[name], name.upper(), rule, parameters or usual, frozenset(["n/a"]))


def source_plan(
    *names: str,
    masking_key: bytes = KEY,
    constants: Mapping[str, Any] | None = None,
    files: Mapping[str, FilePlan] | None = None,
) -> SourcePlan:
    return SourcePlan(
        "things",
        CONTRACT,
        "duplicate",
        tuple(field_plan(name) for name in names or RULES),
        constants or {},
        files or {"f1": FilePlan("2024-01/0001", {})},
        masking_key,
    )


def landed(files: str | Iterable[str] = "f1", **columns: list[str | None]) -> pa.RecordBatch:
    count = len(next(iter(columns.values())))
    ids = [files] * count if isinstance(files, str) else list(files)
    return pa.record_batch(
        {
            **{name: pa.array(texts, pa.string()) for name, texts in columns.items()},
            RECORD_NUMBER: pa.array(range(1, count + 1), pa.int64()),
            FILE_ID: pa.array(ids),
        }
    )


def rows(plan: SourcePlan, *batches: pa.RecordBatch) -> list[dict[str, Any]]:
    """As a worker of Spark does it."""
    found = list(standardization._worker(plan)(iter(batches)))
    for batch in found:
        batch.validate(full=True)
        assert batch.schema == Standardizing(plan).schema
    return [row for batch in found for row in batch.to_pylist()]


def values(name: str, texts: list[str | None], plan: FieldPlan | None = None) -> list[tuple[Any, list[str]]]:
    """One field's values, and what was lost of each row."""
    source = replace(source_plan(name), fields=(plan or field_plan(name),))
    return [(row[name], row[UNREADABLE]) for row in rows(source, landed(**{name.upper(): texts}))]


def test_a_row_has_its_fields_its_lineage_and_nothing_lost() -> None:
    (row,) = rows(
        source_plan(),
        landed(
            ID=[" a  b "],
            USER_CODE=["me"],
            NET_AMOUNT=["1,234.5"],
            WIDE_AMOUNT=["2"],
            MADE_ON=["2024-01-31"],
            SEEN_AT=["2024-01-31 12:00:00"],
            SMALL_COUNT=["3"],
            LARGE_COUNT=["4"],
            IS_WHOLE=["yes"],
        ),
    )
    assert row == {
        "id": "a b",
        "user_code": masked("me", KEY),
        "net_amount": Decimal("1234.50"),
        "wide_amount": Decimal("2.00"),
        "made_on": date(2024, 1, 31),
        "seen_at": datetime(2024, 1, 31, 11, tzinfo=UTC),
        "small_count": 3,
        "large_count": 4,
        "is_whole": True,
        "not_of_table": None,
        "source_name": "things",
        "landing_file_id": "f1",
        "record_number": 1,
        "delivery_order": "2024-01/0001",
        UNREADABLE: [],
    }


@pytest.mark.parametrize("name", RULES)
def test_nulls_blanks_and_null_tokens_are_null_and_no_loss(name: str) -> None:
    assert values(name, [None, "", "  ", "n/a", " n/a "]) == [(None, [])] * 5


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        pytest.param("net_amount", "9999999.99", Decimal("9999999.99"), id="the largest decimal"),
        pytest.param("net_amount", "10000000.00", None, id="one cent more than its type holds"),
        pytest.param("net_amount", "-10000000.00", None, id="and below"),
        pytest.param("wide_amount", "9" * 36 + ".99", Decimal("9" * 36 + ".99"), id="thirty-eight digits"),
        pytest.param("wide_amount", "-" + "9" * 36 + ".99", Decimal("-" + "9" * 36 + ".99"), id="and negative"),
        pytest.param("small_count", str(2**31 - 1), 2**31 - 1, id="the largest integer"),
        pytest.param("small_count", str(2**31), None, id="one more"),
        pytest.param("small_count", str(-(2**31)), -(2**31), id="the smallest"),
        pytest.param("large_count", str(2**63 - 1), 2**63 - 1, id="the largest bigint"),
        pytest.param("large_count", str(-(2**63)), -(2**63), id="the smallest bigint"),
        pytest.param("large_count", str(2**63), None, id="more than 64 bits"),
        pytest.param("made_on", "2024-02-30", None, id="no day"),
        pytest.param("seen_at", "yesterday", None, id="no time"),
        pytest.param("is_whole", "perhaps", None, id="neither yes nor no"),
        pytest.param("id", "\u200b", None, id="invisible characters alone"),
    ],
)
def test_a_value_is_kept_or_lost_by_name(name: str, text: str, value: Any) -> None:
    assert values(name, [text]) == [(value, [] if value is not None else [f"{name}_unreadable"])]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5000", Decimal("1.50")), ("100.0000", Decimal("100.00")), ("0.0000", Decimal("0.00")), ("1.5050", None)],
)
def test_a_rule_of_more_places_than_the_type_loses_only_what_does_not_fit(text: str, value: Any) -> None:
    (found,) = values("net_amount", [text], field_plan("net_amount", scale=4))
    assert found == (value, [] if value is not None else ["net_amount_unreadable"])


def test_every_loss_of_a_row_is_named() -> None:
    found = rows(
        source_plan("net_amount", "made_on", "small_count"),
        landed(
            NET_AMOUNT=["x", "1", "", "x"], MADE_ON=["x", "x", "2024-01-31", "n/a"], SMALL_COUNT=["x", "1", "1", None]
        ),
    )
    assert [row[UNREADABLE] for row in found] == [
        ["net_amount_unreadable", "made_on_unreadable", "small_count_unreadable"],
        ["made_on_unreadable"],
        [],
        ["net_amount_unreadable"],
    ]


class TestMasking:
    def test_equal_values_are_equal_and_nulls_stay_null(self) -> None:
        found = [value for value, _ in values("user_code", ["me", "you", "me", None, "n/a", "Me"])]
        assert found[0] == found[2] != found[1]
        assert found[3:5] == [None, None]
        assert len({found[0], found[1], found[5]}) == 3
        assert all(value is None or len(value) == 32 for value in found)

    def test_another_key_gives_another_hash(self) -> None:
        batch = landed(USER_CODE=["me"])
        assert rows(source_plan("user_code"), batch) != rows(source_plan("user_code", masking_key=b"x" * 16), batch)

    def test_constants_are_masked_too(self) -> None:
        plan = source_plan("id", constants={"user_code": "me", "small_count": 3})
        (row,) = rows(plan, landed(ID=["a"]))
        assert (row["user_code"], row["small_count"]) == (masked("me", KEY), 3)

    def test_the_hash_of_a_value_is_the_same_in_every_version(self) -> None:
        """By `printf me | openssl dgst -sha256 -hmac k`."""
        assert masked("me", b"k") == "e73c8884581febd966648e30fb39ead0"


class TestFiles:
    def plan(self, **decided: str) -> SourcePlan:
        files = {
            name: FilePlan(f"2024-01/{name}", {"made_on": format_} if format_ else {})
            for name, format_ in decided.items()
        }
        return replace(source_plan("made_on", files=files), fields=(field_plan("made_on", **AMBIGUOUS),))

    def test_each_file_is_read_by_the_format_that_it_decided_for(self) -> None:
        plan = self.plan(f1="%d/%m/%Y", f2="%m/%d/%Y")
        dates: list[str | None] = ["01/02/2024", "01/02/2024", "31/12/2024", "31/12/2024"]
        found = rows(plan, landed(["f1", "f2", "f2", "f1"], MADE_ON=dates))
        assert [(row["made_on"], row["landing_file_id"], row["delivery_order"], row[UNREADABLE]) for row in found] == [
            (date(2024, 2, 1), "f1", "2024-01/f1", []),
            (date(2024, 1, 2), "f2", "2024-01/f2", []),
            (None, "f2", "2024-01/f2", ["made_on_unreadable"]),
            (date(2024, 12, 31), "f1", "2024-01/f1", []),
        ]
        assert [row["record_number"] for row in found] == [1, 2, 3, 4]

    def test_a_file_without_the_column_decided_for_nothing(self) -> None:
        assert [row["made_on"] for row in rows(self.plan(f1=""), landed(MADE_ON=[None, "n/a"]))] == [None, None]

    def test_no_format_is_guessed_for_a_file_that_decided_for_none(self) -> None:
        with pytest.raises(ValueError, match="made_on: its file decided for none of"):
            rows(self.plan(f1=""), landed(MADE_ON=["01/02/2024"]))

    def test_a_file_that_the_plan_does_not_know_is_an_error(self) -> None:
        with pytest.raises(KeyError, match="f9"):
            rows(source_plan("id"), landed("f9", ID=["a"]))


def test_a_slice_of_a_batch_is_read_as_such() -> None:
    batch = landed(["f1", "f1", "f2", "f2"], ID=["a", "b", "c", "d"]).slice(1, 2)
    files = {name: FilePlan("", {}) for name in ("f1", "f2")}
    found = [
        (row["id"], row["landing_file_id"], row["record_number"]) for row in rows(source_plan("id", files=files), batch)
    ]
    assert found == [("b", "f1", 2), ("c", "f2", 3)]


def test_a_field_that_nothing_fills_is_null() -> None:
    (row,) = rows(source_plan("id"), landed(ID=["a"]))
    assert all(row[name] is None for name in FIELDS if name != "id")


def test_an_empty_batch_gives_no_rows() -> None:
    assert rows(source_plan("id"), landed(ID=[])) == []
    assert rows(source_plan("id")) == []


def test_the_memory_of_answers_is_bounded_and_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str | None] = [str(number % 13) for number in range(100)]
    expected = values("small_count", texts)
    monkeypatch.setattr(standardization, "CACHED_VALUES", 3)
    standardizing = Standardizing(source_plan("small_count"))
    found = [standardizing.rows(landed(SMALL_COUNT=texts[at : at + 7])) for at in range(0, 100, 7)]
    assert [row["small_count"] for batch in found for row in batch.to_pylist()] == [value for value, _ in expected]
    assert all(len(column.answers) <= 3 for column in standardizing._columns.values())


def test_a_rule_runs_once_for_each_distinct_value(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counting(name: str, **parameters: Any) -> Any:
        return lambda text: asked.append(text) or text

    monkeypatch.setattr(standardization, "standardizer", counting)
    assert len(rows(source_plan("id"), landed(ID=["a", "b", "a"]), landed(ID=["b", "c"]))) == 5
    assert asked == ["a", "b", "c"]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.none() | st.text(max_size=4), st.sampled_from(["f1", "f2"])), max_size=20), st.integers(1, 20)
)
def test_how_rows_are_cut_into_batches_changes_nothing(cells: list[tuple[str | None, str]], size: int) -> None:
    plan = source_plan("id", "user_code", files={name: FilePlan(name, {}) for name in ("f1", "f2")})
    if not cells:
        return
    texts, files = [text for text, _ in cells], [name for _, name in cells]
    batch = landed(files, ID=texts, USER_CODE=texts)
    parts = [batch.slice(at, size) for at in range(0, len(cells), size)]
    assert rows(plan, *parts) == rows(plan, batch)
