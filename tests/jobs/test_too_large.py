"""A run too large for the embedded engine says so, where it can before it begins, and names the way to Spark."""

import pytest

from jobs.curate import curate
from jobs.land_raw import land_raw
from lake.curating.too_large import guess_rows
from lake.errors import ConfigError
from lake.landing.claims import claim_files
from tests.jobs.lakes import orders, release_of, run_of, write_raw


def six_orders(folder, row_limit):
    """A run over one file of seven lines."""
    path = folder / "small.toml"
    path.write_text(f'[environment]\nengine = "sail"\n[sail]\nlanded_row_limit = {row_limit}\n')
    rows = orders(*({"Item": str(item)} for item in range(1, 7)))
    raw = write_raw(folder / "raw", {"purchase_orders_2024-01_d1.csv": rows})
    return run_of(raw, folder / "lake", environment=str(path))


def test_as_many_rows_as_the_limit_are_curated(engine, tmp_path):
    assert release_of(six_orders(tmp_path, 6), has_marts=False).counts["purchase_orders"].rows_after == 6


def test_one_row_more_than_the_limit_is_refused_before_it_is_curated(engine, tmp_path):
    run = six_orders(tmp_path, 5)
    land_raw(run)
    with pytest.raises(ConfigError, match=r"found 6 landed rows, expected at most 5 .* --environment local_spark"):
        curate(run)
    assert not list((tmp_path / "lake").glob("curated/*"))


def test_lines_clearly_beyond_the_limit_are_refused_before_they_are_read(tmp_path):
    with pytest.raises(
        ConfigError, match=r"found about 7 lines in new files, expected at most 4 .* --environment local_spark"
    ):
        land_raw(six_orders(tmp_path, 4))
    assert not list((tmp_path / "lake").glob("landing/*"))


def test_lines_are_guessed_from_the_first_64_kib_and_the_size(tmp_path):
    run = run_of(write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": b"123456789\n" * 50_000}), tmp_path)
    assert guessed(run) == 50_003  # 65,536 bytes have 6,554 lines, the last of them cut


def test_of_files_that_replace_each_other_the_latest_is_guessed_and_one_content_once(tmp_path):
    files = {
        "payments_2024-01_d1.csv": b"1\n" * 30,
        "payments_2024-01_d2.csv": b"1\n" * 20,
        "payments_2024-02_d1.csv": b"1\n" * 5,
        "purchase_orders_2024-01_d1.csv": b"1\n" * 100,
        "purchase_orders_2024-01_d2.csv": b"2\n" * 100,
        "vendors_2024-01_d1.csv": b"",
    }
    assert guessed(run_of(write_raw(tmp_path / "raw", files), tmp_path)) == 20 + 5 + 100 + 100


def test_lines_without_text_are_no_rows(tmp_path):
    raw = write_raw(tmp_path / "raw", {"payments_2024-01_d1.csv": b"1\n \r\n\n" * 30})
    assert guessed(run_of(raw, tmp_path)) == 30


def test_where_a_record_may_have_several_lines_nothing_is_guessed(tmp_path):
    config = tmp_path / "mine.toml"
    config.write_text('[source]\nname = "erp_payments"\n[read]\nhas_multiline_fields = true\n')
    raw = write_raw(tmp_path / "raw", {"payments_2024-01_d1.csv": b"1\n" * 30})
    assert guessed(run_of(raw, tmp_path, configs=[config])) == 0


def test_compressed_files_and_workbooks_are_not_guessed(tmp_path):
    files = {"purchase_orders_2024-01_d1.csv.gz": b"\n" * 30, "procurement_kpi.xlsx": b"\n" * 30}
    assert guessed(run_of(write_raw(tmp_path / "raw", files), tmp_path)) == 0


def guessed(run):
    sources, domain = run.configuration.sources, run.configuration.domain
    claims = claim_files(run.raw.list(), sources, domain, arrived_at="2024-02-01T00:00:00+00:00", where=run.raw.uri)
    return guess_rows(run.raw, claims, sources)
