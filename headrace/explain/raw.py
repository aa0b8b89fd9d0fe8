"""Raw records out of landing. Landing is restricted: what may tell a person shows only to who asks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from headrace.duck.landing_views import landed_records
from headrace.duck.reader import local
from headrace.duck.sql import literal
from headrace.explain.lines import Lines, lines_of
from headrace.facts.explain import MASK, RawRecord
from headrace.facts.rows import Row
from lake.config.read_options import parse_read
from lake.errors import HeadraceError
from lake.landing.deliveries import Delivery
from lake.landing.landed_file import landing_key
from lake.landing.ledger import read_ledger
from lake.releases.release import Release
from lake.store.objects import ObjectStore
from schemas.contract import Contract
from schemas.lineage import FILE_ID, RECORD_NUMBER

if TYPE_CHECKING:
    import duckdb

Record = tuple[str, int]


@dataclass
class RawRecords:
    """Records by landing file and number.

    Without `reveal` the columns that the source maps to fields not personal are shown as they came; personal ones, and
    columns that no field is mapped to (nobody said what they hold), are masked.
    """

    lake: ObjectStore
    release: Release
    contracts: Mapping[str, Contract]
    reveal: bool = False
    unreadable: list[str] = field(default_factory=list)
    _cells: dict[str, dict[Any, str]] = field(default_factory=dict)

    @cached_property
    def deliveries(self) -> dict[str, Delivery]:
        return {delivery.landing_file_id: delivery for delivery in read_ledger(self.lake, self.release.ledger)}

    def fetch(self, wanted: Iterable[Record]) -> dict[Record, RawRecord]:
        """Each record with its raw file, line and columns."""
        by_file: dict[str, set[int]] = defaultdict(set)
        for file_id, number in wanted:
            by_file[file_id].add(number)
        return {
            (file_id, number): record
            for file_id, numbers in by_file.items()
            for number, record in self._of_file(file_id, numbers)
        }

    def _of_file(self, file_id: str, numbers: set[int]) -> list[tuple[int, RawRecord]]:
        delivery = self.deliveries.get(file_id)
        if delivery is None:
            return [(n, self._unnamed(file_id, n)) for n in numbers]
        try:
            columns, note = self._columns(delivery, numbers), None
        except (HeadraceError, OSError) as error:
            columns, note = {}, f"landing cannot be read: {error}"
        lines = self._lines(delivery, numbers)
        return [(n, self._record(delivery, n, lines, columns.get(n), note)) for n in numbers]

    def _columns(self, delivery: Delivery, numbers: set[int]) -> dict[int, Row]:
        import duckdb

        path = local(
            self.lake, landing_key(self.release.domain, delivery.source_name, delivery.landing_file_id, "parquet")
        )
        try:
            with duckdb.connect(":memory:") as connection:
                rows = _select(connection, path, tuple(delivery.landed.columns), numbers)
        except duckdb.Error as error:
            raise HeadraceError(str(error).splitlines()[0]) from None
        return {
            row[RECORD_NUMBER]: {name: text for name, text in row.items() if name not in (RECORD_NUMBER, FILE_ID)}
            for row in rows
        }

    def _lines(self, delivery: Delivery, numbers: set[int]) -> Lines:
        read = parse_read(self.release.sources[delivery.source_name].read)
        return lines_of(numbers, delivery, self.release.facts.get("raw", ""), read)

    def _unnamed(self, file_id: str, number: int) -> RawRecord:
        return RawRecord(
            file=None,
            same_content=[],
            record_number=number,
            line=None,
            note=f"the release does not name the delivery {file_id}",
            fields={},
            is_revealed=self.reveal,
            declared=[],
        )

    def _record(
        self, delivery: Delivery, number: int, lines: Lines, columns: Row | None, note: str | None
    ) -> RawRecord:
        name, *others = [file.key for file in delivery.raw_files]
        return RawRecord(
            file=name,
            same_content=others,
            record_number=number,
            line=lines.by_record.get(number),
            note=note or lines.note,
            fields=self._shown(delivery.source_name, columns or {}),
            is_revealed=self.reveal,
            declared=self.declared(delivery.source_name),
        )

    def _shown(self, source_name: str, columns: Row) -> Row:
        if self.reveal:
            return columns
        source = self.release.sources[source_name]
        plain = source.plain_columns(self.contracts[source.table], columns)
        return {name: text if text in (None, "") or name in plain else MASK for name, text in columns.items()}

    def of_row(self, record: RawRecord, row: Row) -> RawRecord:
        """A record, for one of the several rows that it may be: of the columns that are rows its own alone."""
        unpivot = self.release.sources[row["source_name"]].unpivot
        if unpivot is None or record.file is None:
            return record
        file_id = row["landing_file_id"]
        if file_id not in self._cells:
            self._cells[file_id] = unpivot.by_value(record.fields)
        cells = self._cells[file_id]
        own = cells.get(row.get(unpivot.header_field))
        others = {*cells.values()} - {own}
        fields = {name: text for name, text in record.fields.items() if name not in others}
        return replace(record, fields=fields, declared=[*record.declared, *([own] if own else [])])

    def declared(self, source_name: str) -> list[str]:
        """The columns that the source maps to fields, in its order."""
        return list(dict.fromkeys(column for column, _ in self.release.sources[source_name].columns))


def _select(connection: duckdb.DuckDBPyConnection, path: str, names: tuple[str, ...], numbers: set[int]) -> list[Row]:
    """The records of a landed file, by the names of its columns."""
    records = landed_records({names: [path]})
    found = connection.execute(f'FROM ({records}) WHERE "{RECORD_NUMBER}" IN {literal(sorted(numbers))}')
    return [dict(zip((*names, RECORD_NUMBER, FILE_ID), row, strict=True)) for row in found.fetchall()]
