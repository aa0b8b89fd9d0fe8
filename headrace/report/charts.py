"""Charts as SVG: Vega-Lite specifications in plain dictionaries, drawn once by vl-convert, without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]
Spec = dict[str, Any]
CONFIG = {"view": {"stroke": None}, "axis": {"grid": True, "gridColor": "#eee"}, "background": None}


def draw(spec: Spec) -> str:
    """The SVG element of a specification; its ids and clip paths are those of this one chart."""
    import vl_convert

    whole = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": CONFIG, **spec}
    svg: str = vl_convert.vegalite_to_svg(json.loads(json.dumps(whole, default=str)), vl_version="5.21")
    return re.sub(r"^<\?xml[^>]*>|<!DOCTYPE[^>]*>", "", svg).strip()


def rank_curves(rows: Rows) -> Spec:
    """Estimate over rank with its 80 % band by department, a panel for each marketplace."""
    x, title = _log("rank", "rank"), "searches a day"
    legend = {"symbolOpacity": 1, "symbolType": "stroke"}
    color = {"field": "department_name", "type": "nominal", "title": "department", "legend": legend}
    band = {"x": x, "y": _log("lo_80", title), "y2": {"field": "hi_80"}, "color": color}
    layers = [
        {"mark": {"type": "area", "opacity": 0.25}, "encoding": band},
        {
            "mark": {"type": "line", "strokeWidth": 0.8},
            "encoding": {"x": x, "y": _log("estimate", title), "color": color},
        },
    ]
    return _panels(rows, {"layer": layers, "width": 230, "height": 260}, "marketplace_code")


def over_time(rows: Rows, events: Rows) -> Spec:
    """Estimate of one term by day with its bands; special dates as rules, named beside."""
    x = {"field": "day", "type": "temporal", "title": None}
    named = {"field": "event_name", "type": "nominal", "title": "special date"}
    labels = [row for row in rows if row.get("label") is not None]
    title = "searches a day"

    def band(level: int, opacity: float) -> Spec:
        y, y2 = _linear(f"lo_{level}", title), {"field": f"hi_{level}"}
        return _layer(rows, {"type": "area", "opacity": opacity}, x=x, y=y, y2=y2)

    return {
        "width": 900,
        "height": 260,
        "layer": [
            band(95, 0.15),
            band(80, 0.25),
            _layer(rows, {"type": "line", "strokeWidth": 1.2}, x=x, y=_linear("estimate", title)),
            _layer(labels, {"type": "point", "size": 8, "color": "#c33"}, x=x, y=_linear("label", title)),
            _layer(events, {"type": "rule", "strokeDash": [3, 3]}, x=x, color=named),
        ],
    }


def calibration(rows: Rows) -> Spec:
    """Coverage that intervals promise against what was seen, by cut."""
    least = min(0.7, *(row["seen_ratio"] for row in rows))
    scale = {"domain": [least, 1]}
    promised = {**_linear("promised_ratio", "said"), "scale": scale}
    seen = {**_linear("seen_ratio", "seen"), "scale": scale}
    equal = [{"promised_ratio": ratio, "seen_ratio": ratio} for ratio in (least, 1.0)]
    cut = {"field": "cut", "type": "nominal", "title": "cut"}
    return {
        "width": 320,
        "height": 320,
        "layer": [
            _layer(equal, {"type": "line", "color": "#999", "strokeDash": [4, 4]}, x=promised, y=seen),
            _layer(rows, {"type": "point", "filled": True, "size": 60}, x=promised, y=seen, color=cut),
        ],
    }


def errors_by_cut(rows: Rows) -> Spec:
    """WAPE of each model in each value of a cut."""
    return {
        "data": _values(rows),
        "width": 480,
        "height": 220,
        "mark": "bar",
        "encoding": {
            "y": {"field": "cut_value", "type": "nominal", "title": None, "sort": None},
            "x": _linear("wape_ratio", "WAPE"),
            "yOffset": {"field": "model_name"},
            "color": {"field": "model_name", "type": "nominal", "title": "model"},
        },
    }


def drift(rows: Rows) -> Spec:
    """Each measure as a share of the figure at which it stops a marketplace."""
    colors = {"domain": ["well", "warn", "widen", "stop"], "range": ["#3a7", "#eb3", "#e73", "#c33"]}
    return {
        "data": _values(rows),
        "width": 480,
        "mark": "bar",
        "encoding": {
            "y": {"field": "measure", "type": "nominal", "title": None, "sort": None},
            "x": _linear("share_of_stop_ratio", "share of the figure that stops"),
            "color": {"field": "status", "type": "nominal", "scale": colors},
        },
    }


def _panels(rows: Rows, spec: Spec, by: str) -> Spec:
    facet = {"field": by, "type": "nominal", "title": None}
    return {"data": _values(rows), "facet": facet, "columns": 4, "spec": spec}


def _layer(rows: Rows, mark: Mapping[str, Any], **encoding: Any) -> Spec:
    return {"data": _values(rows), "mark": dict(mark), "encoding": encoding}


def _values(rows: Rows) -> dict[str, Any]:
    return {"values": [dict(row) for row in rows]}


def _log(field: str, title: str) -> dict[str, Any]:
    axis = {"format": "~s", "tickCount": 6}
    return {"field": field, "type": "quantitative", "scale": {"type": "log"}, "title": title, "axis": axis}


def _linear(field: str, title: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": title}
