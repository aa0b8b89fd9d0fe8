"""What curating a table has to do in this run: carry it over, grow it by new deliveries, or rebuild it, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pyspark.sql import DataFrame

from lake.config.configuration import Source
from lake.config.field_rules import FieldRule
from lake.config.mappings import ColumnMapping
from lake.config.unpivoting import Unpivot
from lake.curating.digests import curated_digest
from lake.errors import DataError
from lake.landing.deliveries import Delivery, refuse_rivals, refuse_spellings, replaced_deliveries
from lake.landing.landed_file import landing_folder, landing_key
from lake.releases.snapshots import Snapshot
from lake.run.run import Run
from lake.run.secrets import fingerprint
from schemas.contract import Contract
from schemas.lineage import CELL, HEADER
from transforms.standardization import FieldPlan, FilePlan, SourcePlan, UnpivotPlan

Mode = Literal["absent", "carried", "first", "grown", "rebuilt"]


@dataclass(frozen=True)
class TablePlan:
    """`deliveries` are all that the table is made of, `to_read` those whose landed rows are read in this run."""

    domain: str
    contract: Contract
    mode: Mode
    why: str
    digest: str
    before: Snapshot | None
    deliveries: tuple[Delivery, ...]
    to_read: tuple[Delivery, ...]
    replaced: frozenset[str]


def plan_table(run: Run, contract: Contract, deliveries: Sequence[Delivery]) -> TablePlan:
    """Decide the mode. Growing gives what rebuilding would: where it could not, the table is rebuilt."""
    sources = run.sources_of(contract.name)
    names = {source.name for source in sources}
    own = tuple(delivery for delivery in deliveries if delivery.source_name in names)
    refuse_rivals(own, sources, contract.key)
    for source in sources:
        refuse_spellings(own, source)
    replaced = frozenset[str]().union(*(replaced_deliveries(own, source) for source in sources))
    digest = curated_digest(contract, sources, fingerprint(run.masking_key))
    before = run.parent.curated.get(contract.name) if run.parent else None
    known = {d.landing_file_id: d for d in run.parent_deliveries if d.source_name in names}
    mode, why = _mode(own, replaced, known, before, digest)
    if mode == "absent" and before is not None:
        raise DataError(
            f"{contract.name}: the current release has {before.row_count(outcome='curated'):,} rows of it, and no "
            "delivery is left: its files are claimed for another table now; give their `claims` back, or run into a "
            "new lake"
        )
    new = tuple(d for d in own if d.landing_file_id not in known)
    to_read = {"grown": new, "carried": (), "absent": ()}.get(mode, own)
    return TablePlan(run.domain, contract, mode, why, digest, before, own, to_read, replaced)


def landed_frames(run: Run, plan: TablePlan) -> list[tuple[DataFrame, SourcePlan]]:
    """The landed records to read, by source, each with what turns them into rows."""
    frames = []
    for source in run.sources_of(plan.contract.name):
        deliveries = [d for d in plan.to_read if d.source_name == source.name]
        if deliveries:
            if plan.mode != "grown":
                _refuse_missing(run, source, deliveries)
            source_plan = _source_plan(run, plan, source, deliveries)
            keys = (landing_key(run.domain, source.name, d.landing_file_id, "parquet") for d in deliveries)
            landed = run.engine.read([run.lake.uri_of(key) for key in keys], source_plan.landing_schema())
            frames.append((landed, source_plan))
    return frames


def _refuse_missing(run: Run, source: Source, deliveries: Sequence[Delivery]) -> None:
    there = {file.key for file in run.lake.list(landing_folder(run.domain, source.name))}
    for delivery in deliveries:
        key = landing_key(run.domain, source.name, delivery.landing_file_id, "parquet")
        if key not in there:
            raise DataError(
                f"{run.lake.uri_of(key)} is gone, with the landed records of {delivery.raw_files[0].key}; landing is "
                "append only: restore the file"
            )


def _source_plan(run: Run, plan: TablePlan, source: Source, deliveries: Sequence[Delivery]) -> SourcePlan:
    files = {
        d.landing_file_id: FilePlan(
            d.order,
            d.landed.decided_formats,
            d.landing_file_id in plan.replaced,
            tuple(d.landed.unpivoted),
            d.landed.named,
        )
        for d in deliveries
    }
    return SourcePlan(
        source_name=source.name,
        contract=plan.contract.waiving(source.not_delivered),
        identical_rows=source.identical_rows,
        fields=tuple(_field_plan(plan.contract, column, column.landing_name) for column in source.columns),
        constants=source.constants,
        files=files,
        masking_key=run.masking_key,
        exclusions=tuple(excluded.plan for excluded in source.excluded),
        unpivot=_unpivot_plan(plan.contract, source.unpivot) if source.unpivot else None,
        named=tuple(_field_plan(plan.contract, one.filling, one.group) for one in source.from_name),
    )


def _unpivot_plan(contract: Contract, unpivot: Unpivot) -> UnpivotPlan:
    return UnpivotPlan(_field_plan(contract, unpivot.header, HEADER), _field_plan(contract, unpivot.cell, CELL))


def _field_plan(contract: Contract, filling: ColumnMapping | FieldRule, landing_name: str) -> FieldPlan:
    field = contract.by_name[filling.field]
    return FieldPlan(field, landing_name, filling.rule, filling.parameters, filling.null_tokens)


def _mode(
    own: Sequence[Delivery], replaced: frozenset[str], known: dict[str, Delivery], before: Snapshot | None, digest: str
) -> tuple[Mode, str]:
    if not own:
        return "absent", "no source of the table has delivered"
    if before is None:
        return "first", "the table has no snapshot yet"
    if before.digest != digest:
        return "rebuilt", "its contract, a mapping, the rules' code or the masking key changed"
    now = {delivery.landing_file_id: delivery for delivery in own}
    if gone := set(known) - set(now):
        return "rebuilt", f"{len(gone)} deliveries are read in another way now"
    if any(now[file_id].order != delivery.order for file_id, delivery in known.items()):
        return "rebuilt", "a delivery that was there moved in the order"
    if replaced & set(known) != set(before.replaced):
        return "rebuilt", "a delivery that was there is replaced by a later one"
    if len(now) == len(known):
        return "carried", "nothing new for it"
    return "grown", f"{len(now) - len(known)} new deliveries"
