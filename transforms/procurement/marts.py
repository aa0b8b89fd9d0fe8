"""The marts of the procurement domain."""

from collections.abc import Collection, Mapping

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from schemas.errors import OptionsError
from schemas.procurement import LOGGED_EVENTS, MARTS
from schemas.procurement.documents import GOODS_RECEIPTS, INVOICES, VENDORS
from transforms.keeping import Keep, Write, recompute
from transforms.procurement.cases import summarise_cases, with_leg_days
from transforms.procurement.coverage import (
    summarise_coverage,
    summarise_leg_coverage,
    summarise_systems,
    with_event_count,
    with_is_after_data_through,
)
from transforms.procurement.cycle_times import summarise_daily_counts, summarise_monthly, summarise_overall
from transforms.procurement.events import build_events, with_event_number
from transforms.procurement.events.whole_invoices import settle_items
from transforms.procurement.legs import build_legs
from transforms.procurement.options import MartOptions
from transforms.procurement.pairing import match_events
from transforms.procurement.reversals import with_reversals, without_reversals
from transforms.procurement.terms import with_payment_terms
from transforms.procurement.three_way_match import with_three_way_match
from transforms.procurement.unallocated import nothing_unallocated, summarise_unallocated, with_unallocated_days
from transforms.procurement.vendors import summarise_vendors


def _unwritten(name: str, frame: DataFrame) -> DataFrame:
    return frame


def build_procurement_marts(
    curated: Mapping[str, DataFrame],
    options: MartOptions,
    *,
    quarantined_lines: DataFrame | None = None,
    keep: Keep = recompute,
    write: Write = _unwritten,
) -> dict[str, DataFrame]:
    """The marts of whatever curated tables there are. `quarantined_lines` are the quarantined rows of `invoices`: an
    invoice that lacks one is not whole, and its payments are divided among none.

    `keep` is called with each frame that several marts are made of: a job persists it, which leaves one shuffle of the
    events, by case, for all of them. `write` is called with each mart, by name, as soon as it is built, and returns it
    as it can be read: other marts are made of that. Without them each mart is computed afresh.
    """

    def mart(name: str, frame: DataFrame) -> DataFrame:
        contract = MARTS[name]
        return write(name, contract.conform(_expected(frame, contract.names)))

    vendors = curated.get(VENDORS.name)
    sources = [source for source in options.sources if source.table_name != VENDORS.name]
    settled = settle_items(curated, as_of=options.as_of, quarantined_lines=quarantined_lines)
    settled = None if settled is None else keep(settled)
    all_events = build_events(curated, settled, as_of=options.as_of)
    systems = keep(summarise_systems(with_unallocated_days(all_events, settled), sources))
    coverage = keep(summarise_coverage(systems, sources, as_of=options.as_of))
    events = with_flags(all_events, coverage, curated=curated, keep=keep)
    marts = {"procurement_events": mart("procurement_events", events)}
    marts["procurement_coverage"] = mart("procurement_coverage", coverage.transform(with_event_count, events))
    cases = keep(summarise_cases(events))
    refuse_unfit(options.never_expected, cases)
    leg_coverage = summarise_leg_coverage(systems, coverage)
    with_terms = cases.transform(with_payment_terms, vendors)
    legs = mart("procurement_legs", build_legs(with_terms, match_events(events), leg_coverage, options=options))
    marts["procurement_legs"] = legs
    daily = keep(summarise_daily_counts(legs))
    matched = with_three_way_match(cases, systems, tolerance_ratio=options.match_tolerance_ratio)
    unallocated = nothing_unallocated(events.sparkSession) if settled is None else summarise_unallocated(settled)
    marts["procurement_cases"] = mart("procurement_cases", matched.transform(with_leg_days, legs))
    marts["procurement_vendors"] = mart("procurement_vendors", summarise_vendors(events, cases, vendors))
    marts["procurement_unallocated"] = mart("procurement_unallocated", unallocated)
    marts["cycle_times_monthly"] = mart("cycle_times_monthly", summarise_monthly(daily, options=options))
    marts["cycle_times_overall"] = mart("cycle_times_overall", summarise_overall(daily, options=options))
    return marts


def refuse_unfit(never_expected: Mapping[str, str], cases: DataFrame) -> None:
    """Raises OptionsError for what is no condition over a case."""
    for leg, condition in never_expected.items():
        try:
            _ = cases.filter(F.expr(condition)).schema
        except PySparkException as error:
            said = str(error).splitlines()[0]
            raise OptionsError(f"never_expected is no condition over a case: {leg}: {said}") from None


def with_flags(events: DataFrame, coverage: DataFrame, *, curated: Collection[str], keep: Keep) -> DataFrame:
    """Add `is_after_data_through`, `event_number`, `is_reversal` and `is_reversed`; only logs, receipts and invoices
    have cancellations."""
    numbered = keep(events.transform(with_is_after_data_through, coverage).transform(with_event_number))
    if not {LOGGED_EVENTS.name, GOODS_RECEIPTS.name, INVOICES.name} & set(curated):
        return without_reversals(numbered)
    return with_reversals(numbered, has_log=LOGGED_EVENTS.name in curated, keep=keep)


def _expected(frame: DataFrame, names: tuple[str, ...]) -> DataFrame:
    """Leaves what is missing to the contract to say."""
    return frame.select(*(F.col(name) for name in names if name in frame.columns))
