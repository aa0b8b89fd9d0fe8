"""Legs of a case: from one event to another, with a status that says what became of each."""

from collections.abc import Callable, Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from schemas.procurement.words import LEGS, Leg
from transforms.procurement.business_days import with_business_days
from transforms.procurement.events import CASE
from transforms.procurement.options import MartOptions
from transforms.procurement.pairing import STARTS_OF_EACH
from transforms.procurement.reversals import CANCELLATIONS, FOLLOWING, REVERSIBLE
from transforms.procurement.terms import with_lateness

_PARTIES = ("company_code", "vendor_id", "category_name")
_FLAGS = ("has_reversed_start", "has_only_reversed_ends", "has_only_reversed_invoices", "is_never_expected")
_OF_START = ("on", "event_id", "document_id")
_BEGINS_THE_CASE = ("requisition_created", "order_created")


def build_legs(cases: DataFrame, pairs: DataFrame, leg_coverage: DataFrame, *, options: MartOptions) -> DataFrame:
    """`procurement_legs`: for each case and leg its pairs, or one row where there is none."""
    legs = with_every_leg(cases, pairs, never_expected=options.never_expected)
    covered = legs.transform(with_ends).join(F.broadcast(leg_coverage), ["source_system_code", "leg"], "left")
    return (
        covered.transform(with_status)
        .transform(with_days)
        .transform(with_business_days, options.calendars)
        .transform(with_lateness)
        .transform(
            lambda frame: with_window_status(
                frame, left_edge_days=options.left_edge_days, right_edge_days=options.right_edge_days
            )
        )
    )


def with_every_leg(cases: DataFrame, pairs: DataFrame, *, never_expected: Mapping[str, str]) -> DataFrame:
    """A row for each pair of a case, and for each leg of it without one, with what of the case the leg's status depends
    on."""
    flags = {(leg.name, flag): column for leg in LEGS for flag, column in _flags(leg, never_expected).items()}
    without_pair = F.array_compact(F.array(*(F.when(~_has_pair(leg), F.lit(leg.name)) for leg in LEGS)))
    known = cases.select(
        *CASE,
        *_PARTIES,
        "is_deleted",
        "payment_terms_days",
        "has_payment_without_amount",
        *(f"{name}_{of}" for name in STARTS_OF_EACH for of in _OF_START),
        *(column.alias(f"{leg}_{flag}") for (leg, flag), column in flags.items()),
        without_pair.alias("without_pair"),
    )
    paired = known.drop("without_pair", "has_payment_without_amount").join(pairs, [*CASE])
    amount_unknown = _is_leg_that(lambda leg: leg.ends_in_full) & F.col("has_payment_without_amount")
    alone = known.withColumn("leg", F.explode("without_pair")).withColumns(
        {"occurrence_number": F.lit(1), "unpaid_reason": F.when(amount_unknown, "amount_unknown")}
    )
    own = {
        flag: F.coalesce(
            *(F.when(F.col("leg") == leg, F.col(f"{leg}_{of}")) for leg, of in flags if of == flag), F.lit(False)
        )
        for flag in _FLAGS
    }
    every = paired.unionByName(alone.drop("without_pair", "has_payment_without_amount"), allowMissingColumns=True)
    return every.withColumns(own).drop(*(f"{leg}_{flag}" for leg, flag in flags))


def with_ends(legs: DataFrame) -> DataFrame:
    """Give the legs that measure from the case's first event their start; add `document_id` (of the end, else of the
    start), `is_inferred_pair` and `is_never_blocked`."""
    is_own = _is_leg_that(lambda leg: leg.pairing == "each_to_its_own")
    started = legs.withColumns({f"start_{of}": F.coalesce(f"start_{of}", *_of_case(of)) for of in _OF_START})
    both = F.col("start_on").isNotNull() & F.col("end_on").isNotNull()
    return started.withColumns(
        {
            "document_id": F.coalesce("end_document_id", "start_document_id"),
            "is_end_after_data_through": F.coalesce("is_end_after_data_through", F.lit(False)),
            "is_never_blocked": _is_leg_that(lambda leg: leg.needs_open_block)
            & (F.coalesce("open_block_count", F.lit(0)) <= 0),
        }
    ).withColumn("is_inferred_pair", is_own & both & F.col("document_id").isNull())


def with_status(legs: DataFrame) -> DataFrame:
    """Add `leg_status` and `reason`, null for closed and open legs: the first that holds, as docs/procurement.md
    numbers them."""
    starts, ends = F.col("start_on").isNotNull(), F.col("end_on").isNotNull()
    all_reversed = F.col("has_only_reversed_ends") | _went_with_its_invoice()
    rules: list[tuple[Column, str, str | Column | None]] = [
        (~F.coalesce("is_recorded", F.lit(False)) | _has_no_posting(), "not_applicable", "not_recorded"),
        (starts & ends, "closed", None),
        (ends, "not_applicable", "start_missing"),
        (~starts & ~F.col("has_reversed_start"), "not_applicable", "not_started"),
        (~starts, "ended_otherwise", "all_reversed"),
        (F.col("unpaid_reason").isNotNull(), "not_applicable", F.col("unpaid_reason")),
        (F.col("is_deleted"), "ended_otherwise", "deleted"),
        (all_reversed, "ended_otherwise", "all_reversed"),
        (F.col("is_never_blocked"), "not_applicable", "no_block"),
        (F.col("is_never_expected"), "not_applicable", "never_expected"),
    ]
    status, reason = F.lit("open"), F.lit(None).cast("string")
    for holds, name, code in reversed(rules):
        status = F.when(holds, F.lit(name)).otherwise(status)
        reason = F.when(holds, F.lit(code).cast("string")).otherwise(reason)
    return legs.withColumns({"leg_status": status, "reason": reason})


def with_days(legs: DataFrame) -> DataFrame:
    """Add `month`, `duration_days` of closed and `censored_days` of open legs, in calendar days. Durations keep their
    sign; `censored_days` is at least 0, and null where `data_through` is."""
    watched = F.datediff("data_through", "start_on").cast("int")
    return legs.withColumns(
        {
            "month": F.trunc("start_on", "month"),
            "duration_days": F.when(F.col("leg_status") == "closed", F.datediff("end_on", "start_on").cast("int")),
            "censored_days": F.when(
                (F.col("leg_status") == "open") & watched.isNotNull(), F.greatest(watched, F.lit(0))
            ),
        }
    )


def with_window_status(legs: DataFrame, *, left_edge_days: int, right_edge_days: int) -> DataFrame:
    """Add `window_status`: whether the month of the start lies too near to an end of what the sources cover.

    Null without a month; an end of the window that is not known has no edge.
    """
    begins_later = _is_leg_that(lambda leg: leg.start not in _BEGINS_THE_CASE)
    is_right = F.datediff("data_through", F.last_day("month")).cast("int") < right_edge_days
    is_left = begins_later & (F.datediff("month", "data_from").cast("int") < left_edge_days)
    edge = F.when(is_right, "right_edge").when(is_left, "left_edge").otherwise("full")
    return legs.withColumn("window_status", F.when(F.col("month").isNotNull(), edge))


def _is_leg_that(holds: Callable[[Leg], bool]) -> Column:
    return F.col("leg").isin(*(leg.name for leg in LEGS if holds(leg)))


def _has_pair(leg: Leg) -> Column:
    starts = F.col(f"has_{leg.start}")
    ends = F.col("has_full_payment") if leg.ends_in_full else F.col(f"has_{leg.end}")
    return ends if leg.pairing == "one_to_each" else starts | ends


def _of_case(name: str) -> list[Column]:
    """What the first event of the case says, of the legs that are measured from it."""
    return [F.when(_is_measured_from(start), F.col(f"{start}_{name}")) for start in STARTS_OF_EACH]


def _is_measured_from(start: str) -> Column:
    return _is_leg_that(lambda leg: leg.pairing == "one_to_each" and leg.start == start)


def _flags(leg: Leg, never_expected: Mapping[str, str]) -> dict[str, Column]:
    """Of the flags those that can be true of the leg."""
    flags = {}
    if leg.start in REVERSIBLE:
        flags["has_reversed_start"] = _some_reversed(leg.start)
    if leg.end in CANCELLATIONS:
        flags["has_only_reversed_ends"] = _only_reversed(leg.end)
    elif leg.start in FOLLOWING:
        flags["has_only_reversed_invoices"] = _only_reversed(FOLLOWING[leg.start])
    if leg.name in never_expected:
        flags["is_never_expected"] = F.coalesce(F.expr(never_expected[leg.name]), F.lit(False))
    return flags


def _some_reversed(event_type: str) -> Column:
    return F.col(f"{event_type}_reversed_count") > 0


def _only_reversed(event_type: str) -> Column:
    return _some_reversed(event_type) & (F.col(f"{event_type}_count") == 0)


def _has_no_posting() -> Column:
    """The invoice counts as posted by its document date: its source says no posting, whatever others say."""
    return _is_leg_that(lambda leg: leg.needs_posting) & F.coalesce("is_start_only_issued", F.lit(False))


def _went_with_its_invoice() -> Column:
    """A log's start of a leg that a document would name as reversed: no invoice is left that it could be of."""
    return F.col("has_only_reversed_invoices") & F.col("document_id").isNull()
