"""Every kind of dirt is there at its level, can be seen in the bytes, and stays within its bounds."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from samples.procurement.damage import DAMAGES
from samples.procurement.deliveries import SHARES
from samples.procurement.dirt import SMUDGES
from samples.procurement.generation import SPINE, GenerationSummary, generate_procurement
from samples.procurement.styles import TRAITS
from tests.unit.samples import oracle

OTHERS = {
    "too_few_fields",
    "too_many_fields",
    "undecodable_bytes",
    "optional_null",
    "null_token",
    "repeated_line",
    "released_before_submitted",
    "recorded_before_invoiced",
    "resent_month",
    "gone_key",
    "master_again",
    "same_content",
}
HOSTILE = OTHERS | {kind.name for kind in (*DAMAGES, *SMUDGES)} | set(SHARES) | set(TRAITS)
REALISTIC = HOSTILE - {"full_width_digits", "nbsp_around", "two_defects", "moved_invoice", "no_final_newline"}

Made = tuple[Path, GenerationSummary]


@pytest.fixture(scope="module")
def realistic(tmp_path_factory: pytest.TempPathFactory) -> Made:
    out = tmp_path_factory.mktemp("realistic")
    return out, generate_procurement(rows=60_000, seed=4, dirt="realistic", out=out)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Made:
    out = tmp_path_factory.mktemp("hostile")
    return out, generate_procurement(rows=60_000, seed=4, dirt="hostile", out=out)


@pytest.fixture(scope="module")
def hostile_records(hostile: Made) -> list[oracle.RawRecord]:
    return oracle.outcomes(hostile[0] / "raw")


def lines_of(made: Made) -> list[bytes]:
    return [line for file in oracle.read_lines(made[0] / "raw") for line in file.records]


def test_realistic_has_every_one_of_its_kinds_and_no_other(realistic: Made) -> None:
    assert {kind for kind, count in realistic[1].dirt.items() if count} == REALISTIC


def test_hostile_has_every_kind(hostile: Made) -> None:
    assert {kind for kind, count in hostile[1].dirt.items() if count} == HOSTILE


@pytest.mark.parametrize(
    ("pattern", "level"),
    [
        pytest.param(r"\bv-\d+\b", "realistic", id="vendor code with a dash"),
        pytest.param(r"\bV \d{4}\b", "realistic", id="vendor code with a space"),
        pytest.param(r"VENDOR#\d+", "realistic", id="vendor code with a hash"),
        pytest.param(r"V[\uff10-\uff19]{6}", "hostile", id="vendor code in full-width digits"),
        pytest.param(r"\b45 \d{4} \d{4}\b", "realistic", id="order number with spaces"),
        pytest.param(r"\b45\d{8}\.0\b", "realistic", id="order number of a spreadsheet"),
        pytest.param(r'"-?\d{1,3}(,\d{3})+\.\d\d"', "realistic", id="amount with commas, quoted"),
        pytest.param(r"EUR \d+\.\d\d", "realistic", id="amount with its currency"),
        pytest.param(r"\(\d+\.\d\d\)", "realistic", id="credit in parentheses"),
        pytest.param(r"\d\.\d\d-", "realistic", id="credit with a trailing minus"),
        pytest.param(r"\b[0-3]\d/[01]\d/202[345]\b", "realistic", id="day first"),
        pytest.param(r"\b[01]\d/[23]\d/202[345]\b", "realistic", id="month first"),
        pytest.param("\u00a0", "realistic", id="no-break space"),
        pytest.param(r"\w  \w", "realistic", id="doubled space"),
        pytest.param("[\ufb00-\ufb04]", "realistic", id="ligature"),
        pytest.param("[\uff21-\uff3a][\uff41-\uff5a]", "realistic", id="full-width letters"),
        pytest.param("u\u0308", "realistic", id="decomposed umlaut"),
        pytest.param("[äöüß]", "realistic", id="umlaut"),
        pytest.param(r"(^|[,;])(NULL|N/A|-)([,;]|$)", "realistic", id="null tokens"),
        pytest.param(r'"[^"]+"".+"""?[^"]', "realistic", id="doubled quotes"),
        pytest.param(r'"[^",]+, [^",]+"', "realistic", id="delimiter in a quoted name"),
        pytest.param("see contract|1\\.2\\.3", "realistic", id="amount that is none"),
        pytest.param("2024-02-30|32\\.13\\.2024", "realistic", id="date that is none"),
        pytest.param(r"[,;](X|yes|No|n)([,;]|$)", "realistic", id="flags as the source pleases"),
        pytest.param("maybe|tbd", "realistic", id="flag that is none"),
        pytest.param("thirty|30/60|net|12[.]5", "hostile", id="count that is none"),
        pytest.param("42A|V00\\?\\?42", "realistic", id="vendor code that is none"),
    ],
)
def test_kind_can_be_seen_in_the_raw_lines(pattern: str, level: str, request: pytest.FixtureRequest) -> None:
    text = "\n".join(line.decode(errors="replace") for line in lines_of(request.getfixturevalue(level)))
    assert re.search(pattern, text, re.MULTILINE), pattern


def test_files_come_in_every_form(hostile: Made) -> None:
    raw = [(path, path.read_bytes()) for path in (hostile[0] / "raw").rglob("*.csv")]
    headers = [file.header for file in oracle.read_lines(hostile[0] / "raw")]
    zipped = [path.read_bytes() for path in (hostile[0] / "raw").rglob("*.gz")]
    assert {content[4:8] for content in zipped} == {bytes(4)}, "a gzip header tells when it was written"
    assert any(content.startswith(b"\xef\xbb\xbf") for _, content in raw)
    assert any(b"\r\n" in content for _, content in raw)
    assert any(not content.endswith(b"\n") for _, content in raw)
    assert any(b";" in header for header in headers)
    assert any(b"Remarks" in header for header in headers)
    for synonym in (
        b"Purchasing Document",
        b"PO_No",
        b"Item No",
        b"Vendor Code",
        b"Supplier",
        b"Ordered On",
        b"Net Value",
        b"Invoice Number",
        b"Invoice Amount",
        b"Material Document",
        b"Manual Decision",
        b"Terms (days)",
        b"Paid Amount",
        b"Removed By",
    ):
        assert any(synonym in header for header in headers), synonym
    assert len({header.replace(b'"', b"") for header in headers}) > 10


@pytest.mark.parametrize(
    ("level", "least", "most"),
    [
        pytest.param("realistic", 0.005, 0.05, id="a few of a hundred"),
        pytest.param("hostile", 0.025, 0.12, id="heavier"),
    ],
)
def test_quarantine_keeps_its_share(level: str, least: float, most: float, request: pytest.FixtureRequest) -> None:
    _, summary = request.getfixturevalue(level)
    for table, counts in summary.outcomes.items():
        if table == "vendors":  # a few hundred rows, so that a share says little
            assert counts["quarantined"] > 0
            continue
        assert least < counts["quarantined"] / summary.raw_rows[table] < most, (table, counts)


@pytest.mark.parametrize("rows", [1_000, 1_700, 4_000])
@pytest.mark.parametrize("dirt", ["realistic", "hostile"])
@pytest.mark.parametrize("seed", range(4))
def test_dead_letters_stay_below_one_in_200_of_any_file_and_are_there(
    rows: int, dirt, seed: int, tmp_path: Path
) -> None:
    generate_procurement(rows=rows, seed=seed, dirt=dirt, tables=SPINE, out=tmp_path)
    files = pq.read_table(tmp_path / "truth/files.parquet").to_pylist()
    assert any(file["dead_letters"] for file in files)
    for file in files:
        assert file["dead_letters"] < max(0.005 * file["records"], 0.1), file


def test_none_is_clean(tmp_path: Path) -> None:
    summary = generate_procurement(rows=20_000, seed=4, dirt="none", out=tmp_path)
    raw = tmp_path / "raw"
    files = list(oracle.read_lines(raw))
    text = b"".join(path.read_bytes() for path in raw.rglob("*") if path.is_file())
    ledger = pq.read_table(tmp_path / "truth/files.parquet").to_pylist()
    assert summary.dirt == {}
    assert all(file.number == 1 and file.blanks == 0 for file in files)
    assert len({(file.table, file.header) for file in files}) == 8
    assert not any(sign in text for sign in (b'"', b";", b"\r", b"\t", b"\xef\xbb\xbf", b"NULL", "\u00a0".encode()))
    assert not any(file["same_content"] or file["dead_letters"] for file in ledger)
    for counts in summary.outcomes.values():
        assert counts["quarantined"] == counts["dead_letter"] == counts["duplicate"] == 0
    for table in ("goods_receipts", "invoices", "payments"):
        assert summary.outcomes[table]["superseded"] == 0
    assert summary.outcomes["purchase_orders"]["superseded"] > 0
    assert summary.outcomes["purchase_orders"]["excluded"] > 0


def test_nasty_orders_of_arrival_have_their_effect(hostile_records: list[oracle.RawRecord]) -> None:
    records = hostile_records
    orders = [record for record in records if record.table == "purchase_orders" and not record.is_dead]
    excluded = {record.key: record for record in orders if record.outcome == "excluded"}
    revenants = [
        r for r in orders if r.outcome == "superseded" and r.key in excluded and r.order > excluded[r.key].order
    ]
    valid = [record for record in orders if not record.faults]
    by_version: dict[object, set[str]] = {}
    for record in valid:
        by_version.setdefault((record.key, record.values["changed_at"]), set()).add(repr(record.values))
    curated = {record.key: record for record in orders if record.outcome == "curated"}
    stands = [
        r
        for r in orders
        if r.outcome == "quarantined"
        and r.key in curated
        and r.values["changed_at"]
        and r.values["changed_at"] > curated[r.key].values["changed_at"]
    ]
    moved = [r for r in records if r.table == "invoices" and r.outcome == "superseded" and not r.is_replaced]
    assert len(revenants) > 10
    assert sum(len(contents) > 1 for contents in by_version.values()) > 10
    assert len(stands) > 10
    assert len(moved) > 3
    assert any(r.is_replaced and r.faults and r.outcome == "superseded" for r in records)


def test_resent_month_fills_in_clearings_and_drops_keys(hostile_records: list[oracle.RawRecord]) -> None:
    records = [r for r in hostile_records if r.table == "invoices" and not r.faults and not r.is_dead]
    replaced = {r.key: r for r in records if r.is_replaced}
    standing = {r.key: r for r in records if not r.is_replaced}
    both = replaced.keys() & standing.keys()
    filled = [key for key in both if replaced[key].values["cleared_on"] is None and standing[key].values["cleared_on"]]
    assert len(filled) > len(both) / 4
    assert len(replaced.keys() - standing.keys()) > 10
