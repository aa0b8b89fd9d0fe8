"""What a delivery means is said again later, or was said wrongly: the tables follow, or the run stops and says so."""

import json
from dataclasses import replace
from datetime import date

import pytest

from headrace.commands.status import current_status
from jobs import mart_writing as marts_job
from jobs.build_marts import build_marts
from jobs.curate import curate
from jobs.land_raw import land_raw
from jobs.publish_release import publish_release
from lake.errors import AuditError, ConfigError, DataError
from lake.run.run import Run
from tests.jobs.lakes import current, deliveries_of, invoices, orders, release, release_of, rows, run_of, write_raw

AMOUNTS = "invoiced_amount"


def curated_amounts(lake, found):
    return [str(row[0]) for row in rows(lake, found, "invoices", AMOUNTS, "outcome = 'curated'")]


def overlay(path, text):
    path.write_text(text)
    return path


def log(run, *rows_of_log):
    """A log with the packaged source's headers; cells that a row does not state are alike in all."""
    columns = run.configuration.source("bpic2019_events").columns
    cells = {column.landing_name: "x" for column in columns} | {
        "concept:name": "Create Purchase Order Item",
        "time:timestamp": "2018-01-02T10:00:00+01:00",
        "Cumulative net worth (EUR)": "1.0",
        "case (case) Spend area text": "Pens",
    }
    lines = [cells, *({**cells, **row} for row in rows_of_log)]
    return "\n".join(",".join(line if line is cells else line.values()) for line in lines) + "\n"


def test_another_order_of_what_is_there_rebuilds_the_table(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"invoices_2024-01_d2.csv": invoices({"Amount": "2.00"})})
    release(raw, lake, has_marts=False)
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({"Amount": "1.00"})})
    by_name = release(raw, lake, has_marts=False)
    assert curated_amounts(lake, by_name) == ["2.00"]
    arrival = overlay(tmp_path / "arrival.toml", '[source]\nname = "erp_invoices"\norder = "arrival"\n')

    found = release(raw, lake, has_marts=False, configs=[arrival])

    assert found.counts["invoices"].mode == "rebuilt"
    assert curated_amounts(lake, found) == ["1.00"]


def test_another_delivery_number_read_from_the_name_rebuilds_the_table(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({"Amount": "1.00"})})
    write_raw(raw, {"invoices_2024-01_d2.csv": invoices({"Amount": "2.00"})})
    assert curated_amounts(lake, release(raw, lake, has_marts=False)) == ["2.00"]
    backwards = overlay(
        tmp_path / "claims.toml",
        "[source]\nname = \"erp_invoices\"\nclaims = ['invoices_(?P<period>[0-9-]{7})_d(?P<delivery>1)[.]csv$', "
        "'invoices_(?P<period>[0-9-]{7})_d2[.]csv$']\n",
    )

    found = release(raw, lake, has_marts=False, configs=[backwards])

    assert found.counts["invoices"].why == "a delivery that was there moved in the order"
    assert curated_amounts(lake, found) == ["1.00"]


def test_a_name_that_was_taken_out_of_raw_keeps_the_place_that_it_gave(spark, tmp_path):
    """Of the months the content that was delivered first and last stands, also when all is read in another way."""
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    first, between = invoices({"Amount": "1.00"}), invoices({"Amount": "2.00"})
    write_raw(raw, {f"invoices_2024-01_d{n}.csv": text for n, text in ((1, first), (2, between), (3, first))})
    assert curated_amounts(lake, release(raw, lake, has_marts=False)) == ["1.00"]
    (raw / "invoices_2024-01_d3.csv").unlink()
    reading = overlay(tmp_path / "reading.toml", '[source]\nname = "erp_invoices"\n[read]\ndelimiters = [",", ";"]\n')

    found = release(raw, lake, has_marts=False, configs=[reading])

    assert {d.order for d in deliveries_of(lake, found)} == {"2024-01/0002", "2024-01/0003"}
    assert curated_amounts(lake, found) == ["1.00"]


ONLY_OF_ORDERS = (
    "changed_at", "ordered_on", "submitted_at", "released_at", "company_code", "vendor_name", "category_name",
    "ordered_qty", "ordered_amount", "status_code", "requester_name",
)  # fmt: skip


def test_a_table_whose_files_are_all_claimed_for_another_stops_the_run(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"invoices_2024-02_d1.csv": invoices({}), "purchase_orders_2024-01_d1.csv": orders({})})
    release(raw, lake, has_marts=False)
    nowhere = overlay(
        tmp_path / "nowhere.toml", "[source]\nname = \"erp_invoices\"\nclaims = ['^never_(?P<period>.)$']\n"
    )
    to_orders = overlay(
        tmp_path / "orders.toml",
        '[source]\nname = "erp_purchase_orders"\nclaims = '
        "['(invoices|purchase_orders)_(?P<period>[0-9-]{7})_d(?P<delivery>1)[.]csv$']\n"
        + "".join(f"[columns.{name}]\nrequired_header = false\n" for name in ONLY_OF_ORDERS),
    )
    with pytest.raises(DataError, match="invoices: the current release has 1 rows of it, and no delivery is left"):
        release(raw, lake, has_marts=False, configs=[nowhere, to_orders])


def test_a_file_that_another_source_claims_now_moves_to_it(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({}), "invoices_2024-02_d1.csv": invoices({"Line": "2"})})
    release(raw, lake, has_marts=False)
    packaged = run_of(raw, lake).configuration.source("erp_invoices")
    [pattern] = packaged.claims
    text = (packaged_file() / "procurement" / "erp_invoices.toml").read_text()
    february = overlay(
        tmp_path / "february.toml",
        text.replace('name = "erp_invoices"', 'name = "february"').replace(
            pattern, pattern.replace("(?P<period>", "(?P<period>(?=2024-02)")
        ),
    )
    january = overlay(
        tmp_path / "january.toml",
        '[source]\nname = "erp_invoices"\nclaims = [\''
        + pattern.replace("(?P<period>", "(?P<period>(?!2024-02)")
        + "']\n",
    )

    found = release(raw, lake, has_marts=False, configs=[january, february])

    assert [(d.source_name, d.period) for d in deliveries_of(lake, found)] == [
        ("erp_invoices", "2024-01"),
        ("february", "2024-02"),
    ]
    assert rows(lake, found, "invoices", "source_name, line_number", "outcome = 'curated'") == [
        ("erp_invoices", "001"),
        ("february", "002"),
    ]
    assert found.counts["invoices"].cumulative["landed"] == 2


def packaged_file():
    from importlib import resources

    return resources.files("configs")


def test_other_definitions_of_legs_make_the_marts_anew(spark, tmp_path, monkeypatch):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({})})
    first = release(raw, lake)
    assert release(raw, lake) is None
    known = marts_job.code_digest
    monkeypatch.setattr(marts_job, "code_digest", lambda modules: known(modules) + "changed")

    second = release(raw, lake)

    assert second.curated == first.curated
    assert {s.folder for s in second.marts.values()}.isdisjoint(s.folder for s in first.marts.values())


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param("vendor_id ===== 'V1'", id="no SQL"),
        pytest.param("vendor_idd = 'V1'", id="a column that no case has"),
    ],
)
def test_a_condition_that_is_none_stops_the_run(spark, tmp_path, condition):
    raw = write_raw(tmp_path / "raw", {"invoices_2024-01_d1.csv": invoices({})})
    bad = overlay(tmp_path / "bad.toml", f'[marts]\nnever_expected = {{ order_to_cleared = "{condition}" }}\n')
    with pytest.raises(ConfigError, match="never_expected is no condition over a case"):
        release(raw, tmp_path / "lake", configs=[bad])
    assert current(run_of(raw, tmp_path / "lake")) is None


def test_a_month_sent_again_without_a_record_stops_the_run(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({}), "invoices_2024-02_d1.csv": invoices()})
    first = release(raw, lake, has_marts=False)
    assert first.counts["invoices"].rows_after == 1
    write_raw(raw, {"invoices_2024-01_d2.csv": invoices()})

    with pytest.raises(
        DataError, match=r"invoices_2024-01_d2\.csv has no record and would replace the 1 of invoices_2024-01_d1\.csv"
    ):
        release(raw, lake, has_marts=False)
    assert current(run_of(raw, lake)) == first

    meant = overlay(tmp_path / "meant.toml", "\n".join(["[source]", 'name = "erp_invoices"', "may_be_empty = true"]))
    assert release(raw, lake, has_marts=False, configs=[meant]).counts["invoices"].rows_after == 0


def test_a_corrected_log_sent_again_is_told(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    run = run_of(raw, lake)
    write_raw(raw, {"events_1.csv": log(run, {}, {"case concept:name": "45_00010"}, {"case concept:name": "45_00020"})})
    assert status_of(lake, release(raw, lake, has_marts=False)).notices == []
    corrected = log(run, {}, {"case concept:name": "45_00010"}, {"case concept:name": "45_00020", "User": "y"})
    write_raw(raw, {"events_2.csv": corrected})

    found = release(raw, lake, has_marts=False)

    assert found.counts["logged_events"].rows_after == 4
    assert sum(found.counts["logged_events"].repeated.values()) == 2
    [notice] = status_of(lake, found).notices
    assert "2 of the 3 rows of events_" in notice
    assert 'kind = "full"' in notice


def test_columns_that_nothing_reads_are_told(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    wider = invoices({}).replace("Clerk", "Clerk,Discount,Terms").replace("Bob", "Bob,3,N30")
    write_raw(raw, {"invoices_2024-01_d1.csv": wider, "invoices_2024-02_d1.csv": wider.replace("5100", "5200")})
    found = release(raw, lake, has_marts=False)
    assert status_of(lake, found).notices == [
        "invoices_2024-01_d1.csv and 1 more: landed, but read by no [columns] of source erp_invoices: "
        "'Discount', 'Terms'"
    ]


def test_contents_of_one_version_that_differ_are_told(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(
        raw, {"purchase_orders_2024-01_d1.csv": orders({}), "purchase_orders_2024-01_d2.csv": orders({"Vendor": "V2"})}
    )
    found = release(raw, lake, has_marts=False)
    assert status_of(lake, found).notices == [
        "1 rows of purchase_orders contradict another of the same version; the later stands: "
        "FROM outcomes.purchase_orders WHERE is_version_conflict"
    ]


def status_of(lake, found):
    facts = current_status(run_of(lake, lake).lake, "procurement")
    assert facts.release == found.number
    return facts


def test_every_stage_is_as_of_the_day_that_the_first_was_given(spark, tmp_path):
    raw = write_raw(tmp_path / "raw", {"invoices_2024-01_d1.csv": invoices({})})
    first = run_of(raw, tmp_path / "lake", as_of=date(2024, 1, 21))
    land_raw(first)
    curate(first)

    other = Run.of(replace(first.arguments, as_of=date(2024, 6, 1)))
    with pytest.raises(ConfigError, match=r"--as-of is 2024-06-01, but the first stage .* was given 2024-01-21"):
        build_marts(other)
    silent = Run.of(replace(first.arguments, as_of=None))
    build_marts(silent)
    found = publish_release(silent)
    assert found.as_of == "2024-01-21"
    assert rows(tmp_path / "lake", found, "procurement_events", "event_type") == [("invoice_issued",)]


def test_a_day_that_only_a_later_stage_was_given_is_refused(spark, tmp_path):
    raw = write_raw(tmp_path / "raw", {"invoices_2024-01_d1.csv": invoices({})})
    first = run_of(raw, tmp_path / "lake")
    land_raw(first)
    with pytest.raises(ConfigError, match="was given none; give every stage the same"):
        _ = Run.of(replace(first.arguments, as_of=date(2024, 6, 1))).as_of


def test_a_run_that_published_says_so_when_it_is_begun_again(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({})})
    run = run_of(raw, lake)
    found = release_of(run, has_marts=False)
    again = Run.of(run.arguments)

    assert publish_release(again) == found
    manifest = json.loads((lake / f"runs/{run.run_id}/manifest.json").read_text())
    assert manifest["stages"]["publish"] == {"release": 1, "is_new": True}
    with pytest.raises(DataError, match=r"published release 1 already; begin a new run"):
        land_raw(again)


def test_rows_that_stand_though_a_newer_version_is_quarantined_are_told(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(
        raw,
        {
            "purchase_orders_2024-01_d1.csv": orders(
                {},
                {"Item": "20"},
                {"Item": "30"},
                {"Item": "40"},
                {"Item": "50"},
                {"Item": "60"},
                {"Item": "70"},
                {"Item": "80"},
            ),
            "purchase_orders_2024-02_d1.csv": orders(
                {"Changed At": "2024-02-01 09:00", "Net Amount": "twelve", "Status": "cancelled"},
                {"Item": "20", "Changed At": "2024-01-10 08:00", "Net Amount": "twelve"},
                {"Item": "30", "Changed At": "soon"},
                {"Item": "40", "Changed At": "2024-02-02 09:00", "Net Amount": "twelve"},
            ),
            "purchase_orders_2024-03_d1.csv": orders(
                {"Item": "40", "Changed At": "2024-02-01 09:00", "Status": "cancelled"},
                *({"PO Number": f"45000000{number}"} for number in range(10, 30)),
            ),
        },
    )
    found = release(raw, lake, has_marts=False)
    assert found.counts["purchase_orders"].outdated == 3
    [notice] = status_of(lake, found).notices
    assert notice.startswith("3 rows of purchase_orders stand although a newer version of each is in quarantine")


def test_rows_that_a_month_sent_again_lacks_are_told(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({}, {"Line": "2"}, {"Line": "3"})})
    release(raw, lake, has_marts=False)
    write_raw(raw, {"invoices_2024-01_d2.csv": invoices({})})
    found = release(raw, lake, has_marts=False)
    [notice] = status_of(lake, found).notices
    assert notice.startswith("2 of the 3 rows of invoices went with this release")


def test_one_file_fills_two_tables_where_its_sources_share_it(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    header = (
        "PO Number,Item,Changed At,Order Date,Vendor,Net Amount,Currency,Status,Invoice No,Line,Invoice Date,Posted At"
    )
    cells = "4500000001,10,2024-01-10 09:00,2024-01-10,V1,10.00,EUR,open,5100000001,1,2024-01-20,2024-01-22 10:00"
    write_raw(raw, {"whole.csv": f"{header}\n{cells}\n"})
    configs = []
    for name, own, missing in (
        ("erp_purchase_orders", "", ("submitted_at", "released_at", "company_code", "vendor_name", "category_name",
                                     "ordered_qty", "requester_name")),
        ("erp_invoices", '[columns.invoiced_amount]\nheaders = ["Net Amount"]\n', ("cleared_on", "clerk_name")),
    ):  # fmt: skip
        optional = "".join(f"[columns.{field}]\nrequired_header = false\n" for field in missing)
        lines = ["[source]", f'name = "{name}"', 'kind = "upsert"', "claims = ['whole']", "shares_files = true", own]
        configs.append(overlay(tmp_path / f"{name}.toml", "\n".join(lines) + optional))

    found = release(raw, lake, has_marts=False, configs=configs)

    assert {name: counts.curated for name, counts in found.counts.items()} == {"purchase_orders": 1, "invoices": 1}
    assert curated_amounts(lake, found) == ["10.00"]
    assert release(raw, lake, has_marts=False, configs=configs) is None


@pytest.mark.parametrize("is_first", [True, False], ids=["the empty file came first", "both came at once"])
def test_an_empty_month_stops_the_run_in_whatever_order_it_came(spark, tmp_path, is_first):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    empty = {"invoices_2024-01_d5.csv": invoices(), "invoices_2024-02_d1.csv": invoices({"Line": "2"})}
    filled = {"invoices_2024-01_d1.csv": invoices({})}
    if is_first:
        write_raw(raw, empty)
        release(raw, lake, has_marts=False)
    write_raw(raw, {**empty, **filled})
    with pytest.raises(DataError, match=r"invoices_2024-01_d5\.csv has no record and would replace the 1 of"):
        release(raw, lake, has_marts=False)


def test_when_a_file_first_landed_stands_when_it_is_read_in_another_way(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    arrival = overlay(
        tmp_path / "arrival.toml", "[source]\nname = 'erp_purchase_orders'\norder = 'arrival'\nclaims = ['orders']\n"
    )
    write_raw(raw, {"orders_b.csv": orders({"Vendor": "V1"})})
    release(raw, lake, has_marts=False, configs=[arrival])
    write_raw(raw, {"orders_a.csv": orders({"Vendor": "V2"})})
    release(raw, lake, has_marts=False, configs=[arrival])
    wider = overlay(
        tmp_path / "wider.toml",
        "[source]\nname = 'erp_purchase_orders'\n[columns.vendor_name]\nheaders = ['Vendor Name', 'Name']\n",
    )

    found = release(raw, lake, has_marts=False, configs=[arrival, wider])

    assert found.counts["purchase_orders"].mode == "rebuilt"
    assert rows(lake, found, "purchase_orders", "vendor_id", "outcome = 'curated'") == [("V000002",)]


def test_the_day_given_to_a_run_stands_when_its_first_stage_is_repeated_without(spark, tmp_path):
    raw = write_raw(tmp_path / "raw", {"invoices_2024-01_d1.csv": invoices({})})
    first = run_of(raw, tmp_path / "lake", as_of=date(2024, 1, 21))
    land_raw(first)
    again = Run.of(replace(first.arguments, as_of=None))
    land_raw(again)
    assert Run.of(again.arguments).as_of == date(2024, 1, 21)


def test_stages_under_another_configuration_are_refused(spark, tmp_path):
    raw = write_raw(tmp_path / "raw", {"invoices_2024-01_d1.csv": invoices({})})
    first = run_of(raw, tmp_path / "lake")
    land_raw(first)
    other = overlay(tmp_path / "o.toml", "[source]\nname = 'erp_invoices'\n[constants]\nsource_system_code = 'ERP2'\n")
    limit = overlay(tmp_path / "l.toml", "[domain]\nquarantine_halt_ratio = 0.5\n")
    with pytest.raises(ConfigError, match="began under another configuration; give every stage of a run the same"):
        curate(Run.of(replace(first.arguments, configs=(other,))))
    curate(Run.of(replace(first.arguments, configs=(limit,))))


def test_a_placeholder_far_in_the_future_does_not_say_through_when_the_data_go(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    cleared = [{"Line": str(number), "Cleared On": "2099-12-31" if number > 4 else "2024-02-20"} for number in range(9)]
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices(*cleared)})
    with pytest.raises(
        DataError, match=r"source erp_invoices: its latest system-stamped event is dated 2099-12-31, but its last file"
    ):
        release(raw, lake)
    assert current(run_of(raw, lake)) is None


def test_no_cell_of_a_column_that_also_names_a_person_is_shown(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    config = overlay(
        tmp_path / "c.toml", "[source]\nname = 'erp_invoices'\n[columns.currency_code]\nheaders = ['Clerk']\n"
    )
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({"Clerk": "Ada Lovelace"})})
    with pytest.raises(AuditError, match=r"most often currency_code_unreadable \(1\); nothing was published") as raised:
        release(raw, lake, has_marts=False, configs=[config])
    assert "Ada" not in str(raised.value)
