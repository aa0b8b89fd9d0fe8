"""Every mistake in a configuration is one sentence that begins with the file and the line."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import types as T

from lake import config
from lake.config import Configuration, Coverage, Domain, Environment, Read, Slice, load, marts_options, parse_read
from lake.errors import ConfigError
from lake.toml_layers import Document, Layers
from schemas.contract import Contract, Field
from schemas.domains import DOMAINS
from transforms.procurement.options import Calendar, ProcurementOptions

ROOT = Path(__file__).parents[2]
THINGS = Contract(
    "things",
    3,
    "one thing",
    ("thing_id",),
    (
        Field("thing_id", T.StringType(), "Its id.", required=True),
        Field("made_on", T.DateType(), "When."),
        Field("seen_at", T.TimestampType(), "When."),
        Field("net_amount", T.DecimalType(18, 2), "How much."),
        Field("part_count", T.LongType(), "How many."),
        Field("is_whole", T.BooleanType(), "Whether."),
        Field("state_code", T.StringType(), "Which.", values=("open", "closed")),
        Field("zone_name", T.StringType(), "Where.", only_rule="time_zone"),
    ),
)
LEFT_AT = Field("left_at", T.TimestampType(), "When.", required=True, waivable=True)
PARTS = dataclasses.replace(THINGS, name="parts", fields=(*THINGS.fields, LEFT_AT))
CONTRACTS = {**DOMAINS["procurement"].curated, "things": THINGS, "parts": PARTS}
SOURCE = """[source]
name = "things"
table = "things"
kind = "upsert"
identical_rows = "duplicate"
claims = ['things.*[.]csv$']

[read]
encoding = "utf-8"

[columns.thing_id]
headers = ["Thing"]
rule = "document_number"

[columns.made_on]
headers = ["Made"]
rule = "date"
formats = ["iso"]
"""


OF_PARTS = SOURCE.replace('table = "things"', 'table = "parts"\nnot_delivered = ["left_at"]')


@dataclass
class Files:
    """Overlays in a folder."""

    folder: Path
    paths: list[Path] = field(default_factory=list)

    def write(self, *texts: str) -> list[Path]:
        paths = [self.folder / f"{place}.toml" for place in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        return paths

    def load(self, *texts: str) -> Configuration:
        return load("procurement", contracts=CONTRACTS, overlays=self.write(*texts))

    def refused(self, *texts: str) -> str:
        """The sentence, with the overlays called 0.toml, 1.toml."""
        with pytest.raises(ConfigError) as caught:
            self.load(*texts)
        sentence = str(caught.value)
        assert "\n" not in sentence
        return sentence.replace(f"{self.folder}/", "")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def changed(old: str, new: str) -> str:
    assert old in SOURCE
    return SOURCE.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


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
    assert marts_options(domain, ProcurementOptions, sources=()).left_edge_days == 7
    assert marts_options(files.load().domain, ProcurementOptions, sources=(), as_of=date(2024, 1, 31)).as_of


def test_calendars_are_tables_of_the_marts(files: Files) -> None:
    overlays = (
        '[marts.calendars.germany]\ncompanies = ["1000"]\nholidays = [2024-05-01]',
        '[marts.calendars]\nemirates = {companies = ["2000"], weekend = ["friday", "saturday"]}',
    )
    assert marts_options(files.load(*overlays).domain, ProcurementOptions, sources=()).calendars == {
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


MISTAKES = [
    pytest.param(changed("[read]", "[reed]"), "[reed]", ["unknown key 'reed'", "did you mean 'read'"], id="a table"),
    pytest.param(
        changed("kind =", 'knid = "x"\nkind ='),
        "knid",
        ["unknown key 'source.knid'", "did you mean 'kind'"],
        id="a key of [source]",
    ),
    pytest.param(
        changed("encoding", "encodign"),
        "encodign",
        ["unknown key 'read.encodign'", "mean 'encoding'"],
        id="a key of [read]",
    ),
    pytest.param(
        SOURCE + "[coverage]\nrecrods = []",
        "recrods",
        ["unknown key 'coverage.recrods'", "'records'"],
        id="a key of [coverage]",
    ),
    pytest.param(
        changed("upsert", "upsrt"),
        "kind",
        ["found 'upsrt', promised one of 'upsert', 'replaces_period'"],
        id="an unknown kind",
    ),
    pytest.param(
        changed('kind = "upsert"', "kind = true"),
        "kind",
        ["found True, promised one of 'upsert'"],
        id="a kind that is no text",
    ),
    pytest.param(
        changed('"duplicate"', '"same"'),
        "identical_rows",
        ["found 'same', promised one of 'distinct'"],
        id="identical rows",
    ),
    pytest.param(
        changed("[source]", '[source]\norder = "name"'), "order", ["promised one of 'delivery', 'arrival'"], id="order"
    ),
    pytest.param(
        changed('table = "things"', 'table = "thinks"'),
        "table",
        ["no contract 'thinks'", "mean 'things'"],
        id="an unknown table",
    ),
    pytest.param(changed('table = "things"', "table = 3"), "table", ["found 3, promised text"], id="no table's name"),
    pytest.param(
        changed('table = "things"\n', ""), "[source]", ["source 'things' does not say `table`"], id="a key missing"
    ),
    pytest.param(
        changed("['things.*[.]csv$']", "'things'"),
        "claims",
        ["promised a list of text"],
        id="a text where a list is promised",
    ),
    pytest.param(changed("['things.*[.]csv$']", "['x', 3]"), "claims", ["promised a list of text"], id="a mixed list"),
    pytest.param(changed("['things.*[.]csv$']", "[]"), "claims", ["promised at least one"], id="no claims"),
    pytest.param(
        changed("['things.*[.]csv$']", "['(']"), "claims", ["'(' is not a regular expression"], id="a bad pattern"
    ),
    pytest.param(
        changed("['things.*[.]csv$']", "['(?P<month>x)']"),
        "claims",
        ["names the group 'month'", "known: period, delivery"],
        id="an unknown group",
    ),
    pytest.param(
        changed('"upsert"', '"replaces_period"'),
        "claims",
        ["does not tell the period", "(?P<period>"],
        id="a period that nothing tells",
    ),
    pytest.param(
        changed('"upsert"', '"upsert"\nclosed_through = "March"'),
        "closed_through",
        ["found 'March', promised a period such as \"2024-03\""],
        id="a closed period that is none",
    ),
    pytest.param(
        changed('"upsert"', '"upsert"\nclosed_through = "2024-03"'),
        "closed_through",
        ["`claims` do not tell the period of a file"],
        id="a closed period that no file can be of",
    ),
    pytest.param(changed('"utf-8"', '"utf-9"'), "encoding", ["there is no encoding 'utf-9'"], id="an encoding"),
    pytest.param(changed('"utf-8"', '"rot13"'), "encoding", ["there is no encoding 'rot13'"], id="a codec of text"),
    pytest.param(changed('"utf-8"', '"undefined"'), "encoding", ["there is no encoding"], id="the undefined codec"),
    pytest.param(changed('"utf-8"', '"a\\u0000b"'), "encoding", ["there is no encoding"], id="NUL in an encoding"),
    pytest.param(
        changed("encoding", 'delimiters = [";;"]\nencoding'),
        "delimiters",
        ["';;' is not one ASCII"],
        id="a delimiter of two characters",
    ),
    pytest.param(
        changed("encoding", 'delimiters = ["\\n"]\nencoding'),
        "delimiters",
        ["is not one ASCII character"],
        id="a line end as delimiter",
    ),
    pytest.param(
        changed("encoding", "delimiters = []\nencoding"), "delimiters", ["promised at least one"], id="no delimiter"
    ),
    pytest.param(
        changed("encoding", "delimiters = ['\"']\nencoding"),
        "delimiters",
        ["not the quote"],
        id="the quote as delimiter",
    ),
    pytest.param(changed("encoding", 'quote = "”"\nencoding'), "quote =", ["'”' is not one ASCII"], id="a quote"),
    pytest.param(
        changed("encoding", 'format = "xml"\nencoding'), "format", ["found 'xml', promised one of 'csv'"], id="a format"
    ),
    pytest.param(
        changed("encoding", "has_multiline_fields = 1\nencoding"),
        "has_multiline_fields",
        ["found 1, promised true or false"],
        id="a number where a truth is promised",
    ),
    pytest.param(
        changed("encoding", 'stray_quotes = "ignore"\nencoding'),
        "stray_quotes",
        ["'stop', 'dead_letter'"],
        id="stray quotes",
    ),
    *(
        pytest.param(
            changed("encoding", f"dead_letter_halt_ratio = {ratio}\nencoding"),
            "dead_letter_halt_ratio",
            ["promised"],
            id=f"a ratio of {ratio}",
        )
        for ratio in ("1.5", "-0.1", "nan", "true", '"1%"')
    ),
    pytest.param(
        changed("[columns.made_on]", "[columns.made_at]"),
        "[columns.made_at]",
        ["things v3 has no field 'made_at'", "did you mean 'made_on'"],
        id="an unknown field",
    ),
    pytest.param(
        changed('headers = ["Thing"]\n', ""),
        "[columns.thing_id]",
        ["'thing_id' does not say `headers`"],
        id="no headers",
    ),
    pytest.param(
        changed('["Thing"]', '"Thing"'),
        "headers",
        ["found 'Thing', promised a list of text"],
        id="headers that are no list",
    ),
    pytest.param(
        OF_PARTS.replace('not_delivered = ["left_at"]\n', ""),
        "[source]",
        ["parts v3 requires left_at; give it", "if the source has no left_at at all name it in `not_delivered`"],
        id="a field that is wanting, and that may be",
    ),
    pytest.param(
        OF_PARTS.replace('["left_at"]', '["left_at", "thing_id"]'),
        "not_delivered",
        ["thing_id of parts v3 is no field that a source may be without; those are left_at"],
        id="a key that is not delivered",
    ),
    pytest.param(
        OF_PARTS.replace('["left_at"]', '["left_at", "net_amount"]'),
        "not_delivered",
        ["net_amount of parts v3 is no field that a source may be without"],
        id="not delivering what is not required",
    ),
    pytest.param(
        changed("kind", 'not_delivered = ["left_at"]\nkind'),
        "not_delivered",
        ["things v3 has no field 'left_at'"],
        id="not delivering no field",
    ),
    pytest.param(
        OF_PARTS + "\n[constants]\nleft_at = 2024-01-31T12:00:00Z\n",
        "[source]",
        ["left_at is not_delivered, and a column or a constant besides"],
        id="delivering what is not delivered",
    ),
    *(
        pytest.param(SOURCE + f"\n[excluded.{reason}]\n{said}\n", line, [sentence], id=f"excluding: {sentence}")
        for reason, said, line, sentence in (
            ("thing_id", 'headers = ["A"]\nvalues = ["x"]', "[excluded", "is no name for a reason"),
            ("Lost", 'headers = ["A"]\nvalues = ["x"]', "[excluded", "'Lost' is no name for a reason"),
            ("lost", 'values = ["x"]', "[excluded", "does not say `headers`"),
            ("lost", 'headers = ["A"]\nvalues = []', "[excluded", "does not say `values`"),
            ("lost", 'headers = ["A"]\nvalues = [" "]', "[excluded", "is blank"),
            ("lost", 'headers = ["A"]\nvalues = ["x"]\nother_values = ["X"]', "[excluded", "in `other_values`"),
            ("lost", 'headers = ["A"]\nvalues = ["x"]\nrule = "text"', 'rule = "text"', "unknown key"),
        )
    ),
    pytest.param(
        changed("encoding", 'other_encodings = ["latin-1", "latin-99"]\nencoding'),
        "other_encodings",
        ["there is no encoding 'latin-99'"],
        id="another encoding that is none",
    ),
    pytest.param(changed('["Thing"]', "[]"), "headers", ["column 'thing_id' names no header"], id="an empty list"),
    pytest.param(changed('["Thing"]', '[" "]'), "headers", ["names the header ' '"], id="a blank header"),
    pytest.param(
        changed('["Thing"]', '["__record_number"]'),
        "headers",
        ["'__record_number', which no file has"],
        id="our own column's name",
    ),
    pytest.param(
        changed('rule = "date"', 'rule = "dates"'),
        'rule = "dates"',
        ['no rule "dates"; did you mean "date"?'],
        id="an unknown rule",
    ),
    pytest.param(
        changed('rule = "date"', "rule = 3"), "rule = 3", ["found 3, promised text"], id="a rule that is none"
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "document_number"\nwidht = 5'),
        "widht",
        ["widht is no parameter of this rule", "width (a whole number)"],
        id="an unknown parameter",
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "document_number"\nwidth = "5"'),
        "width",
        ["document_number: width is '5', promised a whole number"],
        id="an ill-typed parameter",
    ),
    pytest.param(
        changed('formats = ["iso"]\n', ""), "[columns.made_on]", ["date: formats is missing"], id="a parameter missing"
    ),
    pytest.param(changed('["iso"]', '["%q"]'), "formats", ["%q is not known here"], id="a bad format"),
    pytest.param(
        changed('rule = "document_number"', 'rule = "mapped"\nvalues = {a = 1}'),
        "values",
        ["promised a table of texts"],
        id="a table of numbers",
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "mapped"\nvalues = {a = "b"}\notherwise = 3'),
        "otherwise",
        ["otherwise is 3, promised text"],
        id="otherwise",
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "text"\nwidth = 3'),
        "width",
        ["takes no parameters"],
        id="a parameter of a rule without any",
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "integer"'),
        "rule",
        ["rule 'integer' gives int, but things.thing_id is string"],
        id="a rule of another type",
    ),
    pytest.param(
        changed('formats = ["iso"]', 'ambiguous_formats = ["%d/%m/%Y"]'),
        "ambiguous_formats",
        ["promised two formats to decide between"],
        id="one ambiguous format",
    ),
    pytest.param(
        changed('formats = ["iso"]', "ambiguous_formats = []"),
        "[columns.made_on]",
        ["formats is missing"],
        id="no format at all",
    ),
    pytest.param(
        changed('formats = ["iso"]', 'ambiguous_formats = "%d/%m/%Y"'),
        "ambiguous_formats",
        ["promised a list of text"],
        id="no list of ambiguous formats",
    ),
    pytest.param(
        changed('formats = ["iso"]', 'ambiguous_formats = ["%d/%m/%Y", "%q"]'),
        "[columns.made_on]",
        ["%q is not known here"],
        id="a bad second ambiguous format",
    ),
    pytest.param(
        changed('rule = "document_number"', 'rule = "text"\nambiguous_formats = ["%d/%m/%Y", "%m/%d/%Y"]'),
        "ambiguous_formats",
        ["rule 'text' has no formats"],
        id="ambiguous formats of a text",
    ),
    pytest.param(
        changed("rule", 'required_header = "yes"\nrule'),
        "required_header",
        ["promised true or false"],
        id="required_header",
    ),
    pytest.param(
        changed("rule", 'null_tokens = [" - "]\nrule'),
        "null_tokens",
        ["begins or ends with a space"],
        id="a null token with spaces",
    ),
    pytest.param(
        SOURCE.replace("thing_id", "part_count").replace("document_number", "integer"),
        "[source]",
        ["things v3 requires thing_id; give it a [columns] table or a constant"],
        id="a required field",
    ),
    pytest.param(
        SOURCE + '[constants]\nmade = "x"', "made =", ["has no field 'made'", "'made_on'"], id="a constant for no field"
    ),
    pytest.param(
        SOURCE + '[constants]\nthing_id = "x"',
        "[source]",
        ["thing_id is both a column and a constant"],
        id="a constant and a column",
    ),
    pytest.param(
        SOURCE + '[constants]\npart_count = "2"',
        "part_count",
        ["found '2', promised a whole number"],
        id="an ill-typed constant",
    ),
    pytest.param(
        SOURCE + '[constants]\nnet_amount = "2,5"',
        "net_amount",
        ["promised a decimal number as text"],
        id="a decimal with a comma",
    ),
    pytest.param(
        SOURCE + '[constants]\nstate_code = "close"',
        "state_code",
        ["'close' is no value of state_code; did you mean 'closed'?"],
        id="a constant that is no value of the field",
    ),
    pytest.param(
        SOURCE + '[columns.state_code]\nheaders = ["S"]\nrule = "mapped"\nvalues = { O = "open", X = "gone" }',
        "[columns.state_code]",
        ["'gone' is no value of state_code; known: closed, open"],
        id="a mapped word that is no value of the field",
    ),
    pytest.param(
        SOURCE
        + '[columns.state_code]\nheaders = ["S"]\nrule = "mapped"\nvalues = { O = "open" }\notherwise = "opened"',
        "[columns.state_code]",
        ["'opened' is no value of state_code; did you mean 'open'?"],
        id="another word that is no value of the field",
    ),
    pytest.param(
        SOURCE + '[constants]\nzone_name = "Europe/Amsterdm"',
        "zone_name",
        ["found 'Europe/Amsterdm', promised what the rule 'time_zone' gives"],
        id="a zone that is none",
    ),
    pytest.param(
        SOURCE + '[columns.zone_name]\nheaders = ["Zone"]\nrule = "text"',
        'rule = "text"',
        ["rule 'text' fills things.zone_name, promised the rule 'time_zone'"],
        id="a zone by a rule that takes any text",
    ),
    pytest.param(
        SOURCE + "[constants]\nseen_at = 2024-01-31T12:00:00",
        "seen_at",
        ["promised a time with its offset"],
        id="a time without an offset",
    ),
    pytest.param(
        SOURCE + "[coverage]\ndata_from = 2024-01-31T12:00:00",
        "data_from",
        ["promised a date, 2024-01-31"],
        id="a time where a date is promised",
    ),
    pytest.param(
        SOURCE + '[coverage]\ndata_from = "2024-01-31"', "data_from", ["promised a date"], id="a date as text"
    ),
    pytest.param(
        changed('"things"', '"Things!"'),
        "name",
        ["[source] name is 'Things!', promised lower-case letters"],
        id="a bad name",
    ),
    pytest.param(changed('name = "things"\n', ""), "[source]", ["[source] name is None"], id="no name"),
    pytest.param("\nsource = 3", "source", ["source is 3, promised a table"], id="a source that is no table"),
    pytest.param('[[source]]\nname = "x"', "[[source]]", ["promised a table"], id="a list of sources"),
    pytest.param(
        SOURCE.split("[read]")[0] + "[columns]\nthing_id = 3",
        "thing_id",
        ["columns.thing_id is 3, promised a table"],
        id="a column that is no table",
    ),
    pytest.param(
        "columns = 3\n" + SOURCE.split("[columns")[0],
        "columns",
        ["columns is 3, promised a table"],
        id="columns that are no table",
    ),
    pytest.param(
        "read = 3\n" + changed('[read]\nencoding = "utf-8"', ""),
        "read",
        ["read is 3, promised a table"],
        id="read that is no table",
    ),
    pytest.param("constants = 3\n" + SOURCE, "constants", ["constants is 3, promised a table"], id="constants"),
    pytest.param("[domain]\nkept = 3", "kept", ["unknown key 'domain.kept'"], id="a key of [domain]"),
    pytest.param("[domain]\n[other]", "[other]", ["unknown key 'other'"], id="a table beside [domain]"),
    pytest.param("[domain]\nreleases_kept = 0", "releases_kept", ["is 0, promised 1 or more"], id="no release kept"),
    pytest.param("[domain]\nreleases_kept = 1.5", "releases_kept", ["found 1.5, promised a whole number"], id="a half"),
    pytest.param("[domain]\nquarantine_halt_ratio = 2", "quarantine", ["is 2.0, promised 0 to 1"], id="a ratio of 2"),
    pytest.param("domain = 3", "domain", ["domain is 3, promised a table"], id="a domain that is no table"),
    pytest.param("marts = 3", "marts", ["marts is 3, promised a table"], id="marts that are no table"),
    pytest.param(
        '[columns.thing_id]\nrule = "text"',
        "[columns",
        ["neither a [source] nor a [domain] table"],
        id="an overlay of nothing",
    ),
    pytest.param("", "", ["neither a [source] nor a [domain] table; found []"], id="an empty overlay"),
    pytest.param("[source]\nname = \n", "name", ["not TOML"], id="no TOML"),
    pytest.param(SOURCE + "[read]\n", "[read]\n$", ["not TOML", "Cannot declare"], id="a table twice"),
    pytest.param("[source]\nclaims = [\n'x',", "'x',", ["not TOML"], id="a list left open"),
]


@pytest.mark.parametrize(("text", "at", "parts"), MISTAKES)
def test_a_mistake_is_one_sentence_with_file_and_line(files: Files, text: str, at: str, parts: list[str]) -> None:
    sentence = files.refused(text)
    line = text.count("\n") if at.endswith("$") else line_of(text, at)
    assert sentence.startswith(f"0.toml:{line}: "), sentence
    assert [part for part in parts if part not in sentence] == [], sentence


FIXED = changed('encoding = "utf-8"', 'format = "fixed_width"\nlayout = [{name = "Thing", start = 1, width = 5}]')


@pytest.mark.parametrize(
    ("text", "at", "parts"),
    [
        pytest.param(
            changed('encoding = "utf-8"', 'format = "excel"\nquote = "x"'),
            "quote",
            ["`quote` is a key of format csv, and the source is read as excel; leave it out"],
            id="a key of another format",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "parquet"\nencoding = "utf-8"'),
            "encoding",
            ["`encoding` is a key of format csv or fixed_width or json"],
            id="a key of three others",
        ),
        pytest.param(
            changed("encoding", 'sheet = "x"\nencoding'),
            "sheet",
            ["`sheet` is a key of format excel, and the source is read as csv"],
            id="a key beside a format that nobody said",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "fixed_width"'),
            "[read]",
            ["does not say `layout`", "start = 1, width = 10"],
            id="no layout",
        ),
        pytest.param(
            FIXED.replace("start = 1", "start = 0"), "layout", ["stands at 0", "from 1 on"], id="a column at 0"
        ),
        pytest.param(FIXED.replace("width = 5", "width = 0"), "layout", ["at least 1 wide"], id="a column of no width"),
        pytest.param(
            FIXED.replace("5}", '5}, {name = "b", start = 5, width = 1}'),
            "layout",
            ["column 'b' stands at 5", "from 6 on"],
            id="columns that overlap",
        ),
        pytest.param(
            FIXED.replace("5}", '5}, {name = "Thing", start = 6, width = 1}'),
            "layout",
            ["column 'Thing' at 6 has no name of its own"],
            id="a name twice",
        ),
        pytest.param(FIXED.replace('"Thing", start', '" ", start'), "layout", ["no name of its own"], id="no name"),
        pytest.param(
            FIXED.replace(", width = 5", ""),
            "layout",
            ["promised a list of tables with name (text), start (a whole number), width (a whole number)"],
            id="a column without a width",
        ),
        pytest.param(
            FIXED.replace("layout", "header_line_count = -1\nlayout"),
            "header_line_count",
            ["is -1, promised 0 or more"],
            id="fewer header lines than none",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "excel"\nsheet = "a"\nsheet_pattern = "a"'),
            "sheet_pattern",
            ["both `sheet` and `sheet_pattern` are said"],
            id="two ways to a sheet",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "excel"\nsheet_pattern = "("'),
            "sheet_pattern",
            ["'(' is not a regular expression"],
            id="a bad pattern of sheets",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "excel"\ncell_limit = 0'),
            "cell_limit",
            ["is 0, promised 1 or more"],
            id="no cells",
        ),
        pytest.param(
            changed("encoding", "unpacked_limit_bytes = 0\nencoding"),
            "unpacked_limit_bytes",
            ["is 0, promised 1 or more"],
            id="nothing unpacked",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "json"\nrecords = "rows"'),
            "records",
            ["found 'rows', promised one of 'lines', 'array', 'concatenated'"],
            id="records of another kind",
        ),
        pytest.param(
            changed('encoding = "utf-8"', 'format = "parquet"\nmanifest = "x"'),
            "manifest",
            ["found 'x', promised true or false"],
            id="a manifest by name",
        ),
    ],
)
def test_a_mistake_in_how_files_are_read(files: Files, text: str, at: str, parts: list[str]) -> None:
    test_a_mistake_is_one_sentence_with_file_and_line(files, text, at, parts)


def test_a_layout_is_a_list_of_columns(files: Files) -> None:
    assert files.load(FIXED).source("things").read.layout == (Slice("Thing", 1, 5),)


def test_an_overlay_that_says_another_format_leaves_the_keys_of_the_old_one_behind(files: Files) -> None:
    overlay = '[source]\nname = "things"\n[read]\nformat = "excel"\nsheet = "Orders"'
    source = files.load(changed("encoding", 'quote = "\'"\nencoding'), overlay).source("things")
    assert source.read == Read(format="excel", sheet="Orders")
    sentence = files.refused(SOURCE, overlay + "\nquote = 'x'")
    assert sentence.startswith("1.toml:6: `quote` is a key of format csv")
    above = '[source]\nname = "things"\n[read]\nencoding = "utf-16"'
    assert files.refused(SOURCE, overlay, above).startswith("2.toml:4: `encoding` is a key of format csv")


def test_an_overlays_mistake_is_found_in_the_overlay_however_it_is_written(files: Files) -> None:
    for overlay, line in (
        ('source.name = "things"\n\nread.encoding = "utf-9"', 3),
        ('source.name = "things"\nread = {\n  encoding = "utf-9" }', 2),
        ('source.name = "things"\nread = { encoding = "utf-9" }', 2),
        ('[source]\nname = "things"\n["read"]\n"encoding" = "utf-9"', 4),
    ):
        try:
            tomllib.loads(overlay)
        except tomllib.TOMLDecodeError:
            continue  # inline tables over several lines are TOML 1.1
        assert files.refused(SOURCE, overlay).startswith(f"1.toml:{line}: there is no encoding 'utf-9'")


def test_a_mistake_below_a_correct_overlay_is_found_in_the_file_that_made_it(files: Files) -> None:
    bad = changed('"utf-8"', '"utf-9"')
    sentence = files.refused(bad, '[source]\nname = "things"\n[read]\nquote = "\'"')
    assert sentence.startswith(f"0.toml:{line_of(bad, 'encoding')}: ")


def test_a_packaged_sources_mistake_by_an_overlay_names_the_overlay(files: Files) -> None:
    overlay = '[source]\nname = "erp_invoices"\n[columns.vendor_id]\nwidth = 3'
    assert files.refused(overlay).startswith("0.toml:4: vendor_code: width is no parameter")


def test_an_overlay_that_cannot_be_read(files: Files) -> None:
    (path,) = files.write("")
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"cannot read the configuration .*0\.toml: 'utf-8' codec"):
        load("procurement", contracts=CONTRACTS, overlays=[path])
    with pytest.raises(ConfigError, match=r"cannot read the configuration .*nowhere\.toml: .*No such file"):
        load("procurement", contracts=CONTRACTS, overlays=[path.with_name("nowhere.toml")])


@pytest.mark.parametrize(
    ("domain", "parts"),
    [
        ("procurment", "did you mean 'procurement'"),
        ("x", "known: procurement"),
        ("../configs/procurement", "no domain"),
    ],
)
def test_an_unknown_domain(domain: str, parts: str) -> None:
    with pytest.raises(ConfigError, match=parts):
        load(domain, contracts=CONTRACTS)


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the package `configs`."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments/local.toml").write_text("")
    (tmp_path / "toys.toml").write_text("")
    monkeypatch.setattr(config.resources, "files", lambda package: tmp_path)
    return tmp_path


def test_a_domain_without_sources(packaged: Path) -> None:
    assert load("toys", contracts=CONTRACTS) == Configuration(Domain("toys", marts=_same()), (), Environment("local"))


def _same() -> Any:
    class Same:
        def __eq__(self, other: object) -> bool:
            return isinstance(other, Layers)

        __hash__ = None  # type: ignore[assignment]

    return Same()


def test_two_packaged_files_of_one_source(packaged: Path) -> None:
    (packaged / "toys").mkdir()
    for name in "ab":
        (packaged / f"toys/{name}.toml").write_text(SOURCE)
    with pytest.raises(ConfigError, match=r"^configs/toys/b.toml:2: source 'things' is already in configs/toys/a.toml"):
        load("toys", contracts=CONTRACTS)


class TestEnvironment:
    def load(self, environment: str) -> Environment:
        return load("procurement", contracts=CONTRACTS, environment=environment).environment

    def test_unknown(self) -> None:
        with pytest.raises(ConfigError, match=r"there is no environment 'glu'; known: .*local.*, or a path to a .toml"):
            self.load("glu")

    def test_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.toml"
        path.write_text(
            '[environment]\nmasking_key = "variable"\n[spark]\nspark.a.b = 1\n"spark.c" = true\nspark.d="x"'
        )
        assert self.load(str(path)) == Environment(
            "mine", {"spark.a.b": "1", "spark.c": "true", "spark.d": "x"}, "variable"
        )

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            pytest.param('[environment]\nmasking_key = "none"', r":2: found 'none', promised one of 'user'", id="key"),
            pytest.param("[environment]\nmasking = 1", r":2: unknown key 'environment.masking'", id="an unknown key"),
            pytest.param("[sprak]", r":1: unknown key 'sprak'; did you mean 'spark'", id="an unknown table"),
            pytest.param("[spark]\nspark.a = [1]", r":2: found \[1\], promised text, a number", id="a list"),
            pytest.param("\nspark = 1", r":2: spark is 1, promised a table", id="no table"),
        ],
    )
    def test_mistakes(self, tmp_path: Path, text: str, sentence: str) -> None:
        path = tmp_path / "mine.toml"
        path.write_text(text)
        with pytest.raises(ConfigError, match=f"^{re.escape(str(path))}{sentence}"):
            self.load(str(path))


class TestMartsOptions:
    def refused(self, files: Files, text: str) -> str:
        domain = files.load(text).domain
        with pytest.raises(ConfigError) as caught:
            marts_options(domain, ProcurementOptions, sources=(), as_of=None)
        return str(caught.value).replace(f"{files.folder}/", "")

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            pytest.param(
                "[marts]\nmedian_at_leest_count = 3",
                "0.toml:2: unknown key 'marts.median_at_leest_count'",
                id="an unknown option",
            ),
            pytest.param("[marts]\nas_of = 2024-01-31", "0.toml:2: unknown key 'marts.as_of'", id="told elsewhere"),
            pytest.param(
                '[marts]\nleft_edge_days = "7"', "0.toml:2: found '7', promised a whole number", id="its type"
            ),
            pytest.param("[marts]\ncalendars = 3", "0.toml:2: marts.calendars is 3, promised a table", id="calendars"),
            pytest.param(
                "[marts.calendars.de]\nholiday = [2024-05-01]",
                "0.toml:2: unknown key 'marts.calendars.de.holiday'",
                id="an unknown key of a calendar",
            ),
            pytest.param(
                '[marts.calendars.de]\nholidays = ["2024-05-01"]',
                "0.toml:2: found ['2024-05-01'], promised a list of a date",
                id="a holiday that is text",
            ),
            pytest.param(
                '\n[marts.calendars.de]\nweekend = ["sonntag"]',
                "0.toml:2: calendars: weekend: found sonntag, promised any of monday",
                id="a weekday",
            ),
            pytest.param(
                '[marts.calendars]\na.companies = ["1"]\nb.companies = ["1"]',
                "0.toml:1: calendars: companies: found 1 more than once",
                id="a company in two calendars",
            ),
            pytest.param("[marts.never_expected]\norder_to_cleared = 3", "0.toml:1: found {", id="a table of numbers"),
            pytest.param(
                '[marts.never_expected]\nx = "true"',
                "0.toml:1: never_expected: legs: found x",
                id="what the marts themselves refuse",
            ),
        ],
    )
    def test_mistakes(self, files: Files, text: str, sentence: str) -> None:
        assert self.refused(files, text).startswith(sentence)


def test_a_source_that_is_not_there(files: Files) -> None:
    with pytest.raises(ConfigError, match="procurement has no source 'erp_invoice'; did you mean 'erp_invoices'"):
        files.load().source("erp_invoice")


def test_lines_of_every_form_of_key() -> None:
    text = """# [a]
a.b = 1
c = [
  ["d"],  # c = 3
]

[e."f g"]
h = '''
i = 1
[j]
'''
"k" = { l = 1 }
[[m]]
n = 1
[[m]]
o = 1
"""
    lines = Document(tomllib.loads(text), text, "x.toml").lines
    assert lines == {
        ("a",): 2,
        ("a", "b"): 2,
        ("c",): 3,
        ("e",): 7,
        ("e", "f g"): 7,
        ("e", "f g", "h"): 8,
        ("e", "f g", "k"): 12,
        ("e", "f g", "k", "l"): 12,
        ("m",): 13,
        ("m", "n"): 14,
        ("m", "o"): 16,
    }


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
        assert Read(sheet="x").said() == Read().said()
        assert Read(format="excel", quote="'").said() == Read(format="excel").said()
        assert Read(format="excel", sheet="x").said() != Read(format="excel").said()

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
