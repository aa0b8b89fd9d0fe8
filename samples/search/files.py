"""The raw files of a search generation, as a marketplace's reports and a database's extracts come."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from samples.dirt_levels import Dirt
from samples.search.records import FAULT, Records, TableName
from samples.search.scenario import Grain
from samples.search.terms import spelled_all
from samples.search.truth import days_array
from samples.search.world import World

# For each column its headers: the report's own first, then those of other generations of it.
HEADERS: dict[TableName, dict[str, tuple[str, ...]]] = {
    "search_ranks": {
        "report_marketplace_code": ("Report Marketplace",),
        "marketplace_code": ("Marketplace", "Country"),
        "department_name": ("Department", "Category"),
        "term": ("Search Term", "Keyword"),
        "ranked_on": ("Report Date", "Reporting Date"),
        "rank": ("Search Frequency Rank", "Rank"),
    },
    "search_volumes": {
        "report_marketplace_code": ("Report Marketplace",),
        "marketplace_code": ("Marketplace", "Country"),
        "department_name": ("Department", "Category"),
        "term": ("Search Query", "Search Term"),
        "grain": ("Grain", "Reporting Range"),
        "period_start_on": ("Period Start", "Reporting Date"),
        "search_count": ("Search Query Volume", "Volume"),
    },
}
UNREADABLE = "n.n."
_STYLED = 0.25


@dataclass(frozen=True)
class RawFile:
    """One raw file and what it holds; `same_content` names the file that it is a copy of. Of a Parquet extract the
    manifest is no file of its own here."""

    table_name: TableName
    file: str
    period: str
    lines: int
    records: int
    dead_letters: int
    same_content: str | None
    sha256: str


@dataclass(frozen=True)
class _Style:
    delimiter: str = ","
    newline: str = "\n"
    has_bom: bool = False
    is_gzip: bool = False
    generation: int = 0


def in_file_order(records: Records, world: World) -> Records:
    """The records as they lie: by month, delivery, then day, marketplace, department and number."""
    cell = world.cell_of[records["term"]]
    sort_by = ("term", "value", "cell", "day", "place", "number", "month")
    columns = {**records.columns, "cell": cell}
    return records.take(np.lexsort([columns[name] for name in sort_by]))


def write_files(records: Records, world: World, table: TableName, raw: Path, rng: np.random.Generator) -> list[RawFile]:
    """Write the records, which lie in file order, and of one file a copy under the next number where dirt is wanted."""
    scenario = world.scenario
    folder = raw / table
    folder.mkdir(parents=True, exist_ok=True)
    delivery = records["month"] * 10 + records["number"]
    codes, starts = np.unique(delivery, return_index=True)
    stops = [*starts[1:].tolist(), len(records)]
    spelled = spelled_all(world.terms)
    files = []
    for code, start, stop in zip(codes.tolist(), starts.tolist(), stops, strict=True):
        part = records.take(np.arange(start, stop))
        columns = _columns(part, world, table, spelled)
        style = _style(scenario.dirt, rng)
        name = _name(table, scenario.grain, code)
        write = _write_csv if scenario.rendering == "csv" else _write_parquet
        files.append(write(columns, part, table, folder, name, style))
    if scenario.dirt != "none" and scenario.rendering == "csv":
        files.append(_copy(files[int(rng.integers(len(files)))], raw))
    return files


def files_table(files: Sequence[RawFile]) -> pa.Table:
    return pa.Table.from_pylist([asdict(file) for file in files])


def record_places(records: Records, files: Sequence[RawFile]) -> tuple[pa.Array, pa.Array]:
    """The file and the record number of each record."""
    own = [file for file in files if file.same_content is None]
    sizes = [file.records for file in own]
    places = np.repeat(np.arange(len(own)), sizes)
    starts = np.cumsum([0, *sizes[:-1]])
    names = pa.array([file.file for file in own]).take(pa.array(places))
    return names, pa.array(np.arange(len(records)) - starts[places] + 1)


def _columns(part: Records, world: World, table: TableName, spelled: np.ndarray) -> dict[str, pa.Array]:
    """The cells as texts; the day and the number typed, for Parquet, where no cell is beyond its type."""
    term, fault = part["term"], part["fault"]
    markets = np.array([cell.marketplace.code for cell in world.cells], dtype=object)[world.cell_of[term]]
    departments = np.array([cell.department for cell in world.cells], dtype=object)[world.cell_of[term]]
    if table == "search_volumes" and "labels-without-department" in world.scenario.plants:
        departments = np.full(len(part), None)
    own = np.where(fault == FAULT["unknown_marketplace"], "??", markets)
    reported = np.where(fault == FAULT["wrong_marketplace"], np.where(markets == "US", "UK", "US"), markets)
    texts = np.where(fault == FAULT["blank_term"], " ", spelled[part["spelling"] * len(world.terms) + term])
    day = part["day"] + 2 * (fault == FAULT["shifted_period"])
    value = np.where(fault == FAULT["zero"], 0, part["value"])
    number = pc.cast(pa.array(value), pa.string())
    number = pc.if_else(pa.array(fault == FAULT["unreadable"]), UNREADABLE, number)
    number = pc.if_else(pa.array(fault == FAULT["missing"]), None, number)
    columns = {
        "report_marketplace_code": pa.array(reported, pa.string()),
        "marketplace_code": pa.array(own, pa.string()),
        "department_name": pa.array(departments, pa.string()),
        "term": pa.array(texts, pa.string()),
    }
    if table == "search_ranks":
        return columns | {"ranked_on": days_array(day), "rank": number}
    grain = pa.array([world.scenario.grain] * len(part))
    return columns | {"grain": grain, "period_start_on": days_array(day), "search_count": number}


def _name(table: TableName, grain: Grain, code: int) -> str:
    month = np.datetime64(code // 10, "M")
    kind = f"{table}_{grain}" if table == "search_volumes" else table
    return f"{kind}_{month}_d{code % 10}"


def _style(dirt: Dirt, rng: np.random.Generator) -> _Style:
    if dirt == "none":
        return _Style()
    has = rng.random(5) < _STYLED
    return _Style(";" if has[0] else ",", "\r\n" if has[1] else "\n", bool(has[2]), bool(has[3]), 1 if has[4] else 0)


def _headers(table: TableName, generation: int) -> list[str]:
    return [names[min(generation, len(names) - 1)] for names in HEADERS[table].values()]


def _write_csv(
    columns: Mapping[str, pa.Array], part: Records, table: TableName, folder: Path, name: str, style: _Style
) -> RawFile:
    body = io.BytesIO()
    options = pa_csv.WriteOptions(include_header=False, delimiter=style.delimiter, quoting_style="needed")
    pa_csv.write_csv(pa.table(dict(columns)), body, options)
    lines = body.getvalue().decode().removesuffix("\n").split("\n")
    torn = np.flatnonzero(part["fault"] == FAULT["torn"]).tolist()
    for row in torn:
        lines[row] = f"{style.delimiter}torn"
    text = style.newline.join([style.delimiter.join(_headers(table, style.generation)), *lines, ""])
    content = text.encode("utf-8-sig" if style.has_bom else "utf-8")
    content = gzip.compress(content, mtime=0) if style.is_gzip else content
    path = folder / f"{name}.csv{'.gz' if style.is_gzip else ''}"
    path.write_bytes(content)
    return _raw_file(table, path, name, len(part), len(torn), len(part) + 1, content)


def _write_parquet(
    columns: Mapping[str, pa.Array], part: Records, table: TableName, folder: Path, name: str, style: _Style
) -> RawFile:
    """As a database extracts it, with its manifest; a torn row cannot be."""
    renamed = dict(zip(_headers(table, style.generation), columns.values(), strict=True))
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table(renamed), path, compression="zstd")
    content = path.read_bytes()
    said = {"files": [{"name": path.name, "rows": len(part), "sha256": hashlib.sha256(content).hexdigest()}]}
    path.with_name(f"{name}.manifest.json").write_text(json.dumps(said))
    return _raw_file(table, path, name, len(part), 0, len(part), content)


def _raw_file(table: TableName, path: Path, name: str, records: int, dead: int, lines: int, content: bytes) -> RawFile:
    return RawFile(
        table_name=table,
        file=f"{table}/{path.name}",
        period=name.split("_")[-2],
        lines=lines,
        records=records,
        dead_letters=dead,
        same_content=None,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _copy(original: RawFile, raw: Path) -> RawFile:
    """The same bytes sent again: in a folder of their own, since a greater number would put them behind corrections."""
    folder, _, file = original.file.partition("/")
    name = f"{folder}/resent/{file}"
    (raw / name).parent.mkdir(exist_ok=True)
    (raw / name).write_bytes((raw / original.file).read_bytes())
    return replace(original, file=name, same_content=original.file)
