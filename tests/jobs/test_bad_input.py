"""Bad input stops the run with one sentence that names the file and what is wrong, and nothing is published."""

import gzip
import os
import re
import shutil
import subprocess
from datetime import datetime, timedelta

import pytest

from lake.errors import ConfigError, DataError
from lake.store.folder import FolderStore
from lake.store.objects import StoreFull
from tests.jobs.lakes import ORDER, ORDER_HEADER, invoices, orders, release, release_of, rows, run_of, write_raw
from tests.unit.lake.landing.formats.workbooks import changed, protected, xls, xlsx

NAME = "purchase_orders_2024-01_d1.csv"
MANY = orders(*({"Item": str(item), "Vendor Name": "Müller"} for item in range(1, 40)))
EVENTS = "case concept:name,concept:name,time:timestamp\n1_1,Create Purchase Order Item,2018-01-01T00:00:00+00:00\n"

BAD = [
    pytest.param({}, DataError, "there is no file in .*raw, which is empty;", id="an empty folder"),
    pytest.param(
        {"letter.pdf": "x"},
        DataError,
        r"letter\.pdf: no source claims this file; known are .*invoices",
        id="a file that no source claims",
    ),
    pytest.param(
        {NAME: MANY.replace("Vendor,", "Creditor,", 1)},
        DataError,
        rf"{NAME}: line 1: the header, read with delimiter .,., has no column for vendor_id "
        r"\('Vendor' or 'Vendor Code' or 'Supplier'\)",
        id="a header without a required column",
    ),
    pytest.param(
        {"bpic.csv": EVENTS},
        DataError,
        r"bpic\.csv: line 1: the header, read with delimiter .,., has no column for source_system_code",
        id="a log without a required column",
    ),
    pytest.param(
        {NAME + ".gz": gzip.compress(MANY.encode())[:-40]},
        DataError,
        rf"{NAME}\.gz: the gzip file is truncated or damaged",
        id="a truncated gzip",
    ),
    pytest.param(
        {NAME: MANY.encode("latin-1")},
        DataError,
        rf"{NAME}: 39 of 39 records could not be read.*utf-8.*encoding",
        id="the wrong encoding",
    ),
    pytest.param(
        {NAME: MANY.encode("utf-16")},
        DataError,
        rf'{NAME}: .*byte-order mark of utf-16.*encoding = "utf-16"',
        id="UTF-16 by its mark",
    ),
    pytest.param(
        {NAME: MANY.replace("Pens", '"Pens', 1)},
        DataError,
        rf"{NAME}: line 2, record 1.*stray quote.*stray_quotes = \"dead_letter\"",
        id="a stray quote",
    ),
    pytest.param({NAME: b""}, DataError, rf"{NAME}: the file is empty", id="an empty file"),
    pytest.param(
        {NAME: orders({"Order Date": "01/02/2024"}, {"Item": "20", "Order Date": "03/04/2024"})},
        DataError,
        rf"{NAME}: column 'Order Date': cannot tell day from month",
        id="a day that could be a month",
    ),
]


@pytest.mark.parametrize(("files", "error", "sentence"), BAD)
def test_bad_raw_files_stop_the_run(spark, tmp_path, files, error, sentence):
    (tmp_path / "raw").mkdir()
    raw, lake = write_raw(tmp_path / "raw", files), tmp_path / "lake"
    with pytest.raises(error) as raised:
        release(raw, lake)
    assert re.search(sentence, str(raised.value)), str(raised.value)
    assert "\n" not in str(raised.value)
    assert error.exit_code == 1
    assert not (lake / "releases").exists()


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        pytest.param(
            "[source]\nname = 'erp_invoices'\ncolour = 'red'\n",
            r"mine\.toml:3: unknown key 'source\.colour'",
            id="an unknown config key",
        ),
        pytest.param(
            "[source]\nname = 'erp_invoices'\n[columns.vendor_id]\nrule = 'vendor_cod'\n",
            r"mine\.toml:\d: .*vendor_cod.*vendor_code",
            id="an unknown rule",
        ),
        pytest.param(
            "[source]\nname = 'erp_invoices'\n[coverage]\nsystem_stamped = []\n",
            r"mine\.toml:1: \[coverage\]: .*found neither system_stamped nor data_through",
            id="a source that cannot tell through when it is complete",
        ),
        pytest.param(
            "[source]\nname = 'erp_invoices'\n[coverage]\nrecords = ['invoice_payed']\n",
            r"mine\.toml:1: \[coverage\]: .*found invoice_payed",
            id="an event type that is none",
        ),
    ],
)
def test_a_bad_config_stops_the_run_before_anything_is_read(tmp_path, config, sentence):
    (tmp_path / "mine.toml").write_text(config)
    raw = write_raw(tmp_path / "raw", {NAME: orders({})})
    with pytest.raises(ConfigError) as raised:
        release(raw, tmp_path / "lake", configs=[tmp_path / "mine.toml"])
    assert re.search(sentence, str(raised.value)), str(raised.value)
    assert ConfigError.exit_code == 2
    assert not (tmp_path / "lake").exists()


def test_coverage_in_a_domain_that_looks_at_none_stops_the_run(tmp_path):
    (tmp_path / "mine.toml").write_text("[source]\nname = 'search_ranks'\n[coverage]\ndata_through = 2024-01-31\n")
    raw = write_raw(tmp_path / "raw", {"search_ranks_2024-01-01.csv": "x\n"})
    with pytest.raises(ConfigError, match=r"mine\.toml:1: found \[coverage\], but domain search looks at none"):
        release(raw, tmp_path / "lake", domain="search", configs=[tmp_path / "mine.toml"])


@pytest.mark.parametrize(
    ("name", "found"),
    [pytest.param("nothing", "is not there", id="missing"), pytest.param("a.csv", "is a file", id="a file")],
)
def test_raw_that_is_no_folder_is_said_to_be_none(tmp_path, name, found):
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(ConfigError, match=rf"^--raw .*{name} {found}; expected the folder of the raw files$"):
        release(tmp_path / name, tmp_path / "lake")


def test_all_files_that_cannot_be_read_are_told_at_once(spark, tmp_path):
    names = [f"purchase_orders_2024-0{month}_d1.csv" for month in (1, 2, 3)]
    raw = write_raw(tmp_path / "raw", {names[0]: "Other,Header\n1,2\n", names[1]: orders({}), names[2]: b""})
    with pytest.raises(DataError) as raised:
        release(raw, tmp_path / "lake")
    told = str(raised.value)
    assert told.startswith(f"2 things are refused: (1) {names[0]}: ")
    assert f"; (2) {names[2]}: the file is empty" in told
    assert "\n" not in told


def test_a_lake_within_the_raw_folder_is_refused(tmp_path):
    raw = write_raw(tmp_path / "raw", {NAME: orders({})})
    with pytest.raises(ConfigError, match=r"--lake \S+raw/lake lies in --raw \S+raw;"):
        release(raw, raw / "lake")


def test_a_bad_file_beside_good_ones_publishes_none_of_them(spark, tmp_path):
    raw = write_raw(tmp_path / "raw", {NAME: orders({}), "invoices_2024-01_d1.csv.gz": gzip.compress(b"x" * 99)[:-9]})
    with pytest.raises(DataError, match=r"invoices_2024-01_d1\.csv\.gz"):
        release(raw, tmp_path / "lake")
    assert not (tmp_path / "lake/releases").exists()


@pytest.mark.parametrize("size", [pytest.param("32k", id="while landing"), pytest.param("300k", id="while curating")])
def test_a_full_disk_is_said_and_nothing_is_published(spark, tmp_path, size):
    """The lake lies on a real, small tmpfs; skipped where mounting is not allowed."""
    small = tmp_path / "small"
    small.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(small)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no small disk could be mounted: the full disk was not tried")
    try:
        text = invoices(*({"Invoice No": str(number), "Clerk": f"clerk {number}"} for number in range(1, 6000)))
        raw = write_raw(tmp_path / "raw", {"invoices_2024-01_d1.csv": text})
        with pytest.raises(StoreFull, match="disk is full"):
            release(raw, small / "lake")
        assert not (small / "lake/releases").exists()
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_a_raw_file_that_grows_while_it_is_read_stops_the_run(tmp_path):
    class Growing(FolderStore):
        def open(self, key, etag=None):
            body = super().open(key, etag)
            with (tmp_path / "raw" / key).open("a") as file:
                file.write("more\n")
            return body

    raw = write_raw(tmp_path / "raw", {NAME: orders({})})
    run = run_of(raw, tmp_path / "lake")
    from lake.landing.claims import claim_files
    from lake.landing.land_file import land_file

    source = run.configuration.source("erp_purchase_orders")
    [claim] = claim_files(
        run.raw.list(), run.configuration.sources, run.configuration.domain, arrived_at="now", where="raw"
    )
    with pytest.raises(DataError, match=f"{NAME}: the file changed while it was read"):
        land_file(Growing(raw), run.lake, claim, source)
    assert not list(run.lake.list("landing/"))


def test_a_lake_whose_landing_is_gone_says_so(spark, tmp_path):
    raw, lake = write_raw(tmp_path / "raw", {NAME: orders({})}), tmp_path / "lake"
    release_of(run_of(raw, lake), has_marts=False)
    shutil.rmtree(lake / "landing")
    write_raw(raw, {"purchase_orders_2024-02_d1.csv": orders({"Item": "20"})})
    assert release(raw, lake, has_marts=False).counts["purchase_orders"].rows_after == 2


def test_a_file_without_a_header_stops_the_run_and_no_person_is_named(spark, tmp_path):
    text = orders({}, {"Item": "20"}).split("\n", 1)[1]
    raw = write_raw(tmp_path / "raw", {NAME: text})
    with pytest.raises(DataError, match=f"{NAME}: line 1: none of its 15 cells") as raised:
        release(raw, tmp_path / "lake")
    assert "Ada" not in str(raised.value)


def test_a_thirteenth_month_is_claimed_by_no_source(tmp_path):
    raw = write_raw(tmp_path / "raw", {"invoices_2024-13_d1.csv": invoices({})})
    with pytest.raises(DataError, match="no source claims this file"):
        release(raw, tmp_path / "lake")


BOOK = """[source]
name = "erp_purchase_orders"
claims = ['orders_(?P<period>[0-9]{4}-[0-9]{2})_d(?P<delivery>[0-9]+)[.][a-z.]+$']
[read]
"""
FILLED = [list(ORDER_HEADER), [ORDER.get(name) for name in ORDER_HEADER]]
NARROW = ", ".join(f'{{name = "{name}", start = {1 + 20 * n}, width = 20}}' for n, name in enumerate(ORDER_HEADER))
LINE = "".join(f"{ORDER.get(name, ''):<20}" for name in ORDER_HEADER)


def with_a_cell_far_away(rows: int, columns: int) -> bytes:
    return changed(
        xlsx(FILLED),
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace(
            "</sheetData>", f'<row r="{rows}"><c r="{columns}{rows}" t="n"><v>1</v></c></row></sheetData>'
        ),
    )


@pytest.mark.parametrize(
    ("read", "files", "sentence"),
    [
        pytest.param(
            'format = "excel"',
            {"orders_2024-01_d1.xls": protected(xls(FILLED))},
            r"orders_2024-01_d1\.xls: the workbook is protected with a password; ask for it without one",
            id="a workbook with a password",
        ),
        pytest.param(
            'format = "excel"',
            {"orders_2024-01_d1.xlsx": xlsx([])},
            r"orders_2024-01_d1\.xlsx: sheet 'Orders' is empty, expected a header row",
            id="an empty workbook",
        ),
        pytest.param(
            'format = "excel"\nsheet = "January"',
            {"orders_2024-01_d1.xlsx": xlsx(FILLED)},
            r"the workbook has the sheets 'Orders'; expected a sheet 'January'; say its name with `sheet`",
            id="a sheet that is missing",
        ),
        pytest.param(
            'format = "excel"',
            {"orders_2024-01_d1.xlsx": with_a_cell_far_away(400_000, "Y")},
            r"has at least 400,000 rows x 25 columns = 10,000,000 cells, expected at most 5,000,000 \(cell_limit under",
            id="a sheet of ten million cells",
        ),
        pytest.param(
            f'format = "fixed_width"\nlayout = [{NARROW}]',
            {"orders_2024-01_d1.txt": f"{LINE}\n{LINE[:250]}\n"},
            r"orders_2024-01_d1\.txt: 1 of 2 records could not be read.*short: 250 characters, the layout has 300",
            id="a fixed-width line too short",
        ),
        pytest.param(
            'format = "parquet"',
            {"orders_2024-01_d1.parquet": b"PAR1"},
            r"orders_2024-01_d1\.parquet: no manifest lists this file; expected a NAME\.manifest\.json beside it",
            id="a Parquet extract without its manifest",
        ),
        pytest.param(
            "",
            {"a/orders_2024-01_d1.csv": orders({}), "b/orders_2024-01_d1.csv": orders({"Item": "20"})},
            r"a/orders_2024-01_d1\.csv and b/orders_2024-01_d1\.csv claim period 2024-01 of source "
            "erp_purchase_orders with different contents, and nothing tells which is later",
            id="two files that claim the same period",
        ),
    ],
)
def test_bad_files_of_every_format_stop_the_run(spark, tmp_path, read, files, sentence):
    config = tmp_path / "mine.toml"
    config.write_text(BOOK + read)
    raw, lake = write_raw(tmp_path / "raw", files), tmp_path / "lake"
    with pytest.raises(DataError) as raised:
        release(raw, lake, has_marts=False, configs=[config])
    assert re.search(sentence, str(raised.value)), str(raised.value)
    assert "\n" not in str(raised.value)
    assert not (lake / "releases").exists()


def test_a_file_for_a_closed_period_stops_the_run_and_the_release_stands(spark, tmp_path):
    raw, lake = write_raw(tmp_path / "raw", {"invoices_2024-01_d1.csv": invoices({})}), tmp_path / "lake"
    config = tmp_path / "mine.toml"
    config.write_text('[source]\nname = "erp_invoices"\nclosed_through = "2024-01"\n')
    first = release(raw, lake, has_marts=False, configs=[config])  # a lake that is built anew takes all
    assert first.number == 1
    write_raw(raw, {"invoices_2024-02_d1.csv": invoices({"Invoice No": "5100000002"})})
    assert release(raw, lake, has_marts=False, configs=[config]).number == 2
    write_raw(raw, {"invoices_2024-01_d2.csv": invoices({"Amount": "99.00"})})

    sentence = r"invoices_2024-01_d2\.csv is for period 2024-01, and source erp_invoices is closed through 2024-01"
    with pytest.raises(DataError, match=sentence):
        release(raw, lake, has_marts=False, configs=[config])

    assert sorted(path.name for path in (lake / "releases/procurement").iterdir()) == ["00000001.json", "00000002.json"]
    config.write_text('[source]\nname = "erp_invoices"\nclosed_through = "2023-12"\n')
    assert release(raw, lake, has_marts=False, configs=[config]).number == 3


def test_a_currency_that_has_no_rate_is_kept_as_it_is_and_apart(spark, tmp_path):
    """No amount is converted: what is ordered in euros and invoiced in ounces of gold is neither added nor matched."""
    raw = write_raw(
        tmp_path / "raw",
        {
            NAME: orders({}, {"Item": "20", "Currency": "XAU"}),
            "invoices_2024-01_d1.csv": invoices({"Currency": "XAU"}, {"Line": "2", "Item": "20", "Currency": "XAU"}),
        },
    )
    found = release(raw, tmp_path / "lake")

    columns = "case_id, currency_code, ordered_amount::varchar, invoiced_amount::varchar, three_way_match_reason"
    assert rows(tmp_path / "lake", found, "procurement_cases", columns) == [
        ("4500000001_00010", "EUR", "10.00", None, "not_recorded"),
        ("4500000001_00020", "XAU", "10.00", "10.00", "not_recorded"),
    ]
    [(currency, amount, currency_count)] = rows(
        tmp_path / "lake", found, "procurement_vendors", "currency_code, ordered_amount::varchar, currency_count"
    )
    assert (currency, amount, currency_count) == (None, None, 2)


@pytest.mark.proof_on_spark
def test_a_case_with_a_hundred_thousand_events_goes_through(spark, tmp_path):
    """A framework order: one item, a posting a minute. Nothing of a case is held in one row."""
    count = 25_000
    header = "case concept:name,case (case) Source,case (case) Vendor,time:timestamp,Cumulative net worth (EUR),User,"
    steps = ("Record Goods Receipt", "Vendor creates invoice", "Record Invoice Receipt", "Clear Invoice")
    begin = datetime(2024, 1, 1, 9)
    lines = [f"1_1,S,V,{begin:%Y-%m-%dT%H:%M:%S.000+01:00},1.0,NONE,Create Purchase Order Item"]
    lines += [
        f"1_1,S,V,{begin + timedelta(minutes=n):%Y-%m-%dT%H:%M:%S.000+01:00},1.0,NONE,{step}"
        for n in range(1, count + 1)
        for step in steps
    ]
    names = (
        f"{header}concept:name,case (case) Company,case (case) Name,case (case) Spend area text,"
        "case (case) Document Type,case (case) Item Type,org:resource"
    )
    text = "\n".join([names, *(f"{line},C,N,A,D,I,NONE" for line in lines)]) + "\n"
    found = release(write_raw(tmp_path / "raw", {"events.csv": text}), tmp_path / "lake")

    lake = tmp_path / "lake"
    assert found.counts["logged_events"].curated == 4 * count + 1
    [(events, receipts, clearings)] = rows(
        lake, found, "procurement_cases", "event_count, goods_receipt_count, clearing_count"
    )
    assert (events, receipts, clearings) == (4 * count + 1, count, count)
    pairs = rows(lake, found, "procurement_legs", "count(*), max(duration_days)", "leg = 'recorded_to_cleared'")
    assert pairs == [(count, 0)]
