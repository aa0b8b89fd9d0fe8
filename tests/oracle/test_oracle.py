"""The oracle checked by others: statsmodels, duckdb, cases worked by hand, and the facts stated about the log."""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from tests.oracle.facts import facts
from tests.oracle.real_log import (
    EVENT_TYPE_OF,
    LEGS,
    SHARE_DAYS,
    RealLog,
    Settings,
    headline,
    statistics,
    survival_curve,
)
from tests.where import SHARED

LOG = SHARED / "data" / "procurement" / "bpic2019_events_half.csv.gz"
needs_log = pytest.mark.skipif(
    not LOG.exists(), reason=f"the real log is not here: {LOG.name} is not in the repository"
)

DO_NOT_HOLD = {
    "events that equal another in every column, every one": "82469",
    "events whose UTC date is another (any early hour)": "8619",
    "events that share their minute with another activity of the case": "70.1 %",
    "... that follow another activity in the same minute": "10.9 %",
    "... by the pairing of docs/procurement.md": "20",
    "... finally": "154",
    "... negative": "2922",
    "... median of items first invoiced 2018-02 and 2018-06": "36 -> 23",
    "p90 of order to last clearing, all items": "129",
}


@pytest.fixture(scope="module")
def log() -> RealLog:
    return RealLog(LOG)


def tiny(folder: Path, *events: tuple[str, str], settings: Settings | None = None) -> RealLog:
    """One case of `(activity, day)`, in file order; an order on 2018-01-02 and a far `data_through` are added."""
    header = ["case concept:name", "case (case) Company", "case (case) Name", "case (case) Source",
              "case (case) Spend area text", "case (case) Vendor", "time:timestamp", "Cumulative net worth (EUR)",
              "concept:name"]  # fmt: skip
    rows = [("p_1", "Create Purchase Order Item", "2018-01-02"), *(("p_1", *event) for event in events),
            ("z_1", "Record Goods Receipt", "2018-12-31")]  # fmt: skip
    path = folder / "log.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for case_id, activity, day in rows:
            writer.writerow([case_id, "c", "n", "s", "", "v", f"{day}T12:00:00.000+01:00", "10.0", activity])
    return RealLog(path, settings)


def rows_of(log: RealLog, leg: str) -> list[tuple[object, ...]]:
    legs = log.legs()
    chosen = legs[(legs["case_id"] == "p_1") & (legs["leg"] == leg)].astype(object)
    chosen = chosen.where(chosen.notna(), None)
    return list(chosen[["leg_status", "reason", "duration_days", "censored_days"]].itertuples(index=False, name=None))


RECEIVED, CANCELLED = "Record Goods Receipt", "Cancel Goods Receipt"
POSTED, UNPOSTED, CLEARED = "Record Invoice Receipt", "Cancel Invoice Receipt", "Clear Invoice"


@pytest.mark.parametrize(
    ("leg", "events", "expected"),
    [
        pytest.param("order_to_receipt", [], [("open", None, None, 363)], id="open until data_through"),
        pytest.param(
            "order_to_receipt", [(RECEIVED, "2018-01-05"), (RECEIVED, "2018-02-02")],
            [("closed", None, 3, None), ("closed", None, 31, None)], id="one leg to each receipt",
        ),
        pytest.param(
            "order_to_receipt", [(RECEIVED, "2018-01-05"), (RECEIVED, "2018-02-02"), (CANCELLED, "2018-02-03")],
            [("closed", None, 3, None)], id="a cancellation takes back the last receipt",
        ),
        pytest.param(
            "order_to_receipt", [(RECEIVED, "2018-01-05"), (CANCELLED, "2018-01-05")],
            [("ended_otherwise", "all_reversed", None, None)], id="the only receipt is taken back",
        ),
        pytest.param(
            "order_to_receipt", [(CANCELLED, "2018-01-05"), (RECEIVED, "2018-01-05")],
            [("closed", None, 3, None)], id="a cancellation takes nothing back that comes after it",
        ),
        pytest.param(
            "order_to_receipt", [("Delete Purchase Order Item", "2018-01-05")],
            [("ended_otherwise", "deleted", None, None)], id="a deleted item will never be received",
        ),
        pytest.param(
            "order_to_receipt",
            [("Delete Purchase Order Item", "2018-01-05"), ("Reactivate Purchase Order Item", "2018-01-06")],
            [("open", None, None, 363)], id="a reactivated item waits again",
        ),
        pytest.param(
            "submission_to_release",
            [("SRM: Awaiting Approval", "2018-01-05"), ("Release Purchase Order", "2018-01-06")],
            [("not_applicable", "not_recorded", None, None)], id="one release does not make a record",
        ),
        pytest.param(
            "receipt_to_invoice_date", [("Vendor creates invoice", "2018-01-03"), (RECEIVED, "2018-01-05")],
            [("closed", None, -2, None)], id="the vendor dates the invoice before the receipt",
        ),
        pytest.param(
            "recorded_to_cleared", [(POSTED, "2018-01-05"), (POSTED, "2018-01-06"), (CLEARED, "2018-01-08")],
            [("closed", None, 3, None), ("open", None, None, 359)], id="the second invoice waits",
        ),
        pytest.param(
            "recorded_to_cleared", [(POSTED, "2018-01-05"), (UNPOSTED, "2018-01-06"), (CLEARED, "2018-01-08")],
            [("not_applicable", "start_missing", None, None)], id="cleared without an invoice that stands",
        ),
        pytest.param(
            "recorded_to_cleared", [(POSTED, "2018-01-05"), (UNPOSTED, "2018-01-06")],
            [("ended_otherwise", "all_reversed", None, None)], id="nothing left that could begin",
        ),
        pytest.param(
            "recorded_to_released", [(POSTED, "2018-01-05")],
            [("not_applicable", "no_block", None, None)], id="an invoice never blocked",
        ),
        pytest.param(
            "recorded_to_released", [(POSTED, "2018-01-05"), ("Set Payment Block", "2018-01-06")],
            [("open", None, None, 360)], id="a block not removed",
        ),
        pytest.param(
            "invoice_date_to_cleared",
            [("Vendor creates invoice", "2018-01-03"), (POSTED, "2018-01-05"), (UNPOSTED, "2018-01-06")],
            [("ended_otherwise", "all_reversed", None, None)], id="no invoice left to be cleared",
        ),
        pytest.param(
            "invoice_date_to_cleared",
            [("Vendor creates invoice", "2018-01-03"), (POSTED, "2018-01-05"), (UNPOSTED, "2018-01-06"),
             (POSTED, "2018-01-07")],
            [("open", None, None, 362)], id="another invoice is left",
        ),
        pytest.param(
            "invoice_date_to_cleared", [], [("not_applicable", "not_started", None, None)], id="no invoice at all"
        ),
    ],
)  # fmt: skip
def test_leg_of_a_case_worked_by_hand(
    tmp_path: Path, leg: str, events: list[tuple[str, str]], expected: list[tuple[object, ...]]
) -> None:
    assert rows_of(tiny(tmp_path, *events), leg) == expected


def test_a_configured_rule_comes_last(tmp_path: Path) -> None:
    settings = Settings(never_expected=lambda case, leg: leg == "order_to_cleared")
    assert rows_of(tiny(tmp_path, settings=settings), "order_to_cleared") == [
        ("not_applicable", "never_expected", None, None)
    ]


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        pytest.param("2018-03-15", "left_edge", id="the month begins 58 days after the first order"),
        pytest.param("2018-05-15", "full", id="neither"),
        pytest.param("2018-10-15", "right_edge", id="the month ends 61 days before data_through"),
    ],
)
def test_window_edges(tmp_path: Path, month: str, expected: str) -> None:
    legs = tiny(tmp_path, (POSTED, month)).legs()
    assert legs[legs["leg"] == "recorded_to_cleared"]["window_status"].dropna().tolist() == [expected]


def test_events_after_as_of_are_left_out(tmp_path: Path) -> None:
    cut = tiny(tmp_path, (RECEIVED, "2018-01-05"), settings=Settings(as_of=date(2018, 1, 4)))
    assert rows_of(cut, "order_to_receipt") == [("open", None, None, 0)]


def test_survival_of_a_cell_worked_by_hand() -> None:
    assert survival_curve([-1, 2, 2, 5], [2, 3]) == [(-1, Fraction(5, 6)), (2, Fraction(1, 2)), (5, Fraction(0))]
    cell = statistics([-1, 2, 2, 5], [2, 3], 1)
    assert cell["censored_median_days"] == 2
    assert cell["leg_count"] == 7
    assert cell["median_reason"] == "thin"
    assert statistics([1, 2], [40, 50, 61], 0)["closed_by_60_days_ratio"] == pytest.approx(0.4)
    assert statistics([1, 2], [40, 50, 61], 0)["closed_by_90_days_ratio"] is None
    assert statistics([1, 2], [40, 50, 61], 0)["censored_median_reason"] == "not_reached"


@needs_log
@pytest.mark.parametrize("leg", ["invoice_date_to_recorded", "recorded_to_cleared", "order_to_cleared"])
def test_kaplan_meier_against_statsmodels(log: RealLog, leg: str) -> None:
    legs = log.legs()
    legs = legs[(legs["leg"] == leg) & legs["leg_status"].isin(["closed", "open"])]
    days = legs["duration_days"].fillna(legs["censored_days"]).astype(int).to_numpy()
    theirs = SurvfuncRight(days, (legs["leg_status"] == "closed").astype(int).to_numpy())
    closed, censored = (days[(legs["leg_status"] == word).to_numpy()].tolist() for word in ("closed", "open"))
    ours = survival_curve(closed, censored)
    assert [day for day, _ in ours] == theirs.surv_times.tolist()
    np.testing.assert_allclose([float(survival) for _, survival in ours], theirs.surv_prob, atol=1e-9)
    overall = log.cycle_times_overall()
    cell = overall[(overall["leg"] == leg) & (overall["cell_grain"] == "all")].iloc[0]
    assert cell["censored_median_days"] == theirs.quantile(0.5)
    for share in SHARE_DAYS:
        by_then = theirs.surv_prob[theirs.surv_times <= share]
        assert cell[f"closed_by_{share}_days_ratio"] == pytest.approx(1 - by_then[-1], abs=1e-9)


@needs_log
def test_percentiles_against_duckdb(log: RealLog) -> None:
    legs = log.legs()
    legs = legs[legs["leg_status"] == "closed"][["leg", "vendor_id", "duration_days"]]
    legs = legs.astype({"duration_days": int})
    with duckdb.connect() as connection:
        connection.register("legs", legs)
        theirs = connection.sql(
            "select leg, vendor_id, quantile_cont(duration_days, 0.5) m, quantile_cont(duration_days, 0.9) p "
            "from legs group by all having count(*) >= 20"
        ).df()
    overall = log.cycle_times_overall()
    ours = overall[(overall["cell_grain"] == "vendor") & (overall["closed_count"] >= 20)]
    both = ours.merge(theirs, on=["leg", "vendor_id"], how="outer", indicator=True)
    assert (both["_merge"] == "both").all()
    np.testing.assert_allclose(both["median_days"], both["m"])
    np.testing.assert_allclose(both["p90_days"], both["p"])


@needs_log
def test_facts_stated_about_the_log(log: RealLog) -> None:
    assert {fact.statement: fact.found for fact in facts(log) if not fact.holds} == DO_NOT_HOLD


@needs_log
def test_every_case_has_every_leg_and_every_cell_adds_up(log: RealLog) -> None:
    legs, overall, monthly = log.legs(), log.cycle_times_overall(), log.cycle_times_monthly()
    assert legs.groupby("case_id")["leg"].nunique().eq(len(LEGS)).all()
    assert not legs.duplicated(["case_id", "leg", "occurrence_number"]).any()
    assert set(log.raw["concept:name"]) <= set(EVENT_TYPE_OF)
    assert len(EVENT_TYPE_OF) == 42
    assert log.raw.groupby("case concept:name")["case (case) Vendor"].nunique().eq(1).all()
    for grain, cells in overall.groupby("cell_grain"):
        total = cells["leg_count"] + cells["not_applicable_count"]
        assert total.sum() == len(legs), grain
        assert monthly[monthly["cell_grain"] == grain]["leg_count"].sum() == cells["leg_count"].sum(), grain
    assert not overall.duplicated(["leg", "cell_grain", "source_system_code", "vendor_id", "category_name"]).any()
    assert not monthly.duplicated(
        ["leg", "cell_grain", "source_system_code", "vendor_id", "category_name", "month"]
    ).any()


@needs_log
def test_headline_names_the_log(log: RealLog) -> None:
    text = headline(log)
    assert text.startswith("cases 7640, events 162841, identical rows 82469 (all of each) or 66341 (all but the first)")
    assert isinstance(log.coverage()["data_through"].iloc[0], date)
    assert pd.isna(log.cases()["three_way_match_status"]).all()
