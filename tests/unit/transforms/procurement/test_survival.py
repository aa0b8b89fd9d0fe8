import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from pyspark.sql import functions as F

from transforms.procurement.survival import (
    closed_by_ratio,
    closed_percentile,
    median_days,
    with_cell_counts,
    with_survival,
)

CLOSED, OPEN = True, False
SHARES = (0, 30, 60)
CURVES = [
    pytest.param([], (None, None, None, None), id="nobody watched"),
    pytest.param([(5, OPEN)] * 6, (None, 0.0, None, None), id="all censored: never reached, known while watched"),
    pytest.param([(5, CLOSED)], (5, 0.0, 1.0, 1.0), id="all closed: known for ever after"),
    pytest.param([(1, CLOSED), (2, CLOSED), (3, CLOSED), (4, CLOSED)], (2, 0.0, 1.0, 1.0), id="one half exactly"),
    pytest.param([(1, CLOSED), (2, CLOSED), (3, CLOSED)], (2, 0.0, 1.0, 1.0), id="across one half"),
    pytest.param([(1, CLOSED), (2, OPEN)], (1, 0.0, None, None), id="one half reached and then censored"),
    pytest.param([(1, CLOSED), (2, OPEN), (2, OPEN)], (None, 0.0, None, None), id="stays above one half"),
    pytest.param([(2, CLOSED), (2, OPEN)], (2, 0.0, None, None), id="censored on a day is at risk on that day"),
    pytest.param([(-3, CLOSED), (1, CLOSED), (40, OPEN)], (1, 1 / 3, 2 / 3, None), id="negative days are days"),
    pytest.param([(30, CLOSED), (30, OPEN)], (30, 0.0, 0.5, None), id="watched to the very day of the share"),
    pytest.param([(29, CLOSED), (29, OPEN)], (29, 0.0, None, None), id="watched to the day before"),
    pytest.param(
        [(n, CLOSED) for n in (1, 2, 3, 4, 5, 6)] + [(9, OPEN)] * 6,
        (6, 0.0, None, None),
        id="one half exactly where floats would miss it",
    ),
]


def by_the_book(legs):
    """The curve in exact fractions: (median, {day: S})."""
    curve, survival = {}, Fraction(1)
    for day in sorted({day for day, _ in legs}):
        at_risk = sum(other >= day for other, _ in legs)
        survival *= 1 - Fraction(sum(leg == (day, CLOSED) for leg in legs), at_risk)
        curve[day] = survival
    return min((day for day, s in curve.items() if s <= Fraction(1, 2)), default=None), curve


def curves(spark, samples):
    rows = [(cell, day, closed, open_) for cell, legs in enumerate(samples) for day, closed, open_ in _daily(legs)]
    daily = spark.createDataFrame(rows, "cell int, days int, closed_count long, open_count long")
    return with_survival(with_cell_counts(daily, ["cell"]), ["cell"])


def _daily(legs):
    counts = Counter(legs)
    return [(None, 0, 0)] + [(day, counts[day, CLOSED], counts[day, OPEN]) for day in {day for day, _ in legs}]


@pytest.mark.every_engine
@pytest.mark.parametrize(("legs", "expected"), CURVES)
def test_median_and_shares(figures, legs, expected):
    assert figures[repr(legs)] == pytest.approx(expected)


@pytest.fixture(scope="module")
def figures(spark):
    samples = [curve.values[0] for curve in CURVES]
    rows = curves(spark, samples).groupBy("cell").agg(median_days(), *(closed_by_ratio(n) for n in SHARES)).collect()
    return {repr(samples[row.cell]): tuple(row[1:]) for row in rows}


def generated(*, least):
    """Samples with ties; every fourth one is all censored, every fourth is one half and one half."""
    dice = random.Random(20240101)
    for n in range(80):
        legs = [(dice.randint(least, 40), dice.random() < (0, 0.5, 0.9, 1)[n % 4]) for _ in range(dice.randint(1, 60))]
        yield legs if n % 8 != 3 else [(1, CLOSED)] * (n + 1) + [(2, OPEN)] * (n + 1)


@pytest.mark.every_engine
def test_curve_is_the_exact_product(spark):
    samples = list(generated(least=-20))
    rows = curves(spark, samples).filter("days IS NOT NULL").collect()
    found = {(row.cell, row.days): row.survival_ratio for row in rows}
    expected = {(cell, day): float(s) for cell, legs in enumerate(samples) for day, s in by_the_book(legs)[1].items()}
    assert found == pytest.approx(expected)


def test_medians_are_those_of_exact_fractions(spark):
    samples = list(generated(least=-20))
    rows = curves(spark, samples).groupBy("cell").agg(median_days().alias("median")).collect()
    assert {row.cell: row.median for row in rows} == {n: by_the_book(legs)[0] for n, legs in enumerate(samples)}


def test_curve_is_that_of_statsmodels(spark):
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    samples = [legs for legs in generated(least=0) if any(closed for _, closed in legs)]
    daily = curves(spark, samples).filter(F.col("closed_count") > 0).orderBy("cell", "days").collect()
    for cell, legs in enumerate(samples):
        peer = survfunc.SurvfuncRight([day for day, _ in legs], [int(closed) for _, closed in legs])
        found = [(row.days, row.survival_ratio) for row in daily if row.cell == cell]
        assert [day for day, _ in found] == list(peer.surv_times)
        assert [s for _, s in found] == pytest.approx(list(peer.surv_prob))


@pytest.mark.every_engine
@pytest.mark.parametrize("tenths", [0, 5, 9, 10])
def test_a_percentile_is_that_of_numpy_over_closed_legs(spark, tenths):
    drawn = random.Random(7)
    samples = [
        [(drawn.randint(-3, 12), drawn.random() < 0.7) for _ in range(size)] for size in (0, 1, 2, 3, 11, 20, 21, 50)
    ]
    samples += [[(5, OPEN)] * 3, [(5, CLOSED)] * 4]
    rows = curves(spark, samples).groupBy("cell").agg(closed_percentile(tenths).alias("found")).collect()
    closed = [[day for day, is_closed in legs if is_closed] for legs in samples]
    expected = [float(np.percentile(days, 10 * tenths)) if days else None for days in closed]
    assert [row.found for row in sorted(rows, key=lambda row: row.cell)] == pytest.approx(expected)
