"""The same orders in any format are the same table, every line of theirs accounted for."""

import gzip
import io
import json
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.jobs.lakes import ORDER, ORDER_HEADER, orders, release, rows, write_raw
from tests.unit.lake.landing.formats.workbooks import xls, xlsx
from tests.unit.lake.landing.test_unpacking import zstd

pytestmark = pytest.mark.every_engine

COLUMNS = "po_number, item_number, ordered_on::varchar, vendor_id, vendor_name, ordered_amount::varchar, status_code"
ORDERS = [{**ORDER, "Item": "10"}, {**ORDER, "Item": "20", "Vendor": "V2", "Net Amount": "1234.50"}]
FILLED = [{name: order.get(name) for name in ORDER_HEADER} for order in ORDERS]
EXPECTED = [
    ("4500000001", "00010", "2024-01-10", "V000001", "Miller", "10.00", "open"),
    ("4500000001", "00020", "2024-01-10", "V000002", "Miller", "1234.50", "open"),
]
OVERLAY = """[source]
name = "erp_purchase_orders"
claims = ['orders_(?P<period>[0-9]{4}-[0-9]{2})(_d(?P<delivery>[0-9]+))?[.][a-z.]+$']
[columns.changed_at]
formats = ["iso", "excel_serial"]
[read]
"""


def in_a_sheet(written):
    typed = {
        "Changed At": lambda text: datetime.strptime(text, "%Y-%m-%d %H:%M"),
        "Order Date": date.fromisoformat,
        "Net Amount": float,
        "Item": int,
    }
    cells = [[text and typed.get(name, str)(text) for name, text in order.items()] for order in FILLED]
    return written([["Orders of January"], ORDER_HEADER, *cells])


def in_parquet():
    out = io.BytesIO()
    columns = {name: pa.array([order[name] for order in FILLED]) for name in ORDER_HEADER}
    columns["Changed At"] = pa.array([datetime(2024, 1, 10, 9)] * 2, pa.timestamp("ns"))
    columns["Net Amount"] = columns["Net Amount"].cast(pa.decimal128(12, 2))
    columns["Order Date"] = columns["Order Date"].cast(pa.date32())
    pq.write_table(pa.table(columns), out)
    manifest = {"files": [{"name": "part-0.parquet", "rows": 2}]}
    return {"orders_2024-01_d1.manifest.json": json.dumps(manifest), "part-0.parquet": out.getvalue()}


def in_columns():
    return "".join("".join(f"{text or '':<20}" for text in order.values()) + "\n" for order in FILLED)


def in_items():
    """Items in an order in a page, their amount in an object of its own; packed under a name that does not say so."""
    order = {name: text for name, text in FILLED[0].items() if name not in ("Item", "Vendor", "Net Amount")}
    items = [{"Item": o["Item"], "Vendor": o["Vendor"], "money": {"net": o["Net Amount"]}} for o in ORDERS]
    return gzip.compress(json.dumps({"d": {"results": [{**order, "items": items}], "__next": None}}, indent=2).encode())


ITEMS = """format = "json"
records = "d.results[].items[]"
[columns.item_number]
headers = ["items[].Item"]
[columns.vendor_id]
headers = ["items[].Vendor"]
[columns.ordered_amount]
headers = ["items[].money.net"]
"""
LAYOUT = ", ".join(f'{{name = "{name}", start = {1 + 20 * n}, width = 20}}' for n, name in enumerate(ORDER_HEADER))


@pytest.mark.parametrize(
    ("read", "files"),
    [
        pytest.param("", {"orders_2024-01_d1.csv.zst": zstd(orders(*ORDERS).encode())}, id="CSV packed with zstd"),
        pytest.param(
            f'format = "fixed_width"\nlayout = [{LAYOUT}]', {"orders_2024-01_d1.txt": in_columns()}, id="fixed"
        ),
        pytest.param('format = "excel"', {"orders_2024-01_d1.xlsx": in_a_sheet(xlsx)}, id="a workbook"),
        pytest.param('format = "excel"', {"orders_2024-01_d1.xls": in_a_sheet(xls)}, id="an old workbook"),
        pytest.param('format = "json"', {"orders_2024-01_d1.json": json.dumps(FILLED)}, id="a JSON array"),
        pytest.param(ITEMS, {"orders_2024-01_d1.json": in_items()}, id="items of orders in a wrapper, packed"),
        pytest.param('format = "parquet"', in_parquet(), id="Parquet with a manifest"),
    ],
)
def test_any_format_gives_the_same_rows(spark, tmp_path, read, files):
    config = tmp_path / "overlay.toml"
    config.write_text(OVERLAY + read)
    raw, lake = write_raw(tmp_path / "raw", files), tmp_path / "lake"

    found = release(raw, lake, has_marts=False, configs=[config])

    assert rows(lake, found, "purchase_orders", COLUMNS) == EXPECTED
    assert rows(lake, found, "purchase_orders", "DISTINCT changed_at::varchar")[0][0].startswith("2024-01-10 08:00")
    assert release(raw, lake, has_marts=False, configs=[config]) is None
