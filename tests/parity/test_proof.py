"""Whole pipelines on every engine over real data, and over made-up data that arrives in pieces: releases are equal."""

import random
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from samples.procurement.generation import generate_procurement
from samples.procurement.scenario import PLANTS
from tests.engine import spark_of_much
from tests.parity.engines import peers
from tests.parity.releases import newest, release_differences, row_count
from tests.where import SHARED

DATA = SHARED / "data/procurement"
REAL = {
    "the event log": ("bpic2019_events_half.csv.gz",),
    "documents of four sources": (
        "scms_delivery_history_tab_latin1.csv",
        "procurement_kpi_from_xlsx_column_A.csv",
        "procurement_kpi_dashboard.xlsx",
        "bibitor_vendor_invoice_iso.csv",
    ),
}
STEPS = 3
pytestmark = [
    pytest.mark.skipif(not find_spec("pysail"), reason="pysail is not installed: the engines were not compared"),
    pytest.mark.needs_spark,
    pytest.mark.proof,
]


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    """Sail first, then each Spark that is there, which compiles and adapts its plans as for much data."""
    began = peers()
    for peer in began[1:]:
        peer.environment = spark_of_much(tmp_path_factory.mktemp("environment"))
    yield began
    for peer in began:
        peer.end()


@pytest.fixture
def lenient(tmp_path):
    """A part of a delivery may be worse than all of it."""
    path = tmp_path / "lenient.toml"
    path.write_text("[domain]\nquarantine_halt_ratio = 1.0\n")
    return path


@pytest.mark.parametrize("files", REAL.values(), ids=REAL)
def test_real_data_makes_the_same_release_on_every_engine(engines, tmp_path, files):
    if absent := [name for name in files if not (DATA / name).exists()]:
        pytest.skip(f"{', '.join(absent)} not in {DATA}: the engines were not compared on them")
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in files:
        shutil.copy2(DATA / name, raw)
    for peer in engines:
        assert peer.release(raw, tmp_path / peer.name) == 1
    first, *others = (tmp_path / peer.name for peer in engines)
    assert {other.name: release_differences(first, other) for other in others} == {o.name: [] for o in others}
    assert row_count(first)["procurement_legs"] > 0


@pytest.mark.parametrize(("dirt", "seed"), [("realistic", 1), ("hostile", 2)])
def test_a_lake_that_grows_in_pieces_is_the_same_on_every_engine(engines, tmp_path, lenient, dirt, seed):
    made, pieces = in_pieces(tmp_path, dirt=dirt, seed=seed)
    for peer in engines:
        grow(made, tmp_path / peer.name, pieces, [peer] * STEPS, configs=[made / "configs", lenient])
    first, *others = (tmp_path / peer.name / "lake" for peer in engines)
    assert {other.parent.name: release_differences(first, other) for other in others} == {
        other.parent.name: [] for other in others
    }


def test_a_lake_grown_by_spark_and_sail_in_turn_is_one_grown_by_sail(engines, tmp_path, lenient):
    made, pieces = in_pieces(tmp_path, dirt="hostile", seed=3)
    sail, spark = engines[:2]
    configs = [made / "configs", lenient]
    grow(made, tmp_path / "one", pieces, [sail] * STEPS, configs=configs)
    grow(made, tmp_path / "turns", pieces, [spark, sail, spark], configs=configs)
    assert newest(tmp_path / "turns/lake")["versions"]["engine"].startswith("spark")
    assert release_differences(tmp_path / "one/lake", tmp_path / "turns/lake") == []


def in_pieces(folder, *, dirt, seed):
    """Made-up documents, and their files in a random order: some late, some sent again under another name."""
    made, chance = folder / "made", random.Random(f"{dirt} {seed}")
    generate_procurement(rows=12_000, seed=seed, dirt=dirt, out=made, formats="mixed", plants=PLANTS)
    files = sorted(path.relative_to(made / "raw") for path in (made / "raw").rglob("*") if path.is_file())
    together = {}
    for path in files:  # the parts of a Parquet delivery come with its manifest
        whole = re.sub(r"(-\d+\.parquet|\.manifest\.json)$", "", path.as_posix())
        together.setdefault(whole, []).append(path)
    pieces = [[] for _ in range(STEPS)]
    for of_one in together.values():
        step = chance.randrange(STEPS)
        pieces[step] += [(path, path) for path in of_one]
        if len(of_one) == 1 and chance.random() < 0.1:
            pieces[chance.randrange(step, STEPS)].append((of_one[0], Path("again") / of_one[0]))
    return made, pieces


def grow(made, folder, pieces, engines, *, configs):
    for piece, peer in zip(pieces, engines, strict=True):
        for source, name in piece:
            (folder / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(made / "raw" / source, folder / "raw" / name)
        peer.release(folder / "raw", folder / "lake", configs=configs)
