"""From a file nobody has described to a release: the profile's first TOML, settled, and run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from headrace.commands.profile import profile_file
from lake.curating.counts import audit_counts
from tests.jobs.lakes import deliveries_of, release, rows
from tests.unit.headrace.test_profile import in_columns, settled
from tests.where import SHARED

DATA = SHARED / "data/procurement"
KPI = {
    "procurement_kpi_from_xlsx_column_A.csv": "the CSV",
    "procurement_kpi_dashboard.xlsx": "the workbook of the same",
}
ANSWERS = {
    'source_system_code = "ERP9"': 'source_system_code = "KPI"\nitem_number = "00001"',
    '# "Delivered" = ""': '"Delivered" = "closed"',
    '# "Partially Delivered" = ""': '"Partially Delivered" = "open"',
    '# "Pending" = ""': '"Pending" = "open"',
    '# [columns.ordered_amount]\n# headers = ["..."]': (
        '[columns.ordered_amount]\nheaders = ["Negotiated_Price"]\nrule = "amount"'
    ),
}
COLUMNS = "po_number, ordered_on::varchar, vendor_id, ordered_qty::varchar, ordered_amount::varchar, status_code"


def first_toml(raw: Path, folder: Path, **answers: str) -> Path:
    """The first TOML of the file, with each doubt settled."""
    path = folder / "first.toml"
    profile_file(
        str(raw), domain="procurement", table="purchase_orders", sheet=None, write=path, name="first", reveal=False
    )
    path.write_text(re.sub("^# UNSURE.*\n", "", settled(path, **answers), flags=re.M))
    return path


def closes(lake: Path, found) -> None:
    """All equations: of the file, of the run, of the table."""
    for delivery in deliveries_of(lake, found):
        assert delivery.landed.lines_close()
    audit_counts("purchase_orders", found.counts["purchase_orders"])


def run(raw: Path, folder: Path, *, has_marts: bool = True, **answers: str):
    (folder / "raw").mkdir(parents=True)
    copied = folder / "raw" / f"mine{raw.suffix}"  # a name that no packaged source claims
    shutil.copy(raw, copied)
    configs = [first_toml(copied, folder, **answers)]
    found = release(folder / "raw", folder / "lake", configs=configs, has_marts=has_marts)
    closes(folder / "lake", found)
    return found, rows(folder / "lake", found, "purchase_orders", COLUMNS)


def test_real_orders_are_the_same_table_from_the_csv_and_from_the_workbook(spark, tmp_path) -> None:
    for name in KPI:
        if not (DATA / name).exists():
            pytest.skip(f"{DATA / name} is absent")
    answers = {name: run(DATA / name, tmp_path / str(n), has_marts=n == 0, **ANSWERS) for n, name in enumerate(KPI)}

    (from_csv, csv_rows), (from_book, book_rows) = answers.values()
    assert csv_rows == book_rows
    counts = from_csv.counts["purchase_orders"]
    assert (counts.read, counts.curated + counts.excluded, counts.quarantined) == (777, 777, 0)
    assert from_book.counts["purchase_orders"].reasons == counts.reasons
    assert counts.reasons["cancelled"] == counts.excluded > 0


def test_a_fixed_width_file_runs_by_its_first_toml(spark, tmp_path) -> None:
    (tmp_path / "orders.txt").write_text(in_columns())

    found, curated = run(
        tmp_path / "orders.txt", tmp_path / "made", **{'# "Teilgeliefert" = ""': '"Teilgeliefert" = "open"'}
    )

    assert found.counts["purchase_orders"].curated == 30
    assert curated[0] == ("4500000000", "2024-03-01", "V0", None, "1000.50", "open")
