"""Rolling origins: each fold is fitted on what was known on its origin and judged on the days after it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce

from pyspark.ml import PipelineModel
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from ml import features
from ml.base import LN_BASE, fit_on_features, trend_slopes, trend_years, with_base
from ml.features import DAYS_OF_YEAR, Words
from ml.intervals import daily_errors, recent_errors, usual_error
from ml.known import ASKED_ON
from ml.labels import LABEL, is_within, last_day
from ml.level_curve import MARKETPLACE, between_nodes, known_at_nodes, place, residual_sums, shrunk, with_residual
from ml.metrics import wape
from ml.options import ModelOptions, Settings
from ml.poisson import fit_poisson, with_poisson
from ml.progress import Tell, tell_nobody
from ml.smearing import fit_smearing_by, with_smearing

FOLD = ("fold_name", *MARKETPLACE)
LEVEL_LOOKBACK_DAYS = 365
ERROR_DAYS = 180
SMEARED_DAYS = 30
CURVE = ("level_step", "level_half_life_days", "level_shrink_count", "trend_share_ratio")
SEEN_AND_KNOWN = "is_known AND NOT is_unseen"
TERMS_AT_LEAST = 5
SEASON = (10, 1)
OFF_SEASON = (4, 1)
HISTORY_DAYS = 365
FEW_LABEL_DAYS = 2_000
CALIBRATED_DAYS = 120


@dataclass(frozen=True)
class Fold:
    """Judged on days after `origin_on` through `through_on`. Those that do not choose are no part of the choice of
    settings; the errors of the backtest and the intervals are of all."""

    origin_on: date
    through_on: date
    is_choosing: bool = True

    @property
    def name(self) -> str:
        return self.origin_on.isoformat()


def rolling_folds(first_on: date, last_on: date, options: ModelOptions) -> tuple[Fold, ...]:
    """Stretches that do not overlap: after the origins of the options, or else after the last two 1 October (seasons)
    and the last 1 April (off-season) that have a year of labels before them and all their days behind them; where there
    are none, after two of equal distance in the second half of the labels."""
    length = timedelta(days=options.fold_days)
    if options.origins:
        return _apart((o for o in sorted(options.origins) if first_on < o < last_on), length, last_on)
    years = range(last_on.year, first_on.year - 1, -1)

    def whole(month_day: tuple[int, int], most: int) -> list[date]:
        found = [date(year, *month_day) for year in years]
        fits = [o for o in found if o - timedelta(days=HISTORY_DAYS) >= first_on and o + length <= last_on]
        return fits[:most]

    origins = sorted({*whole(SEASON, 2), *whole(OFF_SEASON, 1)})
    if origins:
        return _apart(origins, length, last_on)
    quarter = (last_on - first_on) / 4
    return _apart((o for o in (first_on + quarter * n for n in (2, 3)) if first_on < o < last_on), length, last_on)


def _apart(origins: Iterable[date], length: timedelta, last_on: date) -> tuple[Fold, ...]:
    """Folds that end where the next begins, so that no label is judged twice."""
    found = list(origins)
    ends = [*found[1:], last_on]
    return tuple(Fold(o, min(o + length, end, last_on)) for o, end in zip(found, ends, strict=True))


def further_folds(labelled: DataFrame, folds: Sequence[Fold], options: ModelOptions) -> tuple[Fold, ...]:
    """Folds that choose no settings: where labels of fewer than 120 days are judged by `folds`, as where there
    is one a week or a month, the stretches between these are cut into folds too, the newest first, until so many are
    judged or a year from the first label is reached. A 95 % interval of a few days is that of their worst."""
    if not folds:
        return ()
    starts = labelled.select("period_start_on", last_day().alias("_last_on")).distinct().collect()
    length = timedelta(days=options.fold_days)

    def judged(fold: Fold) -> set[date]:
        return {first for first, last in starts if fold.origin_on < first and last <= fold.through_on}

    days = set().union(*map(judged, folds))
    begins_on = min(first for first, _ in starts) + timedelta(days=HISTORY_DAYS)
    through_on, found = max(last for _, last in starts), list[Fold]()
    for later in [*sorted(folds, key=lambda fold: fold.origin_on, reverse=True), None]:
        earliest_on = later.through_on if later else begins_on
        while len(days) < CALIBRATED_DAYS and through_on - length >= earliest_on:
            fold = Fold(through_on - length, through_on, is_choosing=False)
            if judged(fold):
                found.append(fold)
                days |= judged(fold)
            through_on -= length
        through_on = min(through_on, later.origin_on) if later else through_on
    return tuple(reversed(found))


def folds_with_labels(labelled: DataFrame, folds: Sequence[Fold]) -> tuple[Fold, ...]:
    """Those of the folds for which a marketplace has labels known on their origin to fit on, and labels after it to be
    judged on. `labelled` has the columns of `with_unseen`."""
    if not folds:
        return ()
    is_told = []
    for n, fold in enumerate(folds):
        origin_on, through_on = F.lit(fold.origin_on), F.lit(fold.through_on)
        is_fitted = F.max(~F.col("is_unseen") & (F.col("available_on") <= origin_on))
        is_told.append((is_fitted & F.max(is_within(origin_on, through_on))).alias(f"fold_{n}"))
    by_marketplace = labelled.groupBy(*MARKETPLACE).agg(*is_told)
    found = by_marketplace.agg(*(F.max(f"fold_{n}") for n in range(len(folds)))).first()
    return tuple(fold for fold, told in zip(folds, found or (), strict=False) if told)


def with_unseen(labelled: DataFrame, options: ModelOptions, *, first_origin_on: date) -> DataFrame:
    """Add `is_unseen`: no fold's model sees a label of these terms. They are drawn by a hash of the term, in
    marketplaces of which at least five terms had a label known on the first origin: later ones decide nothing."""
    drawn = F.pmod(F.xxhash64("term", F.lit(options.seed)), F.lit(1000)) < int(options.unseen_terms_ratio * 1000)
    known_term = F.when(F.col("available_on") <= F.lit(first_origin_on), F.col("term"))
    terms = labelled.groupBy(*MARKETPLACE).agg(F.count_distinct(known_term).alias("_term_count"))
    counted = labelled.join(F.broadcast(terms), list(MARKETPLACE))
    return counted.withColumn("is_unseen", drawn & (F.col("_term_count") >= TERMS_AT_LEAST)).drop("_term_count")


@dataclass(frozen=True)
class FoldLabels:
    """What the fits of all settings share, made once.

    `training` has the labelled days that each fold's model is fitted on, `judged` those of the labels from a year
    before its origin through its end, both with `fold_name` and `features`, those of the settings `wide`; `words` the
    tokens known on each fold's origin; `known_grains` the grains and `spreads` the standard deviation of ln volume of
    the labels known on it.
    """

    folds: tuple[Fold, ...]
    grains: tuple[str, ...]
    training: DataFrame
    judged: DataFrame
    wide: Settings
    words: dict[str, Words]
    known_grains: dict[str, tuple[str, ...]]
    spreads: dict[str, float]

    def of(self, folds: Sequence[Fold]) -> FoldLabels:
        """Those of some of the folds."""
        is_theirs = F.col("fold_name").isin([fold.name for fold in folds])
        training, judged = (rows.where(is_theirs) for rows in (self.training, self.judged))
        return replace(self, folds=tuple(folds), training=training, judged=judged)


def fold_labels(
    labelled: DataFrame, folds: Sequence[Fold], settings: Settings, options: ModelOptions, *, grains: Sequence[str]
) -> FoldLabels:
    """`labelled` has the columns of `with_unseen`; `settings` differ from those to come in terms of the calendar at
    most, and in what is no feature. What would be refused, a marketplace without labels known on the origin, is not
    judged."""
    seen, wide = labelled.where(~F.col("is_unseen")), features.widest(settings)
    counts, known_grains, spreads = _of_known(seen, folds)
    shares = {fold.name: share_to_draw(counts[fold.name], options.fit_rows_at_most) for fold in folds}
    conditions = {fold.name: F.col("available_on") <= F.lit(fold.origin_on) for fold in folds}
    words = features.words_by(wide, features.event_rows(seen, F.col("available_on")), conditions)
    assembly = PipelineModel(features.stages(wide, features.all_words(words)))

    def assembled(days: DataFrame, *dropped: str) -> DataFrame:
        found = assembly.transform(with_trend(days, F.col("origin_on")))
        kept = [name for name in days.columns if name not in ("_share", "through_on", "event_ramps", *dropped)]
        return found.select(*kept, "features").localCheckpoint()

    known = F.col("available_on") <= F.col("origin_on")
    training = sampled(_of_folds(seen, folds, shares).where(known), F.col("_share"), options.seed)
    before = F.date_sub("origin_on", LEVEL_LOOKBACK_DAYS + 1)
    fitted = F.broadcast(training.select(*FOLD).distinct())
    shown = _of_folds(labelled, folds, shares).where(is_within(before, F.col("through_on")))
    shown = shown.join(fitted, list(FOLD), "left_semi")
    flags = {"is_test": F.col("period_start_on") > F.col("origin_on"), "is_known": known}
    judged = _with_some_days(shown.withColumns(flags))
    return FoldLabels(
        tuple(folds),
        tuple(grains),
        assembled(training, "origin_on", "event_tokens", "is_unseen"),
        assembled(judged),
        wide,
        words,
        known_grains,
        spreads,
    )


def _with_some_days(rows: DataFrame) -> DataFrame:
    """Add `is_of_some`: of the labels of the half year before the test those of every so many-th first day, so that
    about 30 days have it."""
    before = rows.where(~F.col("is_test") & (F.col("ranked_on") > F.date_sub("origin_on", ERROR_DAYS)))
    counted = (
        before.select("fold_name", "period_start_on")
        .distinct()
        .withColumns(
            {
                "_place": F.row_number().over(Window.partitionBy("fold_name").orderBy("period_start_on")),
                "_every": F.ceil(F.count(F.lit(1)).over(Window.partitionBy("fold_name")) / SMEARED_DAYS),
            }
        )
    )
    some = counted.where("_place % _every = 0").select("fold_name", "period_start_on", F.lit(True).alias("_some"))
    joined = rows.join(F.broadcast(some), ["fold_name", "period_start_on"], "left")
    return joined.withColumn("is_of_some", F.col("_some").isNotNull() & ~F.col("is_test")).drop("_some")


def _of_folds(labelled: DataFrame, folds: Sequence[Fold], shares: Mapping[str, Column]) -> DataFrame:
    """Each row once for each fold, with its `fold_name`, `origin_on`, `through_on` and share of rows to draw."""
    each = [
        F.struct(
            F.lit(fold.name).alias("fold_name"),
            F.lit(fold.origin_on).alias("origin_on"),
            F.lit(fold.through_on).alias("through_on"),
            shares[fold.name].alias("_share"),
        )
        for fold in folds
    ]
    return labelled.select("*", F.inline(F.array(*each)))


def share_to_draw(counts: Mapping[str, int], at_most: int) -> Column:
    """The share of a fold's label days to draw, so that about so many are: of a marketplace that has few, all."""
    few = [code for code, count in counts.items() if count <= FEW_LABEL_DAYS]
    return F.when(F.col("marketplace_code").isin(few), 1.0).otherwise(at_most / max(sum(counts.values()), 1))


def sampled(training: DataFrame, share: Column, seed: int) -> DataFrame:
    """About that share of the rows, whole labels, drawn by a hash of the label."""
    drawn = F.pmod(F.xxhash64(*LABEL, F.lit(seed)), F.lit(1_000_000))
    return training.where(drawn < share * 1_000_000)


def _of_known(
    seen: DataFrame, folds: Sequence[Fold]
) -> tuple[dict[str, dict[str, int]], dict[str, tuple[str, ...]], dict[str, float]]:
    """By fold the labelled days known on its origin by marketplace, the grains of the labels, and the standard
    deviation of their ln volume."""
    ln = F.ln(F.col("period_search_count") / F.col("period_day_count"))
    known = {fold.name: F.col("available_on") <= F.lit(fold.origin_on) for fold in folds}
    counts = [F.count_if(condition).alias(f"count {name}") for name, condition in known.items()]
    grains = [F.collect_set(F.when(condition, F.col("grain"))).alias(f"grains {n}") for n, condition in known.items()]
    spreads = [F.stddev_pop(F.when(condition, ln)).alias(f"spread {name}") for name, condition in known.items()]
    by_marketplace = seen.groupBy("marketplace_code").agg(*counts).collect()
    [row] = seen.agg(*grains, *spreads).collect()
    return (
        {name: {of["marketplace_code"]: of[f"count {name}"] for of in by_marketplace} for name in known},
        {name: tuple(sorted(row[f"grains {name}"])) for name in known},
        {name: row[f"spread {name}"] or 1.0 for name in known},
    )


def fold_rows(labels: FoldLabels, settings: Settings, *, tell: Tell = tell_nobody) -> DataFrame:
    """The judged days with `residual`, and of the base fitted on what was known on the origin `ln_base` (whole trend)
    and `trend_slope` (its change per year).

    The folds differ by the value of `fold_name` alone, not by what is written into the plan: Spark compiles what it
    runs once for all of them.
    """
    parts, slopes = [], []
    place = {name: n for n, name in enumerate(features.feature_names(labels.wide, features.all_words(labels.words)))}
    for fold in labels.folds:
        tell(fold.name)
        words = features.words_for(settings, labels.words[fold.name])
        names = [name for name in features.feature_names(settings, words) if name in place]
        of_fold = F.col("fold_name") == fold.name
        base = fit_on_features(
            labels.training.where(of_fold),
            settings,
            names=names,
            at=[place[name] for name in names],
            grains=labels.known_grains[fold.name],
            spread=labels.spreads[fold.name],
        )
        of_codes = trend_slopes(base, names, words["marketplace_tokens"])
        slopes += [(fold.name, code, *of_code) for code, of_code in of_codes.items()]
        based = with_base(labels.judged.where(of_fold), base).drop("features")
        parts.append(with_residual(based, grains=labels.grains))
    schema = "fold_name string, marketplace_code string, _at_rank_1 double, _by_ln_rank double"
    table = parts[0].sparkSession.createDataFrame(slopes, schema)
    joined = reduce(DataFrame.unionByName, parts).join(F.broadcast(table), list(FOLD), "left")
    slope = F.coalesce(F.col("_at_rank_1") + F.ln("rank") * F.col("_by_ln_rank"), F.lit(0.0))
    return joined.withColumn("trend_slope", slope).drop(*table.columns[2:]).localCheckpoint()


def with_trend(labelled: DataFrame, trend_ends_on: date | Column) -> DataFrame:
    """Add `trend_years`."""
    return labelled.withColumn("trend_years", trend_years(F.col("ranked_on"), trend_ends_on))


def fold_estimates(rows: DataFrame, folds: Sequence[Fold], settings: Settings, *, grains: Sequence[str]) -> DataFrame:
    """Estimates of the fold rows from half a year before the origin on, as they would have been made on their day, one
    row per label: `estimate` and `search_count` of its period and `error`, ln(search_count / estimate).

    The level of a day uses labels with `available_on` no later than it; smearing and the Poisson stage use labels
    known on the origin.
    """
    raw = leveled(rows, _recent(rows), folds, [settings], grains=grains).drop("candidate").localCheckpoint()
    smeared = smeared_by(raw, "fold_name")
    return with_fold_poisson(smeared, folds) if settings.poisson else smeared


def smeared_by(raw: DataFrame, *by: str, judged: Column | None = None) -> DataFrame:
    """The labels of `leveled` (those `judged`, or all) times the smearing factor of their `by`."""
    factors = fit_smearing_by(raw.where(SEEN_AND_KNOWN), *by)
    smeared = with_smearing(raw if judged is None else raw.where(judged), factors, *by)
    return smeared.withColumns(
        {"estimate": F.col("estimate") * F.exp("ln_smearing"), "error": F.col("error") - F.col("ln_smearing")}
    ).drop("ln_smearing")


def with_fold_poisson(estimates: DataFrame, folds: Sequence[Fold]) -> DataFrame:
    """Times the ratio of the Poisson stage, fitted for each fold on the labels known on its origin."""
    offset = estimates.withColumn("ln_estimate", F.ln("estimate")).localCheckpoint()
    parts = []
    for fold in folds:
        of_fold = offset.where(F.col("fold_name") == fold.name)
        if of_fold.where(SEEN_AND_KNOWN).isEmpty():
            parts.append(of_fold.drop("ln_estimate"))
            continue
        model = fit_poisson(of_fold.where(SEEN_AND_KNOWN))
        healed = with_poisson(of_fold, model).withColumns(
            {"estimate": F.col("estimate") * F.exp("ln_poisson"), "error": F.col("error") - F.col("ln_poisson")}
        )
        parts.append(healed.drop("ln_estimate", "ln_poisson"))
    return reduce(DataFrame.unionByName, parts)


def _recent(rows: DataFrame) -> DataFrame:
    """The fold's test and the half year before it, which smearing and the recent error are taken from."""
    return rows.where(F.col("period_start_on") > F.date_sub("origin_on", ERROR_DAYS))


def leveled(
    rows: DataFrame, judged: DataFrame, folds: Sequence[Fold], candidates: Sequence[Settings], *, grains: Sequence[str]
) -> DataFrame:
    """Estimates before smearing of the labels of `judged`, some of the fold rows, once for each of the candidates,
    which share their base: `candidate`, its place among them, and the columns of `per_label`. All in one pass."""
    if not all(candidate.level for candidate in candidates):
        found = judged.withColumns({"ln_level": F.lit(0.0), "_moved": F.lit(None).cast("double")})
        each = found.withColumn("candidate", F.explode(F.array(*map(F.lit, range(len(candidates))))))
    else:
        curves = level_curves(rows, _asked(judged), folds, candidates)
        named = F.broadcast(curves.withColumnRenamed(ASKED_ON, "ranked_on"))
        at = place(F.col("rank"), F.col("level_step"))
        each = judged.join(named, [*FOLD, "ranked_on"]).withColumns(
            {
                "ln_level": F.coalesce(between_nodes(F.col("level_values"), at), F.lit(0.0)),
                "_moved": -(1 - F.col("trend_share_ratio")) * F.col("label_age_days") / DAYS_OF_YEAR,
            }
        )
    frozen = F.least(-F.datediff("ranked_on", "origin_on") / DAYS_OF_YEAR, F.lit(0.0))
    moved = F.col(LN_BASE) + F.col("trend_slope") * F.coalesce("_moved", frozen) + F.col("ln_level")
    return per_label(each.withColumn("ln_estimate", moved), grains, "candidate")


def level_curves(rows: DataFrame, asked: DataFrame, folds: Sequence[Fold], candidates: Sequence[Settings]) -> DataFrame:
    """`level_curve.levels` of each candidate, with `candidate`, `level_step` and `trend_share_ratio`. Sums are made
    once for each step, and weighted once for each step and half-life."""
    spark, anchor = rows.sparkSession, max(f.through_on for f in folds)
    step, half_life = F.col("level_step"), F.col("level_half_life_days")
    steps = F.array(*(F.lit(float(s)) for s in sorted({c.level_step for c in candidates})))
    seen = rows.where(~F.col("is_unseen")).select(
        *FOLD, "ranked_on", "available_on", "rank", "residual", F.explode(steps).alias("level_step")
    )
    sums = residual_sums(seen, step=step, by=(*FOLD, "level_step"))
    told = [[str(n), *(f"{float(getattr(c, name))!r}D" for name in CURVE)] for n, c in enumerate(candidates)]
    curves = F.broadcast(_values(spark, ("candidate", *CURVE), told))
    ages = F.broadcast(_values(spark, CURVE[:2], {tuple(row[1:3]): row[1:3] for row in told}.values()))
    aged = (*FOLD, "level_step", "level_half_life_days")
    known = known_at_nodes(
        sums.join(ages, "level_step"),
        asked.crossJoin(ages),
        half_life_days=half_life,
        step=step,
        anchor=anchor,
        by=aged,
    )
    each = known.join(curves, ["level_step", "level_half_life_days"])
    kept = (*FOLD, "candidate", "level_step", "trend_share_ratio")
    shrink_count = F.col("level_shrink_count")
    found = shrunk(
        each.select(*dict.fromkeys([*aged, *kept, *known.columns, "level_shrink_count"])),
        half_life_days=half_life,
        step=step,
        shrink_count=shrink_count,
        anchor=anchor,
        by=kept,
    )
    return found.drop("label_count", "overall_level").localCheckpoint()


def _values(spark: SparkSession, names: Sequence[str], rows: Iterable[Sequence[str]]) -> DataFrame:
    """A table of numbers that is part of the plan: no job makes it."""
    listed = ", ".join(f"({', '.join(row)})" for row in rows)
    return spark.sql(f"SELECT * FROM VALUES {listed} AS told({', '.join(names)})")  # noqa: S608 - numbers only


def fold_errors(
    rows: DataFrame, folds: Sequence[Fold], candidates: Sequence[Settings], *, grains: Sequence[str]
) -> list[float]:
    """The mean over the folds of each candidate's WAPE; the candidates share the base of `rows`. Their smearing is of
    a sixth of the labels' days before the origin, since it hardly differs between them."""
    raw = leveled(rows, rows.where(F.col("is_test") | F.col("is_of_some")), folds, candidates, grains=grains)
    estimates = smeared_by(raw, "candidate", "fold_name", judged=F.col("is_test"))
    of_folds = estimates.groupBy("candidate", "fold_name").agg(wape())
    found = of_folds.groupBy("candidate").agg(F.avg("wape_ratio").alias("error")).collect()
    errors = {row["candidate"]: row["error"] for row in found}
    return [errors[n] if errors.get(n) is not None else math.inf for n in range(len(candidates))]


def _asked(rows: DataFrame) -> DataFrame:
    return rows.select(*FOLD, F.col("ranked_on").alias(ASKED_ON)).distinct()


def per_label(estimated: DataFrame, grains: Sequence[str], *by: str) -> DataFrame:
    """One row per label (and `by`): `search_count` and `estimate` of its period, `error`, and the period's typical
    `rank`; of the departments that its days' ranks are of the first by name."""
    kept = [*by, "fold_name", *LABEL, "is_unseen", "is_known", "available_on"]
    if set(grains) <= {"daily"}:
        daily = estimated.withColumns(
            {
                "search_count": F.col("period_search_count"),
                "day_count": F.col("period_day_count"),
                "estimate": F.exp("ln_estimate"),
            }
        ).select(
            *kept,
            "department_name",
            "ranked_on",
            "rank",
            "is_test",
            "event_tokens",
            "day_count",
            "search_count",
            "estimate",
        )
        return daily.withColumn("error", F.ln(F.col("search_count") / F.col("estimate")))
    summed = estimated.groupBy(*kept).agg(
        F.min("department_name").alias("department_name"),
        F.min("ranked_on").alias("ranked_on"),
        F.round(F.exp(F.avg(F.ln("rank")))).cast("long").alias("rank"),
        F.min("is_test").alias("is_test"),
        F.array_distinct(F.flatten(F.collect_list("event_tokens"))).alias("event_tokens"),
        F.first("period_day_count").alias("day_count"),
        F.first("period_search_count").alias("search_count"),
        (F.avg(F.exp("ln_estimate")) * F.first("period_day_count")).alias("estimate"),
    )
    return summed.withColumn("error", F.ln(F.col("search_count") / F.col("estimate")))


def with_error_scale(estimates: DataFrame, *, usual: float, anchor: date) -> DataFrame:
    """Add `error_scale_ratio`: recent errors of the fold and marketplace, known on the day, over the usual one."""
    seen = estimates.where(~F.col("is_unseen"))
    found = recent_errors(daily_errors(seen, FOLD), _asked(estimates), usual_error=usual, anchor=anchor, by=FOLD)
    return estimates.join(F.broadcast(found.withColumnRenamed(ASKED_ON, "ranked_on")), [*FOLD, "ranked_on"], "left")


def usual_before(estimates: DataFrame) -> float:
    """The usual error of what was known on the origin of the first fold for which anything was."""
    known = estimates.where("is_known")
    [first] = known.agg(F.min("fold_name")).collect()[0]
    return usual_error(known.where(F.col("fold_name") == F.lit(first)))
