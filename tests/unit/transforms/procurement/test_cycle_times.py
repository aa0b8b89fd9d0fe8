from datetime import date, timedelta

import numpy as np
import pytest

from schemas.procurement import MARTS
from tests.frames import frame
from transforms.procurement.cycle_times import summarise_daily_counts, summarise_monthly, summarise_overall
from transforms.procurement.options import MartOptions

pytestmark = pytest.mark.every_engine

LEG = "recorded_to_cleared"
JANUARY, FEBRUARY = date(2024, 1, 1), date(2024, 2, 1)


def leg(days=None, *, start=JANUARY, case="c", status=None, **cells):
    status = status or "closed"
    closed = status == "closed"
    return {
        "source_system_code": "ERP",
        "leg": LEG,
        "case_id": case,
        "leg_status": status,
        "start_on": start,
        "end_on": start + timedelta(days=days) if closed else None,
        "month": start and start.replace(day=1),
        "duration_days": days if closed else None,
        "censored_days": days if status == "open" else None,
        "window_status": start and "full",
        "vendor_id": "V",
        "category_name": "Paper",
    } | cells


def cell_of(rows, grain="all", vendor=None, category=None, month=None, system="ERP"):
    in_system = system if "vendor" in grain else None
    found = [
        row
        for row in rows
        if (row.cell_grain, row.source_system_code) == (grain, in_system)
        and (row.vendor_id, row.category_name) == (vendor, category)
        and (month is None or row.month == month)
    ]
    assert len(found) == 1, f"{len(found)} rows of {(grain, vendor, category, month)}"
    return found[0]


def figures(spark, legs, summarise=summarise_overall, **options):
    daily = summarise_daily_counts(frame(spark, MARTS["procurement_legs"], *legs))
    return summarise(daily, options=MartOptions((), **options)).collect()


@pytest.fixture(scope="module")
def samples(spark):
    """Each sample is a vendor of its own: the days of its closed and of its open legs."""
    legs = [
        leg(days, vendor_id=name, status=status)
        for name, (closed, open_) in SAMPLES.items()
        for status, all_days in (("closed", closed), ("open", open_))
        for days in all_days
    ]
    rows = figures(spark, legs)
    return {name: cell_of(rows, "vendor", name) for name in SAMPLES}


SAMPLES = {
    "four": ([1, 2, 3, 4], []),
    "five": ([1, 2, 3, 10, 20], []),
    "six": ([-7, 0, 1, 2, 5, 9], []),
    "nineteen": (list(range(19)), []),
    "twenty": ([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 46], []),
    "three and two open": ([1, 2, 3], [50, 60]),
    "two and two open": ([1, 2], [50, 60]),
    "two and three open": ([1, 2], [50, 60, 70]),
    "open only": ([], [1, 2, 3, 4, 5]),
    "five and one open for nobody knows how long": ([1, 2, 3, 4, 5], [None]),
}


@pytest.mark.parametrize("name", ["five", "six", "nineteen", "twenty"])
def test_median_is_that_of_numpy(samples, name):
    assert samples[name].median_days == pytest.approx(np.percentile(SAMPLES[name][0], 50))


def test_p90_is_that_of_numpy(samples):
    assert samples["twenty"].p90_days == pytest.approx(np.percentile(SAMPLES["twenty"][0], 90))


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        pytest.param("four", ("thin", "thin", "thin"), id="four closed are too few for all"),
        pytest.param("five", (None, "thin", None), id="five are enough for a median"),
        pytest.param("nineteen", (None, "thin", None), id="nineteen are too few for a 90th percentile"),
        pytest.param("twenty", (None, None, None), id="twenty are enough"),
        pytest.param("three and two open", ("thin", "thin", None), id="open legs count for the curve"),
        pytest.param("two and two open", ("thin", "thin", "thin"), id="too few for the curve"),
        pytest.param("two and three open", ("thin", "thin", "not_reached"), id="a curve that stays above one half"),
        pytest.param("open only", ("thin", "thin", "not_reached"), id="all censored"),
        pytest.param(
            "five and one open for nobody knows how long",
            (None, "thin", "not_covered"),
            id="an open leg without its days leaves no curve",
        ),
    ],
)
def test_figures_of_thin_cells_are_null_with_the_reason(samples, name, reasons):
    row = samples[name]
    figures = (row.median_days, row.p90_days, row.censored_median_days)
    assert (row.median_reason, row.p90_reason, row.censored_median_reason) == reasons
    assert [figure is None for figure in figures] == [reason is not None for reason in reasons]


@pytest.mark.parametrize(
    ("name", "ratios"),
    [
        pytest.param("four", (None,) * 4, id="thin"),
        pytest.param("five", (1.0,) * 4, id="all closed"),
        pytest.param("three and two open", (0.6, 0.6, None, None), id="nobody was watched for 90 days"),
        pytest.param("open only", (None,) * 4, id="nobody was watched for 30 days"),
        pytest.param("five and one open for nobody knows how long", (None,) * 4, id="one is not known to be watched"),
    ],
)
def test_shares_closed(samples, name, ratios):
    row = samples[name]
    assert tuple(row[f"closed_by_{days}_days_ratio"] for days in (30, 60, 90, 180)) == pytest.approx(ratios)


@pytest.fixture(scope="module")
def cells(spark):
    legs = [
        leg(1, vendor_id="V", category_name="Paper"),
        leg(2, vendor_id="V", category_name=None),
        leg(3, vendor_id=None, category_name=None),
        leg(4, vendor_id="W", category_name="Paper", start=FEBRUARY),
        leg(9, status="open"),
        leg(status="ended_otherwise"),
        leg(status="ended_otherwise", start=None),
        leg(status="not_applicable", start=None),
        leg(status="not_applicable"),
        leg(status="not_applicable", vendor_id="N"),
    ]
    return {"overall": figures(spark, legs), "monthly": figures(spark, legs, summarise_monthly)}


COUNTS = ("leg_count", "closed_count", "open_count", "ended_otherwise_count", "not_applicable_count")


@pytest.mark.parametrize(
    ("cell", "counts"),
    [
        pytest.param(("all", None, None), (6, 4, 1, 1, 4), id="everything"),
        pytest.param(("vendor", "V", None), (4, 2, 1, 1, 3), id="a vendor over its categories"),
        pytest.param(("vendor", None, None), (1, 1, 0, 0, 0), id="the vendor that is null is not the roll-up"),
        pytest.param(("category", None, "Paper"), (4, 2, 1, 1, 4), id="a category over its vendors"),
        pytest.param(("category", None, None), (2, 2, 0, 0, 0), id="the category that is null is not the roll-up"),
        pytest.param(("vendor_category", "V", None), (1, 1, 0, 0, 0), id="a vendor without a category"),
        pytest.param(("vendor_category", "V", "Paper"), (3, 1, 1, 1, 3), id="a vendor and category"),
        pytest.param(("vendor", "N", None), (0, 0, 0, 0, 1), id="a vendor to whom the leg does not apply"),
    ],
)
def test_cells_and_what_they_count(cells, cell, counts):
    row = cell_of(cells["overall"], *cell)
    assert tuple(row[name] for name in COUNTS) == counts


@pytest.mark.parametrize(
    ("month", "counts"),
    [
        pytest.param(JANUARY, (5, 3, 1, 1), id="without what does not apply"),
        pytest.param(FEBRUARY, (1, 1, 0, 0), id="by the month of the start"),
    ],
)
def test_months(cells, month, counts):
    row = cell_of(cells["monthly"], month=month)
    assert tuple(row[name] for name in COUNTS[:-1]) == counts


def test_no_month_of_legs_that_do_not_apply(cells):
    assert [row for row in cells["monthly"] if row.vendor_id == "N" or row.month is None] == []


def test_keys_are_unique(cells):
    for name, rows in cells.items():
        keys = [tuple(row[key] for key in MARTS[f"cycle_times_{name}"].key) for row in rows]
        assert len(keys) == len(set(keys)), name


@pytest.mark.parametrize(
    ("statuses", "window"),
    [
        pytest.param(["full", "full"], "full", id="all full"),
        pytest.param(["full", "left_edge"], "left_edge", id="one left"),
        pytest.param(["left_edge", "right_edge", "full"], "right_edge", id="right goes before left"),
    ],
)
def test_window_status_of_a_month(windows, statuses, window):
    assert windows["+".join(statuses)] == window


@pytest.fixture(scope="module")
def windows(spark):
    stories = (["full", "full"], ["full", "left_edge"], ["left_edge", "right_edge", "full"])
    rows = figures(
        spark,
        [leg(1, vendor_id="+".join(statuses), window_status=status) for statuses in stories for status in statuses],
        summarise_monthly,
    )
    return {row.vendor_id: row.window_status for row in rows if row.cell_grain == "vendor"}


DOCUMENTS = {
    "one over two items": [leg(1, case="1", document_id="A"), leg(1, case="2", document_id="A")],
    "ended on two days": [leg(1, case="1", document_id="A"), leg(2, case="2", document_id="A")],
    "closed and open": [leg(1, case="1", document_id="A"), leg(9, case="2", document_id="A", status="open")],
    "of no number": [leg(1, case="1"), leg(1, case="2")],
    "of no number, one case": [leg(1, occurrence_number=1), leg(1, occurrence_number=2)],
    "of two categories": [leg(1, document_id="A"), leg(1, document_id="A", category_name=None)],
}


@pytest.mark.parametrize(
    ("name", "count"),
    [
        pytest.param("one over two items", 1, id="an invoice over two items counts once"),
        pytest.param("ended on two days", 2, id="an invoice cleared on two days counts twice"),
        pytest.param("closed and open", 2, id="an invoice half cleared counts twice"),
        pytest.param("of no number", 2, id="what has no number counts by its case"),
        pytest.param("of no number, one case", 2, id="and by its occurrence"),
        pytest.param("of two categories", 1, id="an invoice over two categories counts once in their roll-up"),
    ],
)
def test_a_document_counts_once(documents, name, count):
    row = cell_of(documents, "vendor", name)
    assert row.closed_count + row.open_count == count


def test_a_document_counts_in_each_of_its_categories(documents):
    found = [cell_of(documents, "vendor_category", "of two categories", name).closed_count for name in ("Paper", None)]
    assert found == [1, 1]


@pytest.fixture(scope="module")
def documents(spark):
    return figures(spark, [row | {"vendor_id": name} for name, rows in DOCUMENTS.items() for row in rows])


def test_an_open_leg_of_an_unknown_last_day_is_counted_and_leaves_no_curve(spark):
    row = cell_of(figures(spark, [leg(status="open"), *(leg(3) for _ in range(5))]))
    assert (row.open_count, row.censored_median_days, row.closed_by_30_days_ratio) == (1, None, None)


def test_legs_of_which_nobody_can_tell_whether_they_ended_leave_no_curve(spark):
    """They are paid ones: the curve of the others would be that of the unpaid."""
    told = [*(leg(3) for _ in range(5)), leg(90, status="open")]
    unknown = leg(status="not_applicable", reason="amount_unknown")
    overall = cell_of(figures(spark, [*told, unknown]))
    assert (overall.closed_count, overall.open_count, overall.not_applicable_count) == (5, 1, 1)
    assert (overall.median_days, overall.censored_median_days, overall.closed_by_30_days_ratio) == (3.0, None, None)
    assert overall.censored_median_reason == "amount_unknown"
    assert figures(spark, [unknown], summarise_monthly) == []


TWO_SYSTEMS = {
    "ERP": [leg(days, vendor_id="1000", document_id=f"A{days}") for days in (1, 2, 3, 4, 5)],
    "OTHER": [
        leg(days, vendor_id="1000", document_id=f"A{days}", source_system_code="OTHER") for days in (1, 20, 30, 40, 50)
    ],
    None: [leg(days, vendor_id="1000", source_system_code=None) for days in (7, 7, 7, 7, 7)],
}


@pytest.fixture(scope="module")
def systems(spark):
    """Rows of the systems in one lake, and of each alone, overall and by month."""
    summaries = (summarise_overall, summarise_monthly)
    alone = {system: [figures(spark, legs, each) for each in summaries] for system, legs in TWO_SYSTEMS.items()}
    legs = [leg for system in TWO_SYSTEMS.values() for leg in system]
    return [figures(spark, legs, each) for each in summaries], alone


@pytest.mark.parametrize("grain", ["vendor", "vendor_category"])
@pytest.mark.parametrize("system", TWO_SYSTEMS)
def test_a_vendor_id_of_two_systems_is_two_vendors(systems, system, grain):
    together, alone = systems
    of_grain = "1000", ("Paper" if grain == "vendor_category" else None)
    for rows, own in zip(together, alone[system], strict=True):
        cell = cell_of(rows, grain, *of_grain, system=system)
        assert (cell, cell.leg_count) == (cell_of(own, grain, *of_grain, system=system), 5)


@pytest.mark.parametrize(("grain", "category"), [("category", "Paper"), ("all", None)])
def test_a_roll_up_over_vendors_is_over_all_systems(systems, grain, category):
    for rows in systems[0]:
        cell = cell_of(rows, grain, None, category)
        assert (cell.source_system_code, cell.leg_count, cell.median_days) == (None, 15, 7.0)


def test_two_systems_may_use_one_document_number_for_two_documents(systems):
    """`A1` of both systems began and ended on the same days."""
    assert cell_of(systems[0][0]).closed_count == 15
