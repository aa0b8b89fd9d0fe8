"""Small hostile frames through every public transform of the procurement domain: the engines' tables are equal."""

import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parity.cells import write_rows
from tests.parity.engines import peers
from tests.parity.subjects import BRIEF, DEAR, SUBJECTS
from tests.parity.tables import differences

pytestmark = [
    pytest.mark.skipif(not find_spec("pysail"), reason="pysail is not installed: the engines were not compared"),
    pytest.mark.needs_spark,
]
# A seed is a row: hypothesis leaves rows away until few are left that differ.
FRAME = st.lists(st.integers(0, 2**32), max_size=120)
WHOLE = st.lists(st.integers(0, 2**32), min_size=120, max_size=120, unique=True)
SHOWN = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck)}


@pytest.fixture(scope="module")
def two():
    began = peers(with_spark35=False)
    yield began
    for peer in began:
        peer.end()


@pytest.fixture(scope="module")
def three():
    began = peers()
    yield began
    for peer in began:
        peer.end()


def disagreement(name, seeds, engines):
    """What differs between the first engine and each of the others."""
    subject = SUBJECTS[name]
    with tempfile.TemporaryDirectory(prefix="parity-") as place:
        folder = Path(place)
        inputs = {
            frame: write_rows(wanted, wanted.rows(seeds[frame]), folder / f"{frame}.parquet")
            for frame, wanted in subject.frames.items()
        }
        made = {peer.name: peer.tables(name, inputs, folder / peer.name) for peer in engines}
        first, *others = made
        return [said for other in others for said in _between(first, made[first], other, made[other])]


def _between(first, one, other, two):
    if isinstance(one, str) or isinstance(two, str):
        return [f"{first}: {one if isinstance(one, str) else 'made tables'}; {other}: {two}"]
    assert one.keys() == two.keys()
    return [f"{first} and {other}, {table}: {said}" for table in one for said in differences(one[table], two[table])]


def seeds_of(name, frame_of=FRAME):
    return st.fixed_dictionaries(dict.fromkeys(SUBJECTS[name].frames, frame_of))


@pytest.mark.parametrize("name", BRIEF)
def test_sail_and_spark_make_the_same_of_a_hostile_frame(name, two):
    @settings(max_examples=1, **SHOWN)
    @given(seeds_of(name, WHOLE))
    def agree(seeds):
        assert disagreement(name, seeds, two) == []

    agree()


@pytest.mark.proof
@pytest.mark.parametrize("name", SUBJECTS)
def test_all_engines_make_the_same_of_many_hostile_frames(name, three):
    @settings(max_examples=1 if name in DEAR else 5, **SHOWN)
    @given(seeds_of(name))
    def agree(seeds):
        assert disagreement(name, seeds, three) == []

    agree()


@pytest.mark.proof
@pytest.mark.parametrize("name", SUBJECTS)
def test_frames_without_rows_are_the_same_on_all_engines(name, three):
    assert disagreement(name, {frame: [] for frame in SUBJECTS[name].frames}, three) == []
