"""Which engine and environment a process takes, and how the embedded one lands files in processes of its own."""

import os
import tempfile

import pytest

from lake.engines import sail, shares
from lake.engines import spark as spark_engine
from lake.engines.here import environment_here
from lake.errors import ConfigError, DataError
from tests.where import ROOT

GLUE = ["--JOB_NAME", "headrace", "--JOB_ID", "j_1"]


@pytest.mark.parametrize(
    ("arguments", "started", "expected"),
    [
        pytest.param([], {}, None, id="Python itself was started: the domain decides"),
        pytest.param(GLUE, {}, "glue", id="Glue gave its arguments"),
        pytest.param(["--JOB_NAME=headrace"], {"spark.master": "local[2]"}, "glue", id="Glue, with an equals sign"),
        pytest.param([], {"spark.master": "local[*]"}, "local_spark", id="spark-submit on one machine"),
        pytest.param([], {"spark.master": "yarn"}, "cluster", id="spark-submit with a master"),
        pytest.param([], {"spark.master": "spark://host:7077"}, "cluster", id="spark-submit with Spark's own master"),
        pytest.param([], {"spark.master": "x", "spark.emr-serverless.a": "1"}, "emr", id="EMR Serverless"),
    ],
)
def test_the_environment_by_where_the_job_was_started(monkeypatch, arguments, started, expected):
    monkeypatch.setattr(spark_engine, "started_settings", lambda: started)
    assert environment_here(arguments) == expected


def test_a_node_of_emr_is_known_by_its_file(monkeypatch, tmp_path):
    monkeypatch.setattr(spark_engine, "started_settings", lambda: {"spark.master": "yarn"})
    monkeypatch.setattr("lake.engines.here.OF_EMR", tmp_path / "job-flow.json")
    assert environment_here([]) == "cluster"
    (tmp_path / "job-flow.json").write_text("{}")
    assert environment_here([]) == "emr"


@pytest.mark.parametrize(
    ("started", "submitted", "expected"),
    [
        pytest.param({}, "", {"spark.master": "local[3]", "spark.a": "1"}, id="nothing was said before"),
        pytest.param({"spark.master": "yarn"}, "", {"spark.a": "1"}, id="a master that spark-submit was given"),
        pytest.param({"spark.a": "2"}, "", {"spark.master": "local[3]"}, id="a setting that spark-submit was given"),
        pytest.param({}, "--master yarn pyspark-shell", {"spark.a": "1"}, id="a master in PYSPARK_SUBMIT_ARGS"),
        pytest.param({}, "--conf spark.master=yarn x", {"spark.a": "1"}, id="the same as a setting"),
    ],
)
def test_what_spark_was_started_with_goes_first(monkeypatch, started, submitted, expected):
    monkeypatch.setattr(spark_engine, "started_settings", lambda: started)
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", submitted)
    assert spark_engine._not_set_yet({"spark.master": "local[3]", "spark.a": "1"}) == expected


@pytest.mark.parametrize(
    ("sizes", "most", "expected"),
    [
        pytest.param([], 4, [], id="nothing to deal out"),
        pytest.param([1, 3, 2], 2, [[1, 0], [2]], id="the biggest first, in turn"),
        pytest.param([5, 5], 4, [[0], [1]], id="fewer items than workers, ties by place"),
    ],
)
def test_shares(sizes, most, expected):
    assert shares(sizes, most) == expected


@pytest.fixture
def pooled(monkeypatch):
    """The embedded engine's way with work for processes, for items of any size; it needs no session."""
    monkeypatch.setattr(sail, "WORTH_A_POOL_BYTES", 0)
    monkeypatch.setattr(sail, "_core_count", lambda: 2)
    return sail.SailEngine.__new__(sail.SailEngine)


def place_of_work(item):
    return item, os.getpid()


def end_itself(item):
    os.kill(os.getpid(), 9)


def test_answers_come_in_the_order_of_the_items_from_other_processes(pooled):
    answers = pooled.map(place_of_work, ["a", "b", "c"], sizes=[1, 3, 2])
    assert [item for item, _ in answers] == ["a", "b", "c"]
    assert os.getpid() not in {process for _, process in answers}


def test_a_process_that_was_killed_is_a_sentence(pooled):
    with pytest.raises(DataError, match="was ended from outside, most likely for want of memory"):
        pooled.map(end_itself, ["a", "b"], sizes=[1, 1])


def test_where_no_system_tells_the_cores_they_are_counted(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert sail._core_count() == 1


@pytest.mark.parametrize("package", ["pysail", "pyspark"])
def test_a_version_that_was_never_compared_is_refused(monkeypatch, package):
    real = sail.version
    monkeypatch.setattr(sail, "version", lambda name: "9.9" if name == package else real(name))
    with pytest.raises(ConfigError, match=rf"^found {package} 9.9, expected "):
        sail._refuse_unproven()


def test_what_is_compared_is_what_is_installed():
    told = (ROOT / "pyproject.toml").read_text()
    assert all(f'"{name}=={wanted}' in told for name, wanted in sail.PROVEN.items())


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        pytest.param("/a/b c", "file:///a/b%20c", id="a path with a blank"),
        pytest.param("/la[k]e/{x}/*?", "file:///la%5Bk%5De/%7Bx%7D/%2A%3F", id="what would be a pattern"),
        pytest.param("/100%20/é", "file:///100%2520/%C3%A9", id="a percent sign stays one"),
        pytest.param("s3://bucket/a=b/c d", "s3://bucket/a%3Db/c%20d", id="a URI keeps its scheme"),
    ],
)
def test_sail_takes_no_character_for_a_pattern(uri, expected):
    assert sail.sail_path(uri) == expected


@pytest.mark.every_engine
@pytest.mark.parametrize("is_adaptive", ["false", "true"], ids=["as in a small run", "as in a run of much data"])
def test_a_kept_frame_has_the_same_rows_and_leaves_nothing_behind(engine, tmp_path, monkeypatch, is_adaptive):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = engine.session.conf.get("spark.sql.adaptive.enabled", "false")
    engine.session.conf.set("spark.sql.adaptive.enabled", is_adaptive)
    frame = engine.session.createDataFrame([(1, None), (2, "b")], "id int, name string")
    try:
        with engine.kept() as keep:
            kept, empty = keep(frame), keep(frame.where("id < 0"))
            assert sorted(kept.collect()) == [(1, None), (2, "b")]
            assert sorted(kept.join(keep(kept), "id").collect()) == [(1, None, None), (2, "b", "b")]
            assert (empty.collect(), empty.dtypes) == ([], frame.dtypes)
        assert list(tmp_path.glob("headrace-kept-*")) == []
    finally:
        engine.session.conf.set("spark.sql.adaptive.enabled", before)
