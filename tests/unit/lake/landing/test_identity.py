"""What makes a landed file another one, and what the whole file decides."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pytest

from lake.config.configuration import Source
from lake.landing.formats import text as texts
from lake.landing.land_file import land_file
from tests.crash import CrashingStore
from tests.unit.lake.landing.places import DATED, DATED_OPTIONAL, ORDERS, Place, column, reading


class TestIdentity:
    def test_the_same_content_under_another_name_is_the_same_and_writes_nothing(self, place: Place) -> None:
        first = place.land(b"PO\n1\n")
        before = list(place.lake.list())
        again = land_file(place.raw, CrashingStore(place.lake, 1), place.claim(b"PO\n1\n", "renamed.csv"), ORDERS)
        assert again == first
        assert list(place.lake.list()) == before

    @pytest.mark.parametrize(
        ("data", "source", "period"),
        [
            pytest.param(b"PO\n2\n", ORDERS, "2024-01", id="content"),
            pytest.param(b"PO\n1\n", ORDERS, "2024-02", id="period"),
            pytest.param(b"PO\n1\n", replace(ORDERS, name="others"), "2024-01", id="source"),
            pytest.param(b"PO\n1\n", reading(encoding="cp1252"), "2024-01", id="encoding"),
            pytest.param(b"PO\n1\n", reading(has_multiline_fields=True), "2024-01", id="how lines are read"),
            pytest.param(b"PO\n1\n", DATED_OPTIONAL, "2024-01", id="a date to decide on"),
        ],
    )
    def test_what_makes_another_landed_file(self, place: Place, data: bytes, source: Source, period: str) -> None:
        first = place.land(b"PO\n1\n")
        assert place.land(data, source, period=period).landing_file_id != first.landing_file_id

    def test_what_its_name_says_makes_another(self, place: Place) -> None:
        claim = place.claim(b"PO\n1\n")
        days = [(), (("made_on", "01-22-2020"),), (("made_on", "01-23-2020"),), (("seen_on", "01-23-2020"),)]
        landed = [land_file(place.raw, place.lake, replace(claim, named=named), ORDERS) for named in days]
        assert len({one.landing_file_id for one in landed}) == 4
        assert [one.named for one in landed] == [dict(named) for named in days]
        assert land_file(place.raw, place.lake, replace(claim, named=days[2]), ORDERS) == landed[2]

    @pytest.mark.parametrize(
        ("source", "told"),
        [
            pytest.param(ORDERS, {"arrived_at": "2025-01-01T00:00:00Z"}, id="when it arrived"),
            pytest.param(ORDERS, {"delivery": "2"}, id="its delivery's number"),
            pytest.param(reading(dead_letter_halt_ratio=0.5), {}, id="what would have stopped it"),
            pytest.param(reading(stray_quotes="dead_letter"), {}, id="what would have become of stray quotes"),
            pytest.param(reading(unpacked_limit_bytes=1000), {}, id="how much may be unpacked"),
            pytest.param(reading(sheet="Orders", records="array"), {}, id="what other formats are told"),
            pytest.param(replace(ORDERS, kind="full"), {}, id="what its rows mean"),
        ],
    )
    def test_what_makes_no_other(self, place: Place, source: Source, told: dict[str, str]) -> None:
        assert place.land(b"PO\n1\n") == place.land(b"PO\n1\n", source, **told)

    def test_decisions_belong_to_the_field_they_were_taken_for(self) -> None:
        one, other = (column(name, name, rule="date", ambiguous_formats=["%d/%m/%Y", "%m/%d/%Y"]) for name in "ab")
        swapped = (replace(one, headers=("b",)), replace(other, headers=("a",)))
        assert replace(ORDERS, columns=(one, other)).reading_digest != replace(ORDERS, columns=swapped).reading_digest


class TestDayOrMonth:
    lines = tuple(b"%d,%02d/%02d/2024\n" % (day, day % 12 + 1, day % 9 + 1) for day in range(200))

    @pytest.mark.parametrize("telling", [0, 100, 199])
    def test_one_telling_date_anywhere_in_the_file_decides_for_all_of_it(self, place: Place, telling: int) -> None:
        lines = [*self.lines[:telling], b"0,31/01/2024\n", *self.lines[telling:]]
        with patch.object(texts, "BLOCK_BYTES", 64):
            landed = place.land(b"PO,Date\n" + b"".join(lines), DATED)
        assert landed.decided_formats == {"ordered_on": "%d/%m/%Y"}
        assert "31/01/2024 is only %d/%m/%Y (1 row like it)" in landed.decision_evidence["ordered_on"]

    def test_equal_values_in_several_blocks_and_spellings_count_together(self, place: Place) -> None:
        with patch.object(texts, "BLOCK_BYTES", 32):
            landed = place.land(b"PO,Date\n" + b"1,31/01/2024\n1, 31/01/2024 \n" * 20, DATED)
        assert "(40 rows like it)" in landed.decision_evidence["ordered_on"]

    def test_null_tokens_have_no_say(self, place: Place) -> None:
        landed = place.land(b"PO,Date\n1,n/a\n2,\n3, n/a \n", DATED)
        assert landed.decision_evidence == {"ordered_on": "nothing to decide"}

    def test_a_file_that_does_not_tell_is_refused_with_the_evidence(self, place: Place) -> None:
        sentence = place.refused(b"PO,Date\n1,01/02/2024\n2,03/04/2024\n2,03/04/2024\n", DATED)
        assert "column 'Date': cannot tell day from month: all 2 values (3 rows)" in sentence
        assert "such as 03/04/2024" in sentence
        assert "orders.toml:9" in sentence

    def test_a_file_that_contradicts_itself_is_refused(self, place: Place) -> None:
        sentence = place.refused(b"PO,Date\n1,31/01/2024\n2,01/31/2024\n", DATED)
        assert "31/01/2024 is only %d/%m/%Y" in sentence
        assert "01/31/2024 only %m/%d/%Y" in sentence
