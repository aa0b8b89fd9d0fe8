"""The columns of an event, and how documents fill them."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.contract import Contract
from schemas.procurement import PROCUREMENT_EVENTS
from transforms.identity import hash_of

CASE = ("source_system_code", "case_id")
ATTRIBUTES = ("company_code", "vendor_id", "vendor_name", "category_name", "document_type_name", "item_type_name")
EVENT_LINEAGE = ("source_name", "landing_file_id", "record_number")
AMOUNT, QUANTITY = T.DecimalType(18, 2), T.DecimalType(18, 3)
_LATER = ("is_reversal", "is_reversed", "is_after_data_through")

# Beside what `procurement_events` shows. `worth_*`: what the row says the whole item is worth, on every event of it;
# `line_*`: what the document says that the event belongs to, on every event of it; `content_key`: equal for alike ones;
# `is_only_issued`: the document date of an invoice whose source says no posting, which counts as one;
# `paid_in_full_on`: of a payment, the day from which its invoice is paid in full.
_BESIDE: dict[str, T.DataType] = {
    **dict.fromkeys(ATTRIBUTES, T.StringType()),
    "worth_amount": AMOUNT,
    "worth_currency_code": T.StringType(),
    "worth_qty": QUANTITY,
    "line_amount": AMOUNT,
    "line_currency_code": T.StringType(),
    "line_qty": QUANTITY,
    "reverses_document_id": T.StringType(),
    "change_type_code": T.StringType(),
    "is_manual": T.BooleanType(),
    "is_only_issued": T.BooleanType(),
    "paid_in_full_on": T.DateType(),
    "content_key": T.LongType(),
}
# Of one type whatever is never null in it: engines put only such side by side in an array.
_HAPPENED = T.StructType(
    [
        T.StructField("event_type", T.StringType()),
        T.StructField("event_at", T.TimestampType()),
        T.StructField("event_on", T.DateType()),
        T.StructField("time_precision", T.StringType()),
    ]
)
EVENT: dict[str, T.DataType] = {
    **{field.name: field.type for field in PROCUREMENT_EVENTS.fields if field.name not in _LATER},
    **_BESIDE,
}


def as_events(frame: DataFrame, **given: Column) -> DataFrame:
    """Every column of an event: the one given, else the frame's lineage, system and case, else null."""
    own = {name: F.col(name) for name in (*EVENT_LINEAGE, *CASE)}
    columns = {**own, **given}
    return frame.select(
        *(columns.get(name, F.lit(None)).cast(data_type).alias(name) for name, data_type in EVENT.items())
    )


def of_document(contract: Contract, **given: Column) -> dict[str, Column]:
    """What every event of a document has, after `with_dates`."""
    happened = ("event_id", "event_type", "event_at", "event_on", "time_precision")
    return {
        **{name: F.col(name) for name in happened},
        "case_id": case_id(),
        "table_name": F.lit(contract.name),
        "content_key": F.xxhash64("event_id"),
        **given,
    }


def case_id() -> Column:
    """`4500001234_00010`, as event logs name cases; an underscore within a number is doubled, so that no two items are
    one case."""
    po_number, item_number = (F.replace(F.col(name), F.lit("_"), F.lit("__")) for name in ("po_number", "item_number"))
    return F.concat(po_number, F.lit("_"), item_number)


def with_dates(documents: DataFrame, contract: Contract, *dates: Column, key: tuple[str, ...] = ()) -> DataFrame:
    """A row for each date that is not null; `event_id` hashes table, key and event type, as long as a log's."""
    dated = documents.withColumn("happened", F.explode(F.array(*dates))).filter("happened.event_on IS NOT NULL")
    identity = {"table_name": F.lit(contract.name), **columns(*contract.key, *key, "event_type")}
    return dated.select("*", "happened.*").withColumn("event_id", event_id(identity))


def event_id(identity: Mapping[str, Column]) -> Column:
    """The id of an event of a document, as long as a log's."""
    return F.substring(hash_of(identity), 1, 32)


def day(event_type: str | Column, name: str) -> Column:
    """An event of which only the local date is known: at local midnight."""
    midnight = F.to_utc_timestamp(F.col(name).cast("timestamp"), F.col("time_zone_name"))
    return _happened(event_type, at=midnight, on=F.col(name), precision="day")


def moment(event_type: str | Column, name: str) -> Column:
    """An event of which the minute is known."""
    return _happened(event_type, at=F.col(name), on=local_date(name), precision="minute")


def is_invoice_posted() -> Column:
    """The event by which an invoice counts: its posting, or its document date where the source says no posting."""
    return (F.col("event_type") == "invoice_recorded") | F.coalesce("is_only_issued", F.lit(False))


def local_date(name: str) -> Column:
    """The paying company's date of a UTC timestamp."""
    return F.to_date(F.from_utc_timestamp(name, F.col("time_zone_name")))


def money(amount: Column, currency: Column) -> dict[str, Column]:
    """The amount that the event posts; without one, no currency."""
    return {"amount": amount, "currency_code": F.when(amount.isNotNull(), currency)}


def worth(amount: Column, currency: Column) -> dict[str, Column]:
    """What the whole item is worth by this row."""
    return {"worth_amount": amount, "worth_currency_code": F.when(amount.isNotNull(), currency)}


def line(amount: Column, currency: Column) -> dict[str, Column]:
    """What the document says that the event belongs to."""
    return {"line_amount": amount, "line_currency_code": F.when(amount.isNotNull(), currency)}


def columns(*names: str) -> Mapping[str, Column]:
    """The row's own columns of these names."""
    return {name: F.col(name) for name in names}


def _happened(event_type: str | Column, *, at: Column, on: Column, precision: str) -> Column:
    named = F.lit(event_type) if isinstance(event_type, str) else event_type
    return F.struct(named, at, on, F.lit(precision)).cast(_HAPPENED)
