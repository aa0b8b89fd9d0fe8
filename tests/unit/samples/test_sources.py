"""The packaged sources read every cell of a hostile generation as the clerk does."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake.config.configuration import load
from samples.procurement.generation import generate_procurement
from samples.procurement.tables import TABLE_NAMES
from schemas.procurement import CURATED
from tests.unit.samples import oracle
from transforms.standardize import is_null_token, standardizer


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sources")
    generate_procurement(rows=30_000, seed=6, dirt="hostile", out=out)
    return out / "raw"


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_rules_give_what_a_clerk_reads(table: str, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = load("procurement", contracts=CURATED).source(f"erp_{table}")
    columns = {column.field: column for column in source.columns}
    rules = {
        name: standardizer(column.rule, **column.parameters)
        for name, column in columns.items()
        if not column.ambiguous_formats
    }
    differing, read = set(), oracle._read

    def compare(record: oracle.RawRecord, name: str, text: str, parse_date) -> None:
        read(record, name, text, parse_date)
        if name in rules:
            found = None if is_null_token(text, columns[name].null_tokens) else rules[name](text)
            if found != record.values[name]:
                differing.add((name, text, found, record.values[name]))

    monkeypatch.setattr(oracle, "_read", compare)
    files = [file for file in oracle.read_lines(raw) if file.table == table]
    assert sum(1 for file in files for _ in oracle._records(file)) > 50
    assert differing == set()
