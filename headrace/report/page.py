"""One HTML file with pictures and tables in it: no script, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1100px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; } h2 { font-size: 1.25em; margin-top: 2.2em; border-top: 1px solid #ddd; padding-top: 1em; }
.first { background: #fff6e0; border-left: 4px solid #e0a000; padding: .6em 1em; }
figure { margin: 1em 0; overflow-x: auto; } figcaption { color: #555; }
table { border-collapse: collapse; margin: 1em 0; font-size: 13px; } th { text-align: left; }
th, td { padding: .2em .8em .2em 0; border-bottom: 1px solid #eee; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } details { margin: .5em 0; }
"""


@dataclass(frozen=True)
class Picture:
    """A chart as SVG, and a sentence on what it shows."""

    svg: str
    caption: str


@dataclass(frozen=True)
class Section:
    """Pictures, and the numbers behind them."""

    title: str
    pictures: Sequence[Picture] = ()
    text: str = ""
    rows: Sequence[Mapping[str, Any]] = ()


def page(title: str, first: str, sections: Sequence[Section]) -> str:
    """The page; `first` is what a reader must know before any picture."""
    body = "".join(map(_section, sections))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f'<p class="first">{escape(first)}</p>{body}</body></html>\n'
    )


def _section(section: Section) -> str:
    pictures = "".join(
        f"<figure>{picture.svg}<figcaption>{escape(picture.caption)}</figcaption></figure>"
        for picture in section.pictures
    )
    text = f"<p>{escape(section.text)}</p>" if section.text else ""
    return f"<h2>{escape(section.title)}</h2>{pictures}{text}{_table(section.rows)}"


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    names = list(rows[0])
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in names)
    body = "".join(f"<tr>{''.join(_cell(row[name]) for name in names)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"<td>{'·' if value is None else escape(str(value))}</td>"
    return f'<td class="number">{value:,}</td>' if isinstance(value, int) else f'<td class="number">{value:,.4g}</td>'
