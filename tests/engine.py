"""Which engine runs the tests of this process, and the environment of its runs."""

import os
from importlib.util import find_spec
from typing import Literal

ENGINE_VARIABLE = "HEADRACE_TEST_ENGINE"


def engine_name() -> Literal["sail", "spark"]:
    """`sail` or `spark`, as `--engine` says; Sail where nothing is said and it is installed."""
    said = os.environ.get(ENGINE_VARIABLE)
    return "sail" if said == "sail" or (said is None and find_spec("pysail")) else "spark"


def environment_name() -> str:
    """The packaged environment with that engine."""
    return "local" if engine_name() == "sail" else "local_spark"
