"""Which engine runs the tests of this process, and the environment of its runs."""

import os
import re
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

ENGINE_VARIABLE = "HEADRACE_TEST_ENGINE"


def engine_name() -> Literal["sail", "spark"]:
    """`sail` or `spark`, as `--engine` says; Sail where nothing is said and it is installed."""
    said = os.environ.get(ENGINE_VARIABLE)
    return "sail" if said == "sail" or (said is None and find_spec("pysail")) else "spark"


def environment_name() -> str:
    """The packaged environment with that engine."""
    return "local" if engine_name() == "sail" else "local_spark"


def environment_of_much(folder: Path) -> str:
    """That environment as it is for much data, however little there is."""
    return environment_name() if engine_name() == "sail" else spark_of_much(folder)


def spark_of_much(folder: Path) -> str:
    """The environment of Spark on one machine where no run is small: Spark compiles its plans, and adapts them."""
    packaged = resources.files("configs") / "environments/local_spark.toml"
    path = folder / "much.toml"
    path.write_text(re.sub("byte_limit = .*", "byte_limit = 0", packaged.read_text()))
    return str(path)
