"""What a reader of the procurement domain wants, one grain a table."""

from pyspark.sql import types as T

from schemas.contract import Contract, Field
from schemas.procurement.words import EVENT_TYPES, LEG_REASONS, LEG_STATUSES, LEGS

_STRING, _DATE, _INT, _LONG = T.StringType(), T.DateType(), T.IntegerType(), T.LongType()
_TIMESTAMP, _BOOLEAN, _DOUBLE, _AMOUNT = T.TimestampType(), T.BooleanType(), T.DoubleType(), T.DecimalType(18, 2)
_SUM = T.DecimalType(28, 2)  # what Spark gives for a sum of amounts: ten digits more, so that none overflows
_CASE = (
    Field("source_system_code", _STRING, "The ledger system in which the case lives.", required=True),
    Field("case_id", _STRING, "Purchase order and item, `<po>_<item>`.", required=True),
)
_PARTIES = (
    Field("company_code", _STRING, "The paying company."),
    Field("vendor_id", _STRING, "The vendor's id; several ids may bear one name."),
    Field("category_name", _STRING, "What is bought, by spend area; null where the source has none."),
)
_LINEAGE = (
    Field("table_name", _STRING, "Curated table that the event comes from.", required=True),
    Field("source_name", _STRING, "Name of the source's configuration.", required=True),
    Field("landing_file_id", _STRING, "The landed delivery; the release names its raw file.", required=True),
    Field("record_number", _LONG, "Number of the record in the raw file.", required=True),
)

PROCUREMENT_EVENTS = Contract(
    name="procurement_events",
    version=1,
    grain="One event of one case (for an invoice line: one for each of its dates)",
    key=("event_id",),
    fields=(
        Field("event_id", _STRING, "The log's event id, or a hash of table, key and event type.", required=True),
        *_CASE,
        Field("event_type", _STRING, f"One of {', '.join(EVENT_TYPES)}.", required=True),
        Field("activity_name", _STRING, "What happened, in the source's words; null for documents."),
        Field(
            "event_at",
            _TIMESTAMP,
            "When; local midnight where only the date is known.",
            unit="UTC timestamp",
            required=True,
        ),
        Field("event_on", _DATE, "The paying company's local date of the event.", required=True),
        Field("time_precision", _STRING, "`day` where no time of day is known, else `minute`.", required=True),
        Field("document_id", _STRING, "The invoice that the event belongs to; null where the source has none."),
        Field("amount", _AMOUNT, "Amount of the posting; null where the source has none.", unit="currency_code"),
        Field("currency_code", _STRING, "ISO 4217 code of the amount."),
        Field("is_reversal", _BOOLEAN, "A cancellation paired with the posting that it takes back.", required=True),
        Field(
            "is_reversed",
            _BOOLEAN,
            "A posting taken back by a cancellation: no leg begins or ends here.",
            required=True,
        ),
        Field(
            "is_after_data_through",
            _BOOLEAN,
            "Dated after the last day for which its source is complete.",
            required=True,
        ),
        *_LINEAGE,
    ),
)

PROCUREMENT_COVERAGE = Contract(
    name="procurement_coverage",
    version=1,
    grain="One source and curated table",
    key=("source_name", "table_name"),
    fields=(
        Field("source_name", _STRING, "Name of the source's configuration.", required=True),
        Field("table_name", _STRING, "Curated table that the source fills.", required=True),
        Field("data_from", _DATE, "First day for which the source is complete."),
        Field("data_from_rule", _STRING, "`configured`, or the rule by which it was derived.", required=True),
        Field("data_through", _DATE, "Last day for which the source is complete: open legs are censored here."),
        Field(
            "data_through_rule",
            _STRING,
            "`configured`, `as_of` where that cut it short, or the rule by which it was derived.",
            required=True,
        ),
        Field("event_after_data_through_count", _LONG, "Events dated later; they never move it.", required=True),
    ),
)

PROCUREMENT_LEGS = Contract(
    name="procurement_legs",
    version=1,
    grain="One leg of one document of a case, at least one row for each case and leg",
    key=("source_system_code", "case_id", "leg", "occurrence_number"),
    fields=(
        *_CASE,
        Field("leg", _STRING, f"One of {', '.join(leg.name for leg in LEGS)}.", required=True),
        Field("occurrence_number", _INT, "1 for the first of its leg in the case.", required=True),
        Field("document_id", _STRING, "The invoice measured; null where the source has none."),
        *_PARTIES,
        Field("leg_status", _STRING, f"One of {', '.join(LEG_STATUSES)}.", required=True),
        Field("reason", _STRING, f"Why it is not closed or open: one of {', '.join(LEG_REASONS)}."),
        Field("start_on", _DATE, "Local date of the start event."),
        Field("end_on", _DATE, "Local date of the end event."),
        Field("month", _DATE, "First day of the month of `start_on`."),
        Field(
            "duration_days",
            _INT,
            "Start to end, null unless closed; negative where the end is dated first.",
            unit="calendar days",
        ),
        Field(
            "censored_days",
            _INT,
            "Start to `data_through` of the end's source, null unless open; at least 0.",
            unit="calendar days",
        ),
        Field("is_inferred_pair", _BOOLEAN, "Start and end were paired first in, first out.", required=True),
        Field(
            "is_end_after_data_through", _BOOLEAN, "The end is dated after its source's `data_through`.", required=True
        ),
        Field("window_status", _STRING, "`left_edge`, `right_edge` or `full`; null where there is no month."),
        Field("start_event_id", _STRING, "The start event in `procurement_events`."),
        Field("end_event_id", _STRING, "The end event in `procurement_events`."),
    ),
)

_CASE_LEGS = tuple(
    field
    for leg in LEGS
    for field in (
        (Field(f"{leg.name}_days", _INT, leg.doc + " Null unless closed.", unit="calendar days"),)
        if leg.pairing == "first_to_first"
        else (
            Field(f"{leg.name}_first_days", _INT, leg.doc + " The first closed one.", unit="calendar days"),
            Field(f"{leg.name}_last_days", _INT, leg.doc + " The last closed one.", unit="calendar days"),
        )
    )
)

PROCUREMENT_CASES = Contract(
    name="procurement_cases",
    version=1,
    grain="One purchase order item",
    key=("source_system_code", "case_id"),
    fields=(
        *_CASE,
        *_PARTIES,
        Field("vendor_name", _STRING, "The vendor's name, which is no key."),
        Field(
            "case_status",
            _STRING,
            "`cleared` (every recorded invoice), `invoiced`, `received`, `ordered`, "
            "`reversed` (every invoice taken back), `deleted` (finally, with nothing received, invoiced or cleared) "
            "or `orphan` (events without an order).",
            required=True,
        ),
        Field("ordered_on", _DATE, "Local date of the order."),
        Field(
            "ordered_amount",
            _AMOUNT,
            "Net worth of the item: the order's, else the log's latest.",
            unit="currency_code",
        ),
        Field("currency_code", _STRING, "ISO 4217 code of the amounts."),
        Field("event_count", _LONG, "Events of the case, alike ones counted each.", required=True),
        Field("distinct_event_count", _LONG, "Events of the case, alike ones counted once.", required=True),
        Field("goods_receipt_count", _LONG, "Goods receipts, reversed ones not counted.", required=True),
        Field("service_entry_count", _LONG, "Service entry sheets: not receipts.", required=True),
        Field("invoice_count", _LONG, "Invoices recorded, reversed ones not counted.", required=True),
        Field("clearing_count", _LONG, "Clearings.", required=True),
        Field("reversed_pair_count", _LONG, "Postings taken back by a cancellation.", required=True),
        Field("unmatched_reversal_count", _LONG, "Cancellations with no posting before them.", required=True),
        Field("change_count", _LONG, "Changes of the item.", required=True),
        Field(
            "invoiced_amount",
            _SUM,
            "Sum of recorded invoices; null where the source gives no amounts, or several currencies.",
            unit="currency_code",
        ),
        Field("first_received_on", _DATE, "Local date of the first goods receipt."),
        Field("last_received_on", _DATE, "Local date of the last goods receipt."),
        Field("first_invoiced_on", _DATE, "First document date of an invoice."),
        Field("first_cleared_on", _DATE, "Local date of the first clearing."),
        Field("last_cleared_on", _DATE, "Local date of the last clearing."),
        *_CASE_LEGS,
        Field("three_way_match_status", _STRING, "Null: see `three_way_match_reason`."),
        Field("three_way_match_reason", _STRING, "`not_recorded`: no source gives amounts of receipts.", required=True),
        Field("is_deleted", _BOOLEAN, "Deleted and not reactivated after.", required=True),
        Field("has_several_vendor_ids", _BOOLEAN, "The case's events name more than one vendor id.", required=True),
        Field(
            "has_event_after_data_through",
            _BOOLEAN,
            "An event is dated after its source's `data_through`.",
            required=True,
        ),
        Field("has_invoice_before_order", _BOOLEAN, "An invoice is dated before the order.", required=True),
    ),
)

_STATISTICS = (
    Field("leg_count", _LONG, "Legs begun in the cell: closed, open and ended otherwise.", required=True),
    Field("closed_count", _LONG, "Closed legs.", required=True),
    Field("open_count", _LONG, "Open legs.", required=True),
    Field("ended_otherwise_count", _LONG, "Legs that will never end.", required=True),
    Field("median_days", _DOUBLE, "Median of closed legs, interpolated; null below 5.", unit="calendar days"),
    Field("p90_days", _DOUBLE, "90th percentile of closed legs, interpolated; null below 20.", unit="calendar days"),
    Field("median_reason", _STRING, "`thin` where the median is null."),
    Field("p90_reason", _STRING, "`thin` where the 90th percentile is null."),
    Field(
        "censored_median_days",
        _INT,
        "Kaplan-Meier median of closed and open legs: the first day on which the curve is at one half or below.",
        unit="calendar days",
    ),
    Field("censored_median_reason", _STRING, "`thin` or `not_reached` where the censored median is null."),
    *(
        Field(
            f"closed_by_{days}_days_ratio",
            _DOUBLE,
            f"Kaplan-Meier share closed by day {days}; null where no leg was watched for as long, and in thin cells.",
        )
        for days in (30, 60, 90, 180)
    ),
)
_CELL = (
    Field("leg", _STRING, f"One of {', '.join(leg.name for leg in LEGS)}.", required=True),
    Field(
        "cell_grain",
        _STRING,
        "`vendor_category`, or the roll-up: `vendor`, `category`, `all`; each computed "
        "afresh from legs, a document counted once in its cell.",
        required=True,
    ),
    Field("vendor_id", _STRING, "The vendor; null in roll-ups over vendors."),
    Field("category_name", _STRING, "The category; null in roll-ups over categories, and where there is none."),
)

CYCLE_TIMES_MONTHLY = Contract(
    name="cycle_times_monthly",
    version=1,
    grain="One leg of one vendor, category and month of start, and every roll-up of vendor and category",
    key=("leg", "cell_grain", "vendor_id", "category_name", "month"),
    fields=(
        *_CELL,
        Field("month", _DATE, "First day of the month in which the legs began.", required=True),
        Field(
            "window_status", _STRING, "`left_edge` or `right_edge`: show grey, never test; else `full`.", required=True
        ),
        *_STATISTICS,
    ),
)

CYCLE_TIMES_OVERALL = Contract(
    name="cycle_times_overall",
    version=1,
    grain="One leg of one vendor and category over all months, and every roll-up of vendor and category",
    key=("leg", "cell_grain", "vendor_id", "category_name"),
    fields=(
        *_CELL,
        Field("not_applicable_count", _LONG, "Cases and documents to which the leg does not apply.", required=True),
        *_STATISTICS,
    ),
)
