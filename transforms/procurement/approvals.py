"""Approvals and changes of a case, counted."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from schemas.procurement.documents import APPROVALS
from schemas.procurement.words import FLAGGED_CHANGES


def approvals_and_changes() -> list[Column]:
    """Aggregates: releases, those of approval documents and of these the manual ones, whether the first was manual, and
    which kinds of changes there were."""
    is_release = F.col("event_type") == "order_released"
    is_approval = is_release & (F.col("table_name") == APPROVALS.name)
    return [
        F.count_if(is_release).alias("release_count"),
        F.count_if(is_approval).alias("approval_document_count"),
        F.count_if(is_approval & F.col("is_manual")).alias("manual_approval_count"),
        F.min_by("is_manual", F.when(is_approval, F.col("event_number"))).alias("is_first_approval_manual"),
        *(
            F.coalesce(F.bool_or(F.col("change_type_code") == kind), F.lit(False)).alias(f"has_{kind}_change")
            for kind in FLAGGED_CHANGES
        ),
    ]


def counts_of_approvals() -> dict[str, Column]:
    """`approval_count` is of approval documents released, and where a case has none, of every release: an order's own
    date of release is that of one of its approvals. Those beyond the first are re-approvals."""
    documents, first = F.col("approval_document_count"), F.col("is_first_approval_manual").cast("int")
    approvals = F.when(documents > 0, documents).otherwise(F.col("release_count"))
    return {
        "approval_count": approvals,
        "reapproval_count": F.greatest(approvals - 1, F.lit(0).cast("long")),
        "has_manual_reapproval": F.col("manual_approval_count") > F.coalesce(first, F.lit(0)),
    }
