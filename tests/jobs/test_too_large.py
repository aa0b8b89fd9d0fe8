"""A run that is too large for the embedded engine says so before it curates, and names the way to Spark."""

import pytest

from jobs.curate import curate
from jobs.land_raw import land_raw
from lake.errors import ConfigError
from tests.jobs.lakes import orders, release_of, run_of, write_raw


def environment(folder, row_limit):
    path = folder / "small.toml"
    path.write_text(f'[environment]\nengine = "sail"\n[sail]\nlanded_row_limit = {row_limit}\n')
    return str(path)


@pytest.mark.parametrize(
    ("row_limit", "is_refused"),
    [pytest.param(2, False, id="as many rows as the limit"), pytest.param(1, True, id="one row more than the limit")],
)
def test_the_limit_of_landed_rows(engine, tmp_path, row_limit, is_refused):
    raw = write_raw(tmp_path / "raw", {"purchase_orders_2024-01_d1.csv": orders({"Item": "10"}, {"Item": "20"})})
    run = run_of(raw, tmp_path / "lake", environment=environment(tmp_path, row_limit))
    if not is_refused:
        assert release_of(run, has_marts=False).counts["purchase_orders"].rows_after == 2
        return
    land_raw(run)
    with pytest.raises(ConfigError, match=r"found 2 landed rows, promised at most 1 .* --environment local_spark"):
        curate(run)
    assert not list((tmp_path / "lake").glob("curated/*"))
