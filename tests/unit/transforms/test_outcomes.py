"""Outcomes against an oracle in plain Python, over many small histories that are judged together."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F
from pyspark.sql import types as T

from schemas.contract import Contract, ContractError, Exclusion, Field, Rule
from transforms.outcomes import judge, judged_before, key_changes, with_content_hash, with_reasons

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
    source_name: str = "snapshot"

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
                r.source_name,
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


def reasoned(spark, rows, replaced=(), upserting=("upsert",)):
    frame = with_content_hash(landed(spark, rows), ORDERS)
    found = with_reasons(frame, ORDERS, replaced_file_ids=tuple(replaced), upserting=upserting)
    return found.withColumn("was_judged", F.lit(False))


def expected(rows):
    """The outcome of every row, by DESIGN.md's words and no others."""
    outcomes = {}
    by_key = {}
    for row in rows:
        if row.not_of_table and row.source_name == "upsert" and "changed_at_unreadable" in row.unreadable:
            outcomes[row.identity] = "quarantined"
        elif row.not_of_table and (row.source_name != "upsert" or row.order_id is None):
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


def found(judged):
    return {(row.landing_file_id, row.record_number): row.outcome for row in judged}


T1, T2, T3 = (datetime(2024, 1, day) for day in (1, 2, 3))
BASE = Row("h", "a", T1, "open", 1, "f1", 1, "2024-01/0001")

CASES = {
    "a lone row is curated": ([BASE], {1: "curated"}),
    "of equal rows the later record stands": ([BASE, replace(BASE, record_number=2)], {1: "duplicate", 2: "curated"}),
    "the newer version stands": (
        [BASE, replace(BASE, record_number=2, changed_at=T2)],
        {1: "superseded", 2: "curated"},
    ),
    "an older row arriving late does not revive a cancelled order": (
        [replace(BASE, changed_at=T2, status="cancelled"), replace(BASE, record_number=2)],
        {1: "excluded", 2: "superseded"},
    ),
    "a quarantined newest version leaves the older one standing": (
        [BASE, replace(BASE, record_number=2, changed_at=T2, worth=-1)],
        {1: "curated", 2: "quarantined"},
    ),
    "a lost value quarantines": (
        [BASE, replace(BASE, record_number=2, changed_at=T2, unreadable=("worth_unreadable",), worth=None)],
        {1: "curated", 2: "quarantined"},
    ),
    "null versions tie, and the record decides": (
        [replace(BASE, changed_at=None), replace(BASE, record_number=2, changed_at=None, worth=2)],
        {1: "superseded", 2: "curated"},
    ),
    "a null version is older than any": (
        [replace(BASE, changed_at=None, record_number=9), BASE],
        {9: "superseded", 1: "curated"},
    ),
    "a null in one column is not a null in another": (
        [replace(BASE, worth=None), replace(BASE, record_number=2, status=None)],
        {1: "superseded", 2: "curated"},
    ),
    "rows without a key do not compete with each other": (
        [replace(BASE, order_id=None), replace(BASE, order_id=None, record_number=2)],
        {1: "quarantined", 2: "quarantined"},
    ),
    "a record of another kind stands against no row of its key": (
        [BASE, replace(BASE, record_number=2, changed_at=T2, not_of_table="from_stock")],
        {1: "curated", 2: "excluded"},
    ),
    "a record of another kind is not judged, nor a duplicate of another": (
        [
            replace(BASE, order_id=None, worth=-1, not_of_table="from_stock"),
            replace(BASE, record_number=2, unreadable=("worth_unreadable",), not_of_table="from_stock"),
            replace(BASE, record_number=3, not_of_table="from_stock"),
        ],
        {1: "excluded", 2: "excluded", 3: "excluded"},
    ),
}
CORRECTIONS = {
    "the greatest of its key takes back what stood, though their fields are equal": (
        [BASE, replace(BASE, record_number=2, not_of_table="pending")],
        {1: ("superseded", []), 2: ("excluded", ["pending"])},
    ),
    "a later row stands against it": (
        [replace(BASE, not_of_table="pending"), replace(BASE, record_number=2)],
        {1: ("superseded", []), 2: ("curated", [])},
    ),
    "said twice it is a duplicate": (
        [replace(BASE, not_of_table="pending"), replace(BASE, record_number=2, not_of_table="pending")],
        {1: ("duplicate", []), 2: ("excluded", ["pending"])},
    ),
    "it is not judged": (
        [BASE, replace(BASE, record_number=2, changed_at=T2, worth=-1, not_of_table="pending")],
        {1: ("superseded", []), 2: ("excluded", ["pending"])},
    ),
    "without its whole key it stands against none": (
        [BASE, *(replace(BASE, record_number=n, order_id=None, not_of_table="pending") for n in (2, 3))],
        {1: ("curated", []), 2: ("excluded", ["pending"]), 3: ("excluded", ["pending"])},
    ),
    "of a version that could not be read it is not taken for the oldest": (
        [
            BASE,
            replace(
                BASE, record_number=2, changed_at=None, unreadable=("changed_at_unreadable",), not_of_table="pending"
            ),
        ],
        {1: ("curated", []), 2: ("quarantined", ["changed_at_unreadable"])},
    ),
    "of a key that could not be read nothing tells what it takes back": (
        [
            BASE,
            replace(BASE, record_number=2, order_id=None, unreadable=("order_id_unreadable",), not_of_table="pending"),
        ],
        {1: ("curated", []), 2: ("quarantined", ["order_id_unreadable"])},
    ),
    "what else could not be read of it is not asked": (
        [BASE, replace(BASE, record_number=2, unreadable=("worth_unreadable",), not_of_table="pending")],
        {1: ("superseded", []), 2: ("excluded", ["pending"])},
    ),
}
UNVERSIONED = replace(BASE, changed_at=None)
OTHERS = {
    "replaced": [BASE, replace(BASE, record_number=2, worth=-1), replace(BASE, landing_file_id="f2", worth=2)],
    "reasons": [
        replace(BASE, order_id=None, worth=-1),
        replace(BASE, record_number=2, order_id=None, worth=-1, unreadable=("order_id_unreadable",)),
        replace(BASE, record_number=3, worth=5),
    ],
    "no row of the table": [
        replace(BASE, worth=5, not_of_table="from_stock"),
        replace(BASE, record_number=2, status="cancelled", not_of_table="from_stock"),
        replace(BASE, record_number=3, status="cancelled"),
    ],
    "losers": [BASE, replace(BASE, record_number=2, changed_at=T2)],
    "one version": [
        BASE,
        replace(BASE, record_number=2, worth=2),
        replace(BASE, record_number=3, changed_at=T2),
        replace(BASE, record_number=4, changed_at=T2),
    ],
    "no version": [
        UNVERSIONED,
        replace(UNVERSIONED, landing_file_id="f2", delivery_order="2024-01/0002", worth=2),
        replace(UNVERSIONED, landing_file_id="f2", delivery_order="2024-01/0002", worth=3, record_number=2),
        replace(BASE, order_id="b"),
        replace(BASE, order_id="b", landing_file_id="f2", delivery_order="2024-01/0002", worth=2),
    ],
    "microseconds": [
        BASE,
        replace(BASE, record_number=2, changed_at=T1.replace(microsecond=123)),
        replace(BASE, record_number=3, changed_at=T1.replace(microsecond=456)),
    ],
}


@pytest.fixture(scope="module")
def judged(spark):
    """The rows of every history above, judged together: a history has keys and files of its own."""
    told = [(history, "snapshot", rows) for history, (rows, _) in CASES.items()]
    told += [(history, "upsert", rows) for history, (rows, _) in CORRECTIONS.items()]
    told += [(history, "snapshot", rows) for history, rows in OTHERS.items()]
    rows = [
        replace(row, history=history, source_name=source, landing_file_id=f"{history}/{row.landing_file_id}")
        for history, source, of_history in told
        for row in of_history
    ]
    found = {}
    for row in judge(reasoned(spark, rows, replaced=["replaced/f1"]), ORDERS, upserting=("upsert",)).collect():
        found.setdefault(row.history, []).append(row)
    return found


@pytest.mark.parametrize("history", CASES)
def test_outcome(judged, history):
    assert {row.record_number: row.outcome for row in judged[history]} == CASES[history][1]


@pytest.mark.parametrize("history", CORRECTIONS)
def test_an_excluded_record_of_an_upserting_source(judged, history):
    found = {row.record_number: (row.outcome, row.reasons) for row in judged[history]}
    assert found == CORRECTIONS[history][1]


def test_a_replaced_delivery_is_superseded_whole_even_its_broken_rows(judged):
    found = {(r.landing_file_id, r.record_number): (r.outcome, r.reasons) for r in judged["replaced"]}
    assert found == {
        ("replaced/f1", 1): ("superseded", ["delivery_replaced"]),
        ("replaced/f1", 2): ("superseded", ["delivery_replaced"]),
        ("replaced/f2", 1): ("curated", []),
    }


def test_reasons_name_every_rule_and_a_lost_required_value_is_not_missing_too(judged):
    found = {row.record_number: row for row in judged["reasons"]}
    assert found[1].reasons == ["order_id_missing", "worth_negative"]
    assert found[2].reasons == ["order_id_unreadable", "worth_negative"]
    assert (found[3].outcome, found[3].reasons, found[3].warnings) == ("curated", [], ["worth_large"])


def test_why_a_record_is_no_row_of_the_table_is_said_and_nothing_else(judged):
    found = {row.record_number: (row.reasons, row.warnings) for row in judged["no row of the table"]}
    assert found == {1: (["from_stock"], []), 2: (["from_stock"], []), 3: (["cancelled"], [])}


def test_losers_keep_key_version_and_lineage_and_nothing_else(judged):
    loser = next(row for row in judged["losers"] if row.outcome == "superseded")
    assert (loser.order_id, loser.changed_at, loser.status, loser.worth) == ("a", T1, None, None)


def test_two_contents_under_one_version_are_a_conflict_and_equal_ones_are_not(judged):
    found = {row.record_number: row.is_version_conflict for row in judged["one version"]}
    assert found == {1: True, 2: False, 3: False, 4: False}


def test_without_versions_the_order_of_the_delivery_is_the_version(judged):
    conflicts = [row for row in judged["no version"] if row.is_version_conflict]
    found = sorted((row.order_id, row.landing_file_id, row.record_number) for row in conflicts)
    assert found == [("a", "no version/f2", 1), ("b", "no version/f1", 1)]


def test_contents_a_microsecond_apart_are_two(judged):
    assert len({row.content_hash for row in judged["microseconds"]}) == 3


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


def numbered(drawn, offset):
    """The histories' rows, each history in files of its own, numbered within a file."""
    rows = []
    for number, history in enumerate(drawn, start=offset):
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
    max_examples=6, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)  # fmt: skip


@pytest.fixture(scope="module")
def drawn():
    """Rows of 360 histories in six draws of one source each, and those that one file of a draw brings later."""
    rows, late = [], set()

    @few
    @given(drawn=histories, later=st.sampled_from(["f1", "f2", "f3"]), source=st.sampled_from(["snapshot", "upsert"]))
    def draw(drawn, later, source):
        offset = len({row.history for row in rows})
        of_draw = [replace(row, source_name=source) for row in numbered(drawn, offset)]
        rows.extend(of_draw)
        late.update(row.identity for row in of_draw if row.delivery_order == later)

    draw()
    assert len({row.history for row in rows}) == 360
    return rows, late


@pytest.fixture(scope="module")
def whole(spark, drawn):
    """All of them judged at once."""
    return judge(reasoned(spark, drawn[0]), ORDERS, upserting=("upsert",)).collect()


def test_every_history_comes_out_as_the_oracle_says(drawn, whole):
    assert {row.source_name for row in drawn[0]} == {"snapshot", "upsert"}
    assert found(whole) == expected(drawn[0])


def test_growing_by_any_delivery_gives_what_rebuilding_gives(spark, drawn, whole):
    rows, late = drawn
    before = judge(reasoned(spark, [row for row in rows if row.identity not in late]), ORDERS, upserting=("upsert",))
    late_ones = reasoned(spark, [row for row in rows if row.identity in late])
    grown = judge(late_ones.unionByName(judged_before(before, ORDERS)), ORDERS, upserting=("upsert",)).collect()
    compared = (
        "history", "order_id", "changed_at", "status", "worth", "landing_file_id", "record_number", "outcome",
        "reasons", "warnings", "is_version_conflict",
    )  # fmt: skip
    of_grown, of_whole = (sorted(str([row[name] for name in compared]) for row in rows) for rows in (grown, whole))
    assert of_grown == of_whole


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
    changes = key_changes(before.where("outcome = 'curated'"), after.where("outcome = 'curated'"), ORDERS)
    assert sorted(row["change"] for row in changes.collect()) == ["keys_added", "keys_removed", "keys_replaced"]


def test_a_key_that_is_no_field_is_refused():
    with pytest.raises(ContractError, match="not a field"):
        Contract(name="t", version=1, grain="g", key=("k",), fields=())


def test_a_null_in_a_key_is_the_same_null_in_the_next_snapshot(spark):
    """A key may hold a null, as a volume over all departments does: its row is replaced, not removed and added."""
    schema = "history string, order_id string, changed_at timestamp, status string, worth int, was_judged boolean"
    before = spark.createDataFrame([("a", None, None, "open", 1, False)], schema)
    after = spark.createDataFrame([("a", None, None, "open", 2, False), ("b", None, None, "open", 1, True)], schema)
    changes = key_changes(before, after, ORDERS).collect()
    assert sorted(row["change"] for row in changes) == ["keys_added", "keys_replaced"]
