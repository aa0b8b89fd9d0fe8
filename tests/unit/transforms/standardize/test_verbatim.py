import pytest

from transforms.standardize.verbatim import verbatim


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("NONE", id="a user called NONE"),
        pytest.param(" a\u00a0\tb ", id="white space stays"),
        pytest.param("Ａ\u200b", id="nothing is folded"),
    ],
)
def test_verbatim(raw):
    assert verbatim(raw) == raw
