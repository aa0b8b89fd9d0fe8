"""Raw files -> landing: the same records as text columns in Parquet, each file once, every physical line accounted for.

A landed file's identity (`landing_file_id`) is its content, its source, its period, the fields that its name says, and
how it was read. What became of it stands beside it in `<landing_file_id>.json`, written last: where that is, the file
has landed whole.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import BinaryIO

import pyarrow.compute as pc
import pyarrow.parquet as pq

from lake.config.configuration import Source
from lake.errors import DataError, HeadraceError
from lake.landing.claims import Claim, Part
from lake.landing.files import DeadLettersFile, RecordsFile
from lake.landing.formats import format_named
from lake.landing.formats.encodings import FILE_ENCODING, find_encoding
from lake.landing.formats.table import Block, Readable, Table
from lake.landing.headers import shown
from lake.landing.landed_file import LandedFile, landing_key, read_landed
from lake.landing.raw_copies import RawCopy, copy_raw
from lake.store.objects import MissingObject, ObjectChanged, ObjectStore, StoreError
from transforms.standardize.date_order import decide_format
from transforms.standardize.null_token import is_null_token


def land_file(raw: ObjectStore, lake: ObjectStore, claim: Claim, source: Source) -> LandedFile:
    """Read one raw file, or all that a manifest lists, and write it into landing, unless its very content is there.

    Raises DataError (the sentence names the file, and where it can the line, the record and the column) or what the
    store says, and no entry is written then.
    """
    try:
        return _land(raw, lake, claim, source)
    except (HeadraceError, OSError) as error:
        is_of_the_store = isinstance(error, StoreError) and not isinstance(error, ObjectChanged | MissingObject)
        kind = type(error) if is_of_the_store else DataError
        raise kind(f"{claim.file.key}: {_sentence(error, raw, claim)}") from None


def _sentence(error: Exception, raw: ObjectStore, claim: Claim) -> str:
    """What stopped the reading. A file that changes under the reader looks damaged: that it changed is said first."""
    if isinstance(error, ObjectChanged) or _has_changed(raw, claim):
        return "the file changed while it was read; let its writer finish and run again"
    if isinstance(error, MissingObject):
        return "the file was listed and is gone; let whoever moves it finish and run again"
    if isinstance(error, OSError):
        return f"cannot keep its records in {tempfile.gettempdir()} while it is read: {error}"
    return str(error)


def _has_changed(raw: ObjectStore, claim: Claim) -> bool:
    try:
        return any(raw.stat(part.file.key).etag != part.file.etag for part in _parts(claim))
    except StoreError:
        return False


def _land(raw: ObjectStore, lake: ObjectStore, claim: Claim, source: Source) -> LandedFile:
    with tempfile.TemporaryDirectory(prefix="headrace-") as name:
        folder = Path(name)
        copies = [_copied(raw, part, folder, source) for part in _parts(claim)]
        digests = [copy.sha256 for copy in copies]
        sha256 = hashlib.sha256(json.dumps(digests).encode()).hexdigest() if claim.parts else digests[0]
        landing_file_id = _identity(sha256, claim, source)
        if landed := read_landed(lake, source.domain, source.name, landing_file_id):
            _refuse_other_count(claim, landed)
            return landed
        with closing(_Reading(source, claim, folder, landing_file_id)) as reading:
            for copy in copies:
                _read(copy, reading)
        landed = reading.landed(sha256)
        reading.audit(landed)
        _put(lake, source.domain, landed, reading)
        return landed


def _copied(raw: ObjectStore, part: Part, folder: Path, source: Source) -> RawCopy:
    path = folder / hashlib.sha256(part.file.key.encode()).hexdigest()
    with _named_by_its_manifest(part):
        return copy_raw(raw, part, path, source.read.unpacked_limit_bytes)


def _parts(claim: Claim) -> tuple[Part, ...]:
    return claim.parts or (Part(claim.file),)


def _read(copy: RawCopy, reading: _Reading) -> None:
    """Read one raw file to its end. Raises DataError where its manifest promises another number of rows."""
    part = copy.part
    with _named_by_its_manifest(part), copy.content() as content:
        row_count = reading.read(content)
    if part.row_count not in (None, row_count):
        raise DataError(
            f"{part.file.key} has {row_count:,} rows, its manifest expected {part.row_count:,}; ask for it again"
        )


def _refuse_other_count(claim: Claim, landed: LandedFile) -> None:
    """Raises DataError where the manifest of files that have landed already promises other rows of them; which of the
    files has them is not known any more."""
    expected = sum(part.row_count or 0 for part in claim.parts)
    if claim.parts and expected != landed.record_count:
        raise DataError(
            f"its files have {landed.record_count:,} rows, its manifest expected {expected:,}; ask for it again"
        )


@contextmanager
def _named_by_its_manifest(part: Part) -> Iterator[None]:
    """What is wrong with one of the files that a manifest lists names that file."""
    try:
        yield
    except DataError as error:
        raise DataError(f"{part.file.key}: {error}" if part.row_count is not None else str(error)) from None


def _identity(sha256: str, claim: Claim, source: Source) -> str:
    named = [dict(claim.named)] if claim.named else []
    parts = [sha256, source.name, claim.period, source.reading_digest, *named]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _put(lake: ObjectStore, domain: str, landed: LandedFile, reading: _Reading) -> None:
    """Records first, then dead letters, the entry last."""
    lake.put_file(landing_key(domain, landed.source_name, landed.landing_file_id, "parquet"), reading.records_path)
    if landed.dead_letter_count:
        key = landing_key(domain, landed.source_name, landed.landing_file_id, "dead.parquet")
        lake.put_file(key, reading.dead_letters.path)
    entry = json.dumps(asdict(landed), indent=1, sort_keys=True).encode()
    lake.put(landing_key(domain, landed.source_name, landed.landing_file_id, "json"), entry)


class _Reading:
    """One pass over the files of a claim: counts, dead letters, and the profile that decisions are taken from."""

    def __init__(self, source: Source, claim: Claim, folder: Path, landing_file_id: str) -> None:
        self.source, self.claim, self.folder, self.landing_file_id = source, claim, folder, landing_file_id
        self.lines = self.header_lines = self.records = self.blanks = self.breaks = self.shared = 0
        self.records_path = folder / "records.parquet"
        self.dead_letters = DeadLettersFile(folder / "dead.parquet", landing_file_id, claim.file.key)
        self.profiles: dict[str, Counter[str]] = {c.field: Counter() for c in source.columns if c.ambiguous_formats}
        self.table: Table | None = None
        self.kept: list[BinaryIO] = []
        self._written: RecordsFile | None = None

    def read(self, stream: Readable) -> int:
        """Take all records of one file; return how many."""
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            table = self._opened(stream, Path(scratch))
            order = self._order(table)
            before = (self.records, self.lines)
            self.header_lines += table.header_line_count
            self.blanks += table.blank_line_count
            for block in table.blocks:
                self._take(_moved(block, order, *before))
            self.lines += table.line_count()
            return self.records - before[0]

    def _opened(self, stream: Readable, scratch: Path) -> Table:
        """The table of a file, in the encoding that it is found to be in where the source names several."""
        read = self.source.read
        open_table = format_named(read.format).open_table
        if not read.other_encodings:
            return open_table(stream, self.source, scratch)
        kept, encoding = find_encoding(stream, (read.encoding, *read.other_encodings), scratch, self.source.name)
        self.kept.append(kept)
        table = open_table(kept, self.source.in_encoding(encoding), scratch)
        return replace(table, dialect={**table.dialect, FILE_ENCODING: encoding})

    def close(self) -> None:
        for kept in self.kept:
            kept.close()
        self.dead_letters.close()
        if self._written:
            self._written.close()

    def _order(self, table: Table) -> list[int]:
        """Where a file has the columns of the first file of its delivery. Raises DataError where they are others."""
        if self.table is None:
            self.table, self.names = table, table.settled.names
            self._written = RecordsFile(self.records_path, self.names, self.landing_file_id)
        names = table.settled.names
        if sorted(names) != sorted(self.names):
            differing = sorted(set(names) ^ set(self.names))
            raise DataError(
                f"its columns are not those of the first file of its manifest: {shown(differing)} in one of them only"
            )
        return [names.index(name) for name in self.names]

    def _take(self, block: Block) -> None:
        self.records += block.record_count
        self.blanks += block.blank_line_count
        self.breaks += block.line_break_in_field_count
        self.shared += block.shared_line_count
        self.dead_letters.add(block.dead_letters)
        if self._written and len(block.record_numbers):
            self._written.add(block)
            self._profile(block)

    def _profile(self, block: Block) -> None:
        for column in self.source.columns:
            if column.field in self.profiles and column.landing_name in self.names:
                counts = block.columns[self.names.index(column.landing_name)].drop_null().value_counts()
                for entry in counts.to_pylist():
                    if not is_null_token(entry["values"], column.null_tokens):
                        self.profiles[column.field][entry["values"].strip()] += entry["counts"]

    def landed(self, sha256: str) -> LandedFile:
        """The entry. Raises DataError where a day/month order cannot be decided."""
        assert self.table
        decided, evidence = self._decisions()
        return LandedFile(
            landing_file_id=self.landing_file_id,
            source_name=self.source.name,
            raw_key=self.claim.file.key,
            raw_size=self.claim.file.size,
            raw_etag=self.claim.file.etag,
            sha256=sha256,
            period=self.claim.period,
            arrived_at=self.claim.arrived_at,
            reading_digest=self.source.reading_digest,
            line_count=self.lines,
            header_line_count=self.header_lines,
            record_count=self.records,
            line_break_in_field_count=self.breaks,
            blank_line_count=self.blanks,
            shared_line_count=self.shared,
            dead_letter_count=self.dead_letters.count,
            landing_row_count=pq.read_metadata(self.records_path).num_rows,
            header=self.table.header,
            dialect={"format": self.source.read.format, **self.table.dialect},
            undeclared_columns=self.table.settled.undeclared,
            columns=self.names,
            decided_formats=decided,
            decision_evidence=evidence,
            unpivoted=self.table.settled.unpivoted,
            named=dict(self.claim.named),
        )

    def _decisions(self) -> tuple[dict[str, str], dict[str, str]]:
        decided, evidence = {}, {}
        for column in self.source.columns:
            if column.ambiguous_formats and column.landing_name in self.names:
                decision = decide_format(self.profiles[column.field], column.ambiguous_formats)
                if decision.format is None:
                    raise DataError(
                        f"column {column.landing_name!r}: cannot tell day from month: {decision.evidence}; say the "
                        f"order with formats = [...] and ambiguous_formats = [], in a file given with --config "
                        f"({column.where})"
                    )
                decided[column.field], evidence[column.field] = decision.format, decision.evidence
        return decided, evidence

    def audit(self, landed: LandedFile) -> None:
        if not landed.lines_close():
            raise DataError(
                f"{landed.line_count} lines do not close: {landed.header_line_count} header + "
                f"{landed.record_count} records ({landed.landing_row_count} landed, "
                f"{landed.dead_letter_count} dead letters) + {landed.line_break_in_field_count} line "
                f"breaks in fields + {landed.blank_line_count} blank - {landed.shared_line_count} on the line of "
                "another"
            )
        limit = self.source.read.dead_letter_halt_ratio
        first = self.dead_letters.first
        if first and self.table and landed.dead_letter_count > limit * landed.record_count:
            raise DataError(
                f"{landed.dead_letter_count} of {landed.record_count} records could not be read, expected at most "
                f"{limit:.2%} (dead_letter_halt_ratio); the first is line {first.line_number}, record "
                f"{first.record_number}: {first.reason}; check {self.table.suspects} of source "
                f"{self.source.name}"
            )


def _moved(block: Block, order: list[int], records: int, lines: int) -> Block:
    """The block in the order of the landing columns, behind so many records and lines of the files before it."""
    letters = [
        replace(letter, record_number=letter.record_number + records, line_number=letter.line_number + lines)
        for letter in block.dead_letters
    ]
    return replace(
        block,
        columns=[block.columns[place] for place in order],
        record_numbers=pc.add(block.record_numbers, records) if records else block.record_numbers,
        dead_letters=letters if records or lines else block.dead_letters,
    )
