"""Overlays in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.lake.config.sources import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)
