"""Documents of a ledger keep to the order in which such things happen, dirty or not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from samples.procurement.generation import generate_procurement


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("clean"), "none")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("hostile"), "hostile")


def made(out: Path, dirt) -> Path:
    generate_procurement(rows=40_000 if dirt == "none" else 47_600, seed=5, dirt=dirt, out=out)
    return out


def curated(out: Path, table: str) -> pd.DataFrame:
    return pd.read_parquet(out / f"truth/curated_{table}.parquet")


def test_approvals_are_numbered_as_they_are_submitted_and_released_later(clean: Path) -> None:
    approvals = curated(clean, "approvals")
    assert approvals["submitted_at"].is_monotonic_increasing
    assert not (approvals["released_at"] < approvals["submitted_at"]).any()
    assert approvals["approver_name"].notna().equals(approvals["released_at"].notna())
    per_item = approvals.groupby(["po_number", "item_number"]).size()
    assert set(per_item) == {1, 2}
    assert 0.1 < approvals["is_manual"].mean() < 0.5


def test_orders_say_nothing_of_approvals_where_approvals_do(clean: Path) -> None:
    assert curated(clean, "purchase_orders")[["submitted_at", "released_at"]].isna().all(axis=None)


def test_orders_alone_say_when_they_were_submitted_and_released(tmp_path: Path) -> None:
    tables = ("purchase_orders", "invoices")
    generate_procurement(rows=2_000, seed=5, dirt="none", out=tmp_path, tables=tables)
    orders = curated(tmp_path, "purchase_orders")
    assert orders["submitted_at"].notna().mean() > 0.75
    assert not (orders["released_at"] < orders["submitted_at"]).any()


def test_changes_are_numbered_within_their_item_as_they_come(clean: Path) -> None:
    changes = curated(clean, "purchase_order_changes").sort_values(["po_number", "item_number", "change_number"])
    of_item = changes.groupby(["po_number", "item_number"])
    assert (changes["change_number"].astype(int) == of_item.cumcount() + 1).all()
    assert not (of_item["changed_at"].diff() < pd.Timedelta(0)).any()
    assert (changes["old_value_text"] != changes["new_value_text"]).all()
    flags = changes[changes["change_type_code"].isin(["deleted", "reactivated"])]
    assert dict(zip(flags["change_type_code"], flags["new_value_text"], strict=True)) == {
        "deleted": "Deletion flag set",
        "reactivated": "Deletion flag unset",
    }
    words = {"price": "Net price", "quantity": "pieces", "terms": "days net", "other": "Plant"}
    for kind, word in words.items():
        own = changes[changes["change_type_code"] == kind]
        assert own["new_value_text"].str.contains(word).all(), kind


def test_amended_quantity_is_a_change_of_the_quantity(clean: Path) -> None:
    changes, keys = curated(clean, "purchase_order_changes"), ["po_number", "item_number"]
    kinds = changes[changes["change_type_code"].isin(["price", "quantity"])]
    assert not kinds.duplicated(keys).any()
    assert set(kinds["change_type_code"]) == {"price", "quantity"}


def test_blocks_are_set_after_the_posting_and_removed_by_the_clearing(clean: Path) -> None:
    invoices = curated(clean, "invoices").drop_duplicates("invoice_number")
    blocks = curated(clean, "payment_blocks").merge(invoices, on="invoice_number")
    assert (blocks["blocked_at"] >= blocks["recorded_at"]).all()
    assert not (blocks["removed_at"] <= blocks["blocked_at"]).any()
    removed_on = blocks["removed_at"].dt.tz_convert("Europe/Berlin").dt.date
    both = removed_on.notna() & blocks["cleared_on"].notna()
    assert (removed_on[both] <= blocks.loc[both, "cleared_on"]).all()
    assert blocks["remover_name"].notna().equals(blocks["removed_at"].notna())
    assert {*blocks["block_number"]} == {"01", "02"}


def test_receipts_of_goods_come_in_whole_pieces_and_cost_what_was_ordered(clean: Path) -> None:
    keys = ["po_number", "item_number"]
    both = curated(clean, "goods_receipts").merge(curated(clean, "purchase_orders"), on=keys)
    goods = both[both["category_name"].isin(["Raw Materials", "Packaging", "Logistics", "IT Hardware", "Software"])]
    assert (goods["received_qty"].astype(float) % 1 == 0).all()
    assert (both["currency_code_x"] == both["currency_code_y"]).all()
    assert both.groupby(keys).size().max() > 3


@pytest.mark.parametrize(
    ("table", "ends", "number"),
    [
        pytest.param("approvals", "released_at", ["approval_number"], id="approvals"),
        pytest.param("payment_blocks", "removed_at", ["invoice_number", "block_number"], id="payment blocks"),
    ],
)
def test_end_of_a_row_is_told_in_a_later_month_and_stays_told(
    table: str, ends: str, number: list[str], hostile: Path
) -> None:
    """The last delivery of a row knows its end where any does."""
    outcomes = pd.read_parquet(hostile / "truth/outcomes.parquet").query("table_name == @table")
    keys = outcomes.loc[outcomes["outcome"] == "superseded", number].drop_duplicates()
    standing = curated(hostile, table).merge(keys, on=number)
    assert len(standing) > 20
    assert standing[ends].notna().mean() > 0.9
