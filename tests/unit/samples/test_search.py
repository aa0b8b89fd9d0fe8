"""Search generations: the planted model against its formula, and the truth against a plain reading of the raw files."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import math
import unicodedata
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from samples.marker import GenerationError
from samples.search.events import occurrences
from samples.search.generation import SearchSummary, generate_search
from samples.search.scenario import SearchScenario
from schemas.stand_ins import STAND_INS
from tests.unit.headrace.asking import headrace

SMALL = {"terms": 24, "first_on": date(2023, 1, 1), "last_on": date(2024, 2, 29)}
FIELDS = {
    "Report Marketplace": "report",
    "Marketplace": "marketplace_code",
    "Country": "marketplace_code",
    "Department": "department_name",
    "Category": "department_name",
    "Search Term": "term",
    "Keyword": "term",
    "Search Query": "term",
    "Grain": "grain",
    "Reporting Range": "grain",
    "Report Date": "day",
    "Reporting Date": "day",
    "Period Start": "day",
    "Search Frequency Rank": "value",
    "Rank": "value",
    "Search Query Volume": "value",
    "Volume": "value",
}


def read_raw(path: Path) -> list[dict[str, str | None] | None]:
    """The records of a raw file; None for one with another number of cells."""
    if path.suffix == ".parquet":
        rows = pq.read_table(path).to_pylist()
        return [{FIELDS[name]: None if v is None else str(v) for name, v in row.items()} for row in rows]
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = content.decode("utf-8-sig")
    delimiter = ";" if ";" in text.split("\n")[0] else ","
    header, *rows = csv.reader(text.splitlines(), delimiter=delimiter)
    return [
        dict(zip((FIELDS[name] for name in header), row, strict=True)) if len(row) == len(header) else None
        for row in rows
    ]


def plain_outcomes(folder: Path) -> dict[tuple[str, int], tuple[str, list[str]]]:
    """Outcome and reasons of each record by file and number."""
    is_ranks = folder.name == "search_ranks"
    value_name = "rank" if is_ranks else "search_count"
    found: dict[tuple[str, int], tuple[str, list[str]]] = {}
    standing: dict[tuple[Any, ...], tuple[tuple[str, int], str]] = {}
    competing: list[tuple[tuple[str, int], tuple[Any, ...], str]] = []
    for path in sorted(p for p in folder.iterdir() if p.is_file() and ".manifest." not in p.name):
        for number, row in enumerate(read_raw(path), start=1):
            place = (f"{folder.name}/{path.name}", number)
            if row is None:
                found[place] = ("dead_letter", [])
                continue
            term = " ".join(unicodedata.normalize("NFKC", row["term"] or "").lower().split())
            value, day = row["value"], date.fromisoformat(row["day"] or "")
            reasons = []
            if row["marketplace_code"] == "??":
                reasons.append("marketplace_code_unreadable")
            elif row["marketplace_code"] != row["report"]:
                reasons.append("term_in_wrong_marketplace")
            if not term:
                reasons.append("term_missing")
            if not value:
                reasons.append(f"{value_name}_missing")
            elif not value.isdigit():
                reasons.append(f"{value_name}_unreadable")
            elif int(value) < 1:
                reasons.append(f"{value_name}_not_positive")
            if (row.get("grain") == "weekly" and day.weekday() != 6) or (row.get("grain") == "monthly" and day.day > 1):
                reasons.append("period_not_at_its_start")
            if reasons:
                found[place] = ("quarantined", reasons)
                continue
            key = (row["marketplace_code"], row["department_name"] or None, term, day)
            competing.append((place, key, value or ""))
            standing[key] = (place, value or "")
    for place, key, value in competing:
        winner, content = standing[key]
        found[place] = ("curated" if place == winner else "duplicate" if value == content else "superseded", [])
    return found


def generate(out: Path, **options: Any) -> SearchSummary:
    return generate_search(SearchScenario(**{**SMALL, **options}), out)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"dirt": "none"}, id="clean"),
        pytest.param({"dirt": "realistic"}, id="realistic"),
        pytest.param({"dirt": "hostile", "grain": "weekly", "terms": 120}, id="hostile, weekly labels"),
        pytest.param(
            {"dirt": "hostile", "grain": "monthly", "rendering": "parquet", "terms": 200},
            id="hostile, monthly, Parquet",
        ),
        pytest.param({"dirt": "hostile", "plants": ("labels-without-department",)}, id="labels without a department"),
    ],
)
def test_every_record_has_the_outcome_that_a_plain_reading_gives(options: dict[str, Any], tmp_path: Path) -> None:
    summary = generate(tmp_path, **options)
    told = {
        (row["file"], row["record_number"]): (row["outcome"], row["reasons"])
        for row in pq.read_table(tmp_path / "truth/outcomes.parquet").to_pylist()
    }
    read = plain_outcomes(tmp_path / "raw/search_ranks") | plain_outcomes(tmp_path / "raw/search_volumes")
    assert {
        place: (told.get(place), read.get(place)) for place in told | read if told.get(place) != read.get(place)
    } == {}
    counted = {name: sum(counts.values()) for name, counts in summary.outcomes.items()}
    assert counted == {name: count for name, count in summary.raw_rows.items() if name != "special_dates"}
    if options["dirt"] == "hostile":
        assert all(summary.outcomes["search_ranks"][name] for name in ("duplicate", "superseded", "quarantined"))


def test_expected_volumes_are_the_formula(tmp_path: Path) -> None:
    generate(tmp_path, dirt="none", plants=("level-shift",))
    planted = json.loads((tmp_path / "truth/planted.json").read_text())
    shocks = {
        (row["marketplace_code"], row["day_on"]): row["ln_shock"]
        for row in pq.read_table(tmp_path / "truth/shocks.parquet").to_pylist()
    }
    rows = pq.read_table(tmp_path / "truth/expected.parquet").to_pylist()
    wanted = {
        date(2023, 2, 28),
        date(2023, 5, 14),
        date(2023, 11, 27),
        date(2023, 12, 25),
        date(2024, 1, 2),
        date(2024, 2, 29),
    }
    checked = [row for row in rows if row["ranked_on"] in wanted]
    assert len(checked) == 24 * len(wanted)
    for row in checked:
        told = formula(row, planted, shocks[row["marketplace_code"], row["ranked_on"]])
        assert row["expected_search_count"] == pytest.approx(told, rel=1e-9), row


def formula(row: dict[str, Any], planted: dict[str, Any], shock: float) -> float:
    """The planted volume of one term on one day, number by number."""
    code, department, day = row["marketplace_code"], row["department_name"], row["ranked_on"]
    market = planted["marketplaces"][code]
    years = (day - date(2018, 1, 1)).days / 365.25
    angle = 2 * math.pi * years
    lift = steeper = 0.0
    dates = {"thanksgiving": {2023: date(2023, 11, 23)}, "cyber": {2023: date(2023, 11, 27)}}
    dates |= {"mothers": {2023: date(2023, 5, 14)}, "easter": {2023: date(2023, 4, 9)}}
    dates |= {name: {year: date(year, *md) for year in (2022, 2023, 2024, 2025)} for name, md in FIXED.items()}
    for event in planted["events"]:
        for year, on in dates.get(event["event_name"], {}).items():
            offset = (day - on).days
            reach = event["lead_days"] if offset < 0 else event["lag_days"]
            shape = max(0.0, 1 - abs(offset) / (reach + 1))
            size = event["lift"] + event["added"].get(department, 0.0)
            if shape:
                lift += size * shape * planted["event_years"][f"{event['event_name']}/{year}"]
                steeper += size * shape
    x = math.log(row["rank"] + 2)
    fall = 0.45 * x + 0.35 * soft(x - math.log(100)) + 0.30 * soft(x - math.log(10_000))
    level = market["log_scale"] + planted["departments"][department]
    level += 0.08 * years * (0.5 if code == "JP" else 1) + planted["weekdays"][f"{code}/{department}"][day.weekday()]
    level += 0.06 * planted["season_sine"][f"{code}/{department}"] * math.sin(angle)
    level += 0.08 * math.cos(angle) + 0.03 * math.sin(2 * angle) + lift + shock
    return math.exp(level - market["slope_factor"] * (1 + 0.04 / 0.3 * steeper) * fall)


FIXED = {"xmas": (12, 25), "newyear": (1, 1), "valentine": (2, 14), "july4": (7, 4), "halloween": (10, 31)}


def soft(z: float) -> float:
    return math.log(1 + math.exp(2 * z)) / 2


def test_labels_scatter_about_what_is_expected(tmp_path: Path) -> None:
    generate(tmp_path, dirt="none", terms=64, marketplaces=("US",), departments=("all",))
    expected = {
        (row["term"], row["ranked_on"]): row for row in pq.read_table(tmp_path / "truth/expected.parquet").to_pylist()
    }
    labels = pq.read_table(tmp_path / "truth/curated_search_volumes.parquet").to_pylist()
    logs = []
    for label in labels:
        row = expected[label["term"], label["period_start_on"]]
        assert label["search_count"] >= 3
        assert label["search_count"] < 1000 or label["search_count"] % 10 == 0
        if row["expected_search_count"] > 200:
            sigma = 0.08 * (0.6 + 0.8 * math.log(row["rank"]) / math.log(1e6))
            logs.append((math.log(label["search_count"] / row["expected_search_count"]) + sigma**2 / 2) / sigma)
    mean = sum(logs) / len(logs)
    assert abs(mean) < 4 / math.sqrt(len(logs)) + 0.01
    assert 0.97 < math.sqrt(sum((x - mean) ** 2 for x in logs) / len(logs)) < 1.03
    shown = sum(row["expected_search_count"] > 20 for row in expected.values())
    assert 0.96 < sum(row["search_count"] > 20 for row in labels) / shown < 0.98


def test_weekly_and_monthly_labels_are_sums_over_whole_periods(tmp_path: Path) -> None:
    options = {"dirt": "none", "marketplaces": ("US",), "departments": ("toys",), "terms": 6}
    for grain in ("daily", "weekly", "monthly"):
        generate(tmp_path / grain, grain=grain, **options)
    expected: dict[tuple[str, date], float] = {
        (row["term"], row["ranked_on"]): row["expected_search_count"]
        for row in pq.read_table(tmp_path / "daily/truth/expected.parquet").to_pylist()
    }
    for grain in ("weekly", "monthly"):
        labels = pq.read_table(tmp_path / grain / "truth/curated_search_volumes.parquet").to_pylist()
        assert labels
        for label in labels:
            start = label["period_start_on"]
            if grain == "weekly":
                assert start.weekday() == 6
                end, lag = start + timedelta(days=6), 10
            else:
                assert start.day == 1
                end, lag = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1), 49
            assert end <= SMALL["last_on"]
            assert label["available_on"] == end + timedelta(days=lag)
            mean = sum(expected[label["term"], start + timedelta(days=n)] for n in range((end - start).days + 1))
            assert label["search_count"] == pytest.approx(mean, rel=0.25, abs=6)


def test_exact_ranks_order_the_volumes_of_each_day_without_ties(tmp_path: Path) -> None:
    generate(tmp_path, dirt="none", plants=("exact-ranks",), terms=60, marketplaces=("US",), departments=("all",))
    rank = {
        (row["term"], row["ranked_on"]): row["rank"]
        for row in pq.read_table(tmp_path / "truth/expected.parquet").to_pylist()
    }
    by_day: dict[date, list[tuple[int, int]]] = {}
    for label in pq.read_table(tmp_path / "truth/curated_search_volumes.parquet").to_pylist():
        day = label["period_start_on"]
        by_day.setdefault(day, []).append((rank[label["term"], day], label["search_count"]))
    assert max(len(rows) for rows in by_day.values()) > 30
    for rows in by_day.values():
        assert len({place for place, _ in rows}) == len(rows)
        volumes = [volume for _, volume in sorted(rows)]
        assert volumes == sorted(volumes, reverse=True)


def test_new_cells_have_ranks_at_the_end_and_no_labels(tmp_path: Path) -> None:
    generate(tmp_path, dirt="none", plants=("new-department", "new-marketplace"), labelled_terms=10)
    rows = pq.read_table(tmp_path / "truth/expected.parquet").to_pylist()
    new = [row for row in rows if row["department_name"] == "garden" or row["marketplace_code"] == "FR"]
    assert {row["marketplace_code"] for row in new} == {"US", "FR"}
    assert min(row["ranked_on"] for row in new) == date(2024, 2, 29) - timedelta(days=120)
    assert not any(row["is_labelled"] for row in new)
    assert len({(row["marketplace_code"], row["term"]) for row in rows if row["is_labelled"]}) == 10
    labels = pq.read_table(tmp_path / "truth/curated_search_volumes.parquet").to_pylist()
    assert {(row["marketplace_code"], row["term"]) for row in labels} <= {
        (row["marketplace_code"], row["term"]) for row in rows if row["is_labelled"]
    }


def test_same_scenario_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    hashes = {}
    for name, seed in (("first", 1), ("again", 1), ("other", 2)):
        generate(tmp_path / name, seed=seed, dirt="hostile")
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        hashes[name] = {
            path.relative_to(tmp_path / name): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
        }
    assert hashes["first"] == hashes["again"]
    assert hashes["first"] != hashes["other"]
    assert generate(tmp_path / "first", dirt="hostile").already_there
    with pytest.raises(GenerationError, match="holds another generation"):
        generate(tmp_path / "first", seed=2, dirt="hostile")


def test_dirt_changes_no_truth_about_ranks(tmp_path: Path) -> None:
    for dirt in ("none", "hostile"):
        generate(tmp_path / dirt, dirt=dirt)
    clean, dirty = (pq.read_table(tmp_path / dirt / "truth/expected.parquet") for dirt in ("none", "hostile"))
    assert clean.equals(dirty)
    told = {
        (row["marketplace_code"], row["term"], row["ranked_on"]): row["rank"]
        for row in pq.read_table(tmp_path / "none/truth/curated_search_ranks.parquet").to_pylist()
    }
    for row in pq.read_table(tmp_path / "hostile/truth/curated_search_ranks.parquet").to_pylist():
        assert told[row["marketplace_code"], row["term"], row["ranked_on"]] == row["rank"]


def test_movable_events_are_on_their_days() -> None:
    days = {(event.name, day.year): day for event, day in occurrences(range(2023, 2025))}
    assert days["easter", 2024] == date(2024, 3, 31)
    assert days["mothers", 2024] == date(2024, 5, 12)
    assert days["memorial", 2023] == date(2023, 5, 29)
    assert days["labor", 2024] == date(2024, 9, 2)
    assert days["thanksgiving", 2023] == date(2023, 11, 23)
    assert days["cyber", 2024] == date(2024, 12, 2)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        pytest.param({"terms": 0}, "terms is 0; a whole number from 1", id="no term"),
        pytest.param({"grain": "hourly"}, "grain is 'hourly'; one of daily, weekly, monthly", id="an unknown grain"),
        pytest.param(
            {"first_on": date(2025, 1, 2)}, "the window is 2025-01-02 to 2024-02-29", id="ends before it begins"
        ),
        pytest.param(
            {"labelled_terms": 25}, "labelled_terms is 25; a whole number from 0 to 24", id="more labelled than all"
        ),
        pytest.param({"marketplaces": ()}, "no marketplace or no department", id="no marketplace"),
        pytest.param({"terms": 999_999}, "at most 100,000,000 are expected", id="too much"),
    ],
)
def test_what_cannot_be_meant_is_refused(options: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match=sentence):
        generate(tmp_path, **options)


def test_the_command_says_what_it_made_and_what_comes_next(tmp_path: Path) -> None:
    out = tmp_path / "made"
    ask = ("generate", "search", "--terms", 16, "--from", "2024-01-01", "--through", "2024-02-29", "--out", out)
    said = headrace(*ask)
    assert said.code == 0, said.err
    assert said.out.startswith("made: ")
    assert f"next: headrace run search --raw {out}/raw --lake {out}/lake\n" in said.out
    assert STAND_INS in said.out
    again = headrace(*ask, "--json").json()
    assert (again["already_there"], again["data_through"], again["grain"]) == (True, "2024-02-29", "daily")
