"""The environment of Spark 3.5 has no benchmarks: there these tests are not collected."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("polars") and find_spec("psutil") else ["test_*.py"]
