"""Small parts with traps of their own: clocks, words and prints."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from lake.config.configuration import load
from samples.procurement.clock import (
    MINUTES,
    NULL,
    Window,
    nearest_run,
    open_day,
    run_from,
    to_date,
    utc_minutes,
    workday,
)
from samples.procurement.durations import FAMILIES, Family, draw
from samples.procurement.entities import make_vendors, make_words
from samples.procurement.printing import DAY_FIRST, MONTH_FIRST, decimals, print_column
from samples.procurement.sheet import Sheet
from samples.procurement.tables import APPROVALS, INVOICES, ORDERS, SPINE, TABLES, VENDORS, chosen_tables
from samples.procurement.writing import write_raw
from schemas.procurement import CURATED


def local_minute(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) // 60


@pytest.mark.parametrize(
    "local",
    [
        pytest.param("2024-01-15 09:30", id="winter"),
        pytest.param("2024-07-15 09:30", id="summer"),
        pytest.param("2024-03-31 07:00", id="the morning after clocks go forward"),
        pytest.param("2024-10-27 07:00", id="the morning after clocks go back"),
    ],
)
def test_local_minutes_become_utc(local: str) -> None:
    zoned = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    minutes = utc_minutes(np.array([NULL, local_minute(local)]))
    assert minutes.tolist() == [NULL, local_minute(zoned.strftime("%Y-%m-%d %H:%M"))]


def test_utc_of_nothing_known_is_nothing() -> None:
    assert utc_minutes(np.array([NULL, NULL])).tolist() == [NULL, NULL]
    assert utc_minutes(np.array([], dtype=np.int64)).tolist() == []


@pytest.mark.parametrize(
    ("day", "moved_to"),
    [
        pytest.param("2024-03-01", "2024-03-01", id="a Friday stays"),
        pytest.param("2024-03-02", "2024-03-04", id="Saturday"),
        pytest.param("2024-03-03", "2024-03-04", id="Sunday"),
        pytest.param("2024-03-04", "2024-03-04", id="a Monday stays"),
    ],
)
def test_weekends_move_to_monday(day: str, moved_to: str) -> None:
    days = np.array([local_minute(f"{day} 00:00") // MINUTES])
    assert to_date(int(workday(days)[0])).isoformat() == moved_to


@pytest.mark.parametrize(
    ("function", "day", "moved_to"),
    [
        pytest.param(open_day, "2024-03-02", "2024-03-04", id="nobody posts on a Saturday"),
        pytest.param(open_day, "2024-12-23", "2024-12-23", id="the last day before Christmas is open"),
        pytest.param(open_day, "2024-12-24", "2025-01-02", id="nobody posts at Christmas"),
        pytest.param(open_day, "2025-01-01", "2025-01-02", id="nor on New Year's Day"),
        pytest.param(open_day, "2026-12-27", "2027-01-04", id="nor at the weekend after it"),
        pytest.param(open_day, "2024-01-02", "2024-01-02", id="the second of January is open"),
        pytest.param(run_from, "2024-03-07", "2024-03-07", id="a Thursday has a run"),
        pytest.param(run_from, "2024-03-08", "2024-03-14", id="a Friday waits for the next"),
        pytest.param(run_from, "2025-12-24", "2026-01-08", id="there is none at Christmas or New Year"),
        pytest.param(nearest_run, "2024-03-04", "2024-03-07", id="from Monday the nearest run is after it"),
        pytest.param(nearest_run, "2024-03-10", "2024-03-07", id="from Sunday it is before it"),
    ],
)
def test_company_posts_and_pays_on_its_days(function, day: str, moved_to: str) -> None:
    days = np.array([local_minute(f"{day} 00:00") // MINUTES])
    assert to_date(int(function(days)[0])).isoformat() == moved_to


@pytest.mark.parametrize("family", FAMILIES)
def test_durations_have_the_median_and_spread_asked_for(family: Family) -> None:
    days = draw(family, 20.0, 0.5, 40_000, np.random.default_rng(1))
    assert np.median(days) == pytest.approx(20, rel=0.03)
    assert np.std(np.log(days)) == pytest.approx(0.5, rel=0.05)


def test_families_of_durations_differ_in_their_tails() -> None:
    slowest = {family: draw(family, 20.0, 0.5, 40_000, np.random.default_rng(1)).max() for family in FAMILIES}
    assert slowest["lognormal"] > 1.5 * slowest["weibull"]


def test_window_knows_its_months() -> None:
    window = Window(months=14)
    edges = np.array([window.first_day, window.first_day + 31, window.last_day])
    assert window.month_of(edges).tolist() == [0, 1, 13]
    assert [window.label(0), window.label(11), window.label(13)] == ["2023-01", "2023-12", "2024-02"]
    assert to_date(window.last_day).isoformat() == "2024-02-29"


@pytest.mark.parametrize("awkward", [True, False])
def test_words_are_as_standardized_names_are(awkward: bool) -> None:
    words = make_words(500, 200, awkward=awkward, rng=np.random.default_rng(1))
    for name, some in words.items():
        assert all(unicodedata.normalize("NFKC", word) == word == " ".join(word.split()) for word in some), name
        assert len(set(some)) == len(some), name


def test_vendor_ids_are_distinct_and_the_slowest_is_among_the_larger() -> None:
    vendors = make_vendors(50, np.random.default_rng(1))
    assert len(set(vendors.id.tolist())) == 50
    planted = [vendors.slowest, vendors.delayed, vendors.trending, vendors.early_fallen]
    assert len(set(planted)) == 4
    assert (vendors.weight[planted] > np.median(vendors.weight)).all()
    assert vendors.weight.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        pytest.param("po_number", 4_500_000_001, "4500000001", id="order number"),
        pytest.param("item_number", 10, "00010", id="item"),
        pytest.param("vendor_id", 42, "V000042", id="vendor"),
        pytest.param("ordered_amount", 123_405, "1234.05", id="amount"),
        pytest.param("ordered_amount", -5, "-0.05", id="an amount above minus one"),
        pytest.param("ordered_amount", NULL, "", id="null"),
        pytest.param("ordered_qty", 12_000, "12", id="whole quantity"),
        pytest.param("ordered_qty", 12_250, "12.250", id="quantity with a fraction"),
        pytest.param("changed_at", 19_783 * MINUTES + 9 * 60 + 5, "2024-03-01 09:05", id="time"),
    ],
)
def test_usual_print(field: str, value: int, text: str) -> None:
    assert print_column(np.array([value]), ORDERS.by_field[field], {}).to_pylist() == [text]


def test_dates_print_in_the_files_format() -> None:
    column, day = ORDERS.by_field["ordered_on"], np.array([19_783])
    printed = [print_column(day, column, {}, form).to_pylist()[0] for form in ("%Y-%m-%d", DAY_FIRST, MONTH_FIRST)]
    assert printed == ["2024-03-01", "01/03/2024", "03/01/2024"]


def test_decimals_keep_sign_and_null() -> None:
    told = decimals(np.array([-5, 1_234, 0]), np.array([True, True, False]), 2).to_pylist()
    assert [None if value is None else str(value) for value in told] == ["-0.05", "12.34", None]


@pytest.mark.parametrize(
    ("table", "field", "value", "text"),
    [
        pytest.param(VENDORS, "payment_terms_days", 30, "30", id="a count"),
        pytest.param(APPROVALS, "is_manual", 1, "true", id="yes"),
        pytest.param(APPROVALS, "is_manual", 0, "false", id="no"),
    ],
)
def test_usual_print_of_counts_and_flags(table, field: str, value: int, text: str) -> None:
    words = make_words(5, 5, awkward=False, rng=np.random.default_rng(1))
    assert print_column(np.array([value]), table.by_field[field], words).to_pylist() == [text]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_raw_columns_are_the_contracts_fields_but_for_the_configured_ones_and_a_price_beside_the_amount(table) -> None:
    contract, configured = CURATED[table.name], {"source_system_code", "time_zone_name", "unit_price_amount"}
    assert list(table.fields) == [field.name for field in contract.fields if field.name not in configured]
    assert [*table.key] == [name for name in contract.key if name not in configured]
    assert ([table.version] if table.version else []) == [*contract.version_order]
    for column in table.columns:
        expected = contract.by_name[column.field]
        assert (column.required, column.personal) == (expected.required, expected.personal), column.field


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_packaged_source_knows_every_header_of_its_table(table) -> None:
    source = load("procurement", contracts=CURATED).source(f"erp_{table.name}")
    known = {column.field: column.headers for column in source.columns}
    assert known == {column.field: (column.header, *column.synonyms) for column in table.columns}
    assert (source.kind == "replaces_period") == table.replaces_period


def test_orders_and_invoices_alone_take_nothing_back() -> None:
    assert [table.name for table in chosen_tables(SPINE)] == ["purchase_orders", "invoices"]
    alone, among_others = chosen_tables(("invoices",))[0], chosen_tables(("invoices", "payments"))[0]
    assert set(among_others.fields) - set(alone.fields) == {"reverses_invoice_number"}


def test_headers_and_synonyms_name_one_column_each() -> None:
    for table in TABLES:
        names = [name for column in table.columns for name in (column.header, *column.synonyms)]
        assert len(set(names)) == len(names)


def test_two_deliveries_of_the_same_rows_are_still_two_contents(tmp_path: Path) -> None:
    words = make_words(5, 5, awkward=False, rng=np.random.default_rng(1))
    values = {name: np.full(4, 1, dtype=np.int64) for name in INVOICES.fields}
    sheet = Sheet(INVOICES, values, delivery=np.array([1, 1, 2, 2]))
    files, _ = write_raw(sheet, Window(months=1), words, "none", tmp_path, np.random.default_rng(1), lambda *_: None)
    assert [(file.file, file.lines, file.blank_lines, file.same_content) for file in files] == [
        ("invoices/invoices_2023-01_d1.csv", 3, 0, None),
        ("invoices/invoices_2023-01_d2.csv", 4, 1, None),
    ]
    assert files[0].sha256 != files[1].sha256
