"""One HTML file with pictures and tables in it: no script, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from headrace.facts.rows import Row

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1100px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; } h2 { font-size: 1.25em; margin-top: 2.2em; border-top: 1px solid #ddd; padding-top: 1em; }
.first { background: #fff6e0; border-left: 4px solid #e0a000; padding: .6em 1em; }
figure { margin: 1em 0; overflow-x: auto; } figcaption { color: #555; }
table { border-collapse: collapse; margin: 1em 0; font-size: 13px; } th { text-align: left; }
th, td { padding: .2em .8em .2em 0; border-bottom: 1px solid #eee; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


@dataclass(frozen=True)
class Picture:
    """A chart as SVG, a sentence on what it shows, and the numbers of it that stand under it."""

    svg: str
    caption: str
    rows: Sequence[Row] = ()


@dataclass(frozen=True)
class Section:
    """Pictures with their numbers, then a text and a table that belong to no picture."""

    title: str
    pictures: Sequence[Picture] = ()
    text: str = ""
    rows: Sequence[Row] = ()


@dataclass(frozen=True)
class Page:
    """`first` are the sentences that a reader must know before any picture."""

    title: str
    first: Sequence[str]
    sections: Sequence[Section]


def html(page: Page) -> str:
    title = page.title
    body = "".join(map(_section, page.sections))
    told = "".join(f'<p class="first">{escape(sentence)}</p>' for sentence in page.first)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f"{told}{body}</body></html>\n"
    )


def _section(section: Section) -> str:
    pictures = "".join(
        f"<figure>{picture.svg}<figcaption>{escape(picture.caption)}</figcaption></figure>{_table(picture.rows)}"
        for picture in section.pictures
    )
    text = f"<p>{escape(section.text)}</p>" if section.text else ""
    return f"<h2>{escape(section.title)}</h2>{pictures}{text}{_table(section.rows)}"


def _table(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    names = list(rows[0])
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in names)
    body = "".join(f"<tr>{''.join(_cell(row[name]) for name in names)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"<td>{'·' if value is None else escape(str(value))}</td>"
    is_whole = isinstance(value, int) or abs(value) >= 1000
    return f'<td class="number">{value:,.0f}</td>' if is_whole else f'<td class="number">{value:.4g}</td>'
