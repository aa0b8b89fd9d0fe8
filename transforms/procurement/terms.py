"""When an invoice is due, by the terms agreed with the vendor, and whether it was cleared or paid late."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from schemas.procurement.words import DUE_LEGS

VENDOR = ("source_system_code", "vendor_id")


def with_payment_terms(cases: DataFrame, vendors: DataFrame | None) -> DataFrame:
    """Add `payment_terms_days` of the case's vendor, calendar days; null where no master entry says them.

    Whether the master is small enough to be sent to the cases is left to Spark.
    """
    if vendors is None:
        return cases.withColumn("payment_terms_days", F.lit(None).cast("int"))
    return cases.join(vendors.select(*VENDOR, "payment_terms_days"), [*VENDOR], "left")


def with_lateness(legs: DataFrame) -> DataFrame:
    """Add `due_on`, `late_days` (closed legs: calendar days after it, negative before) and `is_late` of the legs
    that are `due_from_terms`; keep `payment_terms_days` there only.

    An open leg is late once `data_through` has reached the due date; before, and where no terms are known, null.
    """
    is_due = F.col("leg").isin(*DUE_LEGS)
    terms = F.when(is_due, F.col("payment_terms_days"))
    late = F.when(F.col("leg_status") == "closed", F.datediff("end_on", "due_on").cast("int"))
    is_overdue = (F.col("leg_status") == "open") & (F.col("data_through") >= F.col("due_on"))
    return (
        legs.withColumn("payment_terms_days", terms)
        .withColumn("due_on", F.date_add("start_on", F.col("payment_terms_days")))
        .withColumn("late_days", late)
        .withColumn("is_late", F.coalesce(F.col("late_days") > 0, F.when(is_overdue, F.lit(True))))
    )
