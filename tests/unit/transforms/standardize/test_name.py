import pytest

from transforms.standardize.name import name


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        pytest.param(" Müller  & Söhne ", "Müller & Söhne", id="white space"),
        pytest.param('"ACME" Ltd.', '"ACME" Ltd.', id="quotes, case and legal form are part of the name"),
        pytest.param("vendorID_0234", "vendorID_0234", id="an id used as a name"),
        pytest.param(" ", None, id="blank"),
    ],
)
def test_name(raw, seen):
    assert name(raw) == seen
