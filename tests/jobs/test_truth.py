"""What the generator planted comes out, record by record, in every format."""

import duckdb
import pytest

from samples.procurement.generation import generate_procurement
from schemas.procurement.documents import DOCUMENTS
from tests.engine import environment_of_much
from tests.jobs.lakes import deliveries_of, release, release_of, rows, run_of

pytestmark = pytest.mark.proof_on_spark

TABLES = sorted(contract.name for contract in DOCUMENTS)
PERSONAL = {field.name for contract in DOCUMENTS for field in contract.fields if field.personal}


@pytest.fixture(scope="module", params=["realistic", "hostile"])
def generated(request, spark, restored, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    generate_procurement(rows=3000, seed=9, dirt=request.param, out=folder, formats="mixed")
    run = run_of(folder / "raw", folder / "lake", configs=[folder / "configs"], environment=environment_of_much(folder))
    return folder, run, release_of(run, has_marts=False)


def files_of(folder, release):
    deliveries = deliveries_of(folder / "lake", release)
    return {delivery.landing_file_id: [file.key for file in delivery.raw_files] for delivery in deliveries}


def resent(folder):
    """Names under which a content came again: the truth speaks of its first name."""
    return {
        file
        for (file,) in duckdb.sql(
            f"SELECT file FROM '{folder}/truth/files.parquet' WHERE same_content IS NOT NULL"
        ).fetchall()
    }


def letters_of(file):
    return duckdb.sql(f"SELECT landing_file_id, record_number FROM '{file}'").fetchall()


@pytest.mark.parametrize("table", TABLES)
def test_every_record_has_the_outcome_and_the_reasons_that_were_planted(generated, table):
    folder, _, release = generated
    names = files_of(folder, release)
    found = {}
    for file_id, number, outcome, reasons in rows(
        folder / "lake", release, table, "landing_file_id, record_number, outcome, reasons"
    ):
        found |= {(name, number): (outcome, sorted(reasons)) for name in names[file_id]}
    planted = {
        (file, number): (outcome, sorted(reasons))
        for file, number, outcome, reasons in duckdb.sql(
            f"SELECT file, record_number, outcome, reasons FROM '{folder}/truth/outcomes.parquet' "
            f"WHERE table_name = '{table}' AND outcome <> 'dead_letter'"
        ).fetchall()
    }
    assert {key: value for key, value in found.items() if key[0] not in resent(folder)} == planted


@pytest.mark.parametrize("table", TABLES)
def test_every_curated_row_has_the_values_that_were_planted(generated, table):
    folder, _, release = generated
    truth = duckdb.sql(f"SELECT * FROM '{folder}/truth/curated_{table}.parquet'")
    columns = ", ".join(name for name in truth.columns if name not in PERSONAL)
    planted = sorted(duckdb.sql(f"SELECT {columns} FROM truth").fetchall(), key=str)
    assert rows(folder / "lake", release, table, columns, "outcome = 'curated'") == planted


def test_every_dead_letter_is_found_by_file_and_record(generated):
    folder, _, release = generated
    planted = set(
        duckdb.sql(
            f"SELECT file, record_number FROM '{folder}/truth/outcomes.parquet' WHERE outcome = 'dead_letter'"
        ).fetchall()
    )
    names = files_of(folder, release)
    dead = [letter for file in (folder / "lake/landing").rglob("*.dead.parquet") for letter in letters_of(file)]
    found = {(name, number) for file_id, number in dead for name in names[file_id] if name not in resent(folder)}
    assert found == planted
    assert planted


def test_every_line_of_every_file_is_accounted_for(generated):
    folder, _, release = generated
    planted = {
        file: said
        for file, *said in duckdb.sql(
            f"SELECT file, lines, records, dead_letters, blank_lines FROM '{folder}/truth/files.parquet' "
            "WHERE same_content IS NULL"
        ).fetchall()
    }
    found = {}
    for delivery in deliveries_of(folder / "lake", release):
        landed = delivery.landed
        said = [landed.line_count, landed.record_count, landed.dead_letter_count, landed.blank_line_count]
        found |= {file.key: said for file in delivery.raw_files if file.key in planted}
    assert found == planted


def test_the_cumulative_counts_are_those_of_the_truth(generated):
    folder, _, release = generated
    for table in TABLES:
        planted = dict(
            duckdb.sql(
                f"SELECT outcome, count(*) FROM '{folder}/truth/outcomes.parquet' WHERE table_name = '{table}' "
                "AND outcome <> 'dead_letter' GROUP BY 1"
            ).fetchall()
        )
        found = {k: v for k, v in release.counts[table].cumulative.items() if v and k != "landed"}
        assert found == planted


LEG = "case_id, leg, start_on, end_on, leg_status"
OF_EACH = (
    "order_to_receipt",
    "invoice_date_to_recorded",
    "recorded_to_released",
    "recorded_to_cleared",
    "order_to_cleared",
    "recorded_to_paid",
    "invoice_date_to_paid",
    "order_to_paid",
)


def test_the_legs_of_every_case_are_the_true_ones(spark, tmp_path):
    """Cancelled orders are excluded, so that what is left of their cases is an orphan; first-to-first legs have the
    document of their event, which the truth does not name."""
    generate_procurement(rows=3000, seed=11, dirt="none", out=tmp_path)
    found = release(tmp_path / "raw", tmp_path / "lake")
    cases = f"SELECT case_id FROM '{tmp_path}/truth/cases.parquet' WHERE NOT is_cancelled"
    for columns, legs in ((LEG, "true"), (f"{LEG}, document_id", f"leg IN {OF_EACH}")):
        planted = duckdb.sql(
            f"SELECT {columns} FROM '{tmp_path}/truth/legs.parquet' WHERE {legs} AND case_id IN ({cases})"
        ).fetchall()
        assert planted
        begun = f"leg_status <> 'not_applicable' AND {legs} AND case_id IN ({cases})"
        assert rows(tmp_path / "lake", found, "procurement_legs", columns, begun) == sorted(planted, key=str)
