"""A workbook whose headers have dots, backticks, quotes and signs, through a whole run."""

import pytest

from headrace.explain.raw import RawRecords
from lake.config import configuration
from lake.errors import DataError
from schemas.procurement import CURATED
from tests.engine import environment_name
from tests.jobs.lakes import ORDER, ORDER_HEADER, deliveries_of, orders, release, release_of, rows, run_of, write_raw
from tests.unit.headrace.asking import headrace
from tests.unit.lake.landing.formats.workbooks import xlsx

pytestmark = pytest.mark.every_engine

HEADERS = {
    "po_number": ("PO Number", "Bestell-Nr."),
    "item_number": ("Item", "Pos."),
    "changed_at": ("Changed At", 'Geändert "am"'),
    "ordered_on": ("Order Date", "a`b"),
    "vendor_id": ("Vendor", "Lieferant / Nr. [SAP]"),
    "vendor_name": ("Vendor Name", "Name 'lang'\nzweite Zeile"),
    "ordered_amount": ("Net Amount", "Betrag ($)"),
    "currency_code": ("Currency", "Währg."),
    "status_code": ("Status", "*"),
}
NAMES = dict(HEADERS.values())
ROW = {NAMES.get(name, name): ORDER.get(name) for name in ORDER_HEADER} | {"Bem. (intern)": "seen by nobody"}
OVERLAY = """[source]
name = "erp_purchase_orders"
claims = ['orders_(?P<period>[0-9]{4}-[0-9]{2})_d(?P<delivery>[0-9]+)[.]xlsx$']
[read]
format = "excel"
"""
EXPECTED = [("4500000001", "00010", "2024-01-10", "V000001", "Miller", "10.00", "open")]
COLUMNS = "po_number, item_number, ordered_on::varchar, vendor_id, vendor_name, ordered_amount::varchar, status_code"


def written(tmp_path):
    def literal(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    config = tmp_path / "overlay.toml"
    columns = [f"[columns.{field}]\nheaders = [{literal(name)}]\n" for field, (_, name) in HEADERS.items()]
    config.write_text(OVERLAY + "".join(columns))
    return config, write_raw(tmp_path / "raw", {"orders_2024-01_d1.xlsx": xlsx([list(ROW), list(ROW.values())])})


def test_a_run_takes_headers_of_any_characters_and_shows_them_as_they_are(spark, tmp_path):
    config, raw = written(tmp_path)
    lake = tmp_path / "lake"
    found = release(raw, lake, has_marts=False, configs=[config])
    assert rows(lake, found, "purchase_orders", COLUMNS) == EXPECTED

    sql = 'SELECT "Bestell-Nr." AS po, "a`b", "Betrag ($)" AS amount FROM landing.erp_purchase_orders'
    assert headrace("query", sql, "--lake", lake, "--reveal", "--json").json() == [
        {"po": "4500000001", "a`b": "2024-01-10", "amount": "10.00"}
    ]

    run = run_of(raw, lake, configs=[config])
    [delivery] = deliveries_of(lake, found)
    record = (delivery.landing_file_id, 1)
    told = RawRecords(run.lake, found, CURATED).fetch([record])[record].fields
    assert (told["Pos."], told["Betrag ($)"], told["Bem. (intern)"]) == ("10", "10.00", "•••")
    told = RawRecords(run.lake, found, CURATED, reveal=True).fetch([record])[record].fields
    assert told == ROW


def test_a_cell_that_cannot_be_read_is_shown_from_a_column_of_any_name(spark, tmp_path):
    overlay = tmp_path / "overlay.toml"
    overlay.write_text('[source]\nname = "erp_purchase_orders"\n[columns.ordered_on]\nheaders = ["Datum (Best.)"]\n')
    text = orders({"Item": "10"}, {"Item": "20", "Order Date": "32.1.2024"})
    raw = write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": text.replace("Order Date", "Datum (Best.)")})
    told = ("--raw", raw, "--lake", tmp_path / "lake", "--config", overlay, "--environment", environment_name())
    answer = headrace("run", "procurement", *told)
    assert "'32.1.2024' in purchase_orders_2024-01_d1.csv, record 2" in answer.out + answer.err


FILE = "purchase_orders_2024-01_d1.csv"


def of_earlier_format(raw, lake, monkeypatch, configs=()):
    """The release that the version before the present format of landing made."""
    with monkeypatch.context() as earlier:
        earlier.setattr(configuration, "LANDING_FORMAT", configuration.LANDING_FORMAT - 1)
        run = run_of(raw, lake, configs=configs)
        assert all(source.reading_digest for source in run.configuration.sources)  # kept for Spark's workers
        return release_of(run, has_marts=False)


def test_what_landed_under_an_earlier_format_of_landing_lands_again(spark, tmp_path, monkeypatch):
    raw, lake = write_raw(tmp_path / "raw", {FILE: orders(ORDER)}), tmp_path / "lake"
    before = of_earlier_format(raw, lake, monkeypatch)
    after = release(raw, lake, has_marts=False)
    ids = [[delivery.landing_file_id for delivery in deliveries_of(lake, found)] for found in (before, after)]
    assert (len(ids[1]), set(ids[0]) & set(ids[1])) == (1, set())
    assert rows(lake, after, "purchase_orders", COLUMNS) == rows(lake, before, "purchase_orders", COLUMNS)
    assert release(raw, lake, has_marts=False) is None


def test_raw_files_that_were_archived_are_asked_for_once_after_a_change_of_landing(spark, tmp_path, monkeypatch):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {FILE: orders(ORDER), FILE.replace("01_", "02_"): orders({"Item": "20"})})
    arrival = tmp_path / "arrival.toml"
    arrival.write_text('[source]\nname = "erp_purchase_orders"\norder = "arrival"\n')
    before = of_earlier_format(raw, lake, monkeypatch, [arrival])
    sentence = rf"^{FILE}: this version of Headrace lands in another format .*; put the raw files .* back"
    (raw / FILE).rename(tmp_path / FILE)
    with pytest.raises(DataError, match=sentence):
        release(raw, lake, has_marts=False, configs=[arrival])
    write_raw(raw, {FILE: orders({**ORDER, "Net Amount": "11.00"})})
    with pytest.raises(DataError, match=sentence):
        release(raw, lake, has_marts=False, configs=[arrival])

    write_raw(raw, {FILE: (tmp_path / FILE).read_bytes()})
    after = release(raw, lake, has_marts=False, configs=[arrival])
    assert sorted(rows(lake, after, "purchase_orders", COLUMNS)) == sorted(
        rows(lake, before, "purchase_orders", COLUMNS)
    )
    orders_of = [[delivery.order for delivery in deliveries_of(lake, found)] for found in (before, after)]
    assert orders_of[0] == orders_of[1]
    (raw / FILE).unlink()
    assert release(raw, lake, has_marts=False, configs=[arrival]) is None
