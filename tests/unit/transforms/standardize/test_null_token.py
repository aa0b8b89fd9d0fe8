import pytest

from transforms.standardize.null_token import is_null_token

TOKENS = frozenset({"n/a", "NULL", "-"})


@pytest.mark.parametrize(
    ("raw", "is_null"),
    [
        pytest.param("n/a", True, id="a token"),
        pytest.param(" n/a\t", True, id="with white space around"),
        pytest.param("\u00a0-\u00a0", True, id="with no-break spaces around"),
        pytest.param("N/A", False, id="in another case it is a value"),
        pytest.param("NONE", False, id="a user called NONE"),
        pytest.param("-1", False, id="begins with a token"),
        pytest.param("", True, id="empty"),
        pytest.param("  ", True, id="blank"),
    ],
)
def test_is_null_token(raw, is_null):
    assert is_null_token(raw, TOKENS) is is_null


def test_without_tokens_a_blank_is_null_all_the_same():
    assert is_null_token(" ", frozenset())
    assert not is_null_token("NULL", frozenset())
