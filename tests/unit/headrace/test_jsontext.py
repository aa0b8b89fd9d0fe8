"""JSON as it is printed."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from headrace.show.jsontext import to_json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(None, "null", id="null"),
        pytest.param(True, "true", id="a truth is not a number"),
        pytest.param(Decimal("1234567890123456.10"), "1234567890123456.10", id="a decimal keeps all its digits"),
        pytest.param(Decimal("1E+3"), "1000", id="a decimal has no exponent"),
        pytest.param(Decimal("NaN"), "null", id="a decimal that is none"),
        pytest.param(float("inf"), "null", id="infinity"),
        pytest.param(0.1, "0.1", id="a float"),
        pytest.param(date(2024, 2, 29), '"2024-02-29"', id="a date"),
        pytest.param(datetime(2024, 2, 29, 1, 2, 3, tzinfo=UTC), '"2024-02-29T01:02:03+00:00"', id="a moment"),
        pytest.param('Ä"\n', '"Ä\\"\\n"', id="text"),
        pytest.param(b"\x00\xff", '"00ff"', id="bytes are hexadecimal"),
        pytest.param([], "[]", id="an empty list"),
        pytest.param({}, "{}", id="an empty object"),
    ],
)
def test_values(value: Any, text: str) -> None:
    assert to_json(value) == text


def test_nested_values_are_json() -> None:
    value = {"rows": [{"a": Decimal("1.50"), "b": (1, None)}, {}], "title": "x"}
    assert json.loads(to_json(value)) == {"rows": [{"a": 1.5, "b": [1, None]}, {}], "title": "x"}
