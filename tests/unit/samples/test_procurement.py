"""One call, its folder, and what it refuses."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lake.config.configuration import load
from lake.landing.claims import claim_files
from lake.landing.land_file import land_file
from lake.landing.landed_file import landing_key
from lake.landing.manifests import read_manifests
from lake.store.objects import open_store
from samples.dirt_levels import DIRT_LEVELS, Dirt
from samples.marker import MARKER
from samples.procurement.generation import FORMATS, GenerationError, generate_procurement, months_for, rows_per_item
from samples.procurement.scenario import PLANTS
from schemas.procurement import CURATED


def contents(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in out.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("dirt", DIRT_LEVELS)
def test_same_arguments_give_the_same_bytes_and_another_seed_others(dirt: Dirt, tmp_path: Path) -> None:
    made = {}
    for name, seed in (("first", 1), ("again", 1), ("other", 2)):
        generate_procurement(rows=2_500, seed=seed, dirt=dirt, out=tmp_path / name, formats="mixed")
        made[name] = contents(tmp_path / name)
    assert made["first"] == made["again"]
    assert made["first"] != made["other"]
    assert made["first"]["truth/outcomes.parquet"] != made["other"]["truth/outcomes.parquet"]


def test_levels_of_dirt_differ(tmp_path: Path) -> None:
    levels = []
    for dirt in DIRT_LEVELS:
        generate_procurement(rows=1_000, seed=1, dirt=dirt, out=tmp_path / dirt)
        levels.append(contents(tmp_path / dirt)["truth/outcomes.parquet"])
    assert len(set(levels)) == 3


@pytest.mark.parametrize("dirt", DIRT_LEVELS)
def test_more_rows_give_more_records_near_the_number_asked_for(dirt: Dirt, tmp_path: Path) -> None:
    totals = []
    for rows in (10, 200, 2_000, 20_000):
        summary = generate_procurement(rows=rows, seed=1, dirt=dirt, out=tmp_path / str(rows))
        totals.append(sum(summary.raw_rows.values()))
    assert totals == sorted(set(totals))
    assert totals[2] == pytest.approx(2_000, rel=0.2)
    assert totals[3] == pytest.approx(20_000, rel=0.08)


@pytest.mark.parametrize(
    ("rows", "months"),
    [
        pytest.param(199, 1, id="below 200 rows one month is enough"),
        pytest.param(200, 3, id="three months from 200 rows on"),
        pytest.param(11_999, 23, id="just below the full window"),
        pytest.param(12_000, 24, id="the full window"),
        pytest.param(5_000_000, 24, id="never more than the full window"),
    ],
)
def test_window_grows_with_the_rows(rows: int, months: int) -> None:
    assert months_for(rows) == months


def test_same_generation_is_left_as_it_is_and_said_so(tmp_path: Path) -> None:
    first = generate_procurement(rows=300, seed=1, dirt="hostile", out=tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    second = generate_procurement(rows=300, seed=1, dirt="hostile", out=tmp_path)
    assert (first.already_there, second.already_there) == (False, True)
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert second.outcomes == first.outcomes
    assert second.data_through == first.data_through


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(
            lambda out: (out / "raw/note.txt").write_text("mine"),
            "changed, added or removed since .raw/note.txt",
            id="a file more",
        ),
        pytest.param(
            lambda out: (out / "truth/files.parquet").write_bytes(b""), "truth/files.parquet", id="a file changed"
        ),
        pytest.param(lambda out: (out / "truth/slow_vendor.json").unlink(), "slow_vendor.json", id="a file less"),
        pytest.param(lambda out: (out / MARKER).unlink(), "holds no finished generation", id="cut off before its end"),
        pytest.param(
            lambda out: (out / MARKER).write_text("{"), "is not what a generation writes", id="marker cut off"
        ),
    ],
)
def test_folder_that_is_not_this_very_generation_is_refused(change, sentence: str, tmp_path: Path) -> None:
    generate_procurement(rows=300, seed=1, dirt="none", out=tmp_path)
    change(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(GenerationError, match=sentence):
        generate_procurement(rows=300, seed=1, dirt="none", out=tmp_path)
    assert contents(tmp_path) == before


def test_another_generation_in_the_folder_is_refused(tmp_path: Path) -> None:
    generate_procurement(rows=300, seed=1, dirt="none", out=tmp_path)
    with pytest.raises(GenerationError, match="holds another generation"):
        generate_procurement(rows=300, seed=2, dirt="none", out=tmp_path)


def test_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(GenerationError, match="is a file; a folder"):
        generate_procurement(rows=300, seed=1, dirt="none", out=tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param({"rows": 9}, "rows is 9; a whole number from 10", id="too few rows"),
        pytest.param({"rows": 10**9}, "rows is 1000000000", id="too many rows"),
        pytest.param({"rows": 1e3}, "rows is 1000.0", id="rows as a float"),
        pytest.param({"rows": True}, "rows is True", id="rows as a truth value"),
        pytest.param({"seed": -1}, "seed is -1", id="a negative seed"),
        pytest.param({"seed": "1"}, "seed is '1'", id="a seed as text"),
        pytest.param({"tables": ["invoice"]}, "tables is 'invoice'; one of vendors, p", id="no such table"),
        pytest.param({"tables": []}, "tables is empty", id="no table"),
        pytest.param({"plants": ["shock"]}, "plants is 'shock'; one of shared-shock", id="no such plant"),
        pytest.param({"durations": "normal"}, "durations is 'normal'; one of lognormal, weibull", id="no such family"),
        pytest.param({"formats": "xls"}, "formats is 'xls'; one of csv, mixed", id="no such formats"),
        pytest.param({"dirt": "filthy"}, "dirt is 'filthy'; one of none, realistic, hostile", id="an unknown dirt"),
    ],
)
def test_bad_arguments_are_refused_with_a_sentence(arguments: dict, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match=sentence):
        generate_procurement(**({"rows": 300, "seed": 1, "dirt": "none", "out": tmp_path / "out"} | arguments))
    assert not (tmp_path / "out").exists()


def test_progress_tells_every_file_and_the_records_so_far(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    summary = generate_procurement(
        rows=2_000, seed=1, dirt="none", out=tmp_path, progress=lambda name, rows: told.append((name, rows))
    )
    assert len(told) == summary.files
    assert told[-1] == ("payments/payments_2023-04_d1.csv", summary.raw_rows["payments"])


def test_order_in_which_tables_and_plants_are_named_makes_no_difference(tmp_path: Path) -> None:
    tables, plants = ["invoices", "purchase_orders"], ["slow-trend", "company-shift"]
    generate_procurement(rows=300, seed=1, dirt="none", out=tmp_path, tables=tables, plants=plants)
    again = generate_procurement(rows=300, seed=1, dirt="none", out=tmp_path, tables=tables[::-1], plants=plants[::-1])
    assert again.already_there


def test_table_is_the_same_whichever_others_are_written_beside_it(tmp_path: Path) -> None:
    for name, tables in (("some", ("approvals", "payments")), ("more", ("approvals", "invoices", "payments"))):
        # So many rows that both have as many order items, and 24 months.
        rows = round(6_000 * sum(rows_per_item(table, "hostile") for table in tables))
        generate_procurement(rows=rows, seed=1, dirt="hostile", out=tmp_path / name, tables=tables)
    some, more = contents(tmp_path / "some" / "raw"), contents(tmp_path / "more" / "raw")
    assert some.items() <= more.items()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        pytest.param({"durations": "weibull"}, "legs.parquet", id="another family of durations"),
        *(pytest.param({"plants": [plant]}, "legs.parquet", id=plant) for plant in PLANTS),
    ],
)
def test_option_changes_the_documents(change: dict, what: str, tmp_path: Path) -> None:
    made = []
    for name, options in (("without", {}), ("with", change)):
        generate_procurement(rows=2_000, seed=1, dirt="none", out=tmp_path / name, **options)
        made.append(contents(tmp_path / name)[f"truth/{what}"])
    assert made[0] != made[1]


def test_mixed_formats_are_other_prints_of_the_same_records(tmp_path: Path) -> None:
    truths, names = [], []
    for formats in FORMATS:
        out = tmp_path / formats
        generate_procurement(rows=3_000, seed=1, dirt="realistic", out=out, formats=formats)
        truths.append({name: digest for name, digest in contents(out / "truth").items() if "curated" in name})
        names.append({"".join(path.suffixes) for path in (out / "raw").rglob("*.*")})
    assert truths[0] == truths[1]
    assert names[0] == {".csv", ".csv.gz"}
    assert names[1] >= {".csv", ".tsv", ".txt", ".csv.zst", ".dat", ".xlsx", ".jsonl", ".parquet", ".manifest.json"}
    made = {path.stem for path in (tmp_path / "mixed/raw").rglob("*.csv")}
    assert all(any(mark in name for name in made) for mark in ("_eu", "_utf16", "_cp1252", "_latin1"))
    csv_records, mixed_records = (outcomes_by_delivery(tmp_path / formats) for formats in FORMATS)
    assert csv_records == mixed_records


def outcomes_by_delivery(out: Path) -> dict[tuple[str, int], tuple[str, list[str]]]:
    """What was planted in each record, by the delivery's name without what tells its form."""
    rows = pq.read_table(out / "truth/outcomes.parquet").to_pylist()
    return {
        (re.match(r".*_d[0-9]+", row["file"])[0], row["record_number"]): (row["outcome"], row["reasons"])
        for row in rows
    }


@pytest.mark.parametrize("dirt", ["realistic", "hostile"])
def test_files_of_every_form_land_as_the_truth_says(dirt: str, tmp_path: Path) -> None:
    """Without Spark: lines, records, blank lines and dead letters of each file by landing's own readers."""
    generate_procurement(rows=30_000, seed=4, dirt=dirt, out=tmp_path, formats="mixed")
    configuration = load("procurement", contracts=CURATED, overlays=[tmp_path / "configs"])
    raw, lake = open_store(str(tmp_path / "raw")), open_store(str(tmp_path / "lake"))
    listing = list(raw.list())
    manifests = read_manifests(raw, listing, configuration.sources, configuration.domain)
    claims = claim_files(
        listing, configuration.sources, configuration.domain, arrived_at="", where="raw", manifests=manifests
    )
    truth = {row["file"]: row for row in pq.read_table(tmp_path / "truth/files.parquet").to_pylist()}
    dead = defaultdict(set)
    for row in pq.read_table(tmp_path / "truth/outcomes.parquet").to_pylist():
        if row["outcome"] == "dead_letter":
            dead[row["file"]].add(row["record_number"])
    assert {claim.file.key for claim in claims} == truth.keys()
    for claim in claims:
        source, told = configuration.source(claim.source_name), truth[claim.file.key]
        if told["same_content"] or source.name == f"erp_{source.table}":
            continue
        landed = land_file(raw, lake, claim, source)
        found = (landed.line_count, landed.record_count, landed.blank_line_count, landed.dead_letter_count)
        assert found == (told["lines"], told["records"], told["blank_lines"], told["dead_letters"]), claim.file.key
        assert landed.lines_close()
        if landed.dead_letter_count:
            key = landing_key("procurement", source.name, landed.landing_file_id, "dead.parquet")
            letters = pq.read_table(lake.local_path(key)).column("record_number").to_pylist()
            assert set(letters) == dead[claim.file.key]
