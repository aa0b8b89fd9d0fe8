"""The base stage's features: one `SQLTransformer` and stock stages, so that a saved model loads without code of ours.

Input: `marketplace_code`, `department_name`, `rank`, `ranked_on`, `trend_years`, `event_tokens`, `event_ramps`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from pyspark.ml import Transformer
from pyspark.ml.feature import CountVectorizerModel, ElementwiseProduct, Interaction, SQLTransformer, VectorAssembler
from pyspark.ml.linalg import Vectors
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from ml.options import Settings

INPUT = ("marketplace_code", "department_name", "rank", "ranked_on", "trend_years", "event_tokens", "event_ramps")
LN_RANK_SCALE = 5.0
DAYS_OF_YEAR = 365.25
EVENTS = {"event": "event_tokens", "ramp": "event_ramps"}
MOST_YEARLY_TERMS = 3
SHARED_KINDS = ("marketplace", "event", "ramp")
SHARED_FACTOR = 10.0
TOKENS = ("marketplace_tokens", "constant_tokens", "slope_tokens")
Words = Mapping[str, tuple[str, ...]]


def statement(settings: Settings) -> str:
    """The SQL that makes numbers and tokens of a ranked term.

    `ln_rank_scaled` is ln(rank) / 5 - 1; a hinge is (ln(rank) - ln(knot)) / 5 where that is positive. A token of
    `constant_tokens` moves the volume at every rank, one of `slope_tokens` in proportion to `ln_rank_scaled`.
    """
    numbers = [f"ln(rank) / {LN_RANK_SCALE} - 1 AS ln_rank_scaled"]
    numbers += [
        f"greatest(ln(rank) - {math.log(knot)!r}, 0D) / {LN_RANK_SCALE} AS hinge_{knot}" for knot in settings.knot_ranks
    ]
    if settings.trend_terms:
        numbers.append(f"trend_years * (ln(rank) / {LN_RANK_SCALE} - 1) AS trend_by_ln_rank")
    angle = f"{2 * math.pi!r} * dayofyear(ranked_on) / {DAYS_OF_YEAR}"
    for term in range(1, settings.yearly_terms + 1):
        numbers += [f"sin({term} * {angle}) AS yearly_sin_{term}", f"cos({term} * {angle}) AS yearly_cos_{term}"]
    lists = [
        "array(marketplace_code) AS marketplace_tokens",
        f"concat({', '.join(_constant_tokens(settings))}) AS constant_tokens",
        f"concat({', '.join(_slope_tokens(settings))}) AS slope_tokens",
    ]
    return f"SELECT *, {', '.join([*numbers, *lists])} FROM __THIS__"  # noqa: S608 - made of constants and numbers


def _constant_tokens(settings: Settings) -> list[str]:
    tokens = ["array(concat('marketplace ', marketplace_code))"]
    if settings.department_terms:
        tokens.append("array(concat('department ', marketplace_code, ' ', department_name))")
    if settings.weekday_terms:
        tokens.append("array(concat('weekday ', marketplace_code, ' ', department_name, ' ', weekday(ranked_on)))")
    for kind, column in _events(settings):
        tokens.append(f"transform({column}, e -> concat('{kind} ', e))")
        tokens.append(f"transform({column}, e -> concat('department_{kind} ', e, ' ', department_name))")
    return tokens


def _slope_tokens(settings: Settings) -> list[str]:
    tokens = ["array(concat('marketplace ', marketplace_code))"]
    if settings.department_terms:
        tokens.append("array(concat('department ', marketplace_code, ' ', department_name))")
    tokens += [f"transform({column}, e -> concat('{kind} ', e))" for kind, column in _events(settings)]
    if settings.event_shape in ("ramps", "both"):
        tokens.append("transform(event_ramps, e -> concat('department_ramp ', e, ' ', department_name))")
    return tokens


def _events(settings: Settings) -> list[tuple[str, str]]:
    """The first word of the tokens of events, and the column that they are made of."""
    of_shape = {"tokens": ("event",), "ramps": ("ramp",), "both": ("event", "ramp")}
    return [(kind, EVENTS[kind]) for kind in of_shape.get(settings.event_shape, ())]


def widest(settings: Settings) -> Settings:
    """Settings with every term of the calendar: the features of any others are some of theirs (`feature_names`)."""
    terms = max(settings.yearly_terms, MOST_YEARLY_TERMS)
    return settings.but(
        event_shape="both", yearly_terms=terms, weekday_terms=True, trend_terms=True, department_terms=True
    )


def words_for(settings: Settings, words: Words) -> Words:
    """Those of the words that the settings make."""
    kinds = {"marketplace", *(kind for kind, _ in _events(settings))}
    kinds |= {f"department_{kind}" for kind in kinds - {"marketplace"}}
    kinds |= {"department"} if settings.department_terms else set()
    kinds |= {"weekday"} if settings.weekday_terms else set()
    return {
        name: tuple(w for w in of_list if name == "marketplace_tokens" or w.split(" ")[0] in kinds)
        for name, of_list in words.items()
    }


def feature_names(settings: Settings, words: Words) -> list[str]:
    """What each of `features` is, in their order."""
    hinges, by_marketplace = _numbers(settings)
    return [
        *hinges,
        *(f"constant {word}" for word in words["constant_tokens"]),
        *(f"slope {word}" for word in words["slope_tokens"]),
        *(f"{number} of {code}" for code in words["marketplace_tokens"] for number in by_marketplace),
    ]


def _numbers(settings: Settings) -> tuple[list[str], list[str]]:
    """The numbers over all marketplaces, and those of each."""
    hinges = ["ln_rank_scaled", *(f"hinge_{knot}" for knot in settings.knot_ranks)]
    dated = ["trend_years", "trend_by_ln_rank"] if settings.trend_terms else []
    dated += [f"yearly_{f}_{n}" for n in range(1, settings.yearly_terms + 1) for f in ("sin", "cos")]
    return hinges, [*hinges[1:], *dated] or hinges


def stages(settings: Settings, words: Words) -> list[Transformer]:
    """The stages up to `features`. A token that is not among `words` counts for nothing, so that an unseen department
    or event leaves the marketplace's own curve.

    What all departments share counts ten times, so that the ridge penalizes it a hundredth as much: it goes to the
    shared terms, and those of a department have only what sets it apart. Else a department without labels would lack
    what the others' own terms had taken of it.
    """
    numbers = SQLTransformer(statement=statement(settings))
    counted: list[Transformer] = [
        CountVectorizerModel.from_vocabulary(list(words[name]), inputCol=name, outputCol=f"{name}_counted")
        for name in TOKENS
    ]
    hinges, each = _numbers(settings)
    by_marketplace = VectorAssembler(inputCols=each, outputCol="by_marketplace")
    return [
        numbers,
        *counted,
        by_marketplace,
        Interaction(inputCols=["marketplace_tokens_counted", "by_marketplace"], outputCol="marketplace_effects"),
        Interaction(inputCols=["slope_tokens_counted", "ln_rank_scaled"], outputCol="slope_effects"),
        VectorAssembler(
            inputCols=[*hinges, "constant_tokens_counted", "slope_effects", "marketplace_effects"], outputCol="terms"
        ),
        ElementwiseProduct(
            inputCol="terms",
            outputCol="features",
            scalingVec=Vectors.dense([_factor(name) for name in feature_names(settings, words)]),
        ),
    ]


def _factor(name: str) -> float:
    is_shared = name.split(" ")[0] in ("constant", "slope") and name.split(" ")[1] in SHARED_KINDS
    return SHARED_FACTOR if is_shared else 1.0


def event_rows(labelled: DataFrame, *known: Column) -> DataFrame:
    """One row per marketplace, department and day of labels, with all that `words_of` reads: as many rows as the
    calendar has days, however many labels there are. `known` are columns kept besides."""
    return labelled.groupBy("marketplace_code", "department_name", "ranked_on", *known).agg(
        F.first("event_tokens").alias("event_tokens"),
        F.first("event_ramps").alias("event_ramps"),
        F.lit(1).alias("rank"),
        F.lit(0.0).alias("trend_years"),
    )


def words_of(settings: Settings, days: DataFrame) -> Words:
    """The tokens of `event_rows`, sorted, by list: as many as marketplaces, departments, weekdays and event days
    make."""
    found = _words(settings, days).distinct().collect()
    return _by_list((row["name"], row["word"]) for row in found)


def words_by(settings: Settings, days: DataFrame, known: Mapping[str, Column]) -> dict[str, Words]:
    """`words_of` the rows of each condition, in one pass."""
    told = _words(settings, days.withColumns({f"_{name}": condition for name, condition in known.items()}))
    found = told.groupBy("name", "word").agg(*(F.max(f"_{name}").alias(f"_{name}") for name in known)).collect()
    return {name: _by_list((row["name"], row["word"]) for row in found if row[f"_{name}"]) for name in known}


def all_words(words: Mapping[str, Words]) -> Words:
    """The words of any."""
    return _by_list({(name, word) for of_one in words.values() for name in TOKENS for word in of_one[name]})


def _words(settings: Settings, days: DataFrame) -> DataFrame:
    made = SQLTransformer(statement=statement(settings)).transform(days)
    lists = F.map_from_arrays(F.array(*map(F.lit, TOKENS)), F.array(*TOKENS))
    kept = [name for name in days.columns if name.startswith("_")]
    return made.select(*kept, F.explode(lists).alias("name", "words")).select(
        *kept, "name", F.explode("words").alias("word")
    )


def _by_list(found: Iterable[tuple[str, str]]) -> Words:
    pairs = sorted(found)
    return {name: tuple(word for of, word in pairs if of == name) for name in TOKENS}
