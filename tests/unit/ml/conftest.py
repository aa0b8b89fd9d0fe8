"""The model is Spark's MLlib: all tests of it need Spark."""

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker("needs_spark")
