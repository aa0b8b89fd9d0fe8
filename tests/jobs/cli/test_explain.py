"""From a figure of a release to its raw records."""

import shutil

import pytest

from tests.jobs.cli.made import CELL, FIRST, SECOND, Made


def test_a_case_leads_to_its_raw_records(made: Made) -> None:
    said = made.ask("explain", "procurement", "case", "45_00001", "--json").json()
    (case,) = said["cases"]
    assert (case["case"]["case_status"], case["event_count"], len(case["events"])) == ("cleared", 5, 5)
    rows = case["rows"]
    events = {e["activity_name"]: rows[e["row"]] for e in case["events"]}
    cleared = events["Clear Invoice"]["versions"]
    assert [(v["outcome"], v["raw"]["file"], v["raw"]["record_number"], v["raw"]["line"]) for v in cleared] == [
        ("curated", FIRST, 25, 27)
    ]  # the header and a blank line stand before
    fields = cleared[0]["raw"]["fields"]
    assert fields["concept:name"] == "Clear Invoice"
    assert fields["time:timestamp"] == "2024-05-17T10:00:00.000+02:00"
    again = events["Create Purchase Order Item"]["versions"]
    # nothing but the hashes of the two files tells which of two alike records is the newer
    assert {v["outcome"] for v in again} == {"curated", "duplicate"}
    assert {(v["raw"]["file"], v["raw"]["line"]) for v in again} == {(FIRST, 2), (SECOND, 2)}


def test_a_quarantined_row_of_a_case_is_shown_with_its_reason(made: Made) -> None:
    said = made.ask("explain", "procurement", "case", "45_00006", "--json").json()
    (row,) = [row for row in said["cases"][0]["rows"] if row["versions"][0]["outcome"] == "quarantined"]
    (version,) = row["versions"]
    assert version["reasons"] == ["event_type_unreadable"]
    assert (version["raw"]["file"], version["raw"]["record_number"], version["raw"]["line"]) == (FIRST, 31, 33)
    assert version["raw"]["fields"]["concept:name"] == "Dance"


def test_personal_and_undeclared_columns_are_masked_unless_revealed(made: Made) -> None:
    hidden = made.ask("explain", "procurement", "case", "45_00006", "--json")
    shown = made.ask("explain", "procurement", "case", "45_00006", "--json", "--reveal")
    assert "Grace" not in hidden.out
    assert "Ada" not in hidden.out
    for said, user in ((hidden, "•••"), (shown, "Grace")):
        row = next(r for r in said.json()["cases"][0]["rows"] if r["versions"][0]["outcome"] == "quarantined")
        fields = row["versions"][0]["raw"]["fields"]
        assert (fields["User"], fields["org:resource"], fields["case concept:name"]) == (user, user, "45_00006")
    for_people = made.ask("explain", "procurement", "case", "45_00006").out
    assert "Grace" not in for_people
    assert "User=•••" in for_people


def test_a_cell_is_computed_again_from_its_legs(made: Made) -> None:
    said = made.ask("explain", "procurement", "cycle_times_monthly", *CELL, "--json").json()
    (cell,) = said["cells"]
    assert cell["agrees"] is True
    checks = {check["figure"]: (check["mart"], check["recomputed"]) for check in cell["checks"]}
    assert checks["median_days"] == (35.0, 35.0)
    assert checks["closed_count"] == (6, 6)
    assert checks["censored_median_days"] == (30, 30)
    longest = cell["legs"][0]
    assert (longest["case_id"], longest["duration_days"]) == ("45_00006", 60)
    raw = said["rows"][longest["end_event"]["row"]]["versions"][0]["raw"]
    assert (raw["file"], raw["record_number"], raw["fields"]["concept:name"]) == (FIRST, 30, "Clear Invoice")


def test_a_cell_for_people_shows_figure_leg_event_file_and_line(made: Made) -> None:
    said = made.ask("explain", "procurement", "cycle_times_monthly", *CELL).out
    for text in (
        "median_days",
        "case 45_00006: closed, 60 days, 2024-05-07 to 2024-07-06",
        "2024-07-06 invoice_cleared (Clear Invoice)",
        f"{FIRST} record 30, line 32",
    ):
        assert text in said, said
    assert "✗" not in said


def test_a_cell_without_a_leg_is_explained_for_every_leg(made: Made) -> None:
    said = made.ask("explain", "procurement", "cycle_times_overall", "vendor_id=V1", "--json").json()
    legs = {cell["cell"]["leg"] for cell in said["cells"]}
    assert {"order_to_receipt", "invoice_date_to_cleared"} <= legs
    assert all(cell["agrees"] for cell in said["cells"])


@pytest.mark.parametrize(
    ("terms", "code", "sentence"),
    [
        pytest.param(
            ("case", "45_0001"),
            1,
            "there is no case 45_0001 in release 2; the closest are 45_00001",
            id="an unknown case",
        ),
        pytest.param(
            ("cycle_times_monthly", "vendor_id=V1", "month=2023-01", "leg=order_to_receipt"),
            1,
            "the closest are vendor_id=V1 month=2024-05 leg=order_to_receipt",
            id="a month without a cell",
        ),
        pytest.param(
            ("cycle_times_monthly", "vendor_id=V1"), 2, "found no month, expected month=YYYY-MM", id="no month"
        ),
        pytest.param(
            ("cycle_times_monthly", "vendor_id=V1", "month=May"),
            2,
            "month is 'May', expected YYYY-MM",
            id="a month that is none",
        ),
        pytest.param(
            ("cycle_times_monthly", "month=2024-05", "leg=jump"),
            2,
            "leg is 'jump', expected one of",
            id="an unknown leg",
        ),
        pytest.param(
            ("cycle_times_monthly", "vendor=V1", "month=2024-05"),
            2,
            "found 'vendor=V1', expected name=value with one of leg, cell_grain, source_system_code, vendor_id",
            id="an unknown name",
        ),
        pytest.param(
            ("nothing", "x"), 2, "found 'nothing', expected one of case, cycle_times_monthly", id="an unknown subject"
        ),
    ],
)
def test_explain_says_what_it_cannot_find(made: Made, terms: tuple[str, ...], code: int, sentence: str) -> None:
    found = made.ask("explain", "procurement", *terms)
    assert (found.code, found.out) == (code, "")
    assert sentence in found.err


def test_explain_goes_on_without_landing_and_says_so(copied: Made) -> None:
    shutil.rmtree(copied.lake / "landing")
    said = copied.ask("explain", "procurement", "case", "45_00001", "--json").json()
    raw = said["cases"][0]["rows"][0]["versions"][0]["raw"]
    assert raw["fields"] == {}
    assert "landing cannot be read" in raw["note"]
