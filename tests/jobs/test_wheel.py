"""The wheel that Glue and EMR are given: all that jobs import, and nothing of the operator's."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.engine import environment_name
from tests.jobs.lakes import invoices, orders, write_raw
from tests.where import ROOT

OF_JOBS = {"configs", "jobs", "lake", "ml", "schemas", "transforms"}
RUN = """
import sys
from jobs.run_pipeline import main
main(sys.argv[1:])
found = {name: sys.modules[name].__file__ for name in ("jobs", "lake", "transforms", "schemas") if name in sys.modules}
of_operator = {name.split(".")[0] for name in sys.modules} & {"headrace", "samples", "tests"}
print(*of_operator, *found.values(), sep="\\n")
"""


def built(kind, folder):
    """A wheel of a copy of the tree: building leaves files beside the packages."""
    tree = folder / "tree"
    hidden = shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", "build", "dist", "demo", "made", "docs", "tests")
    shutil.copytree(ROOT, tree, ignore=hidden)
    command = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), "."]
    subprocess.run([sys.executable, *command], cwd=tree, env={**os.environ, "HEADRACE_WHEEL": kind}, check=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def names_in(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return [name for name in archive.namelist() if ".dist-info/" not in name]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    return built("cluster", tmp_path_factory.mktemp("cluster"))


def files_of(packages):
    files = (path for package in packages for path in (ROOT / package).rglob("*"))
    return {str(path.relative_to(ROOT)) for path in files if path.suffix in (".py", ".toml")}


def test_the_cluster_s_wheel_holds_what_jobs_import_and_nothing_else(cluster):
    assert set(names_in(cluster)) == files_of(OF_JOBS)


def test_the_operator_s_wheel_holds_the_commands_too(tmp_path):
    assert set(names_in(built("operator", tmp_path))) == files_of({*OF_JOBS, "headrace", "samples"})


def test_a_job_runs_on_the_cluster_s_wheel_alone(cluster, tmp_path):
    with zipfile.ZipFile(cluster) as archive:
        archive.extractall(tmp_path / "installed")
    files = {"purchase_orders_2024-01_d1.csv": orders({}), "invoices_2024-01_d1.csv": invoices({})}
    raw = write_raw(tmp_path / "raw", files)
    arguments = ["--domain", "procurement", "--raw", raw, "--lake", tmp_path / "lake", "--run-id", "wheel-1"]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments), "--environment", environment_name()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "lake/releases/procurement/00000001.json").is_file()
    said = [line for line in done.stdout.splitlines() if line]
    assert said
    assert all(line.startswith(str(tmp_path / "installed")) for line in said)
