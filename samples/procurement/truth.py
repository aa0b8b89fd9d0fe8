"""What should become of every record, from the true values: outcomes, reasons and the curated rows.

Nothing here knows Headrace's transforms; the order of outcomes is DESIGN.md's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from samples.arrays import Bools, Frame, Ints
from samples.outcomes import CURATED, DEAD_LETTER, DUPLICATE, EXCLUDED, OUTCOMES, QUARANTINED, SUPERSEDED
from samples.procurement.clock import NULL, utc_minutes
from samples.procurement.entities import CANCELLED, Words
from samples.procurement.layout import Column, Table
from samples.procurement.printing import decimals, print_column
from samples.procurement.rules import RULES
from samples.procurement.sheet import Sheet, take
from samples.procurement.tables import TABLES
from samples.procurement.writing import RawFile

KEY_NUMBERS = tuple(dict.fromkeys(name for table in TABLES for name in table.key))


@dataclass(frozen=True)
class Verdicts:
    """An outcome for each row of a sheet, and its reasons as a place in `reason_lists`."""

    outcome: Ints
    reasons: Ints
    reason_lists: list[list[str]]

    def counts(self) -> dict[str, int]:
        return {name: int((self.outcome == code).sum()) for code, name in enumerate(OUTCOMES)}


def judge(sheet: Sheet) -> Verdicts:
    """Give every row its outcome.

    Rows that a later delivery of their period replaced are superseded, broken or not; broken ones are quarantined;
    the greatest of the others wins its key, by version, then by place, since rows lie in the order of the deliveries.
    """
    faults = _faults(sheet)
    is_dead, is_replaced = sheet.dead != 0, _is_replaced(sheet)
    competes = ~is_dead & ~is_replaced & (faults == 0)
    winner = _winners(sheet, competes)
    outcome = np.full(len(sheet), SUPERSEDED, dtype=np.int64)
    outcome[competes & _equals(sheet.values, winner)] = DUPLICATE
    is_winner = competes & (winner == np.arange(len(sheet)))
    outcome[is_winner] = CURATED
    if "status_code" in sheet.values:
        outcome[is_winner & (sheet.values["status_code"] == CANCELLED)] = EXCLUDED
    outcome[~is_replaced & (faults != 0)] = QUARANTINED
    outcome[is_dead] = DEAD_LETTER
    codes = np.where(outcome == QUARANTINED, faults, 0)
    codes = np.where(outcome == EXCLUDED, -1, codes)
    codes = np.where(is_replaced & ~is_dead, -2, codes)
    distinct, reasons = np.unique(codes, return_inverse=True)
    return Verdicts(outcome, reasons, [_reasons(int(code), sheet.table) for code in distinct])


def outcome_table(sheet: Sheet, verdicts: Verdicts, files: list[RawFile]) -> pa.Table:
    """A row for each record: file, record number, outcome, reasons, and the values of its own table's key.

    `files` are the sheet's, in order; copies of others have no records.
    """
    own = [file for file in files if file.same_content is None]
    sizes = [file.records for file in own]
    places = np.repeat(np.arange(len(own)), sizes)
    starts = np.cumsum([0, *sizes[:-1]])
    columns: dict[str, pa.Array] = {
        "table_name": _coded(np.zeros(len(sheet), dtype=np.int64), [sheet.table.name]),
        "file": _coded(places, [file.file for file in own]),
        "record_number": pa.array(np.arange(len(sheet)) - starts[places] + 1),
        "outcome": _coded(verdicts.outcome, list(OUTCOMES)),
        "reasons": pa.array(verdicts.reason_lists, pa.list_(pa.string())).take(pa.array(verdicts.reasons)),
    }
    for name in KEY_NUMBERS:
        if name in sheet.table.key:
            column = sheet.table.by_field[name]
            known = (sheet.values[name] != NULL) & (sheet.dead == 0)
            columns[name] = pc.if_else(pa.array(known), print_column(sheet.values[name], column, {}), None)
        else:
            columns[name] = pa.nulls(len(sheet), pa.string())
    return pa.table(columns)


def curated_table(sheet: Sheet, verdicts: Verdicts, words: Words) -> pa.Table:
    """The curated rows by key: contract fields in their types, names raw."""
    rows = np.flatnonzero(verdicts.outcome == CURATED)
    rows = rows[np.argsort(sheet.key()[rows], kind="stable")]
    values = take(sheet.values, rows)
    return pa.table({c.field: _typed(values[c.field], c, words) for c in sheet.table.columns})


def _faults(sheet: Sheet) -> Ints:
    """A bit for each reason: unreadable columns, missing columns, broken rules, in the order of `_reason_codes`."""
    table, values = sheet.table, sheet.values
    faults = sheet.unreadable.copy()
    width = len(table.columns)
    for place, column in enumerate(table.columns):
        is_missing = (values[column.field] == NULL) & (sheet.unreadable >> place & 1 == 0)
        faults |= np.where(is_missing & column.required, 1 << (width + place), 0)
    for place, rule in enumerate(RULES[table.name].values()):
        faults |= np.where(rule(values), 1 << (2 * width + place), 0)
    return faults


def _reasons(code: int, table: Table) -> list[str]:
    if code < 0:
        return ["cancelled"] if code == -1 else ["delivery_replaced"]
    names = [f"{name}_unreadable" for name in table.fields] + [f"{name}_missing" for name in table.fields]
    names += RULES[table.name]
    return sorted(name for bit, name in enumerate(names) if code >> bit & 1)


def _is_replaced(sheet: Sheet) -> Bools:
    if not sheet.table.replaces_period or not len(sheet):
        return np.zeros(len(sheet), dtype=np.bool_)
    period = sheet.delivery // 10
    last = sheet.delivery[np.searchsorted(period, period, side="right") - 1]
    return sheet.delivery < last


def _winners(sheet: Sheet, competes: Bools) -> Ints:
    """For each competing row, the row that wins its key; -1 for the others."""
    rows = np.flatnonzero(competes)
    key = sheet.key()[rows]
    order = np.lexsort((rows, sheet.values[sheet.table.version][rows], key) if sheet.table.version else (rows, key))
    rows, key = rows[order], key[order]
    winner = np.full(len(sheet), -1, dtype=np.int64)
    winner[rows] = rows[np.searchsorted(key, key, side="right") - 1]
    return winner


def _equals(values: Frame, winner: Ints) -> Bools:
    """Rows whose content is that of the winner of their key."""
    equal = winner >= 0
    for column in values.values():
        equal &= column == column[winner]
    return equal


def _typed(values: Ints, column: Column, words: Words) -> pa.Array:
    known = values != NULL
    mask = ~known
    match column.kind:
        case "amount" | "quantity":
            return decimals(np.where(known, values, 0), known, 2 if column.kind == "amount" else 3)
        case "time":
            return pa.array(np.where(known, utc_minutes(values), 0) * 60_000_000, mask=mask).cast(
                pa.timestamp("us", tz="UTC")
            )
        case "date":
            return pa.array(np.where(known, values, 0).astype(np.int32), mask=mask).cast(pa.date32())
        case "count":
            return pa.array(np.where(known, values, 0).astype(np.int32), mask=mask)
        case "flag":
            return pa.array(values == 1, mask=mask)
    return pc.if_else(pa.array(known), print_column(values, column, words), None)


def _coded(codes: Ints, texts: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(texts, pa.string()))
