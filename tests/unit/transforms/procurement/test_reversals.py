from datetime import date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from transforms.procurement.events import with_event_number
from transforms.procurement.reversals import CANCELLATIONS, with_reversals, without_reversals

SCHEMA = (
    "source_system_code string, case_id string, event_type string, event_on date, event_at timestamp, "
    "record_number long, event_id string, document_id string, reverses_document_id string, is_only_issued boolean"
)
POSTED, CANCELLED = "goods_received", "goods_receipt_cancelled"
RECORDED, TAKEN_BACK = "invoice_recorded", "invoice_cancelled"


def flags(spark, sequences):
    """For each sequence of event types the flags by place: `-` takes back, `x` is taken back, `.` neither."""
    noon = datetime(2024, 1, 1, 12)
    rows = [
        ("ERP", f"{case}", event_type, date(2024, 1, 1), noon, n, f"{case}-{n}", None, None, None)
        for case, sequence in enumerate(sequences)
        for n, event_type in enumerate(sequence)
    ]
    events = with_event_number(spark.createDataFrame(rows, SCHEMA))
    found = [["?"] * len(sequence) for sequence in sequences]
    for row in with_reversals(events).collect():
        found[int(row.case_id)][row.record_number] = "-" if row.is_reversal else "x" if row.is_reversed else "."
    return ["".join(marks) for marks in found]


def with_a_stack(sequence):
    """The same by the book: a stack for each type of posting."""
    marks, stacks = ["."] * len(sequence), {posting: [] for posting in CANCELLATIONS}
    posting_of = {cancellation: posting for posting, cancellation in CANCELLATIONS.items()}
    for n, event_type in enumerate(sequence):
        if event_type in stacks:
            stacks[event_type].append(n)
        elif event_type in posting_of and stacks[posting_of[event_type]]:
            marks[n], marks[stacks[posting_of[event_type]].pop()] = "-", "x"
    return "".join(marks)


SEQUENCES = [
    pytest.param([], "", id="nothing"),
    pytest.param([POSTED], ".", id="a posting stands"),
    pytest.param([POSTED, CANCELLED], "x-", id="a pair"),
    pytest.param([CANCELLED, POSTED], "..", id="a cancellation before its posting stands alone"),
    pytest.param([POSTED, POSTED, CANCELLED], ".x-", id="last in, first out"),
    pytest.param([POSTED, POSTED, CANCELLED, CANCELLED], "xx--", id="brackets in brackets"),
    pytest.param([POSTED, CANCELLED, CANCELLED, POSTED], "x-..", id="a second cancellation finds nothing"),
    pytest.param([POSTED, RECORDED, CANCELLED, TAKEN_BACK], "xx--", id="receipts and invoices have a stack each"),
    pytest.param([POSTED, "order_changed", TAKEN_BACK], "...", id="others are left alone"),
]


@pytest.mark.every_engine
@pytest.mark.parametrize(("sequence", "marks"), SEQUENCES)
def test_reversals(told_marks, sequence, marks):
    assert told_marks[tuple(sequence)] == marks


@pytest.fixture(scope="module")
def told_marks(spark):
    sequences = [param.values[0] for param in SEQUENCES]
    return dict(zip(map(tuple, sequences), flags(spark, sequences), strict=True))


def test_every_sequence_of_up_to_eight(spark):
    sequences = [s for length in range(9) for s in product((POSTED, CANCELLED), repeat=length)]
    assert flags(spark, sequences) == [with_a_stack(sequence) for sequence in sequences]


@given(
    st.lists(
        st.lists(st.sampled_from([*CANCELLATIONS, *CANCELLATIONS.values(), "order_changed"]), max_size=20),
        min_size=100,
        max_size=100,
    )
)
@settings(
    max_examples=3, deadline=None, phases=[Phase.generate], derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_mixed_sequences(spark, sequences):
    assert flags(spark, sequences) == [with_a_stack(sequence) for sequence in sequences]


@pytest.mark.every_engine
def test_order_is_date_then_time_then_record_then_id(spark):
    day, noon = date(2024, 1, 2), datetime(2024, 1, 2, 12)
    rows = [
        ("ERP", "1", "a", day, noon, 7, "z", None, None, None),
        ("ERP", "1", "b", day, noon, 7, "y", None, None, None),
        ("ERP", "1", "c", day, noon, 6, "zz", None, None, None),
        ("ERP", "1", "d", day, noon - timedelta(hours=1), 9, "zz", None, None, None),
        ("ERP", "1", "e", day - timedelta(days=1), noon + timedelta(days=1), 9, "zz", None, None, None),
        ("OTHER", "1", "f", day, noon, 1, "z", None, None, None),
    ]
    found = with_event_number(spark.createDataFrame(rows, SCHEMA)).collect()
    assert {row.event_type: row.event_number for row in found} == {"e": 1, "d": 2, "c": 3, "b": 4, "a": 5, "f": 1}


def test_documents_alone_reverse_nothing(spark):
    found = without_reversals(spark.createDataFrame([("a",)], "event_type string")).collect()
    assert [(row.is_reversal, row.is_reversed) for row in found] == [(False, False)]
