"""What a domain's builder of marts may do wrong, on the toy domain: each is a sentence, and nothing is published."""

from itertools import count

import pytest
from pyspark.sql import functions as F

from jobs.domain_jobs import DomainJobs
from jobs.mart_writing import build_or_carry
from lake.errors import AuditError
from tests.jobs.lakes import release_of, rows, run_of, write_raw
from tests.registered import register
from tests.toy.commands import Toy
from tests.toy.jobs import build
from tests.toy.tables import TABLES

FILES = {"stops_d1.csv": "Stop,Name\nS1,Market\n", "rides_d1.csv": "Ride,Stop,Passengers\n1,S1,40\n2,S1,3\n"}


def nothing(curated, keep, write):
    pass


def under_another_name(curated, keep, write):
    build(curated, keep, lambda name, frame: write("ride_by_stop", frame))


def with_a_null(curated, keep, write):
    build(curated, keep, lambda name, frame: write(name, frame.withColumn("ride_count", F.lit(None).cast("bigint"))))


def of_another_type(curated, keep, write):
    build(curated, keep, lambda name, frame: write(name, frame.withColumn("ride_count", F.lit("2"))))


def doubled(curated, keep, write):
    build(curated, keep, lambda name, frame: write(name, frame.withColumn("ride_count", F.col("ride_count") * 2)))


@pytest.fixture
def of_toy(spark, tmp_path, monkeypatch):
    raw, folders = write_raw(tmp_path / "raw", FILES), count()

    def ran(builder):
        jobs = DomainJobs(check_options=lambda run: None, build_marts=lambda run: build_or_carry(run, builder))
        with monkeypatch.context() as patch:
            register(patch, tmp_path / str(next(folders)), tables=TABLES, jobs_of_domain=jobs, commands=Toy())
            run = run_of(raw, tmp_path / "lake", domain="toy")
            return run, release_of(run)

    return ran


@pytest.mark.parametrize(
    ("builder", "sentence"),
    [
        pytest.param(nothing, "rides_by_stop: no step of domain toy writes it", id="a mart that is not written"),
        pytest.param(
            under_another_name, "ride_by_stop is no mart of domain toy.*rides_by_stop", id="a name that no contract has"
        ),
        pytest.param(with_a_null, "rides_by_stop: found 1 of ride_count null, expected none", id="a required null"),
        pytest.param(of_another_type, "ride_count is string, expected bigint", id="another type"),
    ],
)
def test_marts_that_are_not_as_their_contracts_say_publish_nothing(of_toy, tmp_path, builder, sentence):
    with pytest.raises(AuditError, match=sentence):
        of_toy(builder)
    assert not (tmp_path / "lake/releases").exists()


def test_a_builder_of_another_module_makes_the_marts_anew(of_toy, tmp_path):
    counts = "stop_code, ride_count"
    _, first = of_toy(build)
    assert rows(tmp_path / "lake", first, "rides_by_stop", counts) == [("S1", 2)]
    assert of_toy(build)[1] is None
    _, second = of_toy(doubled)
    assert rows(tmp_path / "lake", second, "rides_by_stop", counts) == [("S1", 4)]
