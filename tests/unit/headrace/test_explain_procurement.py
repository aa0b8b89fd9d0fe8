"""Cells of the cycle times explained, over tables of a test's own; the trail to raw records has tests with a lake."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from headrace.domains.procurement import explain as procurement
from headrace.domains.procurement.show_explanation import show_explanation
from headrace.facts.explain import Explained
from headrace.show.explanation import show_explained
from lake.errors import ConfigError, DataError
from tests.unit.headrace.tables import database, trail_of

MAY = date(2024, 5, 1)


def leg(days: int, **cells):
    return {
        "source_system_code": "ERP",
        "leg": "order_to_receipt",
        "leg_status": "closed",
        "start_on": MAY,
        "end_on": MAY + timedelta(days=days),
        "month": MAY,
        "duration_days": days,
        "vendor_id": "1000",
        **cells,
    }


def vendor_cell(system: str, count: int, median: float | None = None, **cells):
    return {
        "leg": "order_to_receipt",
        "cell_grain": "vendor",
        "source_system_code": system,
        "vendor_id": "1000",
        "month": MAY,
        "leg_count": count,
        "closed_count": count,
        "median_days": median,
        "median_reason": "thin" if median is None else None,
        "p90_reason": "thin",
        "censored_median_days": None if median is None else int(median),
        "censored_median_reason": "thin" if median is None else None,
        **cells,
    }


def overall(*args, **cells):
    return {name: value for name, value in vendor_cell(*args, **cells).items() if name != "month"}


@pytest.fixture
def explain(monkeypatch):
    monkeypatch.setattr(procurement, "trace_rows", lambda trail, seeds: [])

    def ask(mart: str, *terms: str, **tables):
        with database("procurement", **tables) as connection:
            return procurement.explain(trail_of(connection, marts=(mart,), curated=()), mart, terms)

    return ask


TWO_SYSTEMS = {
    "procurement_legs": [leg(days) for days in (1, 2, 3, 4, 5)]
    + [leg(days, source_system_code="OTHER") for days in (10, 20, 30, 40, 50)],
    "cycle_times_monthly": [vendor_cell("ERP", 5, 3.0), vendor_cell("OTHER", 5, 30.0)],
}
MONTHLY = ("cycle_times_monthly", "vendor_id=1000", "month=2024-05")


@pytest.mark.parametrize(
    ("terms", "medians"),
    [
        pytest.param((), {"ERP": 3.0, "OTHER": 30.0}, id="every system where none is named"),
        pytest.param(("source_system_code=OTHER",), {"OTHER": 30.0}, id="the system that is named"),
    ],
)
def test_a_vendor_id_of_two_systems_is_two_cells_each_of_its_own_legs(explain, terms, medians):
    cells = explain(*MONTHLY, *terms, **TWO_SYSTEMS).cells
    assert {cell.cell["source_system_code"]: cell.checks[4].recomputed for cell in cells} == medians
    assert all(cell.agrees and cell.leg_count == 5 for cell in cells)


def test_every_cell_is_shown_and_no_mask_is_explained_where_there_is_none(explain, capsys):
    explanation = explain(*MONTHLY, **TWO_SYSTEMS)
    show_explained(Explained("procurement", "lake", explanation, is_revealed=False), show_explanation)
    said = capsys.readouterr().out
    assert said.count("5 legs, the longest first") == 2
    assert "•••" not in said


def test_a_roll_up_over_vendors_has_no_system_to_name(explain):
    with pytest.raises(ConfigError, match="cell_grain is all, whose cells are over all systems: leave source_system"):
        explain("cycle_times_monthly", "source_system_code=ERP", "month=2024-05", **TWO_SYSTEMS)


def test_the_closest_cells_are_named_with_their_system(explain):
    with pytest.raises(DataError, match=r"the closest are source_system_code=OTHER .*; source_system_code=ERP"):
        explain("cycle_times_monthly", "source_system_code=OTHER", "vendor_id=1001", "month=2024-05", **TWO_SYSTEMS)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        pytest.param("45_0001", "the closest are 45_00010", id="a digit too few"),
        pytest.param("45_10", "the closest are 45_00010", id="without the zeros"),
        pytest.param("45", "the closest are 45_00010, 45_00020, 45_00030", id="the order without its item"),
        pytest.param(
            "77_00099", "none is near it of the 3 cases, such as 45_00010, 45_00020, 45_00030", id="none near"
        ),
    ],
)
def test_only_cases_that_may_have_been_meant_are_called_close(explain, asked, sentence):
    cases = [{"case_id": f"45_000{item}"} for item in (10, 20, 30)]
    with pytest.raises(DataError, match=f"no case {asked} in release 7; {sentence}$"):
        explain("case", asked, procurement_cases=cases)


def test_only_vendors_that_may_have_been_meant_are_called_close(explain):
    with pytest.raises(DataError, match=r"none is near it of the 1 vendors, such as 1000$"):
        explain("cycle_times_monthly", "vendor_id=Miller", "month=2024-05", **TWO_SYSTEMS)


def test_of_a_vendor_that_is_there_the_cells_are_close(explain):
    with pytest.raises(DataError, match=r"the closest are .*month=2024-05 "):
        explain("cycle_times_monthly", "vendor_id=1000", "month=2023-01", **TWO_SYSTEMS)


NOT_RECORDED = {"leg_status": "not_applicable", "end_on": None, "duration_days": None, "reason": "not_recorded"}


@pytest.mark.parametrize(
    ("legs", "withheld"),
    [
        pytest.param([leg(0, **NOT_RECORDED, month=None)] * 2, "not_recorded", id="not recorded"),
        pytest.param(
            [leg(0, **NOT_RECORDED, month=None), leg(0, **{**NOT_RECORDED, "reason": "not_started"}, month=None)],
            "not_recorded, not_started",
            id="of two reasons",
        ),
    ],
)
def test_a_cell_without_legs_says_why_instead_of_thin(explain, legs, withheld):
    mart = {"cycle_times_overall": [overall("ERP", 0, not_applicable_count=2)]}
    [cell] = explain("cycle_times_overall", "vendor_id=1000", procurement_legs=legs, **mart).cells
    assert {figure.withheld for figure in cell.checks if figure.withheld} == {withheld}
    assert cell.agrees


def test_a_thin_cell_stays_thin_and_tells_which_system_does_not_record_the_leg(explain):
    legs = [leg(3), leg(0, **NOT_RECORDED, month=None), leg(0, **NOT_RECORDED, source_system_code="OTHER", month=None)]
    row = overall("ERP", 1, cell_grain="all", source_system_code=None, vendor_id=None)
    [cell] = explain("cycle_times_overall", procurement_legs=legs, cycle_times_overall=[row]).cells
    assert {figure.withheld for figure in cell.checks if figure.withheld} == {"thin"}
    assert cell.uncounted == [
        {"source_system_code": system, "leg_status": "not_applicable", "reason": "not_recorded", "leg_count": 1}
        for system in ("ERP", "OTHER")
    ]
