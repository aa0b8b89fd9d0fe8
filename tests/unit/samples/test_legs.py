"""The true legs hold together, and say what the clean documents say to a plain reader."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from samples.procurement.generation import generate_procurement
from samples.procurement.legs import LEGS
from schemas.procurement.words import LEG_REASONS, LEG_STATUSES
from schemas.procurement.words import LEGS as WORDS

BERLIN = "Europe/Berlin"
TABLES = (
    "purchase_orders",
    "approvals",
    "purchase_order_changes",
    "goods_receipts",
    "invoices",
    "payment_blocks",
    "payments",
)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Every curated table with `case_id`, local days for times, beside `legs` and `cases`."""
    out = tmp_path_factory.mktemp("legs")
    generate_procurement(rows=60_000, seed=2, dirt="none", out=out)
    frames = {name: pd.read_parquet(out / f"truth/curated_{name}.parquet") for name in TABLES}
    for frame in frames.values():
        if {"po_number", "item_number"} <= {*frame.columns}:
            frame["case_id"] = frame["po_number"] + "_" + frame["item_number"]
        for name in frame.columns[frame.columns.str.endswith("_at")]:
            frame[name] = frame[name].dt.tz_convert(BERLIN).dt.tz_localize(None).dt.normalize()
        for name in frame.columns[frame.columns.str.endswith("_on")]:
            frame[name] = pd.to_datetime(frame[name])
    frames |= {name: pd.read_parquet(out / f"truth/{name}.parquet") for name in ("legs", "cases")}
    for name in ("start_on", "end_on"):
        frames["legs"][name] = pd.to_datetime(frames["legs"][name])
    return frames


def leg(truth: dict[str, pd.DataFrame], name: str) -> pd.DataFrame:
    return truth["legs"].query("leg == @name")


def standing(rows: pd.DataFrame, number: str, reverses: str) -> pd.DataFrame:
    return rows[rows[reverses].isna() & ~rows[number].isin(rows[reverses].dropna())]


def same_rows(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """The same rows in whatever order, nulls equal to nulls."""
    frames = [
        frame.astype(object).where(frame.notna(), None).astype(str).sort_values([*frame.columns]).reset_index(drop=True)
        for frame in (found, expected)
    ]
    frames[1].columns = frames[0].columns
    pd.testing.assert_frame_equal(*frames)


def test_words_are_those_of_purchase_to_pay(truth: dict[str, pd.DataFrame]) -> None:
    legs = truth["legs"]
    assert set(legs["leg"]) == set(LEGS) == {leg.name for leg in WORDS} - {"requisition_to_order"}
    assert set(legs["leg_status"]) == {"closed", "open", "ended_otherwise"} <= set(LEG_STATUSES)
    assert set(legs["reason"].dropna()) == {"deleted", "all_reversed"} <= set(LEG_REASONS)


def test_closed_legs_alone_have_an_end_and_those_that_ended_otherwise_alone_a_reason(
    truth: dict[str, pd.DataFrame],
) -> None:
    legs = truth["legs"]
    assert legs["start_on"].notna().all()
    assert (legs["end_on"].notna() == (legs["leg_status"] == "closed")).all()
    assert (legs["reason"].notna() == (legs["leg_status"] == "ended_otherwise")).all()
    assert set(legs.query("reason == 'all_reversed'")["leg"]) == {"order_to_receipt"}
    assert not legs.duplicated(["case_id", "leg", "document_id"]).any()


def test_every_case_has_the_legs_from_the_order_on(truth: dict[str, pd.DataFrame]) -> None:
    for name in ("order_to_submission", "order_to_receipt", "order_to_cleared"):
        assert set(leg(truth, name)["case_id"]) == set(truth["cases"]["case_id"]), name


def test_only_a_receipt_may_come_after_the_invoices_date(truth: dict[str, pd.DataFrame]) -> None:
    is_negative = truth["legs"].eval("end_on < start_on")
    assert set(truth["legs"].loc[is_negative, "leg"]) == {"receipt_to_invoice_date"}


def test_approval_legs_are_those_of_the_approvals(truth: dict[str, pd.DataFrame]) -> None:
    first = truth["approvals"].groupby("case_id")[["submitted_at", "released_at"]].min().reset_index()
    same_rows(leg(truth, "submission_to_release")[["case_id", "start_on", "end_on"]], first)
    submitted = leg(truth, "order_to_submission").dropna(subset="end_on")
    same_rows(submitted[["case_id", "end_on"]], first[["case_id", "submitted_at"]])


def test_receipt_legs_are_those_of_the_receipts_that_stand(truth: dict[str, pd.DataFrame]) -> None:
    receipts = standing(truth["goods_receipts"], "receipt_number", "reverses_receipt_number")
    closed = leg(truth, "order_to_receipt").query("leg_status == 'closed'")
    same_rows(closed[["case_id", "document_id", "end_on"]], receipts[["case_id", "receipt_number", "received_on"]])
    undone = set(truth["goods_receipts"]["case_id"]) - set(receipts["case_id"])
    ended = leg(truth, "order_to_receipt").query("reason == 'all_reversed'")
    deleted = set(truth["cases"].query("is_deleted")["case_id"])
    assert set(ended["case_id"]) == undone - deleted != set()


def test_invoice_legs_are_those_of_the_invoices_that_stand(truth: dict[str, pd.DataFrame]) -> None:
    invoices = standing(truth["invoices"], "invoice_number", "reverses_invoice_number")
    for name, start, end in (
        ("invoice_date_to_recorded", "invoiced_on", "recorded_at"),
        ("recorded_to_cleared", "recorded_at", "cleared_on"),
        ("invoice_date_to_cleared", "invoiced_on", "cleared_on"),
    ):
        found = leg(truth, name)[["case_id", "document_id", "start_on", "end_on"]]
        same_rows(found, invoices[["case_id", "invoice_number", start, end]])


def test_an_invoice_is_paid_in_full_with_the_last_payment_that_it_needs(truth: dict[str, pd.DataFrame]) -> None:
    invoices = standing(truth["invoices"], "invoice_number", "reverses_invoice_number")
    by_number = {name: truth["payments"].groupby("invoice_number")[name] for name in ("paid_amount", "paid_on")}
    whole = invoices.groupby("invoice_number")["invoiced_amount"].sum()
    paid = by_number["paid_amount"].sum().reindex(whole.index, fill_value=0)
    last = by_number["paid_on"].max().reindex(whole.index).where(paid == whole)
    assert 0 < (paid < whole).sum() < (paid == whole).sum()
    expected = invoices.assign(paid_on=invoices["invoice_number"].map(last))
    for name, start in (("recorded_to_paid", "recorded_at"), ("invoice_date_to_paid", "invoiced_on")):
        found = leg(truth, name)[["case_id", "document_id", "start_on", "end_on"]]
        same_rows(found, expected[["case_id", "invoice_number", start, "paid_on"]])
    closed = leg(truth, "order_to_paid").query("leg_status == 'closed'")[["case_id", "document_id", "end_on"]]
    same_rows(closed, expected.dropna(subset="paid_on")[["case_id", "invoice_number", "paid_on"]])


def test_first_receipt_and_first_invoice_make_their_leg(truth: dict[str, pd.DataFrame]) -> None:
    receipts = standing(truth["goods_receipts"], "receipt_number", "reverses_receipt_number")
    invoices = standing(truth["invoices"], "invoice_number", "reverses_invoice_number")
    first = receipts.groupby("case_id")["received_on"].min().to_frame()
    first["invoiced_on"] = invoices.groupby("case_id")["invoiced_on"].min()
    same_rows(leg(truth, "receipt_to_invoice_date")[["case_id", "start_on", "end_on"]], first.reset_index())


def test_blocked_invoices_are_released_with_their_first_block(truth: dict[str, pd.DataFrame]) -> None:
    blocks = truth["payment_blocks"].query("block_number == '01'")
    found = leg(truth, "recorded_to_released").query("reason != 'deleted'").drop_duplicates("document_id")
    same_rows(found[["document_id", "end_on"]], blocks[["invoice_number", "removed_at"]])


def test_legs_of_an_invoice_add_up(truth: dict[str, pd.DataFrame]) -> None:
    """Date to posting and posting to clearing are date to clearing; order to clearing ends on the same day."""
    by_document = ["case_id", "document_id"]
    ends = truth["legs"].dropna(subset="document_id").set_index(by_document)
    parts = {name: ends[ends["leg"] == name] for name in LEGS}
    days = {name: (part["end_on"] - part["start_on"]).dt.days for name, part in parts.items()}
    whole = days["invoice_date_to_cleared"].dropna()
    pd.testing.assert_series_equal(
        (days["invoice_date_to_recorded"] + days["recorded_to_cleared"]).dropna(), whole, check_names=False
    )
    cleared = parts["order_to_cleared"]["end_on"].sort_index()
    pd.testing.assert_series_equal(cleared, parts["recorded_to_cleared"]["end_on"].dropna().sort_index())


def test_deleted_cases_are_those_whose_last_deletion_was_not_undone(truth: dict[str, pd.DataFrame]) -> None:
    changes = truth["purchase_order_changes"].query("change_type_code in ('deleted', 'reactivated')")
    last = changes.sort_values("change_number").groupby("case_id")["change_type_code"].last()
    assert set(last[last == "deleted"].index) == set(truth["cases"].query("is_deleted")["case_id"])
    assert (last == "reactivated").sum() > 20
    open_deleted = truth["legs"].merge(truth["cases"].query("is_deleted")).query("leg_status == 'open'")
    assert open_deleted.empty


def test_cancelled_cases_are_the_orders_that_are_left_out(truth: dict[str, pd.DataFrame]) -> None:
    cases = truth["cases"]
    assert cases["has_order_row"].all()
    assert set(cases.query("~is_cancelled")["case_id"]) == set(truth["purchase_orders"]["case_id"])


def test_invoices_of_an_item_are_not_worth_more_than_was_ordered(truth: dict[str, pd.DataFrame]) -> None:
    """Parts add up. Of orders of the last months an amendment may lie ahead, of which the invoice already knows."""
    invoices = standing(truth["invoices"], "invoice_number", "reverses_invoice_number")
    orders = truth["purchase_orders"].query("ordered_on < '2024-09-01'")
    ordered = orders.set_index("case_id")["ordered_amount"].astype(float)
    invoiced = invoices.astype({"invoiced_amount": float}).groupby("case_id")["invoiced_amount"].agg(["sum", "size"])
    both = invoiced.join(ordered.rename("ordered"), how="inner").query("sum > 0")
    assert (both["sum"] <= both["ordered"] + 0.005).all()
    assert (np.isclose(both["sum"], both["ordered"]) & (both["size"] > 1)).sum() > 50


def test_payments_pay_what_was_invoiced_on_the_day_of_the_clearing(truth: dict[str, pd.DataFrame]) -> None:
    payments = truth["payments"].astype({"paid_amount": float})
    invoices = truth["invoices"].astype({"invoiced_amount": float}).groupby("invoice_number")
    invoiced, cleared_on = invoices["invoiced_amount"].sum(), invoices["cleared_on"].first()
    known = payments[payments["invoice_number"].isin(invoiced.index)]
    assert 0 < len(payments) - len(known) < len(payments) / 200
    paid = known.groupby("invoice_number").agg({"paid_amount": "sum", "paid_on": "max", "payment_number": "size"})
    whole = paid[cleared_on.loc[paid.index].notna()]
    assert np.allclose(whole["paid_amount"], invoiced.loc[whole.index])
    assert (whole["paid_on"] == cleared_on.loc[whole.index]).all()
    assert (whole["payment_number"] == 2).sum() > 50


def test_what_was_taken_back_is_cleared_with_it_and_never_paid(truth: dict[str, pd.DataFrame]) -> None:
    invoices = truth["invoices"].astype({"invoiced_amount": float})
    backs = invoices[invoices["reverses_invoice_number"].notna()]
    pairs = backs.merge(
        invoices, left_on=["reverses_invoice_number", "case_id"], right_on=["invoice_number", "case_id"]
    )
    assert len(pairs) == len(backs) > 50
    assert np.allclose(pairs["invoiced_amount_x"], -pairs["invoiced_amount_y"])
    assert (pairs["cleared_on_x"] == pairs["cleared_on_y"]).all()
    assert (pairs["recorded_at_x"] >= pairs["recorded_at_y"]).all()
    undone = {*pairs["invoice_number_x"], *pairs["invoice_number_y"]}
    assert undone.isdisjoint(truth["payments"]["invoice_number"])
    assert undone.isdisjoint(truth["payment_blocks"]["invoice_number"])
