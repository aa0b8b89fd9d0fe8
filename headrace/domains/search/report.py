"""The page of the search domain: curves, estimates over time, calibration, errors, drift."""
# ruff: noqa: S608 - no text of a user stands in a statement

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from headrace.domains.search import charts
from headrace.domains.search.shown_points import LAST_DAYS, decades, last_days
from headrace.duck.reader import objects
from headrace.facts.rows import Row
from headrace.report.page import Page, Picture, Section
from headrace.show.console import counted
from lake.errors import DataError
from ml import STAND_INS
from ml.card_page import Card, card_tables

if TYPE_CHECKING:
    import duckdb

    from lake.releases.release import Release

LAST_DAY = "(SELECT max(estimated_on) FROM marts.search_volume_estimates)"
CURVES = f"""WITH placed AS (
    SELECT *, round(ln(rank) * 4) AS place FROM marts.search_volume_estimates
    WHERE basis <> 'refused' AND estimated_on > {LAST_DAY} - 28
)
SELECT marketplace_code, department_name, round(exp(avg(ln(rank)))) AS rank, median(estimated_search_count) AS estimate,
       median(CASE WHEN lo_80_search_count < 0.5 THEN 0.5 ELSE lo_80_search_count END) AS lo_80,
       median(hi_80_search_count) AS hi_80, count(*) AS day_count
FROM placed GROUP BY marketplace_code, department_name, place HAVING estimate > 0
ORDER BY marketplace_code, department_name, rank"""
# A labelled term with the best typical rank among those with most days, else the best ranked term.
TERM = """SELECT e.marketplace_code, e.department_name, e.term FROM marts.search_volume_estimates AS e
LEFT JOIN (SELECT DISTINCT marketplace_code, term, true AS has_label FROM curated.search_volumes) AS v
USING (marketplace_code, term)
WHERE e.basis = 'direct' GROUP BY ALL
ORDER BY bool_or(coalesce(v.has_label, false)) DESC, count(*) DESC, avg(ln(e.rank)), 1, 2, 3 LIMIT 1"""
TERM_WITHOUT_LABELS = """SELECT marketplace_code, department_name, term FROM marts.search_volume_estimates
WHERE basis <> 'refused' GROUP BY ALL ORDER BY count(*) DESC, avg(ln(rank)), 1, 2, 3 LIMIT 1"""
DAYS = """SELECT estimated_on AS day, rank, estimated_search_count AS estimate, lo_80_search_count AS lo_80,
hi_80_search_count AS hi_80, lo_95_search_count AS lo_95, hi_95_search_count AS hi_95
FROM marts.search_volume_estimates WHERE marketplace_code = ? AND department_name = ? AND term = ? ORDER BY day"""
# A label over all departments is of the one whose rank it was joined to: the best of the day, or `all`.
LABELS = """SELECT v.period_start_on AS day, arg_min(v.search_count, v.department_name IS NULL) AS search_count
FROM curated.search_volumes AS v JOIN marts.search_volume_estimates AS e
  ON e.marketplace_code = v.marketplace_code AND e.term = v.term AND e.estimated_on = v.period_start_on
WHERE v.grain = 'daily' AND v.marketplace_code = ? AND v.term = ? AND e.department_name = ?
  AND (v.department_name = e.department_name OR v.department_name IS NULL AND CASE WHEN ? = 'all'
       THEN e.department_name = 'all' ELSE NOT EXISTS (
           FROM marts.search_volume_estimates AS other WHERE other.marketplace_code = e.marketplace_code
           AND other.term = e.term AND other.estimated_on = e.estimated_on
           AND (other.rank, other.department_name) < (e.rank, e.department_name)) END)
GROUP BY day"""
EVENTS = f"""SELECT event_name, event_on AS day, origin FROM marts.search_special_dates WHERE marketplace_code = ?
AND event_on BETWEEN (SELECT min(estimated_on) FROM marts.search_volume_estimates) AND {LAST_DAY} ORDER BY day"""
BACKTEST = """SELECT model_name, cut_name, cut_value, label_count, wape_ratio, mdape_ratio, rmsle, bias_ratio,
coverage_80_ratio, coverage_95_ratio, width_80_ratio, order_violation_count FROM marts.search_volume_backtest
WHERE fold_name = coalesce((SELECT max(fold_name) FROM marts.search_volume_backtest WHERE fold_name = 'folds'), 'test')
ORDER BY cut_name <> 'all', cut_name, try_cast(replace(regexp_extract(cut_value, '^[0-9,]+'), ',', '') AS BIGINT),
cut_value, model_name <> 'headrace', model_name"""
DRIFT = """SELECT marketplace_code || ': ' || measure_name AS measure, measured_on, measured_value,
warn_at, widen_at, stop_at, status, measured_value / nullif(stop_at, 0) AS share_of_stop_ratio
FROM marts.search_volume_drift ORDER BY marketplace_code, measure_name"""
CARDS = "FROM marts.search_volume_model_card ORDER BY is_current DESC, model_id"
BASES = """SELECT basis, marketplace_code, department_name, count(*) AS estimate_count,
count(*) FILTER (is_extrapolated) AS extrapolated_count, count(*) FILTER (is_tied) AS tied_count
FROM marts.search_volume_estimates GROUP BY ALL ORDER BY ALL"""


def report(connection: duckdb.DuckDBPyConnection, release: Release) -> Page:
    """The page of a release. Raises DataError where it has no estimates."""
    if "search_volume_estimates" not in release.marts:
        raise DataError(f"release {release.number} of {release.domain} has no estimates to show")
    return Page(
        f"Search volume, release {release.number} of {release.published_at[:10]}",
        first_sentences(objects(connection, CARDS)),
        search_sections(connection, has_labels="search_volumes" in release.curated),
    )


def search_sections(connection: duckdb.DuckDBPyConnection, *, has_labels: bool) -> list[Section]:
    """Every section that has something to show: those with pictures, then what is known of the model."""
    cards = objects(connection, CARDS)
    card = _first_card(cards)
    found = (
        _curves(connection),
        _over_time(connection, has_labels, card),
        *_backtest(connection, card),
        _drift(connection),
        *_model(cards, card),
        Section("What the estimates stand on", rows=objects(connection, BASES)),
        *(Section(f"Model card: {table.title}", text=table.text, rows=table.rows) for table in card_tables(card)),
    )
    return [section for section in found if section.pictures or section.rows or section.text]


def first_sentences(cards: Sequence[Row]) -> list[str]:
    """What a reader must know before any picture: on what the model was proven, and what is wrong with it."""
    standing = next((card["model_id"] for card in cards if card["is_current"]), None)
    refusal = next((card["refusal"] for card in cards if card["refusal"]), None)
    why = f"The last training was not released: {refusal}. " if refusal else ""
    if standing is None:
        return [STAND_INS, f"{why}No model stands: nothing is estimated."]
    told = [f"{why}Model {standing}, trained before, still stands."] if why else []
    limit_count = len(_first_card(cards).get("limits", ()))
    limits = [f"Where not to trust it is said under the pictures, in {counted(limit_count, 'sentence')}."]
    return [STAND_INS, *told, *(limits if limit_count else [])]


def _model(cards: Sequence[Row], card: Card) -> list[Section]:
    """Which model stands, and where not to trust it."""
    rows = [{name: value for name, value in one.items() if name != "card_json"} for one in cards]
    limits = [{"limit": line} for line in card.get("limits", ())]
    return [Section("The model", rows=rows), Section("Where not to trust it", rows=limits)]


def _first_card(cards: Sequence[Row]) -> Card:
    """The card of the model that stands, or else of the last training."""
    found: Card = json.loads(cards[0]["card_json"]) if cards else {}
    return found


def _curves(connection: duckdb.DuckDBPyConnection) -> Section:
    rows = objects(connection, CURVES)
    if not rows:
        return Section("From rank to volume")
    caption = (
        "Median estimate of the last four weeks over rank in each department, with its 80 % band, which looks narrow "
        "where both axes are logarithmic. A line without a band stands on labels of other departments only. The table "
        "has of each line the ranks next to 1, 10, 100 and so on."
    )
    return Section("From rank to volume", [Picture(charts.draw(charts.rank_curves(rows)), caption, decades(rows))])


def _over_time(connection: duckdb.DuckDBPyConnection, has_labels: bool, card: Card) -> Section:
    terms = objects(connection, TERM if has_labels else TERM_WITHOUT_LABELS)
    terms = terms or objects(connection, TERM_WITHOUT_LABELS)
    if not terms:
        return Section("Over time")
    code, department, term = terms[0].values()
    labels = {}
    if has_labels:
        found = objects(connection, LABELS, [code, term, department, _department_rule(card)])
        labels = {row["day"]: row["search_count"] for row in found}
    rows = [{**row, "label": labels.get(row["day"])} for row in objects(connection, DAYS, [code, department, term])]
    events = objects(connection, EVENTS, [code])
    fitted_through = date.fromisoformat(card["known_through"]) if card.get("known_through") else None
    caption = (
        f"{term} in {code}, {department}: the estimate with its 80 and 95 % bands, true volumes as points where they "
        f"are known by now, special dates as dashed lines. {_fitted_said(fitted_through)}The table has the last "
        f"{min(len(rows), LAST_DAYS)} days."
    )
    spec = charts.over_time(rows, events, title=f"{term} in {code}, {department}", fitted_through=fitted_through)
    return Section("Over time", [Picture(charts.draw(spec), caption, last_days(rows))])


def _department_rule(card: Card) -> str:
    """Which rank a label without a department was joined to."""
    options = (card.get("made_by") or {}).get("options") or {}
    return str(options.get("department_rule", "best"))


def _fitted_said(fitted_through: date | None) -> str:
    if fitted_through is None:
        return ""
    return (
        f"Days through {fitted_through}, the solid line where it is within the picture, are fitted, not forecast: the "
        "regression saw labels that were not known on them yet, and only the level keeps to what was known on the day. "
        "How well days are forecast is what the errors in the backtest say. "
    )


def _backtest(connection: duckdb.DuckDBPyConnection, card: Card) -> list[Section]:
    rows = objects(connection, BACKTEST)
    ours = [row for row in rows if row["model_name"] == "headrace"]
    points = [
        {
            "cut": "all" if row["cut_name"] == "all" else f"{row['cut_name']} {row['cut_value']}",
            "promised_ratio": level / 100,
            "seen_ratio": row[f"coverage_{level}_ratio"],
        }
        for row in ours
        for level in (80, 95)
        if row[f"coverage_{level}_ratio"] is not None
    ]
    pictures = [
        Picture(
            charts.draw(charts.errors_by_cut(cut, title=_errors_title(name))),
            f"Sum of absolute errors over sum of volumes, by {name}.",
            cut,
        )
        for name in dict.fromkeys(row["cut_name"] for row in rows)
        if (cut := [row for row in rows if row["cut_name"] == name and row["wape_ratio"] is not None])
    ]
    unmeasured = [row for row in rows if row["wape_ratio"] is None]
    errors = Section("Errors in the backtest", pictures, rows=unmeasured)
    return [_calibration(points, card), errors] if rows else []


def _calibration(points: Sequence[Row], card: Card) -> Section:
    """Coverage said and seen, and what the picture cannot show."""
    grains = card.get("grains") or ["daily"]
    untested = (
        ""
        if "daily" in grains
        else f" All labels are {' or '.join(grains)}: coverage is of whole periods, and that of a day cannot be tested."
    )
    if not points:
        none = (
            "The backtest has no coverage over folds: a fold's intervals are calibrated on errors of earlier ones that "
            "were known on its origin, and there were none."
        )
        return Section("Calibration", text=none + untested)
    said = (
        "Share of labels in the interval, over all folds of the last backtest, a point for each cut: on the line "
        f"intervals keep their word. Cuts more than {charts.NEAR_RATIO:.0%} away are named.{untested}"
    )
    return Section("Calibration", [Picture(charts.draw(charts.calibration(points)), said, points)])


def _errors_title(cut_name: str) -> str:
    return "Errors of all labels" if cut_name == "all" else f"Errors by {cut_name.replace('_', ' ')}"


def _drift(connection: duckdb.DuckDBPyConnection) -> Section:
    rows = objects(connection, DRIFT)
    shown = [row for row in rows if row["share_of_stop_ratio"] is not None]
    caption = (
        "Each measure on the last scored day, as a share of the figure at which its marketplace is refused. The lines "
        "are where it warns, widens the intervals, and stops."
    )
    if not shown:
        return Section("Drift", rows=rows)
    return Section("Drift", [Picture(charts.draw(charts.drift(shown)), caption, rows)])
