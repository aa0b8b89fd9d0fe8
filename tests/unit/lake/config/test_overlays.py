"""Packaged configurations, and what files laid over them say."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from lake.config.configuration import Coverage, load, marts_options
from lake.config.read_options import Read, Slice, parse_read
from lake.errors import ConfigError
from schemas.domains import DOMAINS
from tests.unit.lake.config.sources import CONTRACTS, SOURCE, Files, changed
from tests.where import ROOT
from transforms.procurement.options import Calendar, MartOptions


def test_the_packaged_configurations_load() -> None:
    for domain, tables in DOMAINS.items():
        configuration = load(domain, contracts=tables.curated)
        assert configuration.sources
        for source in configuration.sources:
            assert configuration.source(source.name) is source
            assert source in configuration.sources_of(source.table)
            assert re.fullmatch(rf"configs/{domain}/\w+\.toml:\d+", source.where)
            lines = (ROOT / source.where.split(":")[0]).read_text().splitlines()
            for column in source.columns:
                assert lines[int(column.where.split(":")[1]) - 1] == f"[columns.{column.field}]"


def test_an_overlay_adds_a_source(files: Files) -> None:
    source = files.load(SOURCE).source("things")
    assert [(c.field, c.headers, c.rule, c.is_header_required) for c in source.columns] == [
        ("thing_id", ("Thing",), "document_number", True),
        ("made_on", ("Made",), "date", True),
    ]
    assert (source.order, source.read, source.constants, source.coverage) == ("delivery", Read(), {}, Coverage())
    assert source.columns[0].null_tokens == {""}
    assert dict(source.columns[1].parameters) == {"formats": ["iso"]}


def test_a_slip_in_the_name_of_the_source_to_be_changed_is_told(files: Files) -> None:
    with pytest.raises(ConfigError, match=r"source 'thing' does not say `table`; did you mean 'things'\?$"):
        files.load(SOURCE, 'source.name = "thing"\nread.encoding = "cp1252"')


@pytest.mark.parametrize(
    ("below", "above"),
    [
        pytest.param({"sheet_pattern": "^A"}, {"sheet": "B"}, id="a name over a pattern"),
        pytest.param({"sheet": "A"}, {"sheet_pattern": "^B"}, id="a pattern over a name"),
    ],
)
def test_of_a_sheet_and_a_pattern_the_file_above_says_which(files: Files, below: dict, above: dict) -> None:
    said = [f'format = "excel"\n{key} = "{value}"' for key, value in below.items()]
    [(key, value)] = above.items()
    source = files.load(
        changed('encoding = "utf-8"', said[0]), f'source.name = "things"\nread.{key} = "{value}"'
    ).source("things")
    assert source.read == Read(format="excel", **above)


def test_what_excludes_records_is_read_as_it_is_said(files: Files) -> None:
    said = 'headers = ["Kind", "Sort"]\nvalues = ["Spare"]\nother_values = ["Part"]'
    source = files.load(SOURCE + f"\n[excluded.is_spare]\n{said}\n").source("things")
    [excluded] = source.excluded
    assert (excluded.plan.reason, excluded.plan.landing_name, excluded.plan.values) == ("is_spare", "Kind", ("Spare",))
    assert (excluded.plan.other_values, excluded.plan.null_tokens) == (("Part",), {""})
    assert [column.field for column in source.read_columns] == ["thing_id", "made_on", "is_spare"]
    plain = files.load(SOURCE).source("things")
    assert (plain.reading_digest, plain.mapping_digest) != (source.reading_digest, source.mapping_digest)
    words = files.load(SOURCE + f"\n[excluded.is_spare]\n{said.replace('Spare', 'Old')}\n").source("things")
    assert words.reading_digest == source.reading_digest
    assert words.mapping_digest != source.mapping_digest


def test_an_overlay_changes_a_packaged_source_key_by_key(files: Files) -> None:
    packaged = files.load().source("erp_invoices")
    source = files.load('[source]\nname = "erp_invoices"\n[read]\nencoding = "cp1252"').source("erp_invoices")
    assert source == dataclasses.replace(
        packaged, read=dataclasses.replace(packaged.read, encoding="cp1252"), where=source.where
    )
    assert source.where.endswith("0.toml:1")


def test_the_later_overlay_says_more(files: Files) -> None:
    assert files.load(SOURCE, '[source]\nname = "things"\nkind = "full"').source("things").kind == "full"


def test_a_folder_stands_for_its_files_by_name(files: Files) -> None:
    said = ('[source]\nname = "things"\nidentical_rows = "distinct"\n', "not even TOML")
    _, _, last = files.write(SOURCE, *said)
    last.rename(files.folder / "notes.txt")

    configuration = load("procurement", contracts=CONTRACTS, overlays=[files.folder])
    assert configuration.source("things").identical_rows == "distinct"


def test_a_folder_without_configurations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"is a folder without a \.toml file"):
        load("procurement", contracts=CONTRACTS, overlays=[tmp_path])


def test_an_overlay_changes_the_domain_and_its_marts(files: Files) -> None:
    domain = files.load("[domain]\nreleases_kept = 3\n", "[marts]\nleft_edge_days = 7").domain
    assert domain.releases_kept == 3
    assert marts_options(domain, MartOptions, sources=()).left_edge_days == 7
    assert marts_options(files.load().domain, MartOptions, sources=(), as_of=date(2024, 1, 31)).as_of


def test_calendars_are_tables_of_the_marts(files: Files) -> None:
    overlays = (
        '[marts.calendars.germany]\ncompanies = ["1000"]\nholidays = [2024-05-01]',
        '[marts.calendars]\nemirates = {companies = ["2000"], weekend = ["friday", "saturday"]}',
    )
    assert marts_options(files.load(*overlays).domain, MartOptions, sources=()).calendars == {
        "germany": Calendar(("1000",), holidays=(date(2024, 5, 1),)),
        "emirates": Calendar(("2000",), weekend=("friday", "saturday")),
    }


def test_keys_may_be_dotted_or_inline(files: Files) -> None:
    text = (
        'source = {name = "things", table = "things", kind = "upsert", identical_rows = "distinct", claims = ["x"]}'
        '\nread.quote = "\'"\ncolumns.thing_id = {headers = ["Thing"], rule = "text"}'
    )
    source = files.load(text).source("things")
    assert (source.read.quote, source.columns[0].headers) == ("'", ("Thing",))


def test_a_file_laid_over_can_take_ambiguous_formats_away(files: Files) -> None:
    below = changed('formats = ["iso"]', 'ambiguous_formats = ["%d/%m/%Y", "%m/%d/%Y"]')
    above = '[source]\nname = "things"\n[columns.made_on]\nformats = ["%d/%m/%Y"]\nambiguous_formats = []\n'
    [made_on] = [c for c in files.load(below, above).source("things").columns if c.field == "made_on"]
    assert dict(made_on.parameters) == {"formats": ["%d/%m/%Y"]}
    assert made_on.ambiguous_formats == ()


def test_how_a_source_is_read_is_told_again_from_json() -> None:
    read = Read(format="fixed_width", delimiters=(",",), layout=(Slice("Thing", 1, 5), Slice("Made", 6, 10)))
    assert parse_read(json.loads(json.dumps(dataclasses.asdict(read)))) == read


def test_constants_are_of_their_fields_type(files: Files) -> None:
    constants = (
        files.load(
            SOURCE
            + """
[constants]
net_amount = "12.50"
part_count = 2
is_whole = true
seen_at = 2024-01-31T12:00:00Z
"""
        )
        .source("things")
        .constants
    )
    assert (constants["net_amount"], constants["part_count"], constants["is_whole"]) == (Decimal("12.50"), 2, True)
    assert constants["seen_at"].utcoffset() is not None
