"""Rows without a key of their own: what stands of them over several files, in whatever order they come."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.contract import Contract, Field, Rule
from transforms.numbering import with_content_id, with_occurrence_number
from transforms.outcomes import judge, judged_before, with_content_hash, with_reasons

pytestmark = pytest.mark.every_engine

TEXT = T.StringType()
REQUESTS = Contract(
    name="requests",
    version=1,
    grain="A request",
    key=("history", "street", "occurrence_number"),
    version_order=("modified_at",),
    fields=(
        Field("history", TEXT, "Which history.", required=True),
        Field("street", TEXT, "Where; null where it was not said."),
        Field("occurrence_number", T.IntegerType(), "Of the street in its file.", required=True, numbered="key"),
        Field("modified_at", T.TimestampType(), "Its version."),
        Field("worth", T.IntegerType(), "What it is worth."),
    ),
    rules=(Rule("worth_negative", "worth < 0", "None is worth less than nothing."),),
)
BEFORE = (
    "history string, street string, occurrence_number int, modified_at timestamp, worth int, source_name string, "
    "landing_file_id string, record_number long, delivery_order string, unreadable array<string>, not_of_table string"
)
DAYS = {day: datetime(2024, 1, day) for day in range(1, 10)} | {None: None}


@dataclass(frozen=True)
class Row:
    """A request on a street, modified on a day of January."""

    day: int | None
    worth: int
    street: str | None = "Elm"
    withdrawn: str | None = None


@dataclass(frozen=True)
class Case:
    """The files in the order of their deliveries, and the rows that stand."""

    files: list[list[Row]]
    standing: list[Row]
    quarantined: int = 0
    source: str = "log"


def rows_of(history, case, source=None):
    return [
        (history, row.street, None, DAYS[row.day], row.worth, source or case.source, f"{history}/f{number}", record,
         f"{number:04}", [], row.withdrawn)
        for number, file in enumerate(case.files, start=1)
        for record, row in enumerate(file, start=1)
    ]  # fmt: skip


def numbered(spark, rows, identical_rows="distinct"):
    frame = with_content_hash(spark.createDataFrame(rows, BEFORE), REQUESTS)
    reasoned = with_reasons(frame, REQUESTS, replaced_file_ids=(), upserting=("upsert",))
    counted = with_occurrence_number(reasoned, REQUESTS, identical_rows=identical_rows, upserting=("upsert",))
    return counted.withColumn("was_judged", F.lit(False))


def judged(spark, rows, identical_rows="distinct"):
    return judge(numbered(spark, rows, identical_rows), REQUESTS, upserting=("upsert",))


def standing(rows, outcome="curated"):
    """The rows of an outcome by history, as often as they are there."""
    found = {}
    for row in rows:
        if row.outcome == outcome:
            day = row.modified_at and row.modified_at.day
            found.setdefault(row.history, Counter())[Row(day, row.worth, row.street)] += 1
    return found


A, B, C = Row(1, 1), Row(2, 2), Row(3, 3)
CASES = {
    "all rows of a file stand, also where they share the key": Case(
        [[A, B, replace(A, street="Oak")]], [A, B, replace(A, street="Oak")]
    ),
    "sent again in another order, nothing changes": Case([[A, B, C], [C, A, B]], [A, B, C]),
    "the older row is corrected, and is newest now": Case([[A, B], [B, Row(3, 9)]], [B, Row(3, 9)]),
    "the newer row is corrected": Case([[A, B], [Row(3, 9), A]], [A, Row(3, 9)]),
    "all are corrected, and change places": Case([[A, B], [Row(4, 1), Row(3, 2)]], [Row(4, 1), Row(3, 2)]),
    "a newer row comes": Case([[A, B], [A, B, C]], [A, B, C]),
    "a row comes that is older than those that stand": Case([[B, C], [A, B, C]], [A, B, C]),
    "a file that has some of them, as they were, changes nothing": Case([[A, B, C], [B]], [A, B, C]),
    "and so with the newest of them": Case([[A, B, C], [C, A]], [A, B, C]),
    "an earlier state that is delivered later changes nothing": Case([[B, Row(3, 9)], [A, B]], [B, Row(3, 9)]),
    "of one version, the later delivery stands": Case([[A, Row(1, 2)], [Row(1, 3), A]], [A, Row(1, 3)]),
    "without versions, the later delivery stands": Case(
        [[Row(None, 1), Row(None, 2)], [Row(None, 2), Row(None, 9), Row(None, 4)]],
        [Row(None, 2), Row(None, 9), Row(None, 4)],
    ),
    "a null version is the oldest": Case([[Row(None, 1), B], [B, A]], [A, B]),
    "a null in the key is a value": Case(
        [[replace(A, street=None), replace(B, street=None)]], [replace(A, street=None), replace(B, street=None)]
    ),
    "a row in quarantine takes no other's number": Case([[A, Row(2, -1)], [A]], [A], quarantined=1),
    "when it is mended both stand": Case([[A, Row(2, -1)], [A, B]], [A, B], quarantined=1),
    "of rows alike in all the greater number stands": Case([[A, A], [A, A, A], [A]], [A, A, A]),
    "a correction alone takes the newest's place: nothing tells whose it is": Case(
        [[A, B], [Row(3, 9)]], [A, Row(3, 9)]
    ),
    "what its upserting source withdraws takes the newest's place": Case(
        [[A, B], [Row(3, 9, withdrawn="void")]], [A], source="upsert"
    ),
    "a withdrawal whose key has a null where a null is a value takes that one back": Case(
        [[replace(A, street=None), B], [Row(3, 9, street=None, withdrawn="void")]], [B], source="upsert"
    ),
    "what another source withdraws takes no place": Case([[A, B], [Row(3, 9, withdrawn="void")]], [A, B]),
}


@pytest.fixture(scope="module")
def outcomes(spark):
    return judged(spark, [row for history, case in CASES.items() for row in rows_of(history, case)]).collect()


@pytest.mark.parametrize("history", CASES)
def test_what_stands(outcomes, history):
    case = CASES[history]
    assert standing(outcomes)[history] == Counter(case.standing)
    own = [row for row in outcomes if row.history == history]
    assert len(own) == sum(map(len, case.files))
    assert sum(row.outcome == "quarantined" for row in own) == case.quarantined


def test_numbers_count_from_the_newest_and_only_what_competes(spark):
    rows = rows_of("h", Case([[A, Row(9, -1), C, B, Row(None, 7)], [A]], []))
    found = {(row.landing_file_id, row.worth): row.occurrence_number for row in numbered(spark, rows).collect()}
    first = {("h/f1", 3): 1, ("h/f1", 2): 2, ("h/f1", 1): 3, ("h/f1", 7): 4, ("h/f1", -1): None}
    assert found == {**first, ("h/f2", 1): 1}


def test_a_file_sent_again_in_another_order_is_all_duplicates(spark):
    rows = [A, Row(1, 2), Row(1, 3), B, Row(None, 1), Row(None, 2)]
    found = judged(spark, rows_of("h", Case([rows, rows[::-1]], []))).collect()
    assert {(row.landing_file_id, row.outcome) for row in found} == {("h/f1", "duplicate"), ("h/f2", "curated")}
    assert not any(row.is_version_conflict for row in found)


def test_identical_rows_of_a_file_are_one_where_they_are_duplicates(spark):
    rows = rows_of("h", Case([[B, A, A], [A]], []))
    found = judged(spark, rows, identical_rows="duplicate").collect()
    assert standing(found) == {"h": Counter([A, B])}
    assert Counter(row.outcome for row in found) == {"curated": 2, "duplicate": 1, "superseded": 1}


def test_no_rows_have_no_numbers(spark):
    assert judged(spark, []).collect() == []


def test_a_required_part_of_the_key_that_is_null_is_quarantined(spark):
    [row] = judged(spark, rows_of(None, Case([[A]], []))).collect()
    assert (row.outcome, row.reasons, row.occurrence_number) == ("quarantined", ["history_missing"], None)


def histories():
    """Files of one state each: rows are corrected, added and shuffled from one to the next."""
    chance = random.Random(20240229)
    for _ in range(60):
        state, files = [], []
        for _ in range(chance.randint(1, 4)):
            state = [replace(row, worth=chance.randint(1, 3), day=chance.randint(row.day or 1, 9))
                     if chance.random() < 0.4 else row for row in state]  # fmt: skip
            state += [
                Row(chance.choice([None, *range(1, 9)]), chance.randint(1, 3), chance.choice(["Elm", "Oak", None]))
                for _ in range(chance.randint(0 if state else 1, 3))
            ]
            files.append(chance.sample(state, len(state)))
        yield Case(files, state)


STATES = {f"history {number}": case for number, case in enumerate(histories())}


@pytest.fixture(scope="module")
def states(spark):
    return [row for history, case in STATES.items() for row in rows_of(history, case)]


def test_of_files_that_hold_all_there_is_the_last_stands_whole(spark, states):
    assert standing(judged(spark, states).collect()) == {name: Counter(case.standing) for name, case in STATES.items()}


@pytest.mark.parametrize("identical_rows", ["distinct", "duplicate"])
@pytest.mark.parametrize("seed", [1, 2])
def test_growing_file_by_file_in_any_order_gives_what_rebuilding_gives(spark, states, identical_rows, seed):
    names = ("history", "street", "occurrence_number", "modified_at", "worth", "landing_file_id", "record_number",
             "outcome", "reasons", "is_version_conflict")  # fmt: skip
    place = {file: number for number, file in enumerate(random.Random(seed).sample(range(1, 5), 4))}
    grown = None
    for step in range(4):
        new = [row for row in states if place[int(row[8])] == step]
        rows = numbered(spark, new, identical_rows)
        rows = rows if grown is None else rows.unionByName(judged_before(grown, REQUESTS))
        grown = spark.createDataFrame(judge(rows, REQUESTS).collect(), judge(rows, REQUESTS).schema)
    whole = judge(numbered(spark, states, identical_rows), REQUESTS)
    of_grown, of_whole = (sorted(str([row[name] for name in names]) for row in one.collect()) for one in (grown, whole))
    assert of_grown == of_whole


EVENTS = Contract(
    name="events",
    version=1,
    grain="An event",
    key=("event_id",),
    fields=(
        Field("event_id", TEXT, "Content and occurrence.", required=True, numbered="content"),
        Field("what", TEXT, "What happened."),
        Field("who", TEXT, "Who did it."),
    ),
)


@pytest.mark.parametrize(
    ("identical_rows", "filled", "outcomes"),
    [
        pytest.param(
            "distinct", (), {"curated": 4, "duplicate": 2},
            id="distinct: the larger multiplicity of any file stands, never the sum",
        ),
        pytest.param(
            "duplicate", (), {"curated": 2, "duplicate": 4}, id="duplicate: one of each content stands"
        ),
        pytest.param(
            "distinct", ("event_id",), {"curated": 1, "duplicate": 3, "superseded": 1, "quarantined": 1},
            id="the source's own id stands, and is missing where it has none",
        ),
    ],
)  # fmt: skip
def test_the_content_as_a_key(spark, identical_rows, filled, outcomes):
    rows = [
        ("f1", 1, "x", None, "1"),
        ("f1", 2, "x", None, "1"),
        ("f1", 3, None, "x", "1"),
        ("f2", 1, "x", None, "1"),
        ("f2", 2, "x", None, "1"),
        ("f2", 3, "x", None, None),
    ]
    frame = spark.createDataFrame(
        [(own, what, who, "s", file, number, file, [], None) for file, number, what, who, own in rows],
        "event_id string, what string, who string, source_name string, landing_file_id string, record_number long, "
        "delivery_order string, unreadable array<string>, not_of_table string",
    )
    hashed = with_content_hash(frame, EVENTS)
    keyed = with_content_id(hashed, EVENTS, filled=filled, identical_rows=identical_rows)
    judged = judge(with_reasons(keyed, EVENTS, replaced_file_ids=()).withColumn("was_judged", F.lit(False)), EVENTS)
    assert Counter(row.outcome for row in judged.collect()) == outcomes


SAYINGS = Contract(
    name="events",
    version=1,
    grain="An event",
    key=("event_id",),
    fields=(
        Field("event_id", TEXT, "Its content.", required=True, numbered="content"),
        Field("worth", T.IntegerType(), "What it is worth; null where nobody said."),
    ),
)


def test_a_row_that_could_not_be_read_takes_the_number_of_no_event(spark):
    """Its content is that of an event of which nothing was said, which a later file delivers again."""
    before = "event_id string, worth int, source_name string, landing_file_id string, record_number long, "
    before += "delivery_order string, unreadable array<string>, not_of_table string"
    rows = [
        (None, None, "log", "first", 1, "1", ["worth_unreadable"], None),
        (None, None, "log", "first", 2, "1", [], None),
        (None, None, "log", "later", 1, "2", [], None),
    ]
    frame = with_content_hash(spark.createDataFrame(rows, before), SAYINGS)
    identified = with_content_id(frame, SAYINGS, filled=(), identical_rows="distinct")
    reasoned = with_reasons(identified, SAYINGS, replaced_file_ids=()).withColumn("was_judged", F.lit(False))
    found = {(row.landing_file_id, row.record_number): row.outcome for row in judge(reasoned, SAYINGS).collect()}
    assert found == {("first", 1): "quarantined", ("first", 2): "duplicate", ("later", 1): "curated"}
