"""Events, and through when each source is complete."""

from schemas.contract import Contract, Field
from schemas.procurement.marts.common import AMOUNT, BOOLEAN, CASE, DATE, LONG, MART_LINEAGE, STRING, TIMESTAMP
from schemas.procurement.words import EVENT_TYPES

PROCUREMENT_EVENTS = Contract(
    name="procurement_events",
    version=1,
    grain="One event of one case (of a document: one for each of its dates; of a payment or block: for each item)",
    key=("event_id",),
    fields=(
        Field("event_id", STRING, "The log's event id, or a hash of table, key and event type.", required=True),
        *CASE,
        Field("event_type", STRING, f"One of {', '.join(EVENT_TYPES)}.", required=True),
        Field("activity_name", STRING, "What happened, in the source's words; null for documents."),
        Field(
            "event_at",
            TIMESTAMP,
            "When; local midnight where only the date is known.",
            unit="UTC timestamp",
            required=True,
        ),
        Field("event_on", DATE, "The paying company's local date of the event.", required=True),
        Field("time_precision", STRING, "`day` where no time of day is known, else `minute`.", required=True),
        Field(
            "document_id",
            STRING,
            "The invoice, receipt, approval or change that the event belongs to; null where the source has none.",
        ),
        Field("amount", AMOUNT, "Amount of the posting; null where the source has none.", unit="currency_code"),
        Field("currency_code", STRING, "ISO 4217 code of the amount."),
        Field("is_reversal", BOOLEAN, "A cancellation paired with the posting that it takes back.", required=True),
        Field(
            "is_reversed",
            BOOLEAN,
            "A posting taken back by a cancellation, or what else happened to an invoice taken back: "
            "no leg begins or ends here.",
            required=True,
        ),
        Field(
            "is_after_data_through",
            BOOLEAN,
            "Dated after the last day for which its source is complete.",
            required=True,
        ),
        *MART_LINEAGE,
    ),
)

PROCUREMENT_COVERAGE = Contract(
    name="procurement_coverage",
    version=1,
    grain="One source and curated table",
    key=("source_name", "table_name"),
    fields=(
        Field("source_name", STRING, "Name of the source's configuration.", required=True),
        Field("table_name", STRING, "Curated table that the source fills.", required=True),
        Field("data_from", DATE, "First day for which the source is complete."),
        Field("data_from_rule", STRING, "`configured`, or the rule by which it was derived.", required=True),
        Field("data_through", DATE, "Last day for which the source is complete: open legs are censored here."),
        Field(
            "data_through_rule",
            STRING,
            "`configured`, `as_of` where that cut it short, or the rule by which it was derived.",
            required=True,
        ),
        Field("event_after_data_through_count", LONG, "Events dated later; they never move it.", required=True),
        Field(
            "stray_day_count",
            LONG,
            "Days with events that count neither for the first day nor for the last: mistyped, by rule.",
            required=True,
        ),
    ),
)
