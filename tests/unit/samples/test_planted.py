"""What is planted can be found again in the truth with plain means, at the size that it was planted with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from samples.procurement.clock import Window
from samples.procurement.generation import generate_procurement
from samples.procurement.scenario import DRIVERS, PLANTS, Scenario

CLEARED = "invoice_date_to_cleared"
DRIVER_FLAGS = ["has_contract_change", "has_late_invoice", "has_manual_reapproval"]


@dataclass(frozen=True)
class Truth:
    out: Path

    def read(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.out / f"truth/{name}.parquet")

    def planted(self, name: str) -> dict:
        return next(
            plant for plant in json.loads((self.out / "truth/planted.json").read_text()) if plant["name"] == name
        )

    @cached_property
    def cases(self) -> pd.DataFrame:
        return self.read("cases").astype({"ordered_on": "datetime64[s]"})

    @cached_property
    def invoices(self) -> pd.DataFrame:
        """One row for each invoice: vendor, drivers, `days` from its date to its clearing, null while open."""
        legs = self.read("legs").query("leg == @CLEARED").drop_duplicates("document_id")
        legs = legs.astype({"start_on": "datetime64[s]", "end_on": "datetime64[s]"})
        legs["days"] = (legs["end_on"] - legs["start_on"]).dt.days
        factors = self.read("invoice_factors").rename(columns={"invoice_number": "document_id"})
        return legs.merge(self.cases[["case_id", "vendor_id"]]).merge(factors)

    def before_the_edge(self, days: int = 160) -> pd.DataFrame:
        """Invoices so old that those which are not cleared will never be."""
        return self.invoices[self.invoices["start_on"] < pd.Timestamp("2024-12-31") - pd.Timedelta(days=days)].dropna(
            subset="days"
        )

    def share_of_items(self, vendor_id: str, since: str, until: str = "2025-01-01") -> float:
        orders = self.cases[self.cases["ordered_on"].between(since, until)]
        return float((orders["vendor_id"] == vendor_id).mean())


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return made(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def with_plants(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return made(tmp_path_factory.mktemp("plants"), plants=("slow-trend", "fall-before-delay", "left-truncated"))


def made(out: Path, **options) -> Truth:
    generate_procurement(rows=150_000, seed=3, dirt="none", out=out, **options)
    return Truth(out)


def ratio_of_medians(rows: pd.DataFrame, day: str) -> float:
    is_later = rows["start_on"] >= day
    return float(rows.loc[is_later, "days"].median() / rows.loc[~is_later, "days"].median())


def test_one_vendor_takes_three_times_as_long_from_half_way_on(truth: Truth) -> None:
    plant = truth.planted("delay-then-fall")
    rows = truth.before_the_edge()
    by_vendor = rows.groupby("vendor_id").filter(lambda own: len(own) >= 60).groupby("vendor_id")
    ratios = by_vendor.apply(lambda own: ratio_of_medians(own, plant["change_on"]), include_groups=False).sort_values()
    assert plant["change_on"] == "2024-01-01"
    assert ratios.index[-1] == plant["vendor_id"]
    assert ratios.iloc[-1] == pytest.approx(plant["factor"], rel=0.12)
    assert ratios.iloc[-2] < 1.5


def test_that_vendors_orders_fall_by_two_fifths_two_months_later(truth: Truth) -> None:
    plant = truth.planted("delay-then-fall")
    vendor, day = plant["vendor_id"], plant["orders_fall_on"]
    assert plant["orders_fall_ratio"] == 0.4
    assert day == "2024-03-01"
    ratio = truth.share_of_items(vendor, day) / truth.share_of_items(vendor, "2023-01-01", day)
    assert ratio == pytest.approx(0.6, abs=0.15)
    between = truth.share_of_items(vendor, plant["change_on"], day)
    assert between > 0.8 * truth.share_of_items(vendor, "2023-01-01", plant["change_on"])


def test_drivers_multiply_the_days_to_clearing_by_what_they_say(truth: Truth) -> None:
    """Least squares on logarithms, with each vendor's own level before and after half-way."""
    rows = truth.before_the_edge().query("days > 0").copy()
    rows["level"] = rows["vendor_id"] + (rows["start_on"] >= truth.planted("delay-then-fall")["change_on"]).astype(str)
    columns = [*DRIVER_FLAGS, "log_days"]
    rows["log_days"] = np.log(rows["days"])
    within = rows[columns].astype(float) - rows[columns].astype(float).groupby(rows["level"]).transform("mean")
    found, *_ = np.linalg.lstsq(within[DRIVER_FLAGS].to_numpy(), within["log_days"].to_numpy(), rcond=None)
    said = {
        driver["name"]: driver["multiplier"] for driver in json.loads((truth.out / "truth/drivers.json").read_text())
    }
    assert said == {driver.name: driver.multiplier for driver in DRIVERS}
    for flag, effect in zip(DRIVER_FLAGS, np.exp(found), strict=True):
        assert effect == pytest.approx(said[flag.removeprefix("has_")], rel=0.08), flag


def test_factors_are_the_product_of_all_that_is_planted(truth: Truth) -> None:
    plant = truth.planted("delay-then-fall")
    rows = truth.invoices
    multipliers = {f"has_{driver.name}": driver.multiplier for driver in DRIVERS}
    expected = np.prod([np.where(rows[flag], multipliers[flag], 1.0) for flag in DRIVER_FLAGS], axis=0)
    is_delayed = (rows["vendor_id"] == plant["vendor_id"]) & (rows["start_on"] >= plant["change_on"])
    assert np.allclose(rows["clearing_factor"], expected * np.where(is_delayed, plant["factor"], 1.0))


def test_contract_changes_late_invoices_and_reapprovals_are_those_of_the_documents(truth: Truth) -> None:
    changes = truth.read("curated_purchase_order_changes").query("change_type_code == 'terms'")
    changed = set(changes["po_number"] + "_" + changes["item_number"])
    legs = (
        truth.read("legs")
        .query("leg == @CLEARED")
        .merge(truth.read("invoice_factors").rename(columns={"invoice_number": "document_id"}))
    )
    has_change = legs["case_id"].isin(changed).groupby(legs["document_id"]).any()
    flagged = legs.groupby("document_id")["has_contract_change"].any()
    assert flagged.sum() > 100
    assert not (flagged & ~has_change).any()
    dates = truth.read("legs").query("leg == 'receipt_to_invoice_date'").dropna(subset=["start_on", "end_on"])
    late = pd.to_datetime(dates["end_on"]) > pd.to_datetime(dates["start_on"]) + pd.Timedelta(days=30)
    assert legs.loc[legs["case_id"].isin(dates.loc[late, "case_id"]), "has_late_invoice"].all()


def test_approval_by_hand_takes_twice_as_long(truth: Truth) -> None:
    approvals = truth.read("curated_approvals").dropna(subset="released_at")
    approvals["case_id"] = approvals["po_number"] + "_" + approvals["item_number"]
    approvals = approvals.merge(truth.cases[["case_id", "category_name"]])
    approvals["days"] = (approvals["released_at"] - approvals["submitted_at"]).dt.total_seconds() / 86_400
    means = approvals.groupby(["category_name", "is_manual"])["days"].mean().unstack()
    assert (means[True] / means[False]).median() == pytest.approx(2.0, rel=0.12)


def test_clearings_and_payments_fall_on_weekly_runs_but_not_at_christmas(truth: Truth) -> None:
    paid = pd.to_datetime(truth.read("curated_payments")["paid_on"]).drop_duplicates()
    cleared = truth.invoices["end_on"].dropna().drop_duplicates()
    for days in (paid, cleared):
        assert set(days.dt.day_name()) == {"Thursday"}
        assert set(days.diff().dropna().abs().dt.days % 7) == {0}
    assert not paid.between("2023-12-24", "2024-01-01").any()
    assert len(paid) > 90


def test_hardly_anything_is_ordered_and_nothing_posted_between_christmas_and_new_year(truth: Truth) -> None:
    posted = pd.to_datetime(truth.read("curated_goods_receipts")["received_on"])
    assert not posted.between("2023-12-24", "2024-01-01").any()
    ordered = truth.cases["ordered_on"]
    at_christmas = ordered.between("2023-12-26", "2023-12-29").sum()
    assert 0 < at_christmas < 0.3 * ordered.between("2023-12-05", "2023-12-08").sum()


def test_categories_differ_in_what_is_never_invoiced(truth: Truth) -> None:
    never = 1 - truth.cases.groupby("category_name")["is_ever_invoiced"].mean()
    assert never["Consulting"] == pytest.approx(0.30, abs=0.03)
    assert never["Raw Materials"] == pytest.approx(0.08, abs=0.03)


def test_vendor_master_ends_with_the_terms_by_which_vendors_are_paid(truth: Truth) -> None:
    vendors = truth.read("curated_vendors")
    medians = truth.before_the_edge().query("clearing_factor == 1").groupby("vendor_id")["days"].agg(["median", "size"])
    both = vendors.set_index("vendor_id").join(medians.query("size >= 30"), how="inner")
    assert len(both) > 30
    assert np.corrcoef(both["payment_terms_days"], both["median"])[0, 1] > 0.9
    assert vendors["payment_terms_days"].notna().all()


def test_receipts_that_look_alike_are_postings_of_their_own(truth: Truth) -> None:
    receipts = truth.read("curated_goods_receipts")
    content = [name for name in receipts.columns if name not in ("receipt_number", "line_number")]
    alike = receipts[receipts.duplicated(content, keep=False)]
    assert len(alike) > 100
    assert not receipts["receipt_number"].str.cat(receipts["line_number"]).duplicated().any()


def test_slow_trend_has_no_step(with_plants: Truth) -> None:
    vendor = with_plants.planted("slow-trend")["vendor_id"]
    rows = with_plants.before_the_edge()
    rows = rows[rows["vendor_id"] == vendor]
    rows = rows.assign(days=rows["days"] / np.where(rows["has_late_invoice"], 1.4, 1.0))
    quarters = rows.groupby(rows["start_on"].dt.to_period("Q"))["days"].mean()
    assert quarters.iloc[-1] / quarters.iloc[0] == pytest.approx(1 + 1.5 * 0.68, rel=0.2)
    assert (quarters / quarters.shift()).max() < 1.45


def test_orders_of_another_vendor_fall_before_its_delay(with_plants: Truth) -> None:
    plant = with_plants.planted("fall-before-delay")
    vendor, day = plant["vendor_id"], plant["orders_fall_on"]
    assert day < plant["change_on"]
    ratio = with_plants.share_of_items(vendor, day) / with_plants.share_of_items(vendor, "2022-01-01", day)
    assert ratio == pytest.approx(0.6, abs=0.15)
    rows = with_plants.before_the_edge().query("vendor_id == @vendor")
    assert ratio_of_medians(rows, plant["change_on"]) == pytest.approx(3.0, rel=0.15)


def test_left_truncated_extracts_have_documents_of_orders_that_were_never_sent(with_plants: Truth) -> None:
    cases = with_plants.cases
    assert cases["ordered_on"].min() == pd.Timestamp("2022-05-06")
    unsent = cases.query("~has_order_row")
    assert 0.05 < len(unsent) / len(cases) < 0.4
    assert unsent["ordered_on"].max() < pd.Timestamp("2023-01-01")
    receipts = with_plants.read("curated_goods_receipts")
    assert (receipts["po_number"] + "_" + receipts["item_number"]).isin(unsent["case_id"]).sum() > 50
    assert pd.to_datetime(receipts["received_on"]).min() >= pd.Timestamp("2023-01-01")
    orders = with_plants.read("curated_purchase_orders")
    assert orders["changed_at"].min() >= pd.Timestamp("2022-12-31 23:00", tz="UTC")
    assert pd.to_datetime(orders["ordered_on"]).min() < pd.Timestamp("2023-01-01")


def test_months_of_a_vendor_share_their_shock(truth: Truth, tmp_path: Path) -> None:
    """Between the months of a vendor there is more than the invoices within them would explain."""
    shocked = made(tmp_path, plants=("shared-shock",))
    spread = {}
    for name, some in (("plain", truth), ("shocked", shocked)):
        rows = some.before_the_edge().query("clearing_factor > 0")
        drivers = np.prod([np.where(rows[f"has_{d.name}"], d.multiplier, 1.0) for d in DRIVERS[:3]], axis=0)
        rows = rows.assign(
            log_days=np.log(rows["days"].clip(lower=1) / drivers), month=rows["start_on"].dt.to_period("M")
        )
        cells = rows.groupby(["vendor_id", "month"])["log_days"].agg(["mean", "size"]).query("size >= 8")["mean"]
        spread[name] = cells.groupby("vendor_id").std().median()
    assert spread["plain"] < 0.15
    assert spread["shocked"] == pytest.approx(0.35, abs=0.1)


def test_company_shift_moves_every_vendor(tmp_path: Path) -> None:
    shifted = made(tmp_path, plants=("company-shift",))
    plant = shifted.planted("company-shift")
    rows = shifted.before_the_edge()
    by_vendor = rows.groupby("vendor_id").filter(lambda own: len(own) >= 60).groupby("vendor_id")
    ratios = by_vendor.apply(lambda own: ratio_of_medians(own, plant["change_on"]), include_groups=False)
    assert ratios.median() == pytest.approx(plant["factor"], rel=0.08)


@pytest.mark.parametrize("plant", PLANTS)
def test_plant_is_told_where_it_was_asked_for_and_nowhere_else(plant: str, truth: Truth, tmp_path: Path) -> None:
    generate_procurement(rows=300, seed=1, dirt="none", out=tmp_path, plants=[plant])
    assert Truth(tmp_path).planted(plant)
    with pytest.raises(StopIteration):
        truth.planted(plant)


def test_fall_follows_the_delay_but_where_it_is_planted_before(truth: Truth) -> None:
    scenario = Scenario(Window(months=24))
    assert scenario.early_fall_day < scenario.delay_day < scenario.fall_day
