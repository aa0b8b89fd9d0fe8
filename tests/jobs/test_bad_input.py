"""Bad input stops the run with one sentence that names the file and what is wrong, and nothing is published."""

import gzip
import os
import re
import shutil
import subprocess

import pytest

from lake.errors import ConfigError, DataError
from lake.folder_store import FolderStore
from lake.objects import StoreFull
from tests.jobs.lakes import invoices, orders, release, release_of, run_of, write_raw

NAME = "purchase_orders_2024-01_d1.csv"
MANY = orders(*({"Item": str(item), "Vendor Name": "Müller"} for item in range(1, 40)))
EVENTS = "case concept:name,concept:name,time:timestamp\n1_1,Create Purchase Order Item,2018-01-01T00:00:00+00:00\n"

BAD = [
    pytest.param({}, DataError, "there is no file in", id="an empty folder"),
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
    from lake.claims import claim_files
    from lake.landing import land_file

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
