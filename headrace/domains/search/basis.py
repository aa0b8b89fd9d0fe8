"""Why an estimate was refused, or has the curve of others: a sentence on its basis."""

from __future__ import annotations

from headrace.explain.versions import Trail
from headrace.facts.rows import Row
from ml.card_page import Card

CARDS = "SELECT is_current, refusal FROM marts.search_volume_model_card ORDER BY is_current DESC, origin_on DESC"
STOPPED = """SELECT measure_name, measured_value, stop_at, measured_on FROM marts.search_volume_drift
WHERE marketplace_code = ? AND measured_on = ? AND status = 'stop' ORDER BY measure_name"""


def basis_told(trail: Trail, row: Row, card: Card) -> str | None:
    """None where labels of the department itself were fitted, which needs no word."""
    code, department = row["marketplace_code"], row["department_name"]
    if row["basis"] == "department_pooled":
        return (
            f"no label of {department} in {code} was fitted: the curve of {code} stands for it, and nothing measured "
            "its error"
        )
    if row["basis"] != "refused":
        return None
    return _no_model(trail) or _no_labels(trail, code, card) or _stopped(trail, code, row)


def _no_model(trail: Trail) -> str | None:
    cards = trail.objects(CARDS)
    if any(card["is_current"] for card in cards):
        return None
    why = f": {cards[0]['refusal']}" if cards and cards[0]["refusal"] else ""
    return f"no model stands{why}"


def _no_labels(trail: Trail, code: str, card: Card) -> str | None:
    if code in {support["marketplace_code"] for support in card.get("supports", ())}:
        return None
    labels = "SELECT count(*) AS label_count FROM curated.search_volumes WHERE marketplace_code = ?"
    if "search_volumes" in trail.release.curated and trail.objects(labels, code)[0]["label_count"]:
        return f"no label of {code} was fitted by the model that stands, though there are some by now"
    return f"{code} has no labels"


def _stopped(trail: Trail, code: str, row: Row) -> str:
    day = row["estimated_on"]
    reached = [
        f"{one['measure_name']} was {one['measured_value']:,.4g} and stops at {one['stop_at']:,.4g}"
        for one in trail.objects(STOPPED, code, day)
    ]
    why = ", ".join(reached) or "its measures are kept of the last scored day only"
    return f"drift stopped {code} on {day}: {why}"
