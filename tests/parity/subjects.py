"""What is compared: public transforms, each with the frames that it takes. An engine's process runs `make` by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.contract import Contract, Field
from schemas.lineage import LANDING_LINEAGE
from schemas.procurement import CURATED, MARTS
from schemas.procurement.documents import VENDORS
from schemas.procurement.words import EVENT_FIELDS, EVENT_TYPES
from tests.parity.cells import Wanted
from transforms.numbering import with_content_id, with_occurrence_number
from transforms.outcomes import is_standing, judge, judged_before, key_changes, with_content_hash, with_reasons
from transforms.procurement.business_days import with_business_days
from transforms.procurement.cases import summarise_cases, with_leg_days
from transforms.procurement.coverage import (
    summarise_coverage,
    summarise_leg_coverage,
    summarise_systems,
    with_event_count,
    with_is_after_data_through,
)
from transforms.procurement.cycle_times import summarise_daily_counts, summarise_monthly, summarise_overall
from transforms.procurement.events import with_event_number
from transforms.procurement.events.columns import EVENT
from transforms.procurement.events.whole_invoices import settle_items
from transforms.procurement.legs import build_legs, with_window_status
from transforms.procurement.marts import Keep, build_procurement_marts
from transforms.procurement.options import Calendar, MartOptions, SourceCoverage
from transforms.procurement.pairing import match_events
from transforms.procurement.reversals import with_reversals
from transforms.procurement.terms import with_lateness, with_payment_terms
from transforms.procurement.three_way_match import with_three_way_match
from transforms.procurement.unallocated import summarise_unallocated
from transforms.procurement.vendors import with_ids_under_name

Frames = Mapping[str, DataFrame]
Tables = dict[str, DataFrame]


@dataclass(frozen=True)
class Subject:
    """`make` takes the frames by name, and gives tables by name."""

    make: Callable[[Frames, Keep], Tables]
    frames: Mapping[str, Wanted] = field(default_factory=dict)


STRING, INTEGER, LONG, DATE, BOOLEAN = T.StringType(), T.IntegerType(), T.LongType(), T.DateType(), T.BooleanType()
BEFORE_JUDGED: dict[str, T.DataType] = {
    **{f.name: f.type for f in LANDING_LINEAGE},
    "unreadable": T.ArrayType(STRING),
    "not_of_table": STRING,
}
CALENDARS = {
    "default": Calendar(holidays=(date(2024, 2, 14), date(2024, 12, 25), date(2023, 12, 25))),
    "south": Calendar(("C1",), ("friday", "saturday"), (date(2024, 2, 20), date(2024, 2, 21), date(1999, 1, 4))),
    "never": Calendar(("C2",), (), ()),
}


def struct(columns: Mapping[str, T.DataType]) -> T.StructType:
    return T.StructType([T.StructField(name, kind) for name, kind in columns.items()])


def of_contract(contract: Contract, **beside: T.DataType) -> dict[str, T.DataType]:
    return {**{f.name: f.type for f in contract.fields}, **beside}


def landed(contract: Contract) -> Wanted:
    """Standardized rows of a contract before they are judged: keys meet, rules are broken, values were lost."""
    codes = ([], [], [], [], [f"{contract.natural_key[-1]}_unreadable"], [f"{contract.fields[-1].name}_unreadable"])
    few = {"unreadable": codes}
    return Wanted(
        struct(of_contract(contract, **BEFORE_JUDGED)), few=few, never_null=("landing_file_id",), extreme=True
    )


def curated(contract: Contract) -> Wanted:
    """Rows that keep the contract's promises: whole, one of a key."""
    expected = tuple(f.name for f in contract.fields if f.is_never_null)
    lineage = {f.name: f.type for f in LANDING_LINEAGE}
    few = {f.name: f.values for f in contract.fields if f.values} | {"source_name": (contract.name,)}
    columns = of_contract(contract, **lineage, content_hash=STRING)
    never_null = (*expected, *lineage, "content_hash")
    return Wanted(struct(columns), contract.key, never_null, few)


def judged(contract: Contract, frames: Frames, keep: Keep) -> Tables:
    """Every stage of what becomes of a row, and a second run over what the first left."""

    def rows(frame: DataFrame) -> DataFrame:
        hashed = with_content_hash(frame, contract)
        identified = with_content_id(hashed, contract, filled=(), identical_rows="distinct")
        reasoned = with_reasons(identified, contract, replaced_file_ids=("f3",), upserting=("one",))
        numbered = with_occurrence_number(reasoned, contract, identical_rows="distinct", upserting=("one",))
        return numbered.withColumn("was_judged", F.lit(False))

    first = keep(judge(rows(frames["rows"]), contract, upserting=("one",)))
    later = frames["later"].withColumn("landing_file_id", F.lit("f9"))
    both = keep(judge(judged_before(first, contract).unionByName(rows(later)), contract, upserting=("one",)))
    standing = [frame.filter(is_standing(contract, upserting=("one",))) for frame in (first, both)]
    return {
        "hashed": with_content_hash(frames["rows"], contract),
        "first": first,
        "both": both,
        "changes": key_changes(*standing, contract),
    }


def sources(tables: Mapping[str, Any]) -> tuple[SourceCoverage, ...]:
    """Each table a source; of one `data_through` is derived, of the others configured."""
    made = []
    for name in tables:
        if name == VENDORS.name:
            continue
        records = tuple(EVENT_FIELDS.get(name, EVENT_TYPES))
        through = None if name in ("purchase_orders", "logged_events") else date(2024, 3, 10)
        made.append(SourceCoverage(name, name, records, records[:1], None, through))
    return tuple(made)


OPTIONS = MartOptions(
    (),
    never_expected={"order_to_submission": "document_type_name <> 'EC Purchase order' OR vendor_id IS NULL"},
    median_at_least_count=1,
    p90_at_least_count=2,
    match_tolerance_ratio=0.05,
    calendars=CALENDARS,
)


def marts(frames: Frames, keep: Keep, *, as_of: date | None = None) -> Tables:
    """All marts, and each frame on the way that several are made of."""
    kept: Tables = {}

    def remember(frame: DataFrame) -> DataFrame:
        kept[f"kept_{len(kept)}"] = done = keep(frame)
        return done

    tables = {name: frame for name, frame in frames.items() if name != "quarantined_lines"}
    options = replace(OPTIONS, sources=sources(tables), as_of=as_of)
    made = build_procurement_marts(
        tables,
        options,
        quarantined_lines=frames.get("quarantined_lines"),
        keep=remember,
        write=lambda name, frame: keep(frame),
    )
    return {**made, **kept}


def of_events(frames: Frames, keep: Keep, *, has_log: bool) -> Tables:
    """What is made of events alone, also of such as no document makes."""
    events = frames["events"]
    covering = tuple(
        SourceCoverage(source, table, tuple(EVENT_TYPES), ("order_created", "goods_received"))
        for source in ("one", "other")
        for table in ("purchase_orders", "invoices", "goods_receipts", "logged_events")
    )
    systems = keep(summarise_systems(events, covering))
    coverage = keep(summarise_coverage(systems, covering, as_of=date(2024, 3, 2)))
    numbered = keep(with_event_number(with_is_after_data_through(events, coverage)))
    reversed_events = keep(with_reversals(numbered, has_log=has_log, keep=keep))
    cases, leg_coverage = keep(summarise_cases(reversed_events)), summarise_leg_coverage(systems, coverage)
    pairs = keep(match_events(reversed_events))
    legs = keep(build_legs(with_payment_terms(cases, None), pairs, leg_coverage, options=OPTIONS))
    return {
        "systems": systems,
        "coverage": with_event_count(coverage, numbered),
        "leg_coverage": leg_coverage,
        "reversals": reversed_events,
        "cases": cases,
        "pairs": pairs,
        "legs": legs,
        "leg_days": with_leg_days(cases, legs),
    }


def of_invoices(frames: Frames, keep: Keep) -> Tables:
    settled = settle_items(frames, as_of=None)
    assert settled is not None
    kept = keep(settled)
    return {"settled": kept, "unallocated": summarise_unallocated(kept)}


def of_legs(frames: Frames, keep: Keep) -> Tables:
    daily = keep(summarise_daily_counts(frames["legs"]))
    return {
        "daily": daily,
        "monthly": summarise_monthly(daily, options=OPTIONS),
        "overall": summarise_overall(daily, options=OPTIONS),
    }


def of_days(frames: Frames, keep: Keep) -> Tables:
    daily = frames["daily"].filter(F.col("days").isNotNull() | (F.col("closed_count") == 0))
    return {"monthly": summarise_monthly(daily, options=OPTIONS), "overall": summarise_overall(daily, options=OPTIONS)}


def of_dates(frames: Frames, keep: Keep) -> Tables:
    legs = frames["legs"]
    return {
        "business_days": with_business_days(legs, CALENDARS),
        "one_weekend": with_business_days(legs, {}),
        "lateness": with_lateness(legs),
        "windows": with_window_status(legs, left_edge_days=20, right_edge_days=20),
    }


def of_match(frames: Frames, keep: Keep) -> Tables:
    return {"matched": with_three_way_match(frames["cases"], frames["systems"], tolerance_ratio=0.05)}


def of_vendors(frames: Frames, keep: Keep) -> Tables:
    return {
        "ids_under_name": with_ids_under_name(frames["vendors"]),
        "terms": with_payment_terms(frames["cases"], frames["vendors"]),
    }


RECEIPTS = CURATED["goods_receipts"]
NUMBERED = replace(
    RECEIPTS,
    key=(*RECEIPTS.key[:1], "occurrence_number"),
    fields=(*RECEIPTS.fields, Field("occurrence_number", INTEGER, "Of the file.", required=True, numbered="key")),
)
EVENTS = Wanted(struct(EVENT), never_null=("source_system_code", "case_id", "event_on", "event_id"), extreme=True)
# A closed leg has a duration.
LEGS_WANTED = Wanted(struct(of_contract(MARTS["procurement_legs"])), never_null=("duration_days",))
COUNTS = ("closed_count", "open_count", "ended_otherwise_count", "not_applicable_count", "unknown_count")
DAILY = Wanted(
    struct(
        {
            **dict.fromkeys(("leg", "cell_grain", "source_system_code", "vendor_id", "category_name"), STRING),
            "month": DATE,
            "days": INTEGER,
            "window_status": STRING,
            **dict.fromkeys(
                ("closed_count", "open_count", "ended_otherwise_count", "not_applicable_count", "unknown_count"), LONG
            ),
        }
    ),
    unique=("leg", "cell_grain", "source_system_code", "vendor_id", "category_name", "month", "days", "window_status"),
    never_null=COUNTS,
    few=dict.fromkeys(
        ("closed_count", "open_count", "ended_otherwise_count", "not_applicable_count", "unknown_count"),
        (0, 0, 1, 2, 7),
    ),
)
DATED = Wanted(
    struct(
        {
            **dict.fromkeys(("company_code", "leg", "leg_status"), STRING),
            **dict.fromkeys(("start_on", "end_on", "month", "data_from", "data_through"), DATE),
            "payment_terms_days": INTEGER,
        }
    ),
    extreme=True,
    few={"leg": ("invoice_date_to_cleared", "invoice_date_to_paid", "order_to_receipt", "requisition_to_order")},
)
MATCHED = Wanted(
    struct(of_contract(MARTS["procurement_cases"])), never_null=("goods_receipt_count", "invoice_count"), extreme=True
)
SYSTEMS = Wanted(struct(dict.fromkeys(("source_system_code", "source_name", "table_name"), STRING)))
MASTER = Wanted(struct(of_contract(VENDORS)), unique=VENDORS.key, extreme=True)
CURATED_WANTED = {name: curated(contract) for name, contract in CURATED.items()}
QUARANTINED = replace(landed(CURATED["invoices"]), extreme=False)
INVOICES_AND_PAYMENTS = {name: CURATED_WANTED[name] for name in ("invoices", "payments", "payment_blocks")}

SUBJECTS: dict[str, Subject] = {
    **{
        f"outcomes of {name}": Subject(partial(judged, contract), {"rows": landed(contract), "later": landed(contract)})
        for name, contract in {**CURATED, "numbered rows": NUMBERED}.items()
    },
    "events, some of a log": Subject(partial(of_events, has_log=True), {"events": EVENTS}),
    "events of documents": Subject(partial(of_events, has_log=False), {"events": EVENTS}),
    "invoices paid and blocked": Subject(of_invoices, INVOICES_AND_PAYMENTS),
    "cycle times of legs": Subject(of_legs, {"legs": LEGS_WANTED}),
    "cycle times of days": Subject(of_days, {"daily": DAILY}),
    "business days, due dates, windows": Subject(of_dates, {"legs": DATED}),
    "three-way match": Subject(of_match, {"cases": MATCHED, "systems": SYSTEMS}),
    "vendors": Subject(of_vendors, {"vendors": MASTER, "cases": MATCHED}),
    "marts of documents and a log": Subject(marts, CURATED_WANTED),
    "marts as of a day, a line in quarantine": Subject(
        partial(marts, as_of=date(2024, 2, 22)), {**CURATED_WANTED, "quarantined_lines": QUARANTINED}
    ),
    "marts of a log alone": Subject(marts, {"logged_events": CURATED_WANTED["logged_events"]}),
    "marts of vendors alone": Subject(marts, {"vendors": CURATED_WANTED["vendors"]}),
}
# Marts take Spark as long as all the others together, and are in every run of a pipeline.
DEAR = tuple(name for name in SUBJECTS if name.startswith("marts"))
BRIEF = (
    *(f"outcomes of {name}" for name in ("logged_events", "purchase_orders", "goods_receipts", "numbered rows")),
    *(name for name in SUBJECTS if name not in DEAR and not name.startswith("outcomes")),
)
