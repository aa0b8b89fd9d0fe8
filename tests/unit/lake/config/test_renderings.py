"""The same data in other renderings: read alike by the packaged sources, or refused with the lines that mend it.

The rows are made up, in the headers and with the dirt of the real files.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from lake.config.configuration import Configuration, Source, load
from lake.config.mending import overlay, setting_that_reads
from lake.errors import DataError
from lake.landing.claims import claim_files
from lake.landing.land_file import land_file
from lake.landing.landed_file import landing_key
from lake.store.folder import FolderStore
from schemas.procurement import CURATED
from tests.unit.lake.landing.formats.workbooks import xlsx
from tests.where import SHARED
from transforms.standardization import FieldPlan, FilePlan, SourcePlan, Standardizing

SCMS_HEADER = (
    "ID", "PO / SO #", "ASN/DN #", "Country", "Fulfill Via", "PO Sent to Vendor Date", "Delivery Recorded Date",
    "Product Group", "Vendor", "Line Item Quantity", "Line Item Value", "Freight Cost (USD)",
)  # fmt: skip
SCMS = (
    SCMS_HEADER,
    ("1", "SCMS-4", "ASN-8", "Côte d'Ivoire", "Direct Drop", "11/13/2006", "2-Jun-07",
     "HRDT", "Société, Ltd", "19", "551.5", "780.34"),
    ("3", "SCMS-13", "ASN-85", "Vietnam", "Direct Drop", "Date Not Captured", "14-Nov-06",
     "ARV", "Aurobindo", "1000", "6200.25", "See ASN-85 (ID#:3)"),
    ("4", "SO-20", "DN-14", "Vietnam", "From RDC", "N/A - From RDC", "27-Aug-06",
     "HRDT", "SCMS from RDC", "500", "40000.75", "Invoiced Separately"),
)  # fmt: skip
KPI_HEADER = (
    "PO_ID", "Supplier", "Order_Date", "Delivery_Date", "Item_Category", "Order_Status", "Quantity", "Unit_Price",
    "Negotiated_Price", "Defective_Units", "Compliance",
)  # fmt: skip
KPI = (
    KPI_HEADER,
    ("PO-00001", "Alpha_Inc", "2023-10-17", "2023-10-25", "Office Supplies", "Cancelled",
     "1176", "20.13", "17.81", "", "Yes"),
    ("PO-00002", "Delta_Logistics", "2022-04-25", "2022-05-05", "MRO", "Delivered",
     "1509", "39.32", "37.34", "235.0", "Yes"),
    ("PO-00014", "Beta_Supplies", "2022-02-02", "", "MRO", "Partially Delivered",
     "5000", "18.3", "16.88", "", "Yes"),
)  # fmt: skip
Table = Sequence[Sequence[str]]
Rendering = Callable[[Table], bytes]


def text(delimiter: str, encoding: str, header: Callable[[str], str] = str) -> Rendering:
    def render(table: Table) -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows([[*map(header, table[0])], *table[1:]])
        return out.getvalue().encode(encoding)

    return render


def typed(cell: str) -> Any:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        return date.fromisoformat(cell)
    return float(cell) if re.fullmatch(r"[0-9]+([.][0-9]+)?", cell) else cell or None


def workbook(*sheets: str) -> Rendering:
    """The table with typed cells in the first of the sheets, and something else in the others."""

    def render(table: Table) -> bytes:
        named = {name: [["Notes"], ["none"]] for name in sheets}
        return xlsx({**named, sheets[0]: [table[0], *([typed(cell) for cell in row] for row in table[1:])]})

    return render


def decimal_comma(table: Table) -> Table:
    return [[re.sub(r"^([0-9]+)[.]([0-9]+)$", r"\1,\2", cell) for cell in row] for row in table]


class Place:
    """A raw folder, a lake, and the configuration with what has been mended so far."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.overlays = folder, list[Path]()
        self.raw, self.lake = FolderStore(folder / "raw"), FolderStore(folder / "lake")

    @property
    def configuration(self) -> Configuration:
        return load("procurement", contracts=CURATED, overlays=self.overlays)

    def rows(self, name: str, data: bytes) -> dict[str, list[dict[str, Any]]]:
        """What each source that claims the file makes of it, by the table that it fills."""
        file = self.raw.put(name, data)
        configuration = self.configuration
        claims = claim_files([file], configuration.sources, configuration.domain, arrived_at="", where="raw")
        found = {}
        for claim in claims:
            source = configuration.source(claim.source_name)
            landed = land_file(self.raw, self.lake, claim, source)
            key = landing_key("procurement", source.name, landed.landing_file_id, "parquet")
            batch = pq.read_table(self.lake.local_path(key), partitioning=None).combine_chunks().to_batches()[0]
            rows = Standardizing(plan_of(source, landed.landing_file_id)).rows(batch).to_pylist()
            kept = (*CURATED[source.table].names, "record_number", "not_of_table", "unreadable")
            found[source.table] = [{name: row[name] for name in kept} for row in rows]
        return found

    def mend(self, sentence: str) -> None:
        """Write the lines that the sentence hands over into a file, as they stand there."""
        said = re.search(r"give with --config a file of the lines (.*?)((?:, and another for \w+)*)$", sentence)
        assert said, sentence
        lines = re.sub(r" and (?=(source|read|columns|excluded)[.])", "\n", said[1])
        first = tomllib.loads(lines)["source"]["name"]
        for name in (first, *re.findall(r"another for (\w+)", said[2])):
            path = self.folder / f"mended-{len(self.overlays)}.toml"
            path.write_text(lines.replace(f'"{first}"', f'"{name}"'))
            self.overlays.append(path)

    def mended(self, name: str, data: bytes) -> dict[str, list[dict[str, Any]]]:
        """The rows, after every refusal was answered with the lines that it said."""
        for _ in range(8):
            try:
                return self.rows(name, data)
            except DataError as refused:
                self.mend(str(refused))
        raise AssertionError("the lines of the sentences mend nothing")


def plan_of(source: Source, landing_file_id: str) -> SourcePlan:
    contract = CURATED[source.table]
    return SourcePlan(
        source_name=source.name,
        contract=contract,
        identical_rows=source.identical_rows,
        fields=tuple(
            FieldPlan(contract.by_name[c.field], c.landing_name, c.rule, c.parameters, c.null_tokens)
            for c in source.columns
        ),
        constants=source.constants,
        files={landing_file_id: FilePlan("", {})},
        masking_key=b"key",
        exclusions=tuple(excluded.plan for excluded in source.excluded),
    )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def known(place: Place, table: Table) -> dict[str, list[dict[str, Any]]]:
    """The rows as the real file is rendered."""
    if table is SCMS:
        return place.rows("scms_as_it_comes.csv", text("\t", "latin-1")(table))
    return place.rows("procurement_kpi.csv", text(",", "utf-8")(table))


def test_the_rendering_of_the_real_file_is_read(place: Place) -> None:
    rows = known(place, SCMS)
    orders = [
        (row["po_number"], row["ordered_on"], row["vendor_id"], row["ordered_amount"], row["not_of_table"])
        for row in rows["purchase_orders"]
    ]
    assert orders == [
        ("SCMS-4", date(2006, 11, 13), "Société, Ltd", Decimal("551.50"), None),
        ("SCMS-13", None, "Aurobindo", Decimal("6200.25"), None),
        ("SO-20", None, "SCMS from RDC", Decimal("40000.75"), "from_stock"),
    ]
    assert [row["received_on"] for row in rows["goods_receipts"]] == [
        date(2007, 6, 2),
        date(2006, 11, 14),
        date(2006, 8, 27),
    ]
    assert [row["unreadable"] for row in rows["purchase_orders"]] == [[], [], []]


def snake(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


ALIKE = [
    pytest.param(SCMS, "SCMS_Delivery.csv", text(",", "utf-8"), id="comma and UTF-8"),
    pytest.param(SCMS, "scms.csv", text(";", "utf-8-sig"), id="semicolon and a byte-order mark"),
    pytest.param(SCMS, "scms.txt", text("\t", "utf-16"), id="UTF-16"),
    pytest.param(SCMS, "scms.csv", text("|", "cp1252"), id="bars and cp1252"),
    pytest.param(SCMS, "in/scms.csv.gz", lambda t: gzip.compress(text("\t", "latin-1")(t)), id="packed"),
    pytest.param(SCMS, "scms.csv", text(",", "utf-8", str.upper), id="header in capitals"),
    pytest.param(SCMS, "scms.csv", text(",", "utf-8", snake), id="header with underscores and without marks"),
    pytest.param(SCMS, "scms.csv", text(",", "utf-8", lambda name: f"  {name} "), id="header with spaces around"),
    pytest.param(KPI, "procurement kpi.csv", text(",", "utf-8", lambda n: n.replace("_", " ")), id="spaces for lines"),
    pytest.param(KPI, "Procurement_KPI.tsv", text("\t", "utf-16", str.lower), id="another case, tabs, UTF-16"),
    pytest.param(
        KPI, "procurement_kpi.xlsx", workbook("Procurement KPI Analysis Datase", "Analyis"), id="the workbook"
    ),
]


@pytest.mark.parametrize(("table", "name", "render"), ALIKE)
def test_another_rendering_is_read_alike(place: Place, table: Table, name: str, render: Rendering) -> None:
    assert place.rows(name, render(table)) == known(place, table)


MENDED = [
    pytest.param(
        SCMS,
        "scms.csv",
        text(
            ",",
            "utf-8",
            lambda name: {"PO / SO #": "PO/SO Number (SCMS)", "Fulfill Via": "Fulfilled via"}.get(name, name),
        ),
        id="headers of other names",
    ),
    pytest.param(SCMS, "scms.xlsx", workbook("Sheet1"), id="a workbook instead of a text"),
    pytest.param(KPI, "procurement_kpi.xlsx", workbook("Sheet1", "Notes"), id="a sheet of another name"),
    pytest.param(
        KPI, "procurement_kpi.xlsx", workbook("Sheet1", "Procurement KPI Analysis Datase"), id="another sheet"
    ),
    pytest.param(SCMS, "scms.csv", lambda t: text("\t", "utf-16")(t)[2:], id="UTF-16 without its mark"),
]


@pytest.mark.parametrize(("table", "name", "render"), MENDED)
def test_another_rendering_is_refused_with_the_lines_that_mend_it(
    place: Place, table: Table, name: str, render: Rendering
) -> None:
    expected = known(place, table)
    with pytest.raises(DataError):
        place.rows(name, render(table))
    assert place.mended(name, render(table)) == expected
    assert place.overlays


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        pytest.param("in/invoices_2024-03_d1.xlsx", "excel", id="a workbook"),
        pytest.param("invoices_2024-03.jsonl.gz", "json", id="JSON, packed"),
        pytest.param("invoices_2024-03_d12.parquet", "parquet", id="Parquet without a manifest"),
    ],
)
def test_a_month_in_another_format_is_claimed_with_its_period_once_the_lines_are_given(
    place: Place, name: str, format_: str
) -> None:
    with pytest.raises(DataError) as refused:
        place.rows(name, b"")
    place.mend(str(refused.value))
    configuration = place.configuration
    [claim] = claim_files(
        [place.raw.put(name, b"")], configuration.sources, configuration.domain, arrived_at="", where="raw"
    )
    assert (claim.source_name, claim.period) == ("erp_invoices", "2024-03")
    source = configuration.source("erp_invoices")
    assert (source.read.format, source.wants_manifest) == (format_, False)


@pytest.mark.parametrize(
    ("table", "name", "field"),
    [
        pytest.param(SCMS, "scms.csv", "ordered_amount", id="an amount"),
        pytest.param(KPI, "procurement_kpi.csv", "unit_price_amount", id="a price"),
    ],
)
def test_a_decimal_comma_is_unreadable_and_the_line_that_reads_it_is_known(
    place: Place, table: Table, name: str, field: str
) -> None:
    expected = known(place, table)["purchase_orders"]
    data = text(";", "utf-8")(decimal_comma(table))
    rows = place.rows(name, data)["purchase_orders"]
    assert [row["unreadable"] for row in rows] == [[f"{field}_unreadable"]] * 3
    source = next(
        s for s in place.configuration.sources if s.table == "purchase_orders" and re.search(s.claims[0], name)
    )
    setting = setting_that_reads(source, field, "17,81")
    assert setting == f'columns.{field}.decimal = ","'
    place.mend(overlay(source.name, setting))
    assert place.rows(name, data)["purchase_orders"] == expected


SETTINGS: list[tuple[str, str, str | None]] = [
    ("ordered_on", "31.12.2024", 'columns.ordered_on.formats = ["iso", "%d.%m.%Y"]'),
    ("ordered_on", "12/31/2024", 'columns.ordered_on.ambiguous_formats = ["%d/%m/%Y", "%m/%d/%Y"]'),
    ("ordered_on", "20241231", 'columns.ordered_on.formats = ["iso", "%Y%m%d"]'),
    ("ordered_on", "soon", None),
    ("unit_price_amount", "1.234,50", 'columns.unit_price_amount.decimal = ","'),
    ("unit_price_amount", "twelve", None),
    ("status_code", "Returned", None),
    ("no_such_field", "1", None),
]


@pytest.mark.parametrize(("field", "cell", "setting"), SETTINGS, ids=[f"{f} {c}" for f, c, _ in SETTINGS])
def test_a_line_is_handed_over_only_where_it_reads_the_cell(field: str, cell: str, setting: str | None) -> None:
    source = load("procurement", contracts=CURATED).source("kpi_purchase_orders")
    assert setting_that_reads(source, field, cell) == setting


def test_an_unknown_word_in_the_column_that_excludes_is_unreadable(place: Place) -> None:
    table = [*SCMS[:2], [*SCMS[2][:4], "By Drone", *SCMS[2][5:]], [*SCMS[3][:4], "", *SCMS[3][5:]]]
    rows = place.rows("scms.csv", text(",", "utf-8")(table))["goods_receipts"]
    assert [(row["not_of_table"], row["unreadable"]) for row in rows] == [
        (None, []),
        (None, ["from_stock_unreadable"]),
        (None, []),
    ]


def test_the_packaged_sources_claim_no_file_of_one_another() -> None:
    sources = load("procurement", contracts=CURATED).sources
    names: Mapping[str, set[str]] = {
        "bpic2019_events_half.csv.gz": {"bpic2019_events"},
        "scms_delivery_history_tab_latin1.csv": {"scms_purchase_orders", "scms_goods_receipts"},
        "procurement_kpi_from_xlsx_column_A.csv": {"kpi_purchase_orders", "kpi_goods_receipts"},
        "procurement_kpi_dashboard.xlsx": {"kpi_workbook_purchase_orders", "kpi_workbook_goods_receipts"},
        "bibitor_vendor_invoice_iso.csv": {"bibitor_purchase_orders", "bibitor_invoices", "bibitor_vendors"},
        "invoices_2024-03_d1.csv": {"erp_invoices"},
        "purchase_orders_2024-03.csv": {"erp_purchase_orders"},
        "vendors_2024-03.csv": {"erp_vendors"},
    }
    for name, expected in names.items():
        assert {s.name for s in sources if any(re.search(pattern, name) for pattern in s.claims)} == expected


DATA = SHARED / "data/procurement"
REAL = {
    "scms": (DATA / "scms_delivery_history_tab_latin1.csv", "latin-1", "\t"),
    "kpi": (DATA / "procurement_kpi_from_xlsx_column_A.csv", "utf-8", ","),
    "bibitor": (DATA / "bibitor_vendor_invoice_iso.csv", "utf-8", ","),
}
WORKBOOK = DATA / "procurement_kpi_dashboard.xlsx"
ABSENT = [str(path) for path in (*(path for path, *_ in REAL.values()), WORKBOOK) if not path.exists()]
real = pytest.mark.skipif(bool(ABSENT), reason=f"{', '.join(ABSENT)} absent: real renderings were not checked")


def real_table(name: str) -> Table:
    path, encoding, delimiter = REAL[name]
    return list(csv.reader(path.read_text(encoding).splitlines(), delimiter=delimiter))


@real
@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize(
    ("ending", "render"),
    [
        pytest.param(".csv", text(",", "utf-8", str.upper), id="comma, UTF-8, capitals"),
        pytest.param(".tsv", text("\t", "utf-16", lambda header: header.replace("_", " ")), id="tab, UTF-16, spaces"),
        pytest.param(".csv.gz", lambda table: gzip.compress(text(";", "latin-1", snake)(table)), id="packed Latin-1"),
    ],
)
def test_a_real_file_in_another_rendering_is_read_alike(
    place: Place, name: str, ending: str, render: Rendering
) -> None:
    path = REAL[name][0]
    assert place.rows(f"{path.stem}_d2{ending}", render(real_table(name))) == place.rows(path.name, path.read_bytes())


@real
@pytest.mark.parametrize("name", REAL)
def test_a_real_file_as_a_workbook_is_read_alike_once_it_is_mended(place: Place, name: str) -> None:
    path = REAL[name][0]
    expected = place.rows(path.name, path.read_bytes())
    assert place.mended(f"{path.stem}.xlsx", workbook("Data")(real_table(name))) == expected


@real
@pytest.mark.parametrize("sheet", ["Procurement KPI Analysis Datase", "Procurement kpi Analysis"])
def test_either_sheet_of_the_real_workbook_says_what_the_csv_says(place: Place, sheet: str) -> None:
    path = REAL["kpi"][0]
    for source in ("kpi_workbook_purchase_orders", "kpi_workbook_goods_receipts"):
        place.mend(overlay(source, f'read.sheet = "{sheet}"'))
    assert place.rows(WORKBOOK.name, WORKBOOK.read_bytes()) == place.rows(path.name, path.read_bytes())
