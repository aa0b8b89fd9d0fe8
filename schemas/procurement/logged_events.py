"""Events of a purchase-to-pay log, as a process-mining export gives them."""

from pyspark.sql import types as T

from schemas.contract import Contract, Field
from schemas.procurement.words import EVENT_TYPES, TIME_PRECISIONS

LOGGED_EVENTS = Contract(
    name="logged_events",
    version=1,
    grain="One event of one purchase order item; events alike in every column are each a posting of their own",
    key=("event_id",),
    fields=(
        Field(
            "event_id",
            T.StringType(),
            "Hash of the event's content and its occurrence number in the file.",
            required=True,
            numbered="content",
        ),
        Field("source_system_code", T.StringType(), "The ledger system in which the case lives.", required=True),
        Field("case_id", T.StringType(), "Purchase order and item, `<po>_<item>`.", required=True),
        Field("activity_name", T.StringType(), "What happened, in the source's words.", required=True),
        Field(
            "event_type",
            T.StringType(),
            "What happened, in Headrace's words.",
            required=True,
            values=tuple(EVENT_TYPES),
        ),
        Field("event_at", T.TimestampType(), "When, UTC.", unit="UTC timestamp", required=True),
        Field(
            "time_precision",
            T.StringType(),
            "`day` where the time of day is a placeholder, else `minute`.",
            required=True,
            values=TIME_PRECISIONS,
        ),
        Field(
            "time_zone_name",
            T.StringType(),
            "Zone of the paying company: its date is the event's date.",
            required=True,
            only_rule="time_zone",
        ),
        Field("company_code", T.StringType(), "The paying company."),
        Field("vendor_id", T.StringType(), "The vendor's id; several ids may bear one name."),
        Field("vendor_name", T.StringType(), "The vendor's name, which is no key."),
        Field("category_name", T.StringType(), "What is bought, by spend area."),
        Field("document_type_name", T.StringType(), "Standard, framework or electronic order and so on."),
        Field("item_type_name", T.StringType(), "Service, standard, third party and so on."),
        Field(
            "net_worth_amount",
            T.DecimalType(18, 2),
            "Cumulative net worth of the item at the event.",
            unit="currency_code",
        ),
        Field("currency_code", T.StringType(), "ISO 4217 code of the amounts."),
        Field("user_code", T.StringType(), "Who posted; NONE is the system itself.", personal=True),
    ),
)
