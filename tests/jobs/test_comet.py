"""With Apache DataFusion Comet switched on by the environment file, every table has the same rows."""

import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from lake.releases.release import current_release
from lake.store.objects import open_store
from samples.procurement.generation import generate_procurement
from tests.jobs.lakes import rows
from tests.where import ROOT

pytestmark = [pytest.mark.needs_spark, pytest.mark.proof]


def run(environment, raw, lake):
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "jobs.run_pipeline",
            "--domain",
            "procurement",
            "--raw",
            raw,
            "--lake",
            lake,
            "--environment",
            environment,
        ],
        env={**os.environ, "HEADRACE_MASKING_KEY": "a key for tests that is no secret", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def rounded(found):
    return sorted((tuple(round(v, 9) if isinstance(v, float) else v for v in row) for row in found), key=str)


@pytest.mark.every_engine
@pytest.mark.skipif(version("pyspark").startswith("4"), reason="Comet 0.12.0 has no build for Spark 4.1")
def test_every_table_has_the_same_rows_with_comet_as_without(tmp_path):
    generate_procurement(rows=1_500, seed=3, dirt="realistic", out=tmp_path / "made")
    releases = {}
    for environment in ("local_spark", "local_comet"):
        ended = run(environment, str(tmp_path / "made/raw"), str(tmp_path / environment))
        if "unresolved dependency: org.apache.datafusion" in ended.stdout + ended.stderr:
            pytest.skip("Comet's jar could not be downloaded from Maven Central")
        assert ended.returncode == 0, ended.stderr[-3000:]
        releases[environment] = current_release(open_store(str(tmp_path / environment)), "procurement")
    assert "Comet native library version 0.12.0 initialized" in ended.stdout + ended.stderr
    plain, comet = releases.values()
    assert {*comet.curated, *comet.marts} == {*plain.curated, *plain.marts}
    for table in (*plain.curated, *plain.marts):
        expected, found = (rounded(rows(tmp_path / name, said, table)) for name, said in releases.items())
        assert found == expected, table
        assert expected or table == "procurement_unallocated", f"{table} is empty, which compares nothing"
