"""Which source a file belongs to, and what its name says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.config.configuration import Coverage, Domain, Kind, Source
from lake.config.field_rules import FieldRule
from lake.config.names import FromName
from lake.config.read_options import Read
from lake.errors import DataError
from lake.landing.claims import Claim, claim_files
from lake.store.objects import ObjectInfo

DOMAIN = Domain("procurement", ignored_files=("*.md", ".*", "*/.*"))


def source(name: str, *claims: str, kind: Kind = "upsert") -> Source:
    return Source(
        "procurement",
        name,
        "orders",
        kind,
        "duplicate",
        claims,
        "delivery",
        Read(),
        {},
        (),
        Coverage(),
        f"{name}.toml:2",
    )


ORDERS = source("orders", r"orders_(?P<period>[0-9]+-[0-9]+)(_d(?P<delivery>[0-9]+))?[.]csv$")
INVOICES = source("invoices", r"(^|/)invoices", r"(^|/)bills", kind="full")


def claim(*keys: str, sources: tuple[Source, ...] = (ORDERS, INVOICES)) -> list[Claim]:
    files = [ObjectInfo(key, 1, "e") for key in keys]
    return claim_files(files, sources, DOMAIN, arrived_at="2024-02-01T00:00:00Z", where="raw")


def test_the_name_tells_source_period_and_delivery() -> None:
    (one,) = claim("a/orders_2024-01_d2.csv")
    assert one == Claim(ObjectInfo("a/orders_2024-01_d2.csv", 1, "e"), "orders", "2024-01", "2", "2024-02-01T00:00:00Z")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        pytest.param("orders_2024-01.csv", ("orders", "2024-01", ""), id="a group that did not match"),
        pytest.param("orders_2024-9.csv", ("orders", "2024-09", ""), id="a month has one name"),
        pytest.param("x/invoices.csv", ("invoices", "", ""), id="a pattern without groups"),
        pytest.param("x/bills.csv", ("invoices", "", ""), id="the second pattern"),
    ],
)
def test_what_a_name_says(key: str, said: tuple[str, str, str]) -> None:
    (one,) = claim(key)
    assert (one.source_name, one.period, one.delivery) == said


CLOSED = replace(source("orders", r"^orders(_(?P<period>.+))?[.]csv$"), closed_through="2024-03")


@pytest.mark.parametrize(
    ("key", "found"),
    [
        pytest.param("orders.csv", "no period", id="an optional group without a period"),
        pytest.param("orders_202403.csv", "period '202403'", id="without a hyphen"),
        pytest.param("orders_2024_05.csv", "period '2024_05'", id="with another mark"),
        pytest.param("orders_2024-Q1.csv", "period '2024-Q01'", id="a quarter"),
        pytest.param("orders_2024-13.csv", "period '2024-13'", id="a month that is none"),
        pytest.param("orders_2024-05-.csv", "period '2024-05-'", id="cut short"),
    ],
)
def test_a_period_of_which_nothing_tells_whether_it_is_closed(key: str, found: str) -> None:
    sentence = f"^{key}: the name has {found}, expected YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDTHH: source orders is"
    with pytest.raises(DataError, match=sentence):
        claim(key, sources=(CLOSED,))
    assert len(claim(key, sources=(replace(CLOSED, closed_through=None),))) == 1


@pytest.mark.parametrize("period", ["2024", "2024-04", "2024-9", "2024-04-30"])
def test_a_period_that_sorts_as_time_does_is_claimed_where_some_are_closed(period: str) -> None:
    assert len(claim(f"orders_{period}.csv", sources=(CLOSED,))) == 1


def test_ignored_files_need_no_source() -> None:
    assert [one.file.key for one in claim("README.md", ".hidden", "x/.hidden", "bills.csv")] == ["bills.csv"]


def test_an_empty_folder() -> None:
    with pytest.raises(
        DataError, match=r"^there is no file in raw, which is empty; .* of procurement \(invoices, orders\)$"
    ):
        claim()


def test_a_folder_of_ignored_files_alone() -> None:
    with pytest.raises(DataError, match=r"^README\.md and all else in raw is hidden by ignored_files of domain"):
        claim("README.md")


def test_a_file_that_nobody_claims() -> None:
    with pytest.raises(DataError) as caught:
        claim("bills.csv", "orders.CSV")
    sentence = str(caught.value)
    assert sentence.startswith("orders.CSV: no source claims this file; known are orders: orders_(?P<period>")
    assert "invoices: (^|/)invoices or (^|/)bills" in sentence
    assert "--config FILE" in sentence


def test_a_file_that_two_sources_claim() -> None:
    with pytest.raises(
        DataError,
        match=r"^bills.csv: claimed by all and by invoices; narrow their `claims`, or say shares_files = true in each",
    ):
        claim("bills.csv", sources=(INVOICES, source("all", ".")))


def test_a_file_that_sources_share_is_claimed_by_each() -> None:
    one = replace(source("orders_of", "kpi"), shares_files=True)
    other = replace(source("receipts_of", "kpi"), shares_files=True, table="goods_receipts")
    assert [found.source_name for found in claim("kpi.csv", sources=(one, other))] == ["orders_of", "receipts_of"]
    for unfit in (replace(other, shares_files=False), replace(other, table="orders")):
        with pytest.raises(DataError, match="claimed by orders_of and by receipts_of"):
            claim("kpi.csv", sources=(one, unfit))


def test_two_patterns_of_one_source_are_one_claim() -> None:
    assert len(claim("bills/invoices.csv")) == 1


def test_a_replaced_period_that_the_name_does_not_tell() -> None:
    months = source("months", r"months(_(?P<period>[0-9-]+))?", kind="replaces_period")
    assert claim("months_2024-01.csv", sources=(months,))[0].period == "2024-01"
    with pytest.raises(DataError, match=r"^months.csv: source months replaces periods, but .* \(months.toml:2\)$"):
        claim("months.csv", sources=(months,))
    assert claim("months.csv", sources=(replace(months, kind="upsert"),))[0].period == ""


DAY = FromName("day", FieldRule("made_on", "date", {"formats": ["%m-%d-%Y"]}, frozenset(), "daily.toml:9"))
DAILY = replace(source("daily", r"(?P<day>[^/]*)[.]csv$"), from_name=(DAY,))
HOURLY = replace(source("hourly", r"^(?P<period>.*)/[^/]*$", kind="replaces_period"), period_format="%Y/%m/%d/%H")


def test_what_a_name_says_of_its_rows_is_kept_as_it_says_it() -> None:
    (one,) = claim("x/01-22-2020.csv", sources=(DAILY,))
    assert (one.named, one.period) == ((("made_on", "01-22-2020"),), "")
    (both,) = claim(
        "01-22-2020.csv",
        sources=(
            replace(
                DAILY,
                claims=(r"(?P<period>.*)[.]csv",),
                from_name=(replace(DAY, group="period"),),
                period_format="%m-%d-%Y",
            ),
        ),
    )
    assert (both.named, both.period) == ((("made_on", "01-22-2020"),), "2020-01-22")


@pytest.mark.parametrize(
    ("sources", "key", "said"),
    [
        pytest.param(
            DAILY,
            "22-01-2020.csv",
            "the name says '22-01-2020' as its day, expected what rule 'date' reads as made_on; rename it, or change "
            "the rule (daily.toml:9)",
            id="a day that the rule cannot read",
        ),
        pytest.param(
            replace(DAILY, claims=(r"daily(?P<day>_.*)?[.]csv$",)), "daily.csv", "the name says no day", id="no day"
        ),
        pytest.param(
            HOURLY,
            "2017/06/05/24/x",
            "the name has period '2017/06/05/24', expected one of period_format '%Y/%m/%d/%H'; rename it, or change "
            "the format (hourly.toml:2)",
            id="a period of another form",
        ),
    ],
)
def test_a_name_that_does_not_say_what_it_should(sources: Source, key: str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        claim(key, sources=(sources,))
    assert str(caught.value).startswith(f"{key}: {said}")


def test_an_hour_is_a_period_that_sorts_as_time_does() -> None:
    closed = replace(HOURLY, closed_through="2017-06")
    found = claim("2017/06/05/09/a", "2017/6/5/9/b", "2017/06/05/10/c", sources=(closed,))
    assert [one.period for one in found] == ["2017-06-05T09", "2017-06-05T09", "2017-06-05T10"]


@pytest.mark.parametrize("name", ["12-31-2019", "1_2_20", "12-2019"])
def test_a_period_that_does_not_sort_as_time_does_is_refused(name: str) -> None:
    series = source("series", "series_(?P<period>.+)[.]csv$")
    with pytest.raises(DataError, match=r"period .*, which does not sort as time does; say .* period_format"):
        claim_files([ObjectInfo(f"series_{name}.csv", 1, "e")], [series], DOMAIN, arrived_at="", where="raw")
