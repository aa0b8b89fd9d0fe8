"""What a wheel holds; all else is in pyproject.toml. With HEADRACE_WHEEL=cluster it holds what jobs import, without the
operator's commands and made-up data: that is what Glue and EMR are given."""

import os

from setuptools import find_packages, setup

CLUSTER = ("configs*", "jobs*", "lake*", "ml*", "schemas*", "transforms*")
OPERATOR = ("headrace*", "samples*")

is_for_cluster = os.environ.get("HEADRACE_WHEEL") == "cluster"
setup(
    # in the name of the wheel, so that the two are told apart
    options={"bdist_wheel": {"build_number": "1cluster"}} if is_for_cluster else {},
    packages=find_packages(include=CLUSTER if is_for_cluster else (*CLUSTER, *OPERATOR)),
    entry_points={} if is_for_cluster else {"console_scripts": ["headrace = headrace.__main__:main"]},
)
