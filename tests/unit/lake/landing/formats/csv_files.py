"""CSV read whole, for tests."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from unittest.mock import patch

from lake.landing.formats import csv
from lake.landing.formats import text as texts
from lake.landing.formats.csv import Dialect
from lake.landing.formats.table import Block, DeadLetter

COMMA = Dialect(",", '"', "utf-8")


MULTILINE = Dialect(",", '"', "utf-8", has_multiline_fields=True)


AB = ("a", "b")


MAY_BE_MARKED = ("utf-8", "utf-16-le")


@dataclass
class Found:
    """All that a file's blocks say, put together."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    lines: int = 0
    records: int = 0
    blanks: int = 0
    breaks: int = 0

    def add(self, block: Block) -> None:
        columns = [column.to_pylist() for column in block.columns]
        numbers = block.record_numbers.to_pylist()
        self.rows += [(number, list(row)) for number, row in zip(numbers, zip(*columns, strict=True), strict=True)]
        self.dead += block.dead_letters
        self.lines += block.line_count
        self.records += block.record_count
        self.blanks += block.blank_line_count
        self.breaks += block.line_break_in_field_count

    @property
    def reasons(self) -> list[str]:
        return [letter.reason.split(":")[0] for letter in self.dead]


def read(
    data: bytes,
    dialect: Dialect = COMMA,
    names: tuple[str, ...] = AB,
    *,
    encoding: str = "",
    block_bytes: int = texts.BLOCK_BYTES,
) -> Found:
    """Records of a file that has no header."""
    found = Found()
    with patch.object(texts, "BLOCK_BYTES", block_bytes):
        for block in csv.records(
            texts.utf8_lines(io.BytesIO(data), encoding or dialect.encoding), dialect, names, first_line=1
        ):
            found.add(block)
    return found


def header(data: bytes, *, multiline: bool = False, encoding: str = "utf-8") -> tuple[csv.HeaderLine, bytes]:
    blocks = texts.utf8_lines(io.BytesIO(data), encoding)
    line, rest = csv.take_header(blocks, quote='"', has_multiline_fields=multiline)
    return line, b"".join(rest)
