"""Legs: from one event of a case to another."""

from schemas.contract import Contract, Field
from schemas.procurement.marts.common import BOOLEAN, CASE, DATE, INT, PARTIES, STRING
from schemas.procurement.words import DUE_LEGS, LEG_REASONS, LEG_STATUSES, LEGS

PROCUREMENT_LEGS = Contract(
    name="procurement_legs",
    version=1,
    grain="One leg of one document of a case, at least one row for each case and leg",
    key=("source_system_code", "case_id", "leg", "occurrence_number"),
    fields=(
        *CASE,
        Field("leg", STRING, f"One of {', '.join(leg.name for leg in LEGS)}.", required=True),
        Field("occurrence_number", INT, "1 for the first of its leg in the case.", required=True),
        Field(
            "document_id",
            STRING,
            "The document measured: an invoice, receipt or approval; null where the source has none.",
        ),
        *PARTIES,
        Field("leg_status", STRING, f"One of {', '.join(LEG_STATUSES)}.", required=True),
        Field("reason", STRING, f"Why it is not closed or open: one of {', '.join(LEG_REASONS)}."),
        Field("start_on", DATE, "Local date of the start event."),
        Field("end_on", DATE, "Local date of the end event."),
        Field(
            "first_paid_on",
            DATE,
            "Date of the first payment of the invoice, of a part of it too; null where there is none, where the leg "
            "has no invoice, and in legs that do not end with a payment.",
        ),
        Field("month", DATE, "First day of the month of `start_on`."),
        Field(
            "duration_days",
            INT,
            "Start to end, null unless closed; negative where the end is dated first.",
            unit="calendar days",
        ),
        Field(
            "duration_business_days",
            INT,
            "Start to end by the paying company's calendar, `[start, end)`, null unless closed; signed.",
            unit="business days",
        ),
        Field(
            "censored_days",
            INT,
            "Start to `data_through` of the end's source, null unless open; at least 0.",
            unit="calendar days",
        ),
        Field(
            "payment_terms_days",
            INT,
            f"Agreed with the vendor, by the master; of {' and '.join(DUE_LEGS)}, else null.",
            unit="calendar days",
        ),
        Field("due_on", DATE, "`start_on` and the payment terms."),
        Field(
            "late_days",
            INT,
            "`due_on` to `end_on`, negative where it was early; null unless closed.",
            unit="calendar days",
        ),
        Field(
            "is_late",
            BOOLEAN,
            "Closed after `due_on`, or open with `data_through` on or after it; null where that is not known.",
        ),
        Field("is_inferred_pair", BOOLEAN, "Start and end were paired first in, first out.", required=True),
        Field(
            "is_end_after_data_through", BOOLEAN, "The end is dated after its source's `data_through`.", required=True
        ),
        Field("window_status", STRING, "`left_edge`, `right_edge` or `full`; null where there is no month."),
        Field("start_event_id", STRING, "The start event in `procurement_events`."),
        Field("end_event_id", STRING, "The end event in `procurement_events`."),
    ),
)
