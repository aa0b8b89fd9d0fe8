"""A lake of two small files of a log, and two releases, that everything is asked of."""

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from tests.unit.headrace.asking import Answer, headrace

KEY = "a masking key for tests"


HEADER = (
    "case concept:name",
    "case (case) Source",
    "case (case) Company",
    "case (case) Vendor",
    "case (case) Name",
    "case (case) Spend area text",
    "case (case) Document Type",
    "case (case) Item Type",
    "time:timestamp",
    "Cumulative net worth (EUR)",
    "User",
    "concept:name",
    "org:resource",
)


STEPS = (
    ("Create Purchase Order Item", 1),
    ("Record Goods Receipt", 5),
    ("Vendor creates invoice", 7),
    ("Record Invoice Receipt", 9),
)


FIRST, SECOND = "events_2024_05.csv", "events_2024_06.csv"


CELL = ("vendor_id=V1", "month=2024-05", "leg=invoice_date_to_cleared")


def event(case: int, activity: str, date: str, user: str = "Ada") -> tuple[str, ...]:
    return (
        f"45_{case:05d}",
        "S1",
        "C1",
        "V1",
        "Vendor One",
        "Pipes",
        "Standard PO",
        "Standard",
        f"{date}T10:00:00.000+02:00",
        "100.5",
        user,
        activity,
        user,
    )


def first_rows() -> list[tuple[str, ...]]:
    """Six cases; the invoice of the n-th is cleared 10 n days after its date. The last row breaks a rule."""
    rows = [event(case, activity, f"2024-05-{day:02d}") for case in range(1, 7) for activity, day in STEPS]
    rows += [
        event(case, "Clear Invoice", f"2024-{day}")
        for case, day in enumerate(("05-17", "05-27", "06-06", "06-16", "06-26", "07-06"), start=1)
    ]
    return [*rows, event(6, "Dance", "2024-05-09", user="Grace")]


def second_rows() -> list[tuple[str, ...]]:
    """Some events again, and a seventh case."""
    return [*first_rows()[:4], *(event(7, activity, f"2024-06-{day:02d}") for activity, day in STEPS)]


def written(rows: list[tuple[str, ...]], blank_after: int | None = None) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for number, row in enumerate(rows, start=1):
        writer.writerow(row)
        if number == blank_after:
            text.write("\n")
    return text.getvalue()


@dataclass(frozen=True)
class Made:
    """The lake after two runs, and what each of them printed."""

    raw: Path
    lake: Path
    first: Answer
    second: Answer

    def ask(self, *arguments: object) -> Answer:
        return headrace(*arguments, "--lake", self.lake)


def cycle_months(lake: Path) -> set[Path]:
    return set((lake / "marts/procurement/cycle_times_monthly").iterdir())
