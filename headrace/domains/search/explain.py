"""An estimated search volume taken apart: the rank and its raw record, what each stage says, the labels behind it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import date

from headrace.domains.search.basis import basis_told
from headrace.domains.search.facts import ExplainedEstimate, Stage, VolumeExplanation
from headrace.domains.search.not_there import not_there
from headrace.explain.versions import Trail, trace_rows
from headrace.facts.rows import Row
from lake.errors import ConfigError, DataError
from ml.card_page import Card
from schemas.stand_ins import STAND_INS
from transforms.standardize.term import term as normalized

SUBJECTS = ("volume",)
AGREES_WITHIN = 1e-6
PARTS = {
    "ln_base": "regression",
    "ln_level": "level curve",
    "ln_smearing": "from logarithms to means",
    "ln_poisson": "Poisson stage",
}
EVENTS = """SELECT event_name, event_on, date_diff('day', event_on, ?::DATE) AS offset_days, origin
FROM marts.search_special_dates WHERE marketplace_code = ?
AND ?::DATE BETWEEN event_on - lead_days AND event_on + lag_days ORDER BY event_on, event_name"""
ESTIMATES = """FROM marts.search_volume_estimates WHERE term = ? AND estimated_on = ?
AND (? IS NULL OR upper(marketplace_code) = ?) AND (? IS NULL OR department_name = ?)
ORDER BY marketplace_code, department_name"""
CELLS = """SELECT marketplace_code, department_name FROM marts.search_volume_estimates
WHERE term = ? AND estimated_on = ?
ORDER BY marketplace_code, department_name"""
OWN_LABELS = """SELECT v.grain, v.department_name, v.period_start_on, v.period_end_on, v.search_count, v.available_on,
files.file, v.record_number FROM curated.search_volumes AS v LEFT JOIN files USING (landing_file_id)
WHERE v.marketplace_code = ? AND v.term = ? AND coalesce(v.department_name, ?) = ?
AND ?::DATE BETWEEN v.period_start_on AND v.period_end_on
ORDER BY v.period_end_on - v.period_start_on, v.department_name NULLS LAST, v.period_start_on"""
OVERLAP = """other.term = one.term AND other.department_name IS NOT DISTINCT FROM one.department_name
         AND other.period_start_on <= one.period_end_on AND other.period_end_on >= one.period_start_on"""
# The weight of a label in the level at a place between two nodes of the curve: of each of its days what it has at these
# nodes, as the level takes it from them, halved per half-life of its age.
LABELS = f"""
WITH known AS (
    FROM curated.search_volumes WHERE marketplace_code = $code AND available_on <= $day
), months AS (
    FROM known AS one WHERE grain = 'monthly' AND NOT EXISTS (
        FROM known AS other WHERE other.grain <> 'monthly' AND other.available_on <= one.available_on AND {OVERLAP}
    )
), shorter AS (
    FROM known AS one WHERE grain <> 'monthly' AND NOT EXISTS (FROM months AS other WHERE {OVERLAP})
), weeks AS (
    FROM shorter AS one WHERE grain = 'weekly' AND NOT EXISTS (
        FROM shorter AS other WHERE other.grain = 'daily' AND other.available_on <= one.available_on AND {OVERLAP}
    )
), standing AS (
    FROM months UNION ALL FROM weeks UNION ALL
    FROM shorter AS one WHERE grain = 'daily' AND NOT EXISTS (FROM weeks AS other WHERE {OVERLAP})
), own AS (
    SELECT term, department_name, ranked_on, rank FROM curated.search_ranks WHERE marketplace_code = $code
), over_all AS (
    SELECT term, NULL AS department_name, ranked_on, rank FROM own WHERE $rule = 'best' OR own.department_name = 'all'
    QUALIFY row_number() OVER (PARTITION BY term, ranked_on ORDER BY rank, own.department_name) = 1
), days AS (
    SELECT v.term, v.department_name, v.grain, v.period_start_on, v.period_end_on, v.search_count, v.available_on,
           v.landing_file_id, v.record_number, r.ranked_on, r.rank, (ln(r.rank + 2) - ln(3)) / $step AS place
    FROM standing AS v JOIN (FROM own UNION ALL FROM over_all) AS r
      ON r.term = v.term AND r.department_name IS NOT DISTINCT FROM v.department_name
     AND r.ranked_on BETWEEN v.period_start_on AND v.period_end_on
), labels AS (
    SELECT term, department_name, grain, period_start_on, period_end_on, search_count, available_on, landing_file_id,
           record_number, exp(avg(ln(rank))) AS typical_rank, count(DISTINCT ranked_on) AS day_count,
           sum(pow(2, -date_diff('day', ranked_on, $day::DATE) / $half_life)
               * ((1 - $fraction) * greatest(0, 1 - abs($node - place))
                  + $fraction * greatest(0, 1 - abs($node + 1 - place)))) AS weight
    FROM days GROUP BY ALL
), weighed AS (
    SELECT labels.*, files.file FROM labels LEFT JOIN files USING (landing_file_id)
    QUALIFY weight > 0.001 * max(weight) OVER ()
)
SELECT *, count(*) OVER () AS label_count, sum(weight) OVER () AS weight_sum FROM weighed
ORDER BY weight DESC, period_start_on DESC, term, department_name, grain"""  # noqa: S608 - made of constants


def explain(trail: Trail, subject: str, terms: Sequence[str]) -> VolumeExplanation:
    """Each estimate of a term on a day.

    Raises ConfigError for what cannot be meant, DataError for what is not there.
    """
    if subject not in SUBJECTS:
        raise ConfigError(f"found {subject!r}, expected volume TERM DATE")
    term, day, wanted = _asked(terms)
    if "search_volume_estimates" not in trail.release.marts:
        raise DataError(f"release {trail.release.number} has no estimates")
    code, department = wanted.get("marketplace"), wanted.get("department")
    found = trail.objects(ESTIMATES, term, day, code, code, department, department)
    if not found:
        raise DataError(
            f"release {trail.release.number} has no estimate of {term!r} on {day}{_in_words(wanted)}: "
            f"{not_there(trail, term, day, code, department)}"
        )
    card, cells = _card(trail), trail.objects(CELLS, term, day)
    return VolumeExplanation(
        release=trail.release.number,
        subject=subject,
        asked={"term": term, "day": day, **wanted},
        stand_ins=card.get("stand_ins", STAND_INS),
        estimates=[_estimate(trail, row, card, cells) for row in trail.cut(found)],
        estimate_count=len(found),
    )


def _asked(terms: Sequence[str]) -> tuple[str, date, dict[str, str]]:
    plain = [text for text in terms if not text.startswith(("marketplace=", "department="))]
    named = dict(text.split("=", 1) for text in terms if text not in plain)
    if len(plain) != 2:
        raise ConfigError(f"found {' '.join(terms)!r}, expected TERM DATE, and marketplace= or department= if wanted")
    try:
        day = date.fromisoformat(plain[1])
    except ValueError:
        raise ConfigError(f"found {plain[1]!r}, expected a date YYYY-MM-DD") from None
    if "marketplace" in named:
        named["marketplace"] = named["marketplace"].strip().upper()
    if "department" in named:
        named["department"] = normalized(named["department"]) or ""
    return normalized(plain[0]) or "", day, named


def _estimate(trail: Trail, row: Row, card: Card, cells: Sequence[Row]) -> ExplainedEstimate:
    code, day = row["marketplace_code"], row["estimated_on"]
    ranks = trail.objects(
        "SELECT landing_file_id, record_number FROM curated.search_ranks WHERE marketplace_code = ? "
        "AND department_name = ? AND term = ? AND ranked_on = ?",
        code, row["department_name"], row["term"], day,
    )  # fmt: skip
    records = {"search_ranks": [(rank["landing_file_id"], rank["record_number"]) for rank in ranks]}
    labels = _labels(trail, row, card) if row["ln_level"] is not None else []
    return ExplainedEstimate(
        estimate=row,
        basis_told=basis_told(trail, row, card),
        also_in=[cell for cell in cells if any(cell[name] != row[name] for name in cell)],
        own_labels=_own_labels(trail, row),
        stages=_stages(row),
        events=trail.objects(EVENTS, day, code, day),
        rows=trace_rows(trail, records),
        label_count=labels[0]["label_count"] if labels else 0,
        weight_sum=labels[0]["weight_sum"] if labels else 0.0,
        labels=trail.cut(labels),
    )


def _stages(row: Row) -> list[Stage]:
    """What each stage makes of the number, and whether they come to the estimate: only ordering may move it away."""
    if row["estimated_search_count"] is None or any(row.get(part, 0.0) is None for part in PARTS):
        return []
    stages: list[Stage] = []
    ln = 0.0
    for part, name in PARTS.items():
        ln += row.get(part, 0.0)
        factor = math.exp(row.get(part, 0.0)) if stages else None
        stages.append(Stage(name, factor, math.exp(ln)))
    last = row["estimated_search_count"]
    return [*stages, Stage("order by rank", last / math.exp(ln), last)]


def _own_labels(trail: Trail, row: Row) -> list[Row]:
    """What was told of the very term and day by now, also after the estimate: the finest grain first."""
    if "search_volumes" not in trail.release.curated:
        return []
    department = row["department_name"]
    return trail.objects(OWN_LABELS, row["marketplace_code"], row["term"], department, department, row["estimated_on"])


def _labels(trail: Trail, row: Row, card: Card) -> list[Row]:
    """What the level at the rank stands on first: labels known on the day, joined to ranks as training joins them, that
    weigh at the two nodes of the curve round it, the heaviest first; those that weigh less than a thousandth of it are
    left out. Where they are few the level leans on other ranks besides."""
    settings = card.get("settings", {})
    rule = card.get("made_by", {}).get("options", {}).get("department_rule", "best")
    if "search_volumes" not in trail.release.curated or not settings.get("level", False):
        return []
    step = float(settings["level_step"])
    fraction, node = math.modf(max(math.log(row["rank"] + 2) - math.log(3), 0.0) / step)
    parameters = {
        "code": row["marketplace_code"],
        "day": row["estimated_on"],
        "node": node,
        "fraction": fraction,
        "step": step,
        "half_life": float(settings["level_half_life_days"]),
        "rule": rule,
    }
    found = trail.connection.execute(LABELS, parameters)
    names = [column[0] for column in found.description]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def _card(trail: Trail) -> Card:
    rows = trail.objects("SELECT card_json FROM marts.search_volume_model_card WHERE is_current")
    found: Card = json.loads(rows[0]["card_json"]) if rows else {}
    return found


def _in_words(wanted: dict[str, str]) -> str:
    return "".join(f" {name}={value}" for name, value in wanted.items())
