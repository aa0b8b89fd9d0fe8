"""Deliveries in any split, order and repetition give the same tables and the same cumulative counts."""

import gzip
import json
import os
import random
import shutil
from dataclasses import replace
from decimal import Decimal

import pytest

from jobs.build_marts import build_marts
from jobs.curate import curate
from jobs.land_raw import land_raw
from jobs.publish_release import publish_release
from jobs.run_pipeline import run_pipeline
from lake.errors import AuditError, ConfigError, DataError
from lake.releases.release import LAKE_FORMAT, current_release
from lake.run.run import Run
from tests.jobs.lakes import (
    ORDER,
    current,
    deliveries_of,
    invoices,
    orders,
    release,
    release_of,
    rows,
    run_of,
    write_raw,
)

CONTENT = "po_number, item_number, changed_at, vendor_id, ordered_amount, status_code"
OUTCOMES = "po_number, item_number, changed_at, outcome, reasons, is_version_conflict"


def outcome_rows(lake, found, table="purchase_orders", columns=OUTCOMES):
    return rows(lake, found, table, columns)


@pytest.mark.every_engine
def test_running_again_changes_nothing_and_publishes_nothing(spark, tmp_path):
    raw = write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": orders({}, {"Item": "20"})})
    lake = tmp_path / "lake"
    first = release(raw, lake, has_marts=False)
    before = sorted(path for path in lake.rglob("*") if "runs" not in path.parts)

    assert release(raw, lake, has_marts=False) is None
    assert sorted(path for path in lake.rglob("*") if "runs" not in path.parts) == before
    assert current(run_of(raw, lake)) == first


@pytest.mark.every_engine
def test_the_same_content_under_another_name_lands_once(spark, tmp_path):
    text = orders({}, {"Item": "20"})
    raw = write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": text})
    lake = tmp_path / "lake"
    first = release(raw, lake, has_marts=False)
    write_raw(raw, {"again/purchase_orders_2024-01_d1.csv": text})

    second = release(raw, lake, has_marts=False)

    assert second.curated == first.curated
    assert [len(delivery.raw_files) for delivery in deliveries_of(lake, second)] == [2]
    assert second.counts["purchase_orders"].mode == "carried"
    assert second.counts["purchase_orders"].read == 0


@pytest.mark.proof_on_spark
def test_a_file_that_was_only_touched_changes_nothing(spark, tmp_path):
    raw, lake = write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": orders({})}), tmp_path / "lake"
    first = release(raw, lake)
    os.utime(raw / "purchase_orders_2024-01_d1.csv", (1, 1))

    assert release(raw, lake) is None
    assert current(run_of(raw, lake)) == first


def test_a_file_and_the_same_file_packed_are_one_delivery(spark, tmp_path):
    text, name = orders({}, {"Item": "20"}), "purchase_orders_2024-01_d1.csv"
    raw = write_raw(tmp_path / "raw", {name: text, f"{name}.gz": gzip.compress(text.encode())})
    found = release(raw, tmp_path / "lake", has_marts=False)
    assert [[file.key for file in delivery.raw_files] for delivery in deliveries_of(tmp_path / "lake", found)] == [
        [name, f"{name}.gz"]
    ]
    assert found.counts["purchase_orders"].read == 2


def test_every_file_of_raw_is_counted_as_what_it_is(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    same = orders({})
    files = {
        "purchase_orders_2024-01_d1.csv": same,
        "purchase_orders_2024-01_d2.csv": same,
        "purchase_orders_2024-02_d1.csv": orders({"Item": "20"}),
        ".hidden": "x",
    }
    first = run_of(write_raw(raw, files), lake)
    release_of(first, has_marts=False)
    assert stages(lake, first)["land"]["raw_files"] == {
        "found": 4, "landed": 2, "repeated": 1, "listed": 0, "ignored": 1,
    }  # fmt: skip

    (raw / "purchase_orders_2024-01_d1.csv").unlink()  # what landed under a name that is gone is not landed again
    again = run_of(write_raw(raw, {"purchase_orders_2024-03_d1.csv": orders({"Item": "30"})}), lake)
    release_of(again, has_marts=False)
    assert stages(lake, again)["land"]["raw_files"] == {
        "found": 4, "landed": 2, "repeated": 1, "listed": 0, "ignored": 1,
    }  # fmt: skip


def stages(lake, run):
    return json.loads((lake / "runs" / run.run_id / "manifest.json").read_text())["stages"]


@pytest.mark.parametrize(
    "seed", [pytest.param(1, marks=pytest.mark.every_engine), pytest.param(2, marks=pytest.mark.proof_on_spark), 3]
)
def test_random_splits_orders_and_resends_give_equal_tables_and_cumulative_counts(spark, tmp_path, seed):
    chance = random.Random(seed)
    drawn = [
        {
            "Item": chance.choice(["10", "20", "30"]),
            "PO Number": chance.choice(["4500000001", "4500000002"]),
            "Changed At": f"2024-01-{chance.randint(10, 14)} 09:00",
            "Vendor": chance.choice(["V1", "V2", "bad vendor"]),
            "Status": chance.choice(["open", "closed", "cancelled"]),
            "Net Amount": chance.choice(["1.00", "2", "-1"]),
        }
        for _ in range(40)
    ]
    # A total order of its own for every row, so that ties are decided alike however the rows are split.
    for number, row in enumerate(drawn):
        row["Changed At"] += f":{number % 60:02d}"
    config = tmp_path / "seconds.toml"
    config.write_text('[source]\nname = "erp_purchase_orders"\n[columns.changed_at]\nformats = ["%Y-%m-%d %H:%M:%S"]\n')
    lenient = tmp_path / "lenient.toml"
    lenient.write_text("[domain]\nquarantine_halt_ratio = 1.0\n")
    configs = [config, lenient]
    whole = write_raw(tmp_path / "whole", {"purchase_orders_2024-01_d1.csv": orders(*drawn)})
    at_once = release(whole, tmp_path / "lake-1", has_marts=False, configs=configs)

    chance.shuffle(drawn)
    raw, lake, found = tmp_path / "parts", tmp_path / "lake-2", None
    for part in range(3):
        rows_of_part = drawn[part::3] + (chance.sample(drawn, 3) if part else [])
        write_raw(raw, {f"purchase_orders_2024-01_d{chance.randint(1, 99)}{part}.csv": orders(*rows_of_part)})
        found = release(raw, lake, has_marts=False, configs=configs) or found
    rebuilt = release(raw, tmp_path / "lake-3", has_marts=False, configs=configs)

    assert outcome_rows(lake, found) == outcome_rows(tmp_path / "lake-3", rebuilt)
    assert found.counts["purchase_orders"].cumulative == rebuilt.counts["purchase_orders"].cumulative
    assert found.counts["purchase_orders"].reasons == rebuilt.counts["purchase_orders"].reasons
    assert found.counts["purchase_orders"].mode == "grown"
    assert rows(lake, found, "purchase_orders", CONTENT, "outcome = 'curated'") == rows(
        tmp_path / "lake-1", at_once, "purchase_orders", CONTENT, "outcome = 'curated'"
    )


@pytest.mark.every_engine
def test_an_older_row_arriving_late_does_not_revive_a_cancelled_order(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(
        raw, {"purchase_orders_2024-02_d1.csv": orders({"Changed At": "2024-02-01 08:00", "Status": "cancelled"})}
    )
    release(raw, lake, has_marts=False)
    write_raw(raw, {"purchase_orders_2024-03_d1.csv": orders({"Changed At": "2024-01-15 08:00"})})

    found = release(raw, lake, has_marts=False)

    counts = found.counts["purchase_orders"]
    assert (counts.mode, counts.read, counts.superseded, counts.rows_after) == ("grown", 1, 1, 0)
    assert [row[3] for row in outcome_rows(lake, found)] == ["superseded", "excluded"]


@pytest.mark.every_engine
def test_a_month_that_is_sent_again_replaces_that_month(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    both = invoices({}, {"Invoice No": "5100000002"})
    write_raw(raw, {"invoices_2024-01_d1.csv": both, "invoices_2024-02_d1.csv": invoices({"Invoice No": "5100000003"})})
    release(raw, lake, has_marts=False)
    write_raw(raw, {"invoices_2024-01_d2.csv": invoices({"Amount": "11.00"})})

    found = release(raw, lake, has_marts=False)

    counts = found.counts["invoices"]
    assert (counts.mode, counts.rows_before, counts.keys_removed, counts.rows_after) == ("rebuilt", 3, 1, 2)
    assert outcome_rows(lake, found, "invoices", "invoice_number, outcome, reasons, delivery_order") == [
        ("5100000001", "curated", [], "2024-01/0002"),
        ("5100000001", "superseded", ["delivery_replaced"], "2024-01/0001"),
        ("5100000002", "superseded", ["delivery_replaced"], "2024-01/0001"),
        ("5100000003", "curated", [], "2024-02/0001"),
    ]


@pytest.mark.every_engine
def test_a_key_gone_from_a_resent_month_lives_on_in_another_month(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(
        raw,
        {
            "invoices_2024-01_d1.csv": invoices({"Amount": "1.00"}),
            "invoices_2024-02_d1.csv": invoices({"Amount": "2.00"}, {"Invoice No": "5100000009"}),
        },
    )
    release(raw, lake, has_marts=False)
    write_raw(raw, {"invoices_2024-02_d2.csv": invoices({"Invoice No": "5100000009"})})

    found = release(raw, lake, has_marts=False)

    assert [
        (row[0], str(row[1]))
        for row in rows(lake, found, "invoices", "invoice_number, invoiced_amount", "outcome = 'curated'")
    ] == [("5100000001", "1.00"), ("5100000009", "10.00")]


def test_a_late_delivery_of_an_already_replaced_month_changes_nothing_that_stands(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"invoices_2024-01_d2.csv": invoices({"Amount": "2.00"})})
    release(raw, lake, has_marts=False)
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({"Amount": "1.00"}, {"Invoice No": "5100000007"})})

    found = release(raw, lake, has_marts=False)

    assert found.counts["invoices"].superseded == 2
    assert [
        (r[0], str(r[1]))
        for r in rows(lake, found, "invoices", "invoice_number, invoiced_amount", "outcome = 'curated'")
    ] == [("5100000001", "2.00")]


@pytest.mark.proof_on_spark
def test_a_payment_is_divided_when_the_line_in_quarantine_is_sent_again(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    others = [{"Line": f"{n}", "Item": f"{10 * n}", "Amount": "10.00"} for n in range(2, 7)]
    paid = "Payment No,Invoice No,Payment Date,Amount,Currency\n1,5100000001,2024-02-20,110.00,EUR\n"
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({"Amount": "6O.00"}, *others), "payments_2024-02_d1.csv": paid})
    first = release(raw, lake)
    assert unallocated(lake, first) == [("5100000001", "invoice_incomplete", "110.00")]
    assert paid_by_case(lake, first) == [(f"4500000001_000{item}", None, True) for item in (20, 30, 40, 50, 60)]

    write_raw(raw, {"invoices_2024-01_d2.csv": invoices({"Amount": "60.00"}, *others)})
    second = release(raw, lake)
    assert unallocated(lake, second) == []
    parts = [("10", "60.00"), *((f"{item}", "10.00") for item in (20, 30, 40, 50, 60))]
    assert paid_by_case(lake, second) == [(f"4500000001_000{item}", part, False) for item, part in parts]


def unallocated(lake, found):
    return rows(lake, found, "procurement_unallocated", "invoice_number, reason, amount::varchar")


def paid_by_case(lake, found):
    return rows(lake, found, "procurement_cases", "case_id, paid_amount::varchar, has_unallocated_payment")


def test_two_contents_that_claim_one_place_stop_the_run(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({})})
    first = release(raw, lake, has_marts=False)
    write_raw(raw, {"invoices_2024-01_d1.csv": invoices({"Amount": "99.00"})})

    with pytest.raises(DataError, match=r"invoices_2024-01_d1\.csv .*nothing tells which is later"):
        release(raw, lake, has_marts=False)
    assert current(run_of(raw, lake)) == first


@pytest.mark.every_engine
def test_order_by_arrival_is_kept_and_used_again_in_a_rebuild(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    config = tmp_path / "arrival.toml"
    config.write_text('[source]\nname = "erp_invoices"\norder = "arrival"\n')
    write_raw(raw, {"invoices_2024-01.csv": invoices({"Amount": "1.00"})})
    release(raw, lake, has_marts=False, configs=[config])
    write_raw(raw, {"invoices_2024-01.csv": invoices({"Amount": "99.00"})})
    second = release(raw, lake, has_marts=False, configs=[config])
    assert [str(r[0]) for r in rows(lake, second, "invoices", "invoiced_amount", "outcome = 'curated'")] == ["99.00"]

    config.write_text('[source]\nname = "erp_invoices"\norder = "arrival"\n[columns.clerk_name]\nrule = "verbatim"\n')
    third = release(raw, lake, has_marts=False, configs=[config])

    assert third.counts["invoices"].mode == "rebuilt"
    assert [str(r[0]) for r in rows(lake, third, "invoices", "invoiced_amount", "outcome = 'curated'")] == ["99.00"]


@pytest.mark.every_engine
def test_a_changed_mapping_rebuilds_and_says_so(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(
        raw,
        {
            "purchase_orders_2024-01_d1.csv": orders(
                {"Status": "ready"}, {"Item": "20"}, {"Item": "30"}, {"Item": "40"}, {"Item": "50"}
            )
        },
    )
    first = release(raw, lake, has_marts=False)
    config = tmp_path / "ready.toml"
    config.write_text('[source]\nname = "erp_purchase_orders"\n[columns.status_code.values]\nready = "open"\n')

    second = release(raw, lake, has_marts=False, configs=[config])

    counts = second.counts["purchase_orders"]
    assert (first.counts["purchase_orders"].quarantined, counts.quarantined) == (1, 0)
    assert (counts.mode, counts.keys_added, counts.keys_replaced) == ("rebuilt", 1, 4)
    assert "mapping" in counts.why


def test_a_raw_file_that_is_gone_stays_landed(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(
        raw, {"purchase_orders_2024-01_d1.csv": orders({}), "purchase_orders_2024-02_d1.csv": orders({"Item": "20"})}
    )
    release(raw, lake, has_marts=False)
    (raw / "purchase_orders_2024-01_d1.csv").unlink()

    assert release(raw, lake, has_marts=False) is None


@pytest.mark.every_engine
def test_quarantine_above_the_halt_ratio_publishes_nothing_and_names_the_reasons(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({}, {"Item": "20", "Net Amount": "much"})})

    with pytest.raises(
        AuditError,
        match=(
            r"1 of 2 rows read broke a rule.*ordered_amount_unreadable "
            r"\(1, such as 'much' in purchase_orders_2024-01_d1\.csv, record 2\).*--lake \S+lake"
        ),
    ):
        release(raw, lake, has_marts=False)
    assert current(run_of(raw, lake)) is None


def test_a_decimal_comma_above_the_halt_ratio_is_refused_with_the_line_that_reads_it(spark, tmp_path):
    raw, lake, mended = tmp_path / "raw", tmp_path / "lake", tmp_path / "mended.toml"
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({"Net Amount": "10,50"})})

    with pytest.raises(AuditError) as refused:
        release(raw, lake, has_marts=False)
    source, setting = 'source.name = "erp_purchase_orders"', 'columns.ordered_amount.decimal = ","'
    assert f"if that is right, give with --config a file of the lines {source} and {setting})" in str(refused.value)

    mended.write_text(f"{source}\n{setting}\n")
    found = release(raw, lake, has_marts=False, configs=[mended])
    assert rows(lake, found, "purchase_orders", "ordered_amount") == [(Decimal("10.50"),)]


def test_quarantine_of_several_tables_stops_the_run_before_its_marts_and_all_is_told(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    files = {
        "purchase_orders_2024-01_d1.csv": orders({"Net Amount": "1.234,50"}),
        "invoices_2024-01_d1.csv": invoices({"Amount": "1.234,50"}, {"Line": "2", "Amount": "7,25"}),
    }
    run = run_of(write_raw(raw, files), lake)
    with pytest.raises(AuditError) as refused:
        run_pipeline(run)
    told = str(refused.value)
    assert told.startswith("2 things are refused: (1) ")
    for source, column in (("erp_purchase_orders", "ordered_amount"), ("erp_invoices", "invoiced_amount")):
        assert f'source.name = "{source}" and columns.{column}.decimal = ","' in told
    assert "marts" not in stages(lake, run)


def test_of_two_runs_at_once_one_publishes_and_the_other_says_who_won(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({})})
    one, other = run_of(raw, lake), run_of(raw, lake)
    assert one.parent is None
    assert other.parent is None
    winner = release_of(one, has_marts=False)

    with pytest.raises((AuditError, DataError), match=f"{winner.run_id}|another run was first"):
        release_of(other, has_marts=False)
    assert current(one) == winner


@pytest.mark.every_engine
def test_personal_fields_are_hashed_and_nulls_stay_null(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({}, {"Item": "20"}, {"Item": "30", "Requester": "N/A"})})
    found = release(raw, lake, has_marts=False)
    one, two, three = [r[1] for r in rows(lake, found, "purchase_orders", "item_number, requester_name")]
    assert one == two != ORDER["Requester"]
    assert three is None


def test_a_lake_written_by_a_newer_version_is_left_alone(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({})})
    run = run_of(raw, lake)
    release_of(run, has_marts=False)
    path = lake / "releases/procurement/00000001.json"
    path.write_text(path.read_text().replace(f'"format": {LAKE_FORMAT}', f'"format": {LAKE_FORMAT + 1}'))

    with pytest.raises(DataError, match="newer Headrace"):
        release(raw, lake, has_marts=False)
    path.write_text(path.read_text().replace(f'"format": {LAKE_FORMAT + 1}', f'"format": {LAKE_FORMAT - 1}'))
    with pytest.raises(DataError, match=r"older Headrace.*run into a new lake"):
        release(raw, lake, has_marts=False)
    path.write_text(path.read_text()[:100])
    with pytest.raises(DataError, match=r"00000001\.json is no JSON: .*restore the file"):
        release(raw, lake, has_marts=False)
    shutil.rmtree(lake / "releases")
    assert current_release(run.lake, "procurement") is None


def test_a_stage_said_again_takes_back_the_stages_after_it(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({})})
    run = run_of(raw, lake)
    land_raw(run)
    curate(run)
    write_raw(raw, {"purchase_orders_2024-02_d1.csv": orders({"Item": "20"})})
    land_raw(run)

    with pytest.raises(DataError, match="no 'curate' stage yet"):
        build_marts(run)
    assert release_of(run, has_marts=False).curated["purchase_orders"].row_count(outcome="curated") == 2


def test_a_run_is_of_one_domain(tmp_path):
    lake = tmp_path / "lake"
    write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": orders({})})
    run = run_of(tmp_path / "raw", lake)
    land_raw(run)
    other = Run.of(replace(run.arguments, domain="search"))
    with pytest.raises(ConfigError, match=rf"run {run.run_id} is one of domain procurement, not of search"):
        curate(other)


def test_a_ledger_that_is_gone_publishes_nothing(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({})})
    run = run_of(raw, lake)
    land_raw(run)
    curate(run)
    run.add_stage("marts", {"tables": {}})
    (lake / run.landed()["ledger"]).unlink()
    with pytest.raises(AuditError, match=r"ledger/procurement/.*\.parquet is gone; nothing was published, run again"):
        publish_release(run)
    assert current(run) is None


def test_a_run_whose_number_was_given_and_vacuumed_publishes_nothing(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({})})
    slow = run_of(raw, lake)
    land_raw(slow)
    curate(slow)
    slow.add_stage("marts", {"tables": {}})
    for number in ("02", "03"):
        write_raw(raw, {f"purchase_orders_2024-{number}_d1.csv": orders({"Item": number})})
        release(raw, lake, has_marts=False)
    (lake / "releases/procurement/00000001.json").unlink()
    with pytest.raises(
        AuditError, match=r"release 2 of procurement was published while run .* was working on release 1"
    ):
        publish_release(slow)
    assert current(slow).number == 2


def test_landed_records_that_are_gone_are_a_sentence(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({})})
    first = release(raw, lake, has_marts=False)
    [delivery] = deliveries_of(lake, first)
    landed = lake / f"landing/procurement/erp_purchase_orders/{delivery.landing_file_id}.parquet"
    landed.unlink()
    assert release(raw, lake, has_marts=False) is None

    rebuilding = tmp_path / "rebuilding.toml"
    rebuilding.write_text('[source]\nname = "erp_purchase_orders"\norder = "arrival"\n')
    sentence = rf"{landed} is gone, with the landed records of purchase_orders_2024-01_d1\.csv"
    with pytest.raises(DataError, match=sentence):
        release(raw, lake, has_marts=False, configs=[rebuilding])


def test_a_file_that_was_overwritten_cannot_be_read_in_another_way(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    arrival = tmp_path / "arrival.toml"
    arrival.write_text('[source]\nname = "erp_purchase_orders"\norder = "arrival"\n')
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({}, {"Item": "11"})})
    release(raw, lake, has_marts=False, configs=[arrival])
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({"Item": "20"})})
    second = release(raw, lake, has_marts=False, configs=[arrival])
    assert second.counts["purchase_orders"].rows_after == 3
    other = tmp_path / "other.toml"
    other.write_text('[source]\nname = "erp_purchase_orders"\n[columns.category_name]\nheaders = ["Cat", "Category"]\n')

    with pytest.raises(DataError, match="no longer there as it was"):
        release(raw, lake, has_marts=False, configs=[arrival, other])


def test_an_upsert_corrected_under_its_old_name_stops_the_run(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({})})
    release(raw, lake, has_marts=False)
    write_raw(raw, {"purchase_orders_2024-01_d1.csv": orders({"Net Amount": "11.00"})})

    with pytest.raises(DataError, match=r"d1\.csv as it landed before and as it is now .*nothing tells which is later"):
        release(raw, lake, has_marts=False)


def test_a_renamed_column_stops_the_run_and_is_not_null(spark, tmp_path):
    text = orders({}).replace("Released At", "Release Date")
    raw = write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": text})
    with pytest.raises(DataError, match=r"no column for released_at \('Released At'\)"):
        release(raw, tmp_path / "lake", has_marts=False)


@pytest.mark.every_engine
def test_a_lake_may_lie_under_any_name(spark, tmp_path):
    lake = tmp_path / "la[k]e {x,y} 100%"
    raw = write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": orders({})})
    release(raw, lake, has_marts=False)
    write_raw(raw, {"purchase_orders_2024-02_d1.csv": orders({"Item": "20"})})
    assert release(raw, lake, has_marts=False).counts["purchase_orders"].rows_after == 2


@pytest.mark.every_engine
def test_a_log_that_is_full_replaces_the_one_before(spark, tmp_path):
    raw, lake = tmp_path / "raw", tmp_path / "lake"
    config = tmp_path / "full.toml"
    config.write_text('[source]\nname = "bpic2019_events"\nkind = "full"\norder = "arrival"\n')
    columns = run_of(raw, lake).configuration.source("bpic2019_events").columns
    cells = {column.landing_name: "x" for column in columns} | {
        "concept:name": "Create Purchase Order Item",
        "time:timestamp": "2018-01-02T10:00:00+01:00",
        "Cumulative net worth (EUR)": "1.0",
        "case (case) Spend area text": "Pens",
    }
    text = "\n".join([",".join(cells), ",".join(cells.values()), ""])
    write_raw(raw, {"events.csv": text})
    release(raw, lake, has_marts=False, configs=[config])
    write_raw(raw, {"events.csv": text.replace("Pens", "Pencils")})

    found = release(raw, lake, has_marts=False, configs=[config])

    assert rows(lake, found, "logged_events", "category_name", "outcome = 'curated'") == [("Pencils",)]
    assert found.counts["logged_events"].cumulative["superseded"] == 1
