"""What changes the digest of a reading and of a mapping."""

from __future__ import annotations

import pytest

from lake.config.read_options import Read
from tests.unit.lake.config.sources import SOURCE, Files, changed


class TestDigests:
    def test_the_reading_digest_is_that_of_the_reading(self, files: Files) -> None:
        plain = files.load(SOURCE).source("things")
        alike = files.load(SOURCE.replace('"document_number"', '"text"')).source("things")
        assert alike.reading_digest == plain.reading_digest
        assert alike.mapping_digest != plain.mapping_digest
        other = files.load(changed('["Thing"]', '["Thing", "Ding"]')).source("things")
        assert other.reading_digest != plain.reading_digest
        assert other.mapping_digest == plain.mapping_digest

    def test_only_the_keys_of_the_format_belong_to_the_reading(self) -> None:
        assert Read(sheet="x").stated() == Read().stated()
        assert Read(format="excel", quote="'").stated() == Read(format="excel").stated()
        assert Read(format="excel", sheet="x").stated() != Read(format="excel").stated()

    @pytest.mark.parametrize(
        "overlay",
        [
            'kind = "full"',
            'identical_rows = "distinct"',
            'order = "arrival"',
            'null_tokens = ["-"]',
            "[constants]\npart_count = 3",
        ],
    )
    def test_the_mapping_digest(self, files: Files, overlay: str) -> None:
        plain, other = (
            files.load(SOURCE, f'[source]\nname = "things"\n{more}').source("things") for more in ("", overlay)
        )
        assert other.mapping_digest != plain.mapping_digest
        assert other.reading_digest == plain.reading_digest
