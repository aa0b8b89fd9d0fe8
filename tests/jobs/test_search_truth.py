"""What the search generator planted comes out, record by record, from CSV and from Parquet."""

from datetime import date

import duckdb
import pytest

from samples.search.generation import generate_search
from samples.search.scenario import SearchScenario
from tests.jobs.lakes import deliveries_of, release, release_of, rows, run_of

pytestmark = pytest.mark.needs_spark

KINDS = {
    "CSV, daily": {"terms": 12, "grain": "daily"},
    "Parquet, weekly, without departments": {
        "terms": 48,
        "grain": "weekly",
        "rendering": "parquet",
        "plants": ("labels-without-department",),
    },
}
TABLES = ("search_ranks", "search_volumes")


@pytest.fixture(scope="module", params=KINDS)
def generated(request, spark, tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    window = {"first_on": date(2024, 1, 28), "last_on": date(2024, 4, 10)}
    generate_search(SearchScenario(dirt="hostile", seed=3, **window, **KINDS[request.param]), folder)
    run = run_of(folder / "raw", folder / "lake", domain="search")
    return folder, release_of(run, has_marts=False)


def files_of(folder, release):
    """The first name of each landed content; a copy's comes later in the order of names."""
    return {
        delivery.landing_file_id: next(
            file.key.replace(".manifest.json", ".parquet") for file in delivery.raw_files if "/resent/" not in file.key
        )
        for delivery in deliveries_of(folder / "lake", release)
    }


@pytest.mark.parametrize("table", TABLES)
def test_every_record_has_the_outcome_and_the_reasons_that_were_planted(generated, table):
    folder, release = generated
    names = files_of(folder, release)
    found = {
        (names[file_id], number): (outcome, reasons)
        for file_id, number, outcome, reasons in rows(
            folder / "lake", release, table, "landing_file_id, record_number, outcome, reasons"
        )
    }
    planted = {
        (file, number): (outcome, reasons)
        for file, number, outcome, reasons in duckdb.sql(
            f"SELECT file, record_number, outcome, reasons FROM '{folder}/truth/outcomes.parquet' "
            f"WHERE table_name = '{table}' AND outcome <> 'dead_letter'"
        ).fetchall()
    }
    assert found == planted
    assert {"duplicate", "superseded", "quarantined"} <= {outcome for outcome, _ in planted.values()}


@pytest.mark.parametrize("table", TABLES)
def test_every_curated_row_has_the_values_that_were_planted(generated, table):
    folder, release = generated
    truth = duckdb.sql(f"SELECT * FROM '{folder}/truth/curated_{table}.parquet'")
    planted = sorted(truth.fetchall(), key=str)
    assert rows(folder / "lake", release, table, ", ".join(truth.columns), "outcome = 'curated'") == planted


def test_special_dates_are_those_of_the_list(generated):
    folder, release = generated
    listed = duckdb.sql(
        f'SELECT "Marketplace", "Event", "Date"::DATE, "Lead Days", "Lag Days" '
        f"FROM read_csv('{folder}/raw/special_dates/special_dates_d1.csv')"
    ).fetchall()
    columns = "marketplace_code, event_name, event_on, lead_days, lag_days"
    assert rows(folder / "lake", release, "special_dates", columns, "outcome = 'curated'") == sorted(listed, key=str)


def test_a_second_run_changes_nothing_and_a_correction_replaces_a_label_that_has_no_department(generated, tmp_path):
    folder, before = generated
    assert release(folder / "raw", folder / "lake", domain="search", has_marts=False) is None
    if "search_volumes_weekly_extract" not in {
        delivery.source_name for delivery in deliveries_of(folder / "lake", before)
    }:
        return
    term, start = duckdb.sql(
        f"SELECT term, period_start_on FROM '{folder}/truth/curated_search_volumes.parquet' "
        "WHERE marketplace_code = 'US' ORDER BY ALL LIMIT 1"
    ).fetchall()[0]
    correction = folder / "raw/search_volumes" / f"search_volumes_weekly_{start:%Y-%m}_d8.csv"
    correction.write_text(
        f'Marketplace,Search Query,Grain,Period Start,Search Query Volume\nUS,"{term}",weekly,{start},123456\n'
    )
    after = release(folder / "raw", folder / "lake", domain="search", has_marts=False)
    counts = after.counts["search_volumes"]
    assert (counts.keys_added, counts.keys_replaced, counts.keys_removed) == (0, 1, 0)
    found = rows(
        folder / "lake",
        after,
        "search_volumes",
        "search_count",
        f"outcome = 'curated' AND term = '{term}' AND period_start_on = '{start}' AND marketplace_code = 'US'",
    )
    assert found == [(123456,)]
