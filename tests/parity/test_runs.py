"""One small pipeline on every engine: all documents, hostile dirt, all formats, grown in two runs."""

import shutil
from importlib.util import find_spec

import duckdb
import pytest

from samples.procurement.generation import generate_procurement
from samples.procurement.scenario import PLANTS
from tests.conftest import SMALL
from tests.parity.engines import PYTHON35, peers
from tests.parity.releases import newest, release_differences, row_count

pytestmark = [
    pytest.mark.skipif(not find_spec("pysail"), reason="pysail is not installed: the engines were not compared"),
    pytest.mark.needs_spark,
]


@pytest.fixture(scope="module")
def lakes(tmp_path_factory):
    """The lake of each engine, by its name."""
    folder = tmp_path_factory.mktemp("parity")
    made = folder / "made"
    generate_procurement(rows=4000, seed=13, dirt="hostile", out=made, formats="mixed", plants=PLANTS)
    environment = folder / "small.toml"
    settings = "\n".join(f'"{key}" = "{value}"' for key, value in SMALL.items() if key != "spark.master")
    environment.write_text(f'[environment]\nmasking_key = "variable"\n[spark]\n{settings}\n')
    began, files = peers(), sorted(path for path in (made / "raw").rglob("*") if path.is_file())
    late = [path for path in late_files(made) if path in files]
    lakes = {}
    try:
        for peer in began:
            raw, lake = folder / f"raw {peer.name}", folder / f"lake {peer.name}"
            shutil.copytree(made / "raw", raw)
            for path in late:
                (raw / path.relative_to(made / "raw")).unlink()
            given = {"configs": [made / "configs"], "environment": str(environment) if peer.engine == "spark" else None}
            peer.release(raw, lake, has_marts=False, **given)  # marts take Spark as long as all the rest
            for path in late:
                shutil.copy2(path, raw / path.relative_to(made / "raw"))
            peer.release(raw, lake, **given)
            lakes[peer.name] = lake
        yield lakes
    finally:
        for peer in began:
            peer.end()


def late_files(made):
    """Every other file of some tables, whole by itself and of a content that no other file has: an upserted table
    grows by it, and one whose months are replaced is rebuilt."""
    told = f"SELECT file, same_content FROM '{made}/truth/files.parquet'"
    rows = duckdb.sql(f"{told} WHERE table_name IN ('approvals', 'purchase_orders', 'invoices') ORDER BY 1").fetchall()
    copied = {name for row in rows if row[1] for name in row}
    alone = [file for file, _ in rows if file not in copied and not file.endswith((".parquet", ".manifest.json"))]
    return [made / "raw" / file for file in alone[1::2]]


def test_releases_of_sail_and_spark_are_equal(lakes):
    assert release_differences(lakes["Sail"], lakes["Spark 4.1"]) == []


@pytest.mark.skipif(not PYTHON35.exists(), reason=f"{PYTHON35} is not there: Spark 3.5 was not compared")
def test_releases_of_sail_and_of_spark_35_are_equal(lakes):
    assert release_differences(lakes["Sail"], lakes["Spark 3.5"]) == []


def test_every_table_has_rows_and_one_has_grown(lakes):
    assert [name for name, count in row_count(lakes["Sail"]).items() if not count] == []
    assert "grown" in {counts["mode"] for counts in newest(lakes["Sail"])["counts"].values()}


def test_each_release_names_its_engine(lakes):
    named = {name: newest(lake)["versions"]["engine"].split()[0] for name, lake in lakes.items()}
    assert named == {name: "sail" if name == "Sail" else "spark" for name in lakes}
