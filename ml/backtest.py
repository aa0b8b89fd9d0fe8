"""How well the model and its rivals did on days that they had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml.baselines import last_known_at_rank
from ml.coverage import block_bootstrap
from ml.folds import ERROR_DAYS, Fold, FoldLabels, fold_estimates, fold_rows, per_label, usual_before, with_error_scale
from ml.intervals import Calibration, bucket, calibrate, event, with_bounds
from ml.labels import CELL, LABEL, is_within
from ml.metrics import coverage_columns, error_columns
from ml.options import LOG_LOG_LINE, Settings
from ml.progress import Tell, tell_nobody
from schemas.search import SEARCH_VOLUME_BACKTEST

HEADRACE, LOG_LOG, LAST_KNOWN = "headrace", "log_log_line", "last_known_at_rank"
TEST, ALL = "test", "all"
SEASON_BEGINS, SEASON_ENDS = "11-20", "12-31"
FROM_ALL_FOLDS = "folds"
COVERAGE = ("coverage_80_ratio", "width_80_ratio", "coverage_95_ratio", "width_95_ratio")
BOUND_NAMES = ("lo_80", "hi_80", "lo_95", "hi_95")
Ranges = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Backtest:
    """`rows` as `search_volume_backtest`; `calibration` of the errors of all folds; `bias_ratio` their total's;
    `ranges` of the coverage over them, and `season_ranges` of that of their season's days."""

    rows: DataFrame
    calibration: Calibration
    bias_ratio: float
    ranges: Ranges
    season_ranges: Ranges


def backtest_folds(
    labels: FoldLabels, rows: DataFrame, settings: Settings, *, seed: int, tell: Tell = tell_nobody
) -> Backtest:
    """The chosen settings, whose `fold_rows` are `rows`, and the rivals on every fold. A fold's intervals are
    calibrated on the errors of earlier folds that were known on its origin; where none was, its coverage is not
    told."""
    folds, grains = labels.folds, labels.grains
    anchor = max(f.through_on for f in folds)
    tell("intervals from the folds")
    estimates = fold_estimates(rows, folds, settings, grains=grains).localCheckpoint()
    usual = usual_before(estimates)
    errors = with_error_scale(estimates, usual=usual, anchor=anchor).where("is_test").localCheckpoint()
    calibration = calibrate(errors, usual=usual)
    bounded = _bounded_by_earlier(errors, folds, usual).localCheckpoint()
    ranges, season_ranges = (_ranges(some, seed=seed) for some in (bounded, bounded.where(_is_season())))
    tell("rivals on the folds")
    line_rows = fold_rows(labels, LOG_LOG_LINE)
    line = fold_estimates(line_rows, folds, LOG_LOG_LINE, grains=grains).where("is_test")
    last = last_known_at_rank(estimates).localCheckpoint()
    own, same_line = (_of_same_labels(frame, last) for frame in (bounded, line))
    judged = {HEADRACE: own, LOG_LOG: _boundless(same_line), LAST_KNOWN: _boundless(last)}
    origins = {f.name: f for f in folds}
    found = summarise(judged, origins, pooled_as=FROM_ALL_FOLDS).localCheckpoint()
    return Backtest(found, calibration, total_bias(errors), ranges, season_ranges)


def _of_same_labels(judged: DataFrame, others: DataFrame) -> DataFrame:
    key = ["fold_name", *LABEL]
    return judged.join(others.select(*key), key, "left_semi")


def total_bias(estimates: DataFrame) -> float:
    """(sum of estimates - sum of searches) / sum of searches; 0 without labels."""
    bias = F.try_divide(F.sum(F.col("estimate") - F.col("search_count")), F.sum("search_count"))
    [row] = estimates.agg(bias.alias("bias")).collect()
    return float(row["bias"] or 0.0)


def _bounded_by_earlier(errors: DataFrame, folds: Sequence[Fold], usual: float) -> DataFrame:
    parts = []
    for fold in folds:
        is_own = F.col("fold_name") == fold.name
        known = errors.where(~is_own & (F.col("available_on") <= F.lit(fold.origin_on)))
        own = errors.where(is_own)
        if known.isEmpty():
            parts.append(_boundless(own))
        else:
            parts.append(with_bounds(own, calibrate(known, usual=usual), mean="estimate", widen=F.lit(1.0)))
    return reduce(DataFrame.unionByName, (part.select(*errors.columns, *BOUND_NAMES) for part in parts))


def _boundless(errors: DataFrame) -> DataFrame:
    return errors.withColumns({name: F.lit(None).cast("double") for name in BOUND_NAMES})


def backtest_test(
    estimates: DataFrame, labelled: DataFrame, line: DataFrame, fold: Fold, *, grains: Sequence[str]
) -> DataFrame:
    """The published estimates of the test period, joined to its labels, beside the rivals.

    `estimates` are as `scoring.score` made them of what was known on each day; `labelled` all labelled days;
    `line` the same as `estimates`, by the log-log line. All are judged on the labels for which each has an estimate:
    what was refused is nobody's error.
    """
    of_test = labelled.where(is_within(F.lit(fold.origin_on), F.lit(fold.through_on)))
    own = _of_labels(of_test, estimates, grains)
    rivals = {
        LOG_LOG: _of_labels(of_test, line, grains),
        LAST_KNOWN: last_known_at_rank(_known_labels(labelled, fold, grains)),
    }
    own = _of_same_labels(own, rivals[LAST_KNOWN])
    same = {name: _boundless(_of_same_labels(frame, own)) for name, frame in rivals.items()}
    return summarise({HEADRACE: own, **same}, {TEST: fold})


def coverage_ranges(
    estimates: DataFrame, labelled: DataFrame, fold: Fold, *, grains: Sequence[str], seed: int
) -> Ranges:
    """The range of each coverage of the test period, `80` and `95`, that resampled blocks of days give."""
    of_test = labelled.where(is_within(F.lit(fold.origin_on), F.lit(fold.through_on)))
    return _ranges(_of_labels(of_test, estimates, grains), seed=seed)


def _ranges(judged: DataFrame, *, seed: int) -> Ranges:
    hits = [
        F.sum(F.col("search_count").between(F.col(f"lo_{level}"), F.col(f"hi_{level}")).cast("double")).alias(
            f"{level}"
        )
        for level in (80, 95)
    ]
    days = judged.groupBy("ranked_on").agg(*hits, F.count("lo_80").alias("count")).orderBy("ranked_on").toPandas()
    days = days[days["count"] > 0]
    counts = days["count"].to_numpy(float)
    return {level: block_bootstrap(days[level].to_numpy(float), counts, seed=seed) for level in ("80", "95")}


def _of_labels(labelled: DataFrame, estimates: DataFrame, grains: Sequence[str]) -> DataFrame:
    """One row per label of what was published for its days; a period's bounds are the sums of its days', which is how
    they were calibrated. The model saw earlier labels of every term: none is unseen."""
    named = {"estimated_search_count": "estimate"} | {f"{name}_search_count": name for name in BOUND_NAMES}
    published = estimates.where("basis != 'refused'").select(
        *CELL, "term", F.col("estimated_on").alias("ranked_on"), *(F.col(k).alias(v) for k, v in named.items())
    )
    joined = labelled.join(published, [*CELL, "term", "ranked_on"])
    per_period = joined.groupBy(*LABEL).agg(
        F.min("department_name").alias("department_name"),
        F.min("ranked_on").alias("ranked_on"),
        F.round(F.exp(F.avg(F.ln("rank")))).cast("long").alias("rank"),
        F.array_distinct(F.flatten(F.collect_list("event_tokens"))).alias("event_tokens"),
        F.first("period_search_count").alias("search_count"),
        *((F.avg(name) * F.first("period_day_count")).alias(name) for name in ("estimate", *BOUND_NAMES)),
    )
    daily = joined.withColumn("search_count", F.col("period_search_count"))
    judged = daily if set(grains) <= {"daily"} else per_period
    return judged.withColumns({"fold_name": F.lit(TEST), "is_unseen": F.lit(False)})


def _known_labels(labelled: DataFrame, fold: Fold, grains: Sequence[str]) -> DataFrame:
    shown = labelled.where(F.col("period_start_on") > F.date_sub(F.lit(fold.origin_on), ERROR_DAYS)).withColumns(
        {
            "fold_name": F.lit(TEST),
            "is_unseen": F.lit(False),
            "is_known": F.col("available_on") <= F.lit(fold.origin_on),
            "is_test": is_within(F.lit(fold.origin_on), F.lit(fold.through_on)),
            "ln_estimate": F.lit(0.0),
        }
    )
    return per_label(shown, grains)


def _is_season() -> Column:
    return F.date_format("ranked_on", "MM-dd").between(SEASON_BEGINS, SEASON_ENDS)


def _cuts() -> Column:
    """Every cut that a label belongs to."""
    season = F.when(_is_season(), "season").otherwise("rest of the year")
    pairs = {
        ALL: F.lit(ALL),
        "rank": bucket(F.col("rank")),
        "season": season,
        "event": event(F.col("event_tokens")),
        "marketplace": F.col("marketplace_code"),
        "department": F.col("department_name"),
        "terms": F.when(F.col("is_unseen"), "unseen").otherwise("seen"),
    }
    return F.array(
        *(F.struct(F.lit(name).alias("cut_name"), value.alias("cut_value")) for name, value in pairs.items())
    )


def summarise(judged: dict[str, DataFrame], folds: dict[str, Fold], *, pooled_as: str | None = None) -> DataFrame:
    """Rows of `search_volume_backtest`: every model and cut of every fold, and of all of them under one name more."""
    names = [F.col("fold_name"), *([F.lit(pooled_as)] if pooled_as else [])]
    models = [
        frame.select(
            F.lit(name).alias("model_name"),
            F.array(*names).alias("fold_names"),
            "ranked_on",
            "search_count",
            "estimate",
            *BOUND_NAMES,
            _cuts().alias("cuts"),
        )
        for name, frame in judged.items()
    ]
    rows = reduce(DataFrame.unionByName, models)
    by_fold = rows.select("*", F.explode("fold_names").alias("fold_name")).select("*", F.inline("cuts"))
    found = by_fold.groupBy("fold_name", "model_name", "cut_name", "cut_value").agg(
        *error_columns(), *coverage_columns()
    )
    told = {name: F.when(F.col("model_name") == HEADRACE, F.col(name)) for name in COVERAGE}
    origin, first, through = (F.lit(None).cast("date"),) * 3
    for name, fold in folds.items():
        here = F.col("fold_name") == name
        origin = F.when(here, F.lit(fold.origin_on)).otherwise(origin)
        first = F.when(here, F.date_add(F.lit(fold.origin_on), 1)).otherwise(first)
        through = F.when(here, F.lit(fold.through_on)).otherwise(through)
    dated = found.withColumns({**told, "origin_on": origin, "test_from_on": first, "test_through_on": through})
    dated = dated.withColumn("order_violation_count", F.lit(None).cast("long"))
    return dated.select(*(F.col(f.name).cast(f.type).alias(f.name) for f in SEARCH_VOLUME_BACKTEST.fields))


def with_violations(rows: DataFrame, count: int) -> DataFrame:
    """Say how often the published lists of the test period rise with rank."""
    here = (F.col("fold_name") == TEST) & (F.col("model_name") == HEADRACE) & (F.col("cut_name") == ALL)
    return rows.withColumn("order_violation_count", F.when(here, F.lit(count)).cast("long"))
