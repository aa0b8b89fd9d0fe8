"""`headrace profile`: what it sees in a file of any format, what it keeps to itself, and the first TOML."""

from __future__ import annotations

import gzip
import io
import json
import re
import tomllib
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.commands.profile import profile_file
from headrace.facts.profile import Doubt
from headrace.profiling.fixed_shape import layout_of
from headrace.profiling.outline import outline, sounds_personal, words
from headrace.profiling.rawfile import RawFile
from headrace.profiling.sheet_shape import header_row
from headrace.profiling.sketch import Sketch
from headrace.profiling.text_shape import encoding_of, survey_bytes
from lake.config.configuration import load
from lake.errors import ConfigError, DataError
from lake.landing.formats.encodings import find_encoding
from schemas.domains import DOMAINS
from tests.unit.headrace.asking import headrace
from tests.unit.lake.landing.formats.workbooks import xls, xlsx
from tests.unit.lake.landing.test_unpacking import zstd

HEADER = ("PO Number", "Item", "Changed At", "Order Date", "Vendor", "Net Amount", "Currency", "Status", "Requester")
PEOPLE = ("Ada Lovelace", "Grace Hopper", "Zoë Müller")
STATUSES = ("open", "closed", "Teilgeliefert")


def orders(count: int = 30) -> list[tuple[str, ...]]:
    return [
        (
            f"45000{n:05d}", f"{n % 3 + 1}0", f"2024-03-{n % 28 + 1:02d} 09:{n:02d}", f"{n % 28 + 1:02d}.03.2024",
            f"V{n % 4}", f"{1000 + n}.50", "EUR", STATUSES[n % 3], PEOPLE[n % 3],
        )
        for n in range(count)
    ]  # fmt: skip


def text(delimiter: str = ",", rows: list[tuple[str, ...]] | None = None) -> str:
    return "".join(delimiter.join(row) + "\n" for row in [HEADER, *(rows or orders())])


def in_columns() -> str:
    widths = (12, 5, 18, 12, 7, 11, 9, 14, 14)
    return "".join(
        "".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
        for row in [HEADER, *orders()]
    )


def in_a_sheet(written) -> bytes:
    typed = [
        (*row[:2], datetime.fromisoformat(row[2]), datetime.strptime(row[3], "%d.%m.%Y").date(), row[4], float(row[5]),
         *row[6:])
        for row in orders()
    ]  # fmt: skip
    return written({"Notes": [], "Orders": [["All orders of March"], [None], HEADER, *typed]})


def in_json(*, is_array: bool) -> str:
    objects = [json.dumps(dict(zip(HEADER, row, strict=True))) for row in orders()]
    return f"[{','.join(objects)}]" if is_array else "\n".join(objects)


def in_parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({name: [row[n] for row in orders()] for n, name in enumerate(HEADER)}), out)
    return out.getvalue()


def profiled(folder: Path, file: str, content: str | bytes, **said):
    (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    asked = {"domain": "procurement", "table": None, "sheet": None, "write": None, "name": None, "reveal": False}
    return profile_file(str(folder / file), **{**asked, **said})


def columns(facts) -> dict:
    return {column.name: column for column in facts.columns}


FILES = [
    pytest.param("o.csv", text(), {"format": "csv", "delimiters": (",",)}, id="comma"),
    pytest.param("o.csv", text(";"), {"delimiters": (";",)}, id="semicolon"),
    pytest.param("o.tsv", text("\t"), {"delimiters": ("\t",)}, id="tab"),
    pytest.param("o.csv", text("|").replace("\n", "\r\n"), {"delimiters": ("|",)}, id="bars, and line ends of Windows"),
    pytest.param("o.csv", text().encode("utf-8-sig"), {"encoding": "utf-8", "byte_order_mark": True}, id="a mark"),
    pytest.param("o.csv", text().encode("utf-16"), {"encoding": "utf-16"}, id="UTF-16"),
    pytest.param("o.csv", text().encode("utf-16-le"), {"encoding": "utf-16-le"}, id="UTF-16 without a mark"),
    pytest.param("o.csv", text().encode("latin-1"), {"encoding": "latin-1"}, id="Latin-1"),
    pytest.param("o.csv", text().replace("Zoë", "Zoë–").encode("cp1252"), {"encoding": "cp1252"}, id="cp1252"),
    pytest.param("o.csv.gz", gzip.compress(text().encode()), {"format": "csv"}, id="gzip"),
    pytest.param("o.csv.zst", zstd(text().encode()), {"format": "csv"}, id="zstd"),
    pytest.param("o.txt", in_columns(), {"format": "fixed_width", "header_line_count": 1}, id="fixed width"),
    pytest.param(
        "o.xlsx", in_a_sheet(xlsx), {"format": "excel", "sheet": "Orders", "header_line_count": "3"}, id="xlsx"
    ),
    pytest.param("o.xls", in_a_sheet(xls), {"format": "excel", "sheet": "Orders", "header_line_count": "3"}, id="xls"),
    pytest.param("o.jsonl", in_json(is_array=False), {"format": "json"}, id="lines of JSON"),
    pytest.param("o.json", in_json(is_array=True), {"format": "json"}, id="a JSON array"),
    pytest.param("o.parquet", in_parquet(), {"format": "parquet", "manifest": False}, id="Parquet"),
]


@pytest.mark.parametrize(("name", "content", "shape"), FILES)
def test_the_same_orders_in_any_format_are_told_alike(tmp_path, name, content, shape) -> None:
    facts = profiled(tmp_path, name, content)

    assert {key: facts.shape.get(key) for key in shape} == shape
    assert facts.counts.records == 30
    assert facts.counts.is_closed
    assert facts.counts.dead_letters == 0
    assert facts.table == "purchase_orders"
    assert {column.name: (column.field, column.rule) for column in facts.columns} == {
        "PO Number": ("po_number", "integer"),
        "Item": ("item_number", "integer"),
        "Changed At": ("changed_at", "timestamp"),
        "Order Date": ("ordered_on", "date"),
        "Vendor": ("vendor_id", "document_number"),
        "Net Amount": ("ordered_amount", "amount"),
        "Currency": ("currency_code", "code"),
        "Status": ("status_code", "text"),
        "Requester": ("requester_name", "text"),
    }
    told = columns(facts)
    assert (told["Order Date"].least, told["Order Date"].greatest) == (date(2024, 3, 1), date(2024, 3, 28))
    assert (str(told["Net Amount"].least), str(told["Net Amount"].greatest)) == ("1000.5", "1029.5")
    assert told["Status"].most_frequent == {"Teilgeliefert": 10, "closed": 10, "open": 10}
    assert (told["PO Number"].distinct_count, told["Requester"].distinct_count) == (30, 3)


def test_a_person_shows_only_to_who_asks(tmp_path) -> None:
    hidden = profiled(tmp_path, "o.csv", text())
    shown = profiled(tmp_path, "o.csv", text(), reveal=True)

    assert "Lovelace" not in repr(hidden)
    assert columns(hidden)["Requester"].most_frequent == {"Aaa Aaaaaaaa": 10, "Aaaaa Aaaaaa": 10, "Aaa Aaaaaa": 10}
    assert columns(shown)["Requester"].most_frequent == dict.fromkeys(sorted(PEOPLE), 10)


@pytest.mark.parametrize("header", ["Approval", "Geprüft von", "Remarks"])
def test_a_column_that_no_field_comes_from_shows_no_value(tmp_path, header) -> None:
    content = text().replace("Requester", header)

    assert "Lovelace" not in repr(profiled(tmp_path, "o.csv", content))


def test_a_header_that_is_another_fields_own_name_is_not_taken_for_what_one_packaged_source_makes_of_it(
    tmp_path,
) -> None:
    lines = [f"45000{n:05},10,V{n % 7},2024-03-{n % 28 + 1:02},{n}.50,EUR" for n in range(40)]
    content = "\n".join(["PO Number,PO Item,Supplier ID,Bill Date,Amount,Currency", *lines, ""])
    told = columns(profiled(tmp_path, "bills.csv", content, table="invoices"))
    assert {name: told[name].field for name in ("PO Number", "Amount")} == {
        "PO Number": "po_number",
        "Amount": "invoiced_amount",
    }


def test_a_value_of_a_single_row_hides_its_column(tmp_path) -> None:
    rows = [(*row[:6], "Ask Grace", *row[7:]) if n == 3 else row for n, row in enumerate(orders())]

    told = columns(profiled(tmp_path, "o.csv", text(rows=rows)))["Currency"]
    assert (told.field, told.shows) == ("currency_code", "outlines")
    assert "Grace" not in repr(told)


def test_neither_the_toml_nor_its_doubts_say_a_person(tmp_path) -> None:
    odd = [(*row[:3], "Grace H.", *row[4:]) if n == 3 else row for n, row in enumerate(orders())]
    facts = profiled(tmp_path, "o.csv", text(rows=odd), write=tmp_path / "o.toml")

    written = (tmp_path / "o.toml").read_text()
    assert "rule date does not read 1 rows, which would be quarantined: `Aaaaa A.`" in written
    assert "Grace" not in written + repr(facts)


@pytest.mark.parametrize(
    ("cells", "rule", "parameters", "doubt"),
    [
        pytest.param(["31/01/2024", "01/02/2024"], "date", {"ambiguous_formats": ["%d/%m/%Y", "%m/%d/%Y"]},
                     "%d/%m/%Y in this file", id="a day beyond 12 tells the order"),
        pytest.param(["01/02/2024", "03/04/2024"], "date", {"ambiguous_formats": ["%d/%m/%Y", "%m/%d/%Y"]},
                     "day or month first is not told", id="nothing tells the order"),
        pytest.param(["31/01/2024", "01/31/2024"], "date", {"ambiguous_formats": ["%d/%m/%Y", "%m/%d/%Y"]},
                     "1 rows are only %d/%m/%Y, 1 only %m/%d/%Y", id="both orders"),
        pytest.param(["01/31/2024", "01-31-2024"], "date",
                     {"ambiguous_formats": ["%d/%m/%Y", "%m/%d/%Y"], "formats": ["%m-%d-%Y"]},
                     "%m-%d-%Y in this file: 1 rows can be read in no other order; %m-%d-%Y is taken in every file",
                     id="a second pair is fixed"),
        pytest.param(["$12.00", "€12.00", "USD 13.00", "10.00", "(5.00)"], "amount", {"decimal": "."},
                     "which the rule drops: $ (1), USD (1), € (1); do they agree", id="currencies in cells"),
        pytest.param(["01.02.2024", "31.01.2024"], "date", {"formats": ["%d.%m.%Y"]}, "", id="points, told"),
        pytest.param(["01.02.2024", "03.04.2024"], "date", {"formats": ["%d.%m.%Y"]}, "the day is taken to stand first",
                     id="points, not told"),
        pytest.param(["2024-01-31", "31.01.2024"], "date", {"formats": ["iso", "%d.%m.%Y"]}, "", id="two formats"),
        pytest.param(["1.234,50", "12,00"], "amount", {"decimal": ","}, "", id="a decimal comma"),
        pytest.param(["1,234.50", "12.00"], "amount", {"decimal": "."}, "", id="a decimal point"),
        pytest.param(["1.234", "2.345"], "amount", {"decimal": "."}, "nothing tells", id="thousands or fractions"),
        pytest.param([*(f"{n}.50" for n in range(9)), "1,50"], "amount", {"decimal": "."}, "10.0% a decimal comma",
                     id="both"),
        pytest.param(["1.50", "1,50"], "text", {}, "rule amount reads 50% of its values", id="half and half"),
        pytest.param(["2-Jun-06", "14-Nov-06"], "text", {}, "two digits of a year", id="years of two digits"),
        pytest.param(["0012", "0345"], "document_number", {}, "", id="leading zeros are no number's"),
        pytest.param(["yes", "no"], "boolean", {}, "", id="yes and no"),
        pytest.param(["0", "1"], "boolean", {}, "or numbers", id="0 and 1 are either"),
        pytest.param(["2024-01-31T10:00:00Z", "2024-02-01T10:00Z"], "timestamp", {"formats": ["iso"]}, "", id="times"),
        pytest.param(["", ""], "text", {}, "no row has a value", id="nothing at all"),
    ],
)  # fmt: skip
def test_a_column_is_what_the_rules_read(tmp_path, cells, rule, parameters, doubt) -> None:
    rows = "".join(f'{n};"{cell}"\n' for n, cell in enumerate(cells))
    found = columns(profiled(tmp_path, "c.csv", f"Number;Cell\n{rows}"))["Cell"]

    assert found.rule == rule
    assert {key: value for key, value in found.parameters.items() if value} == parameters
    assert doubt in " ".join(found.unsure)
    assert bool(found.unsure) == bool(doubt)


def test_null_tokens_are_counted_and_asked_about(tmp_path) -> None:
    rows = [(*row[:5], ("N/A", "NULL", "7.00")[n % 3], *row[6:8], "NONE") for n, row in enumerate(orders())]
    facts = profiled(tmp_path, "o.csv", text(rows=rows), write=tmp_path / "o.toml")

    assert columns(facts)["Net Amount"].null_tokens == {"N/A": 10, "NULL": 10}
    said = tomllib.loads((tmp_path / "o.toml").read_text())["columns"]
    assert said["ordered_amount"]["null_tokens"] == ["", "N/A", "NULL"]
    assert "null_tokens" not in said["requester_name"]  # NONE may be a user: the system
    assert Doubt("columns.requester_name", "null, or a value? 'NONE' (30): taken for values") in facts.doubts


def test_dead_letters_and_fields_with_line_breaks(tmp_path) -> None:
    ragged = profiled(tmp_path, "r.csv", "a,b\n" + "1,2\n" * 20 + "1,2,3\n")
    broken = profiled(tmp_path, "b.csv", "a,b\n" + '1,"x\ny"\n' * 20)

    assert ragged.dead_letters == {"ragged": 1}
    assert ragged.first_dead_letters == ("record 21, line 22: ragged: 3 fields, the header has 2",)
    assert broken.shape["has_multiline_fields"]
    assert (broken.counts.records, broken.counts.line_breaks_in_fields) == (20, 20)


def test_other_sheets_are_named_and_can_be_asked_for(tmp_path) -> None:
    book = xlsx(
        {"First": [["a", "b"], [1, 2]], "Second": [["c", "d"], [3, 4]], "Secret": [["e"], [1]]}, hidden=["Secret"]
    )

    first = profiled(tmp_path, "b.xlsx", book)
    assert [column.name for column in first.columns] == ["a", "b"]
    assert "'Second' (profile them with --sheet)" in first.doubts[0].unsure
    assert [c.name for c in profiled(tmp_path, "b.xlsx", book, sheet="Secret").columns] == ["e"]


def asked_of(folder: Path, header: str, cells: list[str], at: str) -> list[str]:
    """What is asked of a field whose column has these cells, beside one of items."""
    rows = "".join(f"{cell},{n}0,2024-03-01\n" for n, cell in enumerate(cells, start=1))
    facts = profiled(folder, "o.csv", f"{header},Item,Order Date\n{rows}", table="purchase_orders")
    return [doubt.unsure for doubt in facts.doubts if doubt.at == at]


NUMBERS = [f"45000{n}" for n in range(10)]


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        pytest.param(["001Ab", "001aB", "001AB", "001ab", "002X"], "makes 4 different values 1, such as", id="case"),
        pytest.param([*NUMBERS, "TOTAL"], "a single word among numbers, `AAAAA` in 1 rows", id="a total"),
        pytest.param([*NUMBERS, " 450000 "], "", id="spaces around are nothing"),
        pytest.param([*NUMBERS, "TOTAL", "open"], "", id="two words"),
        pytest.param(NUMBERS, "", id="numbers"),
    ],
)
def test_what_a_rule_would_hide_of_a_number_is_asked(tmp_path, cells, asked) -> None:
    said = asked_of(tmp_path, "PO Number", cells, "columns.po_number")
    mine = [one for one in said if "different values" in one or "single word" in one]
    assert (len(mine), asked in "".join(mine)) == (bool(asked), True), said


@pytest.mark.parametrize(
    ("damaged", "encoding"), [pytest.param(2, "utf-8", id="fewer damaged"), pytest.param(3, "latin-1", id="as many")]
)
def test_text_is_utf_8_where_landing_says_so(tmp_path, damaged, encoding) -> None:
    lines = b"A\n" + "Zoë\n".encode() * 3 + b"Beta\xff\n" * damaged
    (tmp_path / "o.csv").write_bytes(lines)
    found, doubts = encoding_of(survey_bytes(RawFile.at(str(tmp_path / "o.csv"))))

    assert (found, len(doubts)) == (encoding, 1)
    assert doubts[0].unsure.startswith(f"line 5 and {damaged - 1} more are not UTF-8")
    kept, told = find_encoding(io.BytesIO(lines), ("utf-8", "latin-1"), tmp_path, "orders")
    kept.close()
    assert told == encoding


def test_a_header_twice_fills_no_field_and_says_so(tmp_path) -> None:
    facts = profiled(tmp_path, "d.csv", "PO Number,Vendor,vendor ,Net Amount\n1,a,b,3\n")

    assert [column.field for column in facts.columns] == ["po_number", None, None, "ordered_amount"]
    assert "columns that cannot be told apart, or have no name, fill no field: 'Vendor'" in repr(facts.doubts)


def test_a_required_time_without_a_column_shares_that_of_a_date(tmp_path) -> None:
    content = text().replace("Changed At", "Remarks").replace("2024-03-", "x")
    facts = profiled(tmp_path, "d.csv", content, write=tmp_path / "d.toml")

    assert columns(facts)["Order Date"].field == "changed_at, ordered_on"
    said = tomllib.loads((tmp_path / "d.toml").read_text())["columns"]
    assert said["changed_at"] == {
        "headers": ["Order Date"], "rule": "timestamp", "formats": ["%d.%m.%Y"], "date_only": True
    }  # fmt: skip
    assert "'Order Date' stands in for it" in repr(facts.doubts)


def test_a_file_that_is_like_no_table_says_so(tmp_path) -> None:
    facts = profiled(tmp_path, "d.csv", "colour,shape\nred,round\n")

    assert Doubt("source.table", "no header is like a field of any table: say --table") in facts.doubts


def test_a_header_alone_has_columns_and_no_record(tmp_path) -> None:
    facts = profiled(tmp_path, "d.csv", ",".join(HEADER) + "\n", write=tmp_path / "d.toml")

    assert (facts.counts.records, facts.counts.is_closed) == (0, True)
    assert {column.kind for column in facts.columns} == {"empty"}
    tomllib.loads((tmp_path / "d.toml").read_text())


def settled(path: Path, **answers: str) -> str:
    """The first TOML with each line that was commented out filled in, and the missing tables added."""
    said = path.read_text()
    for old, new in {
        '# source_system_code = "ERP1"': 'source_system_code = "ERP9"',
        '# time_zone_name = "Europe/Berlin"': 'time_zone_name = "Europe/Berlin"',
        '# currency_code = "EUR"': 'currency_code = "EUR"',
        '# zone = "Europe/Berlin"': 'zone = "Europe/Berlin"',
        **answers,
    }.items():
        said = said.replace(old, new)
    return said


@pytest.mark.parametrize(("name", "content", "shape"), FILES)
def test_the_first_toml_is_accepted_once_it_is_settled(tmp_path, name, content, shape) -> None:
    path = tmp_path / "first.toml"
    facts = profiled(tmp_path, name, content, write=path, table="purchase_orders", name="first")

    assert not facts.written.is_accepted
    assert "zone is missing" in facts.written.says
    for doubt in facts.doubts:
        assert f"# UNSURE: {doubt.unsure}\n" in path.read_text()
    path.write_text(settled(path))
    contracts = DOMAINS["procurement"].curated
    source = load("procurement", contracts=contracts, overlays=[path]).source("first")
    assert (source.read.format, len(source.columns)) == (facts.shape["format"], 9)


@pytest.mark.parametrize(
    ("file", "claims"),
    [
        ("orders 2024-03_d2.csv", "(^|/)orders (?P<period>[0-9]{4}-(0[1-9]|1[0-2]))_d(?P<delivery>[0-9]+)[.]csv$"),
        ("it's [1].csv", r"(^|/)it.s \[1\][.]csv$"),
    ],
)
def test_claims_are_the_name_with_its_month_and_delivery(tmp_path, file, claims) -> None:
    path = tmp_path / "first.toml"
    profiled(tmp_path, file, text(), write=path)

    assert tomllib.loads(path.read_text())["source"]["claims"] == [claims]


def test_a_database_extract_is_claimed_by_the_manifest_that_lists_it(tmp_path) -> None:
    listed = {"files": [{"name": "part-0.parquet", "rows": 30}]}
    (tmp_path / "orders_2024-03_d1.manifest.json").write_text(json.dumps(listed))
    (tmp_path / "other.manifest.json").write_text("{}")
    facts = profiled(tmp_path, "part-0.parquet", in_parquet(), write=tmp_path / "first.toml")

    said = tomllib.loads((tmp_path / "first.toml").read_text())
    assert said["source"]["claims"][0].endswith("_d(?P<delivery>[0-9]+)[.]manifest[.]json$")
    assert said["read"] == {"format": "parquet"}
    assert not any(doubt.at == "read.manifest" for doubt in facts.doubts)


@pytest.mark.parametrize(
    ("name", "content", "said", "sentence"),
    [
        ("e.csv", "", {}, "e.csv is empty, expected a file with a header or records"),
        ("b.csv", "\n \n", {}, "b.csv has nothing but blank lines"),
        ("x.manifest.json", "{}", {}, "x.manifest.json is the manifest of a delivery"),
        ("o.csv", text(), {"table": "purchase_order"}, "there is no table 'purchase_order'; did you mean"),
        ("o.xlsx", in_a_sheet(xlsx), {"sheet": "Order"}, "the sheets 'Notes', 'Orders', expected a sheet 'Order'"),
        ("n.xlsx", xlsx({"Notes": []}), {}, "'Notes': empty, expected a table"),
        ("o.csv", gzip.compress(gzip.compress(text().encode())), {}, "found a file packed as gzip, expected text"),
        ("o.csv.gz", gzip.compress(text().encode())[:-20], {}, "the gzip file is truncated or damaged"),
    ],
)
def test_what_cannot_be_profiled_is_one_sentence(tmp_path, name, content, said, sentence) -> None:
    with pytest.raises((DataError, ConfigError), match=re.escape(sentence)):
        profiled(tmp_path, name, content, **said)


@pytest.mark.parametrize("ending", ["", "/"])
def test_a_folder_is_answered_with_the_files_to_profile(tmp_path, ending) -> None:
    for name in ("orders/o_2024-01.csv", "orders/o_2024-02.csv", "bills.xlsx", ".tmp-x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    told = headrace("profile", f"{tmp_path}{ending}")
    assert (told.code, told.out) == (2, "")
    assert told.err == (
        f"error: {tmp_path}{ending} is a folder; expected one file: profile {tmp_path}/bills.xlsx, "
        f"{tmp_path}/orders/o_2024-01.csv (2 alike), each by itself\n"
    )


def test_an_empty_folder_and_a_missing_file_are_two_things(tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    empty, missing = headrace("profile", tmp_path / "empty"), headrace("profile", tmp_path / "o.csv")
    assert (empty.code, empty.err) == (2, f"error: {tmp_path}/empty is a folder without a file; expected one file\n")
    assert (missing.code, missing.err) == (1, f"error: there is no object {tmp_path}/o.csv\n")


def test_the_first_toml_says_how_a_second_table_shares_the_file(tmp_path) -> None:
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    for path, table in ((first, "purchase_orders"), (second, "goods_receipts")):
        profiled(tmp_path, "o.csv", text(), write=path, table=table, name=f"mine_{table}")
        assert "\n# shares_files = true " in path.read_text()


def test_a_toml_that_is_there_is_not_overwritten(tmp_path) -> None:
    (tmp_path / "o.toml").write_text("mine")
    with pytest.raises(ConfigError, match="is there already"):
        profiled(tmp_path, "o.csv", text(), write=tmp_path / "o.toml")
    assert (tmp_path / "o.toml").read_text() == "mine"


def test_the_command_tells_people_and_programs(tmp_path) -> None:
    (tmp_path / "o.csv").write_text(text())
    people = headrace("profile", tmp_path / "o.csv", "--write", tmp_path / "o.toml")
    program = headrace("profile", tmp_path / "o.csv", "--json")

    assert (people.code, program.code) == (0, 0)
    assert "31 lines = 1 header + 30 records" in people.out
    assert f"--config {tmp_path / 'o.toml'}" in people.out
    assert json.loads(program.out)["table"] == "purchase_orders"


@given(st.text(max_size=200))
def test_an_outline_gives_no_letter_and_no_digit_away(cell) -> None:
    assert not [c for c in outline(cell) if (c.isalpha() and c not in "Aa") or (c.isdigit() and c != "9")]


def test_names_are_taken_apart_into_words() -> None:
    assert words("PONumber") == words("po_number") == words("PO Number") == ["po", "number"]
    assert sounds_personal("Created by")
    assert sounds_personal("eMail")
    assert not sounds_personal("Order Date")


def test_memory_is_bounded_and_many_values_are_estimated() -> None:
    sketch = Sketch("id", kept_values=1_000)
    for block in range(20):
        sketch.take(pa.array([f"n{block * 5_000 + n}" for n in range(5_000)] + ["often"] * 10, pa.string()))

    assert (len(sketch.values), len(sketch.late) <= 1_000, sketch.is_complete) == (1_000, True, False)
    assert sketch.distinct_count == pytest.approx(100_001, rel=0.1)
    assert sketch.filled_count == 100_200


def test_nulls_blanks_and_tokens_are_no_values() -> None:
    sketch = Sketch("x")
    sketch.take(pa.array([None, "", "  ", "NULL", "a", " a "], pa.string()))

    assert (sketch.row_count, sketch.null_count, sketch.blank_count, sketch.filled_count) == (6, 1, 2, 2)
    assert (dict(sketch.values), dict(sketch.tokens), sketch.distinct_count) == ({"a": 2}, {"NULL": 1}, 1)


@pytest.mark.parametrize(
    ("lines", "slices"),
    [
        pytest.param(["AB   1", "C   12", "DEF  3", "G    4"], [(1, 4), (5, 2)], id="left and right aligned"),
        pytest.param(["ID NAME", "1  Ada", "2  Bob", "3  Eve"], [("ID", 1, 3), ("NAME", 4, 4)], id="with a header"),
        pytest.param(["some prose that", "is not aligned at", "all but has words"], None, id="prose has no cuts"),
        pytest.param(["1", "2"], None, id="too few lines"),
        pytest.param([], None, id="no line"),
    ],
)
def test_cuts_are_where_every_line_is_blank(lines, slices) -> None:
    found = layout_of(lines)
    if slices is None:
        assert found is None
    else:
        assert found is not None
        assert [(p.name, p.start, p.width)[3 - len(slices[0]) :] for p in found.slices] == slices, found


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([["a", "b"], ["1", "2"]], 0),
        ([["Title", None, None], [None, None, None], ["a", "b", "c"], ["1", "x", "3"], ["1", "x", "3"]], 2),
        ([["2024", "2025"], ["a", "b"], ["1", "2"]], 1),
        ([], 0),
    ],
)
def test_the_header_of_a_sheet_is_as_wide_as_what_stands_below(rows, place) -> None:
    assert header_row(rows) == place


def test_estimates_do_not_depend_on_the_order() -> None:
    values = [f"v{n}" for n in range(20_000)]
    found = []
    for order in (values, list(np.random.default_rng(1).permutation(values))):
        sketch = Sketch("x", kept_values=100)
        sketch.take(pa.array([str(value) for value in order], pa.string()))
        found.append(sketch.distinct_count)
    assert found[0] == found[1]


def test_what_a_contract_computes_itself_is_asked_of_no_column(tmp_path):
    text = "Term,Period Start On,Available On,Search Count\n" + "pens,2024-01-01,2024-01-03,7\n" * 3
    found = columns(profiled(tmp_path, "v.csv", text, domain="search", table="search_volumes"))
    assert {name: column.field for name, column in found.items()} == {
        "Term": "term", "Period Start On": "period_start_on", "Available On": None, "Search Count": "search_count",
    }  # fmt: skip


def test_search_ranks_are_profiled_by_the_rule_of_terms_and_run_in_their_own_domain(tmp_path):
    rows = "".join(f"US,all,Lip Balm {n},2024-03-{n + 1:02d},{n + 1}\n" for n in range(20))
    header = "Marketplace,Department,Search Term,Reporting Date,Search Frequency Rank\n"
    (tmp_path / "ranks.csv").write_text(header + rows)
    said = headrace(
        "profile", str(tmp_path / "ranks.csv"), "--domain", "search", "--table", "search_ranks", "--write",
        str(tmp_path / "first.toml"),
    )  # fmt: skip
    assert "headrace run search --raw RAW" in " ".join(said.out.split())
    assert tomllib.loads((tmp_path / "first.toml").read_text())["columns"]["term"]["rule"] == "term"
