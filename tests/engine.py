"""Which engine runs the tests of this process, and the environment of its runs."""

import os
from importlib.util import find_spec

ENGINE_VARIABLE = "HEADRACE_TEST_ENGINE"


def engine_name() -> str:
    """`sail` or `spark`, as `--engine` says; Sail where nothing is said and it is installed."""
    return os.environ.get(ENGINE_VARIABLE) or ("sail" if find_spec("pysail") else "spark")


def environment_name() -> str:
    """The packaged environment with that engine."""
    return "local" if engine_name() == "sail" else "local_spark"
