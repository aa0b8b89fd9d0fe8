"""The search terms of Berlin's open-data portal as a file with a row for each term and month: the portal's is JSON
whose keys are the terms."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path

from tests.where import SHARED

DATA = SHARED / "data/search_volume"
SEARCHTERMS = DATA / "daten_berlin_de.searchterms_2019-02_2022-02.json"
HEADER = ("term", "month_from", "impressions", "visits", "rank")


def flat_rows(path: Path) -> list[tuple[str, str, int, int, int]]:
    """In the order of the file. `rank` is 1 and how many terms of the month have more impressions: the portal tells
    none. A month is named by its first day."""
    found = []
    for month, told in json.loads(path.read_text(encoding="utf-8"))["stats"]["months"].items():
        counts = Counter(one["impressions"] for one in told["terms"].values())
        better, ranks = 0, {}
        for impressions in sorted(counts, reverse=True):
            ranks[impressions] = better + 1
            better += counts[impressions]
        for term, one in told["terms"].items():
            found.append((term, f"{month}-01", one["impressions"], one["visits"], ranks[one["impressions"]]))
    return found


def flat_csv(path: Path) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(flat_rows(path))
    return text.getvalue()
