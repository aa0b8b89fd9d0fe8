"""Charts as SVG: Vega-Lite specifications in plain dictionaries, drawn once by vl-convert, without a browser."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from headrace.facts.rows import Row

Rows = Sequence[Row]
Spec = dict[str, Any]
CONFIG = {
    "view": {"stroke": None},
    "axis": {"grid": True, "gridColor": "#eee"},
    "title": {"anchor": "start", "fontSize": 13},
    "background": None,
}
SERIES = {"estimate": "#1f5fa8", "80 %": "#a9c6e6", "95 %": "#dbe8f5", "true volume": "#c33"}
STATUSES = {"well": "#3a7", "warn": "#eb3", "widen": "#e73", "stop": "#c33"}
NEAR_RATIO = 0.02
LINE_OF_TEXT_RATIO = 0.012
NAMED_AT_MOST = 3
LEAST_SAID = 0.7
FITTED = "fitted until here"


def draw(spec: Spec) -> str:
    """The SVG element of a specification; its ids and clip paths are those of this one chart."""
    import vl_convert

    whole = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": CONFIG, **spec}
    svg: str = vl_convert.vegalite_to_svg(json.loads(json.dumps(whole, default=str)), vl_version="5.21")
    return re.sub(r"^<\?xml[^>]*>|<!DOCTYPE[^>]*>", "", svg).strip()


def rank_curves(rows: Rows) -> Spec:
    """Estimate over rank with its 80 % band, where it has one, by department; a panel for each marketplace."""
    x, title = _log("rank", "rank"), "searches a day"
    legend = {"symbolOpacity": 1, "symbolType": "stroke"}
    color = {"field": "department_name", "type": "nominal", "title": "department", "legend": legend}
    bounded = [{"filter": "isValid(datum.lo_80) && isValid(datum.hi_80)"}]
    band = {"x": x, "y": _log("lo_80", title), "y2": {"field": "hi_80"}, "color": color}
    layers = [
        {"transform": bounded, "mark": {"type": "area", "opacity": 0.25}, "encoding": band},
        {
            "mark": {"type": "line", "strokeWidth": 0.8},
            "encoding": {"x": x, "y": _log("estimate", title), "color": color},
        },
    ]
    panels = _panels(rows, {"layer": layers, "width": 230, "height": 260}, "marketplace_code")
    return {"title": "Searches a day by rank", **panels}


def over_time(rows: Rows, events: Rows, *, title: str, fitted_through: date | None = None) -> Spec:
    """Estimate of one term by day with its bands and true volumes; special dates as rules, named above them. The last
    day of those that the model was fitted on is a solid rule, where it is among the days."""
    x = {"field": "day", "type": "temporal", "title": None}
    labels = [row for row in rows if row.get("label") is not None]
    bounded = any(row.get("lo_80") is not None for row in rows)
    absent = {*(() if labels else ("true volume",)), *(() if bounded else ("80 %", "95 %"))}
    domain = [name for name in SERIES if name not in absent]
    scale = {"domain": domain, "range": [SERIES[name] for name in domain]}

    def series(told: Rows, mark: Mapping[str, Any], name: str, field: str, **encoding: Any) -> Spec:
        color = {"datum": name, "type": "nominal", "scale": scale, "title": None}
        return _layer(told, mark, x=x, y=_linear(field, "searches a day"), color=color, **encoding)

    area = {"type": "area", "opacity": 1}
    bands = [
        series(rows, area, f"{level} %", f"lo_{level}", y2={"field": f"hi_{level}"}) for level in (95, 80) if bounded
    ]
    name = {"type": "text", "angle": 270, "align": "left", "baseline": "middle", "dx": 4, "fontSize": 9}
    points = {"type": "point", "filled": True, "size": 12, "opacity": 0.8}
    days = [row["day"] for row in rows]
    is_within = fitted_through is not None and min(days) <= fitted_through <= max(days)
    ends = [{"day": fitted_through, "name": FITTED}] if is_within else []
    end = {"type": "text", "align": "right", "baseline": "bottom", "dx": -4, "fontSize": 9, "color": "#222"}
    return {
        "title": title,
        "width": 860,
        "height": 260,
        "layer": [
            *bands,
            _layer(events, {"type": "rule", "strokeDash": [3, 3], "color": "#888"}, x=x),
            _layer(events, {**name, "color": "#555"}, x=x, y={"value": 0}, text={"field": "event_name"}),
            _layer(ends, {"type": "rule", "color": "#222"}, x=x),
            _layer(ends, end, x=x, y={"value": 255}, text={"field": "name"}),
            series(rows, {"type": "line", "strokeWidth": 1.2}, "estimate", "estimate"),
            *([series(labels, points, "true volume", "label")] if labels else []),
        ],
    }


def calibration(rows: Rows) -> Spec:
    """Coverage that intervals promise against what was seen, by cut; those away from the line are named."""
    least = math.floor(20 * min(LEAST_SAID, *(row["seen_ratio"] for row in rows))) / 20
    axis = {"format": ".0%", "tickCount": 6}
    promised = {**_linear("promised_ratio", "said"), "scale": {"domain": [LEAST_SAID, 1]}, "axis": axis}
    seen = {**_linear("seen_ratio", "seen"), "scale": {"domain": [least, 1]}, "axis": axis}
    equal = [{"promised_ratio": ratio, "seen_ratio": ratio} for ratio in (LEAST_SAID, 1.0)]
    name = {"type": "text", "align": "left", "dx": 7, "fontSize": 10, "color": "#333"}
    return {
        "title": "Coverage said and seen",
        "width": 640,
        "height": 380,
        "layer": [
            _layer(equal, {"type": "line", "color": "#999", "strokeDash": [4, 4]}, x=promised, y=seen),
            _layer(rows, {"type": "point", "filled": True, "size": 45, "color": "#1f5fa8"}, x=promised, y=seen),
            _layer(named_points(rows), name, x=promised, y=seen, text={"field": "name"}),
        ],
    }


def named_points(rows: Rows) -> list[Row]:
    """The points farther from the line than `NEAR_RATIO`; those whose names would overlap share one."""
    away = [row for row in rows if round(abs(row["seen_ratio"] - row["promised_ratio"]), 9) > NEAR_RATIO]
    groups: list[list[Row]] = []
    for row in sorted(away, key=lambda row: (row["promised_ratio"], row["seen_ratio"])):
        last = groups[-1][-1] if groups else None
        is_beside = last is not None and last["promised_ratio"] == row["promised_ratio"]
        if last is not None and is_beside and row["seen_ratio"] - last["seen_ratio"] < LINE_OF_TEXT_RATIO:
            groups[-1].append(row)
        else:
            groups.append([row])
    return [
        {
            "promised_ratio": group[0]["promised_ratio"],
            "seen_ratio": sum(row["seen_ratio"] for row in group) / len(group),
            "name": _some([row["cut"] for row in rows if row in group]),
        }
        for group in groups
    ]


def _some(names: Sequence[str]) -> str:
    left = len(names) - NAMED_AT_MOST
    return ", ".join(names[:NAMED_AT_MOST]) + (f" and {left} more" if left > 0 else "")


def errors_by_cut(rows: Rows, *, title: str) -> Spec:
    """WAPE of each model in each value of a cut, in the order of the rows."""
    return {
        "title": title,
        "data": _values(rows),
        "width": 480,
        "height": {"step": 13, "for": "offset"},
        "mark": "bar",
        "encoding": {
            "y": {"field": "cut_value", "type": "nominal", "title": None, "sort": None},
            "x": _linear("wape_ratio", "WAPE"),
            "yOffset": {"field": "model_name", "sort": None},
            "color": {"field": "model_name", "type": "nominal", "title": "model", "sort": None},
        },
    }


def drift(rows: Rows) -> Spec:
    """Each measure as a share of the figure at which it stops a marketplace, and where it begins to warn and widen."""
    scale = {"domain": list(STATUSES), "range": list(STATUSES.values())}
    most = max(1.0, *(row["share_of_stop_ratio"] for row in rows))
    y = {"field": "measure", "type": "nominal", "title": None, "sort": None}
    share = "share of the figure that stops"
    limits = [
        {"measure": row["measure"], "at_ratio": row[f"{status}_at"] / row["stop_at"], "status": status}
        for row in rows
        for status in ("warn", "widen", "stop")
        if row[f"{status}_at"] is not None
    ]

    def x(field: str) -> Spec:
        return {**_linear(field, share), "scale": {"domain": [0, most], "nice": False}}

    color = {"field": "status", "type": "nominal", "scale": scale, "title": "status; a line: from here on"}
    return {
        "title": "Drift on the last scored day",
        "width": 560,
        "height": {"step": 20},
        "layer": [
            _layer(rows, {"type": "bar", "height": 8}, x=x("share_of_stop_ratio"), y=y, color=color),
            _layer(
                limits, {"type": "tick", "thickness": 2, "size": 18, "opacity": 1}, x=x("at_ratio"), y=y, color=color
            ),
        ],
    }


def _panels(rows: Rows, spec: Spec, by: str) -> Spec:
    facet = {"field": by, "type": "nominal", "title": None}
    return {"data": _values(rows), "facet": facet, "columns": 4, "spec": spec}


def _layer(rows: Rows, mark: Mapping[str, Any], **encoding: Any) -> Spec:
    return {"data": _values(rows), "mark": dict(mark), "encoding": encoding}


def _values(rows: Rows) -> Spec:
    return {"values": [dict(row) for row in rows]}


def _log(field: str, title: str) -> Spec:
    axis = {"format": "~s", "tickCount": 6}
    return {"field": field, "type": "quantitative", "scale": {"type": "log"}, "title": title, "axis": axis}


def _linear(field: str, title: str) -> Spec:
    return {"field": field, "type": "quantitative", "title": title}
