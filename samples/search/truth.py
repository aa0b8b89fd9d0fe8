"""What should become of every record, from the true values; nothing here knows Headrace's transforms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from samples.arrays import Bools, Ints
from samples.outcomes import CURATED, DEAD_LETTER, DUPLICATE, OUTCOMES, QUARANTINED, SUPERSEDED
from samples.search.records import FAULT, Records, TableName, period_end
from samples.search.scenario import LABELS_KNOWN_AFTER_DAYS, Grain
from samples.search.world import World

VALUE_NAME: dict[TableName, str] = {"search_ranks": "rank", "search_volumes": "search_count"}
DAY_NAME: dict[TableName, str] = {"search_ranks": "ranked_on", "search_volumes": "period_start_on"}


@dataclass(frozen=True)
class Verdicts:
    """An outcome for each record, by its place in `OUTCOMES`, and the rule that it broke."""

    outcome: Ints
    reason: list[str | None]

    def counts(self) -> dict[str, int]:
        return {name: int((self.outcome == code).sum()) for code, name in enumerate(OUTCOMES)}


def judge(records: Records, table: TableName) -> Verdicts:
    """Records lie in the order of their deliveries and files: of those that broke no rule the last of a key stands."""
    outcome = np.full(len(records), SUPERSEDED, dtype=np.int64)
    sound = np.flatnonzero(records["fault"] == FAULT["none"])
    key = records["term"][sound] * 100_000 + records["day"][sound]
    order = np.lexsort((sound, key))
    rows, key = sound[order], key[order]
    winner = rows[np.searchsorted(key, key, side="right") - 1]
    is_equal = records["value"][rows] == records["value"][winner]
    outcome[rows[is_equal]] = DUPLICATE
    outcome[winner] = CURATED
    faults = records["fault"]
    outcome[faults != FAULT["none"]] = QUARANTINED
    outcome[faults == FAULT["torn"]] = DEAD_LETTER
    codes = _codes(table)
    return Verdicts(outcome, [codes.get(fault) for fault in faults.tolist()])


def curated_table(records: Records, verdicts: Verdicts, world: World, table: TableName) -> pa.Table:
    """The curated rows by key, in the fields of their contract."""
    rows = np.flatnonzero(verdicts.outcome == CURATED)
    found = records.take(rows[np.lexsort((records["day"][rows], records["term"][rows]))])
    grain = world.scenario.grain
    columns = {**keys(found, world, table), DAY_NAME[table]: days_array(found["day"])}
    if table == "search_volumes":
        columns |= {"grain": pa.array([grain] * len(found)), "available_on": _available(found["day"], grain)}
    return pa.table(columns | {VALUE_NAME[table]: pa.array(found["value"])})


def keys(records: Records, world: World, table: TableName, known: Bools | None = None) -> dict[str, pa.Array]:
    """Marketplace, department and term of each record; null where not `known`."""
    has_department = table == "search_ranks" or "labels-without-department" not in world.scenario.plants
    known = np.ones(len(records), dtype=np.bool_) if known is None else known
    cells = [world.cells[cell] for cell in world.cell_of.tolist()]
    texts = {
        "marketplace_code": [cell.marketplace.code for cell in cells],
        "department_name": [cell.department if has_department else None for cell in cells],
        "term": world.terms,
    }
    terms = pa.array(records["term"], mask=~known)
    return {name: pa.array(values, pa.string()).take(terms) for name, values in texts.items()}


def days_array(days: Ints) -> pa.Array:
    return pa.array(days.astype(np.int32)).cast(pa.date32())


def expected_table(world: World) -> pa.Table:
    """A row for each term and day: its rank, the mean of its searches, and whether it has labels."""
    term, place = np.nonzero(world.is_there)
    rows = Records({"term": term})
    return pa.table(
        {
            **keys(rows, world, "search_ranks"),
            "ranked_on": days_array(world.first_day + place),
            "rank": pa.array(world.rank[term, place]),
            "expected_search_count": pa.array(world.expected[term, place]),
            "is_labelled": pa.array(world.is_labelled[term]),
        }
    )


def _codes(table: TableName) -> dict[int, str]:
    value = VALUE_NAME[table]
    named = {
        "zero": f"{value}_not_positive",
        "missing": f"{value}_missing",
        "unreadable": f"{value}_unreadable",
        "wrong_marketplace": "term_in_wrong_marketplace",
        "blank_term": "term_missing",
        "unknown_marketplace": "marketplace_code_unreadable",
        "shifted_period": "period_not_at_its_start",
    }
    return {FAULT[name]: code for name, code in named.items()}


def _available(days: Ints, grain: Grain) -> pa.Array:
    """The day from which a label could have been known: so many days after the last of its period."""
    distinct, place = np.unique(days, return_inverse=True)
    lag = timedelta(days=LABELS_KNOWN_AFTER_DAYS[grain])
    known = [period_end(date(1970, 1, 1) + timedelta(days=int(day)), grain) + lag for day in distinct]
    return pa.array(known, pa.date32()).take(pa.array(place))
