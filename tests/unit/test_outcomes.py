"""Outcomes against an oracle in plain Python, over many small histories judged in one Spark job."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import types as T

from schemas.contract import Contract, ContractError, Exclusion, Field, Rule
from transforms.outcomes import (
    judge,
    judged_before,
    summarise_key_changes,
    with_content_hash,
    with_event_id,
    with_reasons,
)

pytestmark = pytest.mark.every_engine

ORDERS = Contract(
    name="orders",
    version=1,
    grain="An order",
    key=("history", "order_id"),
    version_order=("changed_at",),
    fields=(
        Field("history", T.StringType(), "Which history.", required=True),
        Field("order_id", T.StringType(), "The order.", required=True),
        Field("changed_at", T.TimestampType(), "Its version."),
        Field("status", T.StringType(), "open or cancelled."),
        Field("worth", T.IntegerType(), "What it is worth."),
    ),
    rules=(
        Rule("worth_negative", "worth < 0", "No order is worth less than nothing."),
        Rule("worth_large", "worth > 2", "Look at it.", "warn"),
    ),
    exclusions=(Exclusion("cancelled", "status = 'cancelled'", "Cancelled."),),
)
LANDED = T.StructType(
    [
        *ORDERS.struct.fields,
        T.StructField("source_name", T.StringType()),
        T.StructField("landing_file_id", T.StringType()),
        T.StructField("record_number", T.LongType()),
        T.StructField("delivery_order", T.StringType()),
        T.StructField("unreadable", T.ArrayType(T.StringType())),
        T.StructField("not_of_table", T.StringType()),
    ]
)


@dataclass(frozen=True)
class Row:
    history: str
    order_id: str | None
    changed_at: datetime | None
    status: str | None
    worth: int | None
    landing_file_id: str
    record_number: int
    delivery_order: str
    unreadable: tuple[str, ...] = ()
    not_of_table: str | None = None

    @property
    def identity(self):
        return self.landing_file_id, self.record_number

    @property
    def content(self):
        return self.order_id, self.changed_at, self.status, self.worth, self.not_of_table

    @property
    def is_valid(self):
        return not self.unreadable and self.order_id is not None and not (self.worth is not None and self.worth < 0)

    @property
    def rank(self):
        version = (self.changed_at is not None, self.changed_at or datetime.min)
        return version, self.delivery_order, self.record_number, self.landing_file_id


def landed(spark, rows):
    return spark.createDataFrame(
        [
            (
                r.history,
                r.order_id,
                r.changed_at,
                r.status,
                r.worth,
                "s",
                r.landing_file_id,
                r.record_number,
                r.delivery_order,
                list(r.unreadable),
                r.not_of_table,
            )
            for r in rows
        ],
        LANDED,
    )


def reasoned(spark, rows, replaced=(), upserting=()):
    frame = with_content_hash(landed(spark, rows), ORDERS)
    from pyspark.sql import functions as F

    found = with_reasons(frame, ORDERS, replaced_file_ids=tuple(replaced), upserting=upserting)
    return found.withColumn("was_judged", F.lit(False))


def expected(rows, replaced=(), upserting=()):
    """The outcome of every row, by DESIGN.md's words and no others."""
    outcomes = {}
    by_key = {}
    for row in rows:
        if row.landing_file_id in replaced:
            outcomes[row.identity] = "superseded"
        elif row.not_of_table and "s" in upserting and "changed_at_unreadable" in row.unreadable:
            outcomes[row.identity] = "quarantined"
        elif row.not_of_table and ("s" not in upserting or row.order_id is None):
            outcomes[row.identity] = "excluded"
        elif not row.not_of_table and not row.is_valid:
            outcomes[row.identity] = "quarantined"
        else:
            by_key.setdefault((row.history, row.order_id), []).append(row)
    for group in by_key.values():
        winner = max(group, key=lambda row: row.rank)
        for row in group:
            if row is winner:
                outcomes[row.identity] = "excluded" if row.not_of_table or row.status == "cancelled" else "curated"
            else:
                outcomes[row.identity] = "duplicate" if row.content == winner.content else "superseded"
    return outcomes


def found(frame):
    return {(r.landing_file_id, r.record_number): r.outcome for r in frame.collect()}


T1, T2, T3 = (datetime(2024, 1, day) for day in (1, 2, 3))
BASE = Row("h", "a", T1, "open", 1, "f1", 1, "2024-01/0001")

CASES = [
    pytest.param([BASE], {1: "curated"}, id="a lone row is curated"),
    pytest.param(
        [BASE, replace(BASE, record_number=2)],
        {1: "duplicate", 2: "curated"},
        id="of equal rows the later record stands",
    ),
    pytest.param(
        [BASE, replace(BASE, record_number=2, changed_at=T2)],
        {1: "superseded", 2: "curated"},
        id="the newer version stands",
    ),
    pytest.param(
        [replace(BASE, changed_at=T2, status="cancelled"), replace(BASE, record_number=2)],
        {1: "excluded", 2: "superseded"},
        id="an older row arriving late does not revive a cancelled order",
    ),
    pytest.param(
        [BASE, replace(BASE, record_number=2, changed_at=T2, worth=-1)],
        {1: "curated", 2: "quarantined"},
        id="a quarantined newest version leaves the older one standing",
    ),
    pytest.param(
        [BASE, replace(BASE, record_number=2, changed_at=T2, unreadable=("worth_unreadable",), worth=None)],
        {1: "curated", 2: "quarantined"},
        id="a lost value quarantines",
    ),
    pytest.param(
        [replace(BASE, changed_at=None), replace(BASE, record_number=2, changed_at=None, worth=2)],
        {1: "superseded", 2: "curated"},
        id="null versions tie, and the record decides",
    ),
    pytest.param(
        [replace(BASE, changed_at=None, record_number=9), BASE],
        {9: "superseded", 1: "curated"},
        id="a null version is older than any",
    ),
    pytest.param(
        [replace(BASE, worth=None), replace(BASE, record_number=2, status=None)],
        {1: "superseded", 2: "curated"},
        id="a null in one column is not a null in another",
    ),
    pytest.param(
        [replace(BASE, order_id=None), replace(BASE, order_id=None, record_number=2)],
        {1: "quarantined", 2: "quarantined"},
        id="rows without a key do not compete with each other",
    ),
    pytest.param(
        [BASE, replace(BASE, record_number=2, changed_at=T2, not_of_table="from_stock")],
        {1: "curated", 2: "excluded"},
        id="a record of another kind stands against no row of its key",
    ),
    pytest.param(
        [
            replace(BASE, order_id=None, worth=-1, not_of_table="from_stock"),
            replace(BASE, record_number=2, unreadable=("worth_unreadable",), not_of_table="from_stock"),
            replace(BASE, record_number=3, not_of_table="from_stock"),
        ],
        {1: "excluded", 2: "excluded", 3: "excluded"},
        id="a record of another kind is not judged, nor a duplicate of another",
    ),
]


@pytest.mark.parametrize(("rows", "outcomes"), CASES)
def test_outcome(spark, rows, outcomes):
    assert found(judge(reasoned(spark, rows), ORDERS)) == {("f1", n): outcome for n, outcome in outcomes.items()}


CORRECTIONS = [
    pytest.param(
        [BASE, replace(BASE, record_number=2, not_of_table="pending")],
        {1: ("superseded", []), 2: ("excluded", ["pending"])},
        id="the greatest of its key takes back what stood, though their fields are equal",
    ),
    pytest.param(
        [replace(BASE, not_of_table="pending"), replace(BASE, record_number=2)],
        {1: ("superseded", []), 2: ("curated", [])},
        id="a later row stands against it",
    ),
    pytest.param(
        [replace(BASE, not_of_table="pending"), replace(BASE, record_number=2, not_of_table="pending")],
        {1: ("duplicate", []), 2: ("excluded", ["pending"])},
        id="said twice it is a duplicate",
    ),
    pytest.param(
        [BASE, replace(BASE, record_number=2, changed_at=T2, worth=-1, not_of_table="pending")],
        {1: ("superseded", []), 2: ("excluded", ["pending"])},
        id="it is not judged",
    ),
    pytest.param(
        [BASE, *(replace(BASE, record_number=n, order_id=None, not_of_table="pending") for n in (2, 3))],
        {1: ("curated", []), 2: ("excluded", ["pending"]), 3: ("excluded", ["pending"])},
        id="without its whole key it stands against none",
    ),
    pytest.param(
        [
            BASE,
            replace(
                BASE, record_number=2, changed_at=None, unreadable=("changed_at_unreadable",), not_of_table="pending"
            ),
        ],
        {1: ("curated", []), 2: ("quarantined", ["changed_at_unreadable"])},
        id="of a version that could not be read it is not taken for the oldest",
    ),
    pytest.param(
        [
            BASE,
            replace(BASE, record_number=2, order_id=None, unreadable=("order_id_unreadable",), not_of_table="pending"),
        ],
        {1: ("curated", []), 2: ("quarantined", ["order_id_unreadable"])},
        id="of a key that could not be read nothing tells what it takes back",
    ),
    pytest.param(
        [BASE, replace(BASE, record_number=2, unreadable=("worth_unreadable",), not_of_table="pending")],
        {1: ("superseded", []), 2: ("excluded", ["pending"])},
        id="what else could not be read of it is not asked",
    ),
]


@pytest.mark.parametrize(("rows", "outcomes"), CORRECTIONS)
def test_an_excluded_record_of_an_upserting_source(spark, rows, outcomes):
    judged = judge(reasoned(spark, rows, upserting=("s",)), ORDERS, upserting=("s",)).collect()
    assert {r.record_number: (r.outcome, r.reasons) for r in judged} == outcomes


def test_a_replaced_delivery_is_superseded_whole_even_its_broken_rows(spark):
    rows = [BASE, replace(BASE, record_number=2, worth=-1), replace(BASE, landing_file_id="f2", worth=2)]
    judged = judge(reasoned(spark, rows, replaced=["f1"]), ORDERS).collect()
    assert {(r.landing_file_id, r.record_number): (r.outcome, r.reasons) for r in judged} == {
        ("f1", 1): ("superseded", ["delivery_replaced"]),
        ("f1", 2): ("superseded", ["delivery_replaced"]),
        ("f2", 1): ("curated", []),
    }


def test_reasons_name_every_rule_and_a_lost_required_value_is_not_missing_too(spark):
    rows = [
        replace(BASE, order_id=None, worth=-1),
        replace(BASE, record_number=2, order_id=None, worth=-1, unreadable=("order_id_unreadable",)),
        replace(BASE, record_number=3, worth=5),
    ]
    judged = {r.record_number: r for r in judge(reasoned(spark, rows), ORDERS).collect()}
    assert judged[1].reasons == ["order_id_missing", "worth_negative"]
    assert judged[2].reasons == ["order_id_unreadable", "worth_negative"]
    assert (judged[3].outcome, judged[3].reasons, judged[3].warnings) == ("curated", [], ["worth_large"])


def test_why_a_record_is_no_row_of_the_table_is_said_and_nothing_else(spark):
    rows = [
        replace(BASE, worth=5, not_of_table="from_stock"),
        replace(BASE, record_number=2, status="cancelled", not_of_table="from_stock"),
        replace(BASE, record_number=3, status="cancelled"),
    ]
    judged = {r.record_number: (r.reasons, r.warnings) for r in judge(reasoned(spark, rows), ORDERS).collect()}
    assert judged == {1: (["from_stock"], []), 2: (["from_stock"], []), 3: (["cancelled"], [])}


def test_losers_keep_key_version_and_lineage_and_nothing_else(spark):
    judged = judge(reasoned(spark, [BASE, replace(BASE, record_number=2, changed_at=T2)]), ORDERS).collect()
    loser = next(r for r in judged if r.outcome == "superseded")
    assert (loser.order_id, loser.changed_at, loser.status, loser.worth) == ("a", T1, None, None)


def test_two_contents_under_one_version_are_a_conflict_and_equal_ones_are_not(spark):
    rows = [
        BASE,
        replace(BASE, record_number=2, worth=2),
        replace(BASE, record_number=3, changed_at=T2),
        replace(BASE, record_number=4, changed_at=T2),
    ]
    judged = {r.record_number: r.is_version_conflict for r in judge(reasoned(spark, rows), ORDERS).collect()}
    assert judged == {1: True, 2: False, 3: False, 4: False}


def test_without_versions_the_order_of_the_delivery_is_the_version(spark):
    unversioned = replace(BASE, changed_at=None)
    rows = [
        unversioned,
        replace(unversioned, landing_file_id="f2", delivery_order="2024-01/0002", worth=2),
        replace(unversioned, landing_file_id="f2", delivery_order="2024-01/0002", worth=3, record_number=2),
        replace(BASE, order_id="b"),
        replace(BASE, order_id="b", landing_file_id="f2", delivery_order="2024-01/0002", worth=2),
    ]
    judged = judge(reasoned(spark, rows), ORDERS).where("is_version_conflict").collect()
    assert sorted((r.order_id, r.landing_file_id, r.record_number) for r in judged) == [("a", "f2", 1), ("b", "f1", 1)]


def test_no_rows_have_no_outcomes(spark):
    assert judge(reasoned(spark, []), ORDERS).collect() == []


row = st.builds(
    Row,
    history=st.just(""),
    order_id=st.sampled_from(["a", "a", "a", "b", None]),
    changed_at=st.sampled_from([T1, T2, T3, None]),
    status=st.sampled_from(["open", "open", "cancelled", None]),
    worth=st.sampled_from([1, 2, None, -1]),
    landing_file_id=st.sampled_from(["f1", "f2", "f3"]),
    record_number=st.just(0),
    delivery_order=st.just(""),
    unreadable=st.sampled_from([(), (), (), ("worth_unreadable",), ("changed_at_unreadable",)]),
    not_of_table=st.sampled_from([None, None, None, "from_stock"]),
)
histories = st.lists(st.lists(row, min_size=1, max_size=8), min_size=60, max_size=60)


def numbered(drawn):
    """The histories' rows, each history in files of its own, numbered within a file."""
    rows = []
    for number, history in enumerate(drawn):
        seen = Counter()
        for one in history:
            seen[one.landing_file_id] += 1
            rows.append(
                replace(
                    one,
                    history=str(number),
                    landing_file_id=f"{one.landing_file_id}-{number}",
                    record_number=seen[one.landing_file_id],
                    delivery_order=one.landing_file_id,
                )
            )
    return rows


few = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)


upserting = st.sampled_from([("s",), ("another",), ()])


@few
@given(drawn=histories, upserting=upserting)
def test_every_history_comes_out_as_the_oracle_says(spark, drawn, upserting):
    rows = numbered(drawn)
    judged = judge(reasoned(spark, rows, upserting=upserting), ORDERS, upserting=upserting)
    assert found(judged) == expected(rows, upserting=upserting)


@few
@given(drawn=histories, later=st.sampled_from(["f1", "f2", "f3"]), upserting=upserting)
def test_growing_by_any_delivery_gives_what_rebuilding_gives(spark, drawn, later, upserting):
    rows = numbered(drawn)
    early = [row for row in rows if not row.landing_file_id.startswith(later)]
    late = [row for row in rows if row.landing_file_id.startswith(later)]
    before = judge(reasoned(spark, early, upserting=upserting), ORDERS, upserting=upserting)
    late_ones = reasoned(spark, late, upserting=upserting)
    grown = judge(late_ones.unionByName(judged_before(before, ORDERS)), ORDERS, upserting=upserting)
    whole = judge(reasoned(spark, rows, upserting=upserting), ORDERS, upserting=upserting)
    compared = (
        "history",
        "order_id",
        "changed_at",
        "status",
        "worth",
        "landing_file_id",
        "record_number",
        "outcome",
        "reasons",
        "warnings",
        "is_version_conflict",
    )
    assert sorted(map(str, grown.select(*compared).collect())) == sorted(map(str, whole.select(*compared).collect()))


def test_key_changes_are_counted_against_the_table_before(spark):
    before = judge(
        reasoned(
            spark, [BASE, replace(BASE, order_id="b", record_number=2), replace(BASE, order_id="c", record_number=3)]
        ),
        ORDERS,
    )
    late = [
        replace(BASE, order_id="b", landing_file_id="f2", changed_at=T2),
        replace(BASE, order_id="c", landing_file_id="f2", changed_at=T2, status="cancelled", record_number=2),
        replace(BASE, order_id="d", landing_file_id="f2", record_number=3),
    ]
    after = judge(reasoned(spark, late).unionByName(judged_before(before, ORDERS)), ORDERS)
    changes = summarise_key_changes(before.where("outcome = 'curated'"), after.where("outcome = 'curated'"), ORDERS)
    assert changes.first().asDict() == {"keys_added": 1, "keys_replaced": 1, "keys_removed": 1}


EVENTS = Contract(
    name="events",
    version=1,
    grain="An event",
    key=("event_id",),
    fields=(
        Field("event_id", T.StringType(), "Content and occurrence.", required=True),
        Field("what", T.StringType(), "What happened."),
        Field("who", T.StringType(), "Who did it."),
    ),
)


@pytest.mark.parametrize(
    ("identical_rows", "curated"),
    [
        pytest.param("distinct", 4, id="distinct: the larger multiplicity of any file stands, never the sum"),
        pytest.param("duplicate", 2, id="duplicate: one of each content stands"),
    ],
)
def test_identical_rows(spark, identical_rows, curated):
    rows = [
        ("f1", 1, "x", None),
        ("f1", 2, "x", None),
        ("f1", 3, None, "x"),
        ("f2", 1, "x", None),
        ("f2", 2, "x", None),
        ("f2", 3, "x", None),
    ]
    frame = spark.createDataFrame(
        [(None, what, who, "s", file, number, file, [], None) for file, number, what, who in rows],
        "event_id string, what string, who string, source_name string, landing_file_id string, record_number long, "
        "delivery_order string, unreadable array<string>, not_of_table string",
    )
    from pyspark.sql import functions as F

    keyed = with_event_id(with_content_hash(frame, EVENTS), identical_rows=identical_rows)
    judged = judge(with_reasons(keyed, EVENTS, replaced_file_ids=()).withColumn("was_judged", F.lit(False)), EVENTS)
    assert Counter(r.outcome for r in judged.collect()) == {"curated": curated, "duplicate": 6 - curated}


def test_a_key_that_is_no_field_is_refused():
    with pytest.raises(ContractError, match="not a field"):
        Contract(name="t", version=1, grain="g", key=("k",), fields=())


def test_contents_a_microsecond_apart_are_two(spark):
    rows = [
        BASE,
        replace(BASE, record_number=2, changed_at=T1.replace(microsecond=123)),
        replace(BASE, record_number=3, changed_at=T1.replace(microsecond=456)),
    ]
    assert len({row.content_hash for row in with_content_hash(landed(spark, rows), ORDERS).collect()}) == 3


def test_a_null_in_a_key_is_the_same_null_in_the_next_snapshot(spark):
    """A key may hold a null, as a volume over all departments does: its row is replaced, not removed and added."""
    schema = "history string, order_id string, changed_at timestamp, status string, worth int, was_judged boolean"
    before = spark.createDataFrame([("a", None, None, "open", 1, False)], schema)
    after = spark.createDataFrame([("a", None, None, "open", 2, False), ("b", None, None, "open", 1, True)], schema)
    [changes] = summarise_key_changes(before, after, ORDERS).collect()
    assert changes.asDict() == {"keys_added": 1, "keys_replaced": 1, "keys_removed": 0}
