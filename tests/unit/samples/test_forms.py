"""Files in other forms than CSV: a torn line is a dead letter in each of them, and every other record is whole."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from lake.config.configuration import load
from lake.landing.formats import format_named
from samples.procurement.clock import Window
from samples.procurement.deliveries import deliver
from samples.procurement.files import file_bytes, part_bytes, widths_of
from samples.procurement.forms import FORMS, assign_forms, source_toml
from samples.procurement.layout import Table
from samples.procurement.scenario import Scenario
from samples.procurement.sheet import BAD_BYTES, TOO_FEW, TOO_MANY, Sheet
from samples.procurement.styles import formed, plain_style
from samples.procurement.tables import INVOICES
from samples.procurement.world import make_world
from samples.streams import Streams
from schemas.procurement import CURATED
from transforms.standardize import is_null_token, standardizer

TORN = {5: TOO_FEW, 6: TOO_MANY, 7: BAD_BYTES}


@pytest.fixture(scope="module")
def made() -> tuple[Sheet, object]:
    streams = Streams(1)
    world = make_world(
        60, Scenario(Window(months=3), frozenset(), "lognormal"), streams, awkward=False, has_reversals=True
    )
    sheet, _ = deliver(INVOICES, world, "none", streams.of("deliver"))
    for row, how in TORN.items():
        sheet.dead[row] = how
    # The dotless i is in neither cp1252 nor Latin-1: files with it stay UTF-8.
    return sheet, {name: [word.replace("ı", "i") for word in words] for name, words in world.words.items()}


@pytest.mark.parametrize("form", FORMS)
def test_torn_lines_are_dead_letters_and_the_rest_reads_as_meant(form, made, tmp_path: Path) -> None:
    sheet, words = made
    rows = slice(0, 40)
    widths = widths_of(sheet, words)
    style = formed(plain_style(INVOICES), form, INVOICES, 40, widths)
    config = tmp_path / "source.toml"
    config.write_text(source_toml(INVOICES, form, widths))
    source = load("procurement", contracts=CURATED, overlays=[config]).source(f"erp_invoices_{form}")
    contents = part_bytes(sheet, rows, style, words) if form == "parquet" else [file_bytes(sheet, rows, style, words)]

    dead, records, found = set(), 0, {column.field: {} for column in source.columns}
    for number, content in enumerate(contents):
        scratch = tmp_path / str(number)
        scratch.mkdir()
        table = format_named(source.read.format).open_table(io.BytesIO(content), source, scratch)
        for block in table.blocks:
            dead |= {letter.record_number + records - 1 for letter in block.dead_letters}
            places = [int(n) + records - 1 for n in block.record_numbers.to_pylist()]
            for column in source.columns:
                texts = block.columns[table.settled.names.index(column.landing_name)].to_pylist()
                found[column.field] |= dict(zip(places, texts, strict=True))
        records = table.line_count() if form == "parquet" else 0

    assert dead == set(TORN)
    for column in source.columns:
        parameters = {k: v for k, v in column.parameters.items() if k != "ambiguous_formats"}
        rule = standardizer(column.rule, **parameters)
        read = {
            place: None if text is None or is_null_token(text, column.null_tokens) else rule(text)
            for place, text in found[column.field].items()
        }
        packaged = load("procurement", contracts=CURATED).source("erp_invoices")
        plain = next(c for c in packaged.columns if c.field == column.field)
        means = standardizer(plain.rule, **{k: v for k, v in plain.parameters.items() if k != "ambiguous_formats"})
        texts = print_texts(sheet, column.field, rows, words)
        assert read == {place: means(text) if text else None for place, text in enumerate(texts) if place not in TORN}


def print_texts(sheet: Sheet, field: str, rows: slice, words) -> list[str]:
    from samples.procurement.printing import print_column

    return print_column(sheet.values[field][rows], INVOICES.by_field[field], words).to_pylist()


def test_all_deliveries_of_a_period_are_of_one_form() -> None:
    periods = ["1", "1", "2", "2", "3"]
    forms = assign_forms(INVOICES, periods, [5, 5, 5, 0, 5], [4, 2, 0, 1, 3], lambda place, form: True)

    assert forms == ["csv", "csv", "csv", "csv", "comma"]
    forms = assign_forms(INVOICES, periods, [5, 5, 5, 0, 5], [2, 0, 1, 3, 4], lambda place, form: True)
    assert forms == ["comma", "comma", "csv", "csv", "csv"]  # the second period has an empty delivery


def test_large_deliveries_stay_csv_where_the_form_is_slow() -> None:
    table = Table("vendors", INVOICES.columns, INVOICES.key, INVOICES.radices, INVOICES.moment)
    forms = assign_forms(table, ["1", "2"], [5_000, 300_000], [0, 1], lambda place, form: True)

    assert forms == ["cp1252", "csv"]


def test_bad_bytes_do_not_move_the_rows_of_the_sheet(made) -> None:
    sheet, words = made
    before = sheet.dead.copy()
    file_bytes(sheet, slice(0, 40), formed(plain_style(INVOICES), "latin1", INVOICES, 40, ()), words)
    assert np.array_equal(sheet.dead, before)
