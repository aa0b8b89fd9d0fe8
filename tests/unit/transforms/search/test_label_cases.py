"""Which of overlapping labels stands, as a domain person reads it: a pair of CSV files in `cases/`."""

from pathlib import Path

import pytest

from schemas.search import SEARCH_VOLUMES
from tests.frames import curated_frame
from tests.unit.ml.tables import pair
from transforms.search.labels import without_overlaps


@pytest.mark.every_engine
def test_of_labels_that_share_a_day_the_one_known_first_stands_and_of_those_of_one_day_the_finest(spark):
    given, expected = pair("overlaps", Path(__file__).with_name("cases"))
    rows = [{"marketplace_code": "US", **row} for row in given.drop(columns="label").to_dict("records")]
    labels = dict(enumerate(given["label"], start=1))
    found = without_overlaps(curated_frame(spark, SEARCH_VOLUMES, *rows)).collect()
    standing = sorted(labels[row.record_number] for row in found)
    assert standing == sorted(expected[expected["stands"] == "yes"]["label"])
