"""What a source is said to record, against what its columns fill."""

import pytest

from jobs.procurement.options import coverage_of
from lake.config.configuration import load
from lake.errors import ConfigError
from schemas.domains import DOMAINS

CONTRACTS = DOMAINS["procurement"].curated


def configured(*overlays):
    return load("procurement", contracts=CONTRACTS, environment="local", overlays=overlays)


def test_every_packaged_source_fills_the_dates_of_what_it_records():
    sources = configured().sources
    assert [coverage_of(source).source_name for source in sources] == [source.name for source in sources]


@pytest.mark.parametrize(
    ("source", "records", "said"),
    [
        pytest.param(
            "bibitor_invoices",
            '["invoice_issued", "invoice_recorded"]',
            "found invoice_recorded, whose date is recorded_at; expected a column or constant for it",
            id="an event whose date no column fills would leave its legs open for ever",
        ),
        pytest.param(
            "erp_invoices",
            '["goods_received"]',
            "found goods_received, but invoices makes invoice_issued, invoice_recorded, invoice_cancelled, "
            "invoice_cleared only",
            id="an event that the document does not make",
        ),
    ],
)
def test_a_source_records_only_what_it_fills(tmp_path, source, records, said):
    overlay = tmp_path / "overlay.toml"
    overlay.write_text(f'[source]\nname = "{source}"\n[coverage]\nrecords = {records}\nsystem_stamped = []\n')
    with pytest.raises(ConfigError, match=said):
        coverage_of(configured(overlay).source(source))
