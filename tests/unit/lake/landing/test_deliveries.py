"""The order of deliveries is that of their names or arrival, and never that in which they happen to be seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import types as T

from lake.config.configuration import Coverage, Kind, Source
from lake.config.read_options import Read
from lake.errors import DataError
from lake.landing.claims import Claim
from lake.landing.deliveries import (
    Delivery,
    RawFile,
    merge_deliveries,
    order_of,
    refuse_closed,
    refuse_emptying,
    refuse_rivals,
    replaced_deliveries,
)
from lake.store.objects import ObjectInfo
from schemas.contract import Contract, Field
from tests.landed import landed_file

FIELDS = (Field("id", T.StringType(), "Id."), Field("changed_at", T.TimestampType(), "Version."))
PLAIN = Contract("orders", 1, "an order", ("id",), FIELDS)
VERSIONED = replace(PLAIN, version_order=("changed_at",))
CLAIMS = ("orders_(?P<period>.*)",)
SOURCE = Source(
    "procurement",
    "orders",
    "orders",
    "upsert",
    "duplicate",
    CLAIMS,
    "delivery",
    Read(),
    {},
    (),
    Coverage(),
    "orders.toml:2",
)


def of_kind(kind: Kind) -> Source:
    return replace(SOURCE, kind=kind)


def order(period: str = "", delivery: str = "", arrived_at: str = "2024-02-01", source: Source = SOURCE) -> str:
    claim = Claim(ObjectInfo("k", 1, "e"), "orders", period, delivery, "not this one")
    return order_of(claim, arrived_at, source)


def delivery(file_id: str, place: str, *names: str, period: str = "2024-01", source_name: str = "orders") -> Delivery:
    files = tuple(RawFile(name, 1, "e") for name in names or (f"{file_id}.csv",))
    return Delivery(landed_file(file_id, source_name, period), place, files)


def altered(of: Delivery, order: str | None = None, **of_landed: str) -> Delivery:
    return replace(of, order=of.order if order is None else order, landed=replace(of.landed, **of_landed))


class TestOrder:
    def test_of_a_name(self) -> None:
        assert order("2024-01", "2") == "2024-01/0002"
        assert order("2024-01") == "2024-01/0000"
        assert order(delivery="7") == "/0007"

    @pytest.mark.parametrize(
        ("earlier", "later"),
        [
            pytest.param("2024-9-30", "2024-10-1", id="days"),
            pytest.param("1.10", "2.1", id="versions"),
            pytest.param("a9", "a10", id="a letter before"),
        ],
    )
    def test_of_several_numbers_each_counts(self, earlier: str, later: str) -> None:
        assert order("2024-01", earlier) < order("2024-01", later)

    def test_of_nothing(self) -> None:
        assert order() == ""

    def test_of_an_arrival(self) -> None:
        assert order("2024-01", "2", source=replace(SOURCE, order="arrival")) == "2024-01/2024-02-01"

    @given(st.integers(0, 10**14), st.integers(0, 10**14), st.integers(1, 16), st.integers(1, 16))
    def test_is_that_of_the_numbers_however_wide_they_are_written(
        self, one: int, other: int, width: int, other_width: int
    ) -> None:
        first, second = order("2024-01", str(one).zfill(width)), order("2024-01", str(other).zfill(other_width))
        assert (first < second, first == second) == (one < other, one == other)


deliveries = st.builds(
    delivery, st.sampled_from("abc"), st.sampled_from(["p/1", "p/2", "p/3"]), st.sampled_from(["x", "y", "z"])
)


class TestMerging:
    @settings(deadline=None)
    @given(st.data(), st.lists(deliveries, max_size=6))
    def test_the_order_of_seeing_changes_nothing(self, data: st.DataObject, seen: list[Delivery]) -> None:
        once = merge_deliveries((), seen)
        assert merge_deliveries((), data.draw(st.permutations(seen))) == once
        at = data.draw(st.integers(0, len(seen)))
        assert merge_deliveries(merge_deliveries((), seen[:at]), seen[at:]) == once
        assert merge_deliveries(once, seen) == once

    def test_one_content_under_several_names_has_all_of_them_and_the_latest_place(self) -> None:
        merged = merge_deliveries([delivery("a", "p/3", "x")], [delivery("a", "p/1", "w"), delivery("b", "p/2", "y")])
        assert merged == [delivery("b", "p/2", "y"), delivery("a", "p/3", "w", "x")]

    def test_a_file_that_was_written_again_is_known_as_it_is_now(self) -> None:
        again = replace(delivery("a", "p/1"), raw_files=(RawFile("a.csv", 1, "new"),))
        assert merge_deliveries([delivery("a", "p/1")], [again]) == [again]

    def test_nothing(self) -> None:
        assert merge_deliveries((), ()) == []


JANUARY = [delivery("a", "2024-01/0001"), delivery("b", "2024-01/0002"), delivery("c", "2024-01/0003")]
FEBRUARY = delivery("d", "2024-02/0000", period="2024-02")


class TestReplaced:
    @pytest.mark.parametrize(
        ("kind", "gone"),
        [
            pytest.param("replaces_period", {"a", "b"}, id="all but the latest of each period"),
            pytest.param("full", {"a", "b", "c"}, id="all but the latest"),
            pytest.param("upsert", set(), id="none"),
            pytest.param("events", set(), id="none of events"),
        ],
    )
    def test_in_any_order(self, kind: Kind, gone: set[str]) -> None:
        for seen in ([*JANUARY, FEBRUARY], [FEBRUARY, *reversed(JANUARY)]):
            assert replaced_deliveries(seen, of_kind(kind)) == gone

    def test_by_other_sources_never(self) -> None:
        other = altered(FEBRUARY, order="2024-03/0000", source_name="others")
        assert replaced_deliveries([*JANUARY, other], of_kind("full")) == {"a", "b"}

    @pytest.mark.parametrize("kind", ["replaces_period", "full"])
    def test_none_of_none(self, kind: Kind) -> None:
        assert replaced_deliveries([], of_kind(kind)) == set()


class TestTies:
    tied = (delivery("a", "2024-01/0001"), delivery("b", "2024-01/0001"))

    @pytest.mark.parametrize("kind", ["replaces_period", "full", "upsert"])
    def test_are_refused_with_the_files_and_what_to_do(self, kind: Kind) -> None:
        for seen in (self.tied, self.tied[::-1]):
            with pytest.raises(DataError) as caught:
                replaced_deliveries(seen, of_kind(kind))
            assert str(caught.value) == (
                "a.csv and b.csv claim period 2024-01 of source orders with different contents, and nothing tells "
                'which is later; number them in their names (orders_(?P<period>.*)), or say order = "arrival" '
                "(orders.toml:2)"
            )

    def test_without_a_period(self) -> None:
        nameless = [altered(one, order="", period="") for one in self.tied]
        with pytest.raises(DataError, match=r"a.csv and b.csv are deliveries of source orders with different contents"):
            replaced_deliveries(nameless, of_kind("full"))

    def test_of_one_arrival(self) -> None:
        with pytest.raises(DataError, match="they came in one run: number them in their names and say order"):
            replaced_deliveries(self.tied, replace(SOURCE, order="arrival"))

    def test_of_events_do_not_matter(self) -> None:
        assert replaced_deliveries(self.tied, of_kind("events")) == set()

    def test_stop_an_upsert_too(self) -> None:
        with pytest.raises(DataError, match="nothing tells which is later"):
            replaced_deliveries(self.tied, of_kind("upsert"))

    def test_of_two_periods_are_none(self) -> None:
        two = [replace(self.tied[0], order="x"), altered(self.tied[1], order="x", period="2024-02")]
        assert replaced_deliveries(two, of_kind("replaces_period")) == set()


class TestRivals:
    KEY = ("source_system_code", "id")
    ONE = replace(of_kind("replaces_period"), constants={"source_system_code": "ERP1", "time_zone_name": "UTC"})
    OTHER = replace(ONE, name="others", where="others.toml:2", constants={"source_system_code": "ERP1"})
    MINE, OTHERS = delivery("a", "2024-01/0001"), delivery("b", "2024-01/0002", source_name="others")

    def test_of_one_period_are_refused_with_both_files(self) -> None:
        for seen in ((self.MINE, self.OTHERS), (self.OTHERS, self.MINE)):
            with pytest.raises(DataError) as caught:
                refuse_rivals(seen, (self.ONE, self.OTHER), self.KEY)
            assert str(caught.value) == (
                "a.csv (source orders) and b.csv (source others) both deliver period 2024-01 of orders, and what "
                "replaces a period must be of one source: the other would keep the rows that it withdraws; take one "
                "of them out of raw, or let one source claim both (orders.toml:2 and others.toml:2)"
            )

    @pytest.mark.parametrize(
        ("period", "changed", "is_refused"),
        [
            pytest.param("2024-02", {}, False, id="of two periods"),
            pytest.param("2024-02", {"kind": "full"}, True, id="one sends all there is"),
            pytest.param("2024-01", {"kind": "upsert"}, False, id="one replaces nothing"),
            pytest.param("2024-01", {"constants": {"source_system_code": "ERP2"}}, False, id="of two ledgers"),
            pytest.param("2024-01", {"constants": {"time_zone_name": "EST"}}, True, id="the ledger is in a column"),
        ],
    )
    def test_are_sources_that_may_replace_the_same(
        self, period: str, changed: dict[str, object], is_refused: bool
    ) -> None:
        seen = (self.MINE, altered(self.OTHERS, period=period))
        sources = (self.ONE, replace(self.OTHER, **changed))
        if is_refused:
            with pytest.raises(DataError, match="must be of one source"):
                refuse_rivals(seen, sources, self.KEY)
        else:
            refuse_rivals(seen, sources, self.KEY)


class TestEmptying:
    GROUP = (
        Delivery(landed_file("full", landing_row_count=10), "2024-01/0001", (RawFile("a.csv", 1, "e"),)),
        Delivery(
            landed_file("empty", landing_row_count=0),
            "2024-01/0009",
            (RawFile("a_d2.csv", 1, "e"), RawFile("x/a_d9.csv", 1, "e")),
        ),
    )

    def test_every_name_of_the_empty_content_is_told(self) -> None:
        with pytest.raises(
            DataError, match=r"^a_d2\.csv = x/a_d9\.csv has no record and would replace the 10 of a\.csv"
        ):
            refuse_emptying(self.GROUP, of_kind("replaces_period"))

    @pytest.mark.parametrize("kind", ["upsert", "events"])
    def test_what_replaces_nothing_may_be_empty(self, kind: Kind) -> None:
        refuse_emptying(self.GROUP, of_kind(kind))

    def test_a_source_may_say_that_it_is_meant(self) -> None:
        refuse_emptying(self.GROUP, replace(of_kind("full"), may_be_empty=True))

    def test_an_empty_delivery_that_a_full_one_follows_is_harmless(self) -> None:
        first = (replace(self.GROUP[0], order="2024-01/0010"), self.GROUP[1])
        refuse_emptying(first, of_kind("replaces_period"))


@pytest.mark.parametrize(
    ("period", "closed_through", "is_refused"),
    [
        pytest.param("2024-03", "2024-03", True, id="the closed period itself"),
        pytest.param("2024-02", "2024-03", True, id="an earlier one"),
        pytest.param("2024-04", "2024-03", False, id="the one after it"),
        pytest.param("2024-03-31", "2024-03", True, id="a day of the closed month"),
        pytest.param("2024-04-01", "2024-03", False, id="the first day of the next month"),
        pytest.param("2024-12", "2024", True, id="a month of a closed year"),
        pytest.param("", "2024-03", False, id="no period"),
        pytest.param("2024-03", None, False, id="nothing is closed"),
    ],
)
def test_a_new_delivery_for_a_closed_period_is_refused(
    period: str, closed_through: str | None, is_refused: bool
) -> None:
    source = replace(SOURCE, closed_through=closed_through)
    late = Delivery(landed_file("new", "orders", period), "2", (RawFile("orders_x_d2.csv", 1, "e2"),))
    if is_refused:
        with pytest.raises(DataError, match=f"orders_x_d2.csv is for period {period}, and source orders is closed"):
            refuse_closed([late], [], source)
    else:
        refuse_closed([late], [], source)


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(
            Delivery(landed_file("new", "orders", "2024-03"), "1", (RawFile("a.csv", 1, "e1"),)), id="the same content"
        ),
        pytest.param(
            Delivery(landed_file("old", "orders", "2024-03"), "1", (RawFile("b.csv", 2, "e2"),)),
            id="the same file, read in another way",
        ),
    ],
)
def test_what_the_release_has_of_a_closed_period_stays(before: Delivery) -> None:
    again = Delivery(landed_file("new", "orders", "2024-03"), "1", (RawFile("b.csv", 2, "e2"),))
    refuse_closed([again], [before], replace(SOURCE, closed_through="2024-03"))


def test_another_source_closes_nothing() -> None:
    late = Delivery(landed_file("new", "invoices", "2024-01"), "1", (RawFile("i.csv", 1, "e"),))
    refuse_closed([late], [], replace(SOURCE, closed_through="2024-03"))
