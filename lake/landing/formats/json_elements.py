"""The elements of a JSON array, or of objects that follow one another, cut out of a stream without parsing them.

Only strings and brackets are looked at, so that an element that is no JSON costs itself alone. Bytes are of an
encoding that writes ASCII as ASCII.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from lake.errors import DataError
from lake.landing.formats.text import LONGEST_RECORD

BLANKS = b" \t\r\n"
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_TO_OPENING = re.compile(rb"[^\[{]*+([\[{])", re.DOTALL)
_TO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|%b)*+([\[\]{}])' % _STRING, re.DOTALL)
_TO_BRACKET_OR_COMMA = re.compile(rb'(?:[^"\[\]{},]++|%b)*+([\[\]{},])' % _STRING, re.DOTALL)
_OPENING, _CLOSING = (b"[", b"{"), (b"]", b"}")


class Element(NamedTuple):
    """A text that may be a record, without the blanks around it, and the lines on which it begins and ends. An element
    of an array is a line of its own, by its number."""

    raw: bytes
    line: int
    last_line: int


class Cutter(Protocol):
    """What `elements` asks of a way to cut. Both raise DataError where the stream is damaged."""

    def fed(self, chunk: bytes) -> list[Element]:
        """The elements that the chunk completes."""

    def ended(self) -> list[Element]:
        """The last elements, when the stream is over."""


class Cutting(ABC):
    """What is held of the stream: the element that is not complete, where it begins and how far it has been seen."""

    def __init__(self) -> None:
        self.held, self.begin, self.seen, self.depth, self.count = b"", 0, 0, 0, 0
        self.found: list[Element] = []
        self.is_over = False

    def fed(self, chunk: bytes) -> list[Element]:
        self.held += chunk
        self.found = []
        while not self.is_over and (token := self.next_mark().match(self.held, self.seen)):
            self.seen = token.end()
            self.take(token[1], self.seen - 1, self.seen)
        self.held, self.seen, self.begin = self.held[self.begin :], self.seen - self.begin, 0
        if len(self.held) > LONGEST_RECORD:
            raise DataError(
                f"element {self.count + 1} is longer than {LONGEST_RECORD:,} bytes, or a quote in it is never closed"
            )
        return self.found

    @abstractmethod
    def next_mark(self) -> re.Pattern[bytes]:
        """What finds the next mark that matters; nothing, where a string has not ended yet."""

    @abstractmethod
    def take(self, mark: bytes, start: int, end: int) -> None:
        """What the mark means for the elements."""

    def refuse_open(self) -> None:
        raise DataError(
            f"the file ends inside element {self.count + 1}, which nothing closes: it is cut short or damaged; ask "
            "for it again"
        )


def elements(chunks: Iterator[bytes], cutting: Cutter) -> Iterator[list[Element]]:
    """The elements of a stream, those together that a chunk completes."""
    for chunk in chunks:
        if found := cutting.fed(chunk):
            yield found
    if found := cutting.ended():
        yield found


class ArrayCutting(Cutting):
    """The elements of an array, numbered on from those `before`; what follows it stays in `held`."""

    def __init__(self, before: int = 0) -> None:
        super().__init__()
        self.before = before

    def next_mark(self) -> re.Pattern[bytes]:
        return _TO_BRACKET_OR_COMMA if self.depth == 1 else _TO_BRACKET

    def take(self, mark: bytes, start: int, end: int) -> None:
        if self.depth == 0 and (mark != b"[" or self.held[self.begin : start].strip(BLANKS)):
            self.refuse()
        self.depth += (mark in _OPENING) - (mark in _CLOSING)
        if mark == b"[" and self.depth == 1:
            self.begin = end
        elif mark == b"," and self.depth == 1:
            self._add(start, end)
        elif self.depth == 0:
            if self.count or self.held[self.begin : start].strip(BLANKS):
                self._add(start, end)
            self.begin, self.is_over = end, True

    def ended(self) -> list[Element]:
        if self.depth:
            self.refuse_open()
        if not self.is_over:
            self.refuse()
        return []

    def refuse(self) -> None:
        raise DataError(
            f"something follows the end of the array, behind element {self.count}"
            if self.is_over
            else 'the file does not begin with "[", expected an array of objects (records under [read])'
        )

    def _add(self, until: int, following: int) -> None:
        self.count += 1
        number = self.before + self.count
        self.found.append(Element(self.held[self.begin : until].strip(BLANKS), number, number))
        self.begin = following


class WholeArrayCutting(ArrayCutting):
    """The elements of the array that the stream is. Raises DataError where it is none, or something follows it."""

    def fed(self, chunk: bytes) -> list[Element]:
        found = super().fed(chunk)
        if self.is_over and self.held.strip(BLANKS):
            self.refuse()
        return found


class SequenceCutting(Cutting):
    """Objects one behind another, on lines of their own or not; any text between them is an element too, and so, as one
    of nothing, is a line that is blank."""

    def __init__(self) -> None:
        super().__init__()
        self.line, self.is_used = 1, False

    def next_mark(self) -> re.Pattern[bytes]:
        return _TO_BRACKET if self.depth else _TO_OPENING

    def take(self, mark: bytes, start: int, end: int) -> None:
        if mark in _OPENING:
            if self.depth == 0:
                self._add(start)
            self.depth += 1
        else:
            self.depth -= 1
            if self.depth == 0:
                self._add(end)

    def ended(self) -> list[Element]:
        if self.depth:
            self.refuse_open()
        self.found = []
        self._add(len(self.held))
        if self.held and not self.held.endswith(b"\n") and not self.is_used:
            self._add_blank()
        return self.found

    def _add(self, until: int) -> None:
        """The text up to here, and the blank lines before it and behind it."""
        text = self.held[self.begin : until]
        raw = text.strip(BLANKS)
        before = len(text) - len(text.lstrip(BLANKS))
        self._pass(text[:before])
        if raw:
            first, self.line = self.line, self.line + raw.count(b"\n")
            self.count += 1
            self.found.append(Element(raw, first, self.line))
            self.is_used = True
            self._pass(text[before + len(raw) :])
        self.begin = until

    def _pass(self, blanks: bytes) -> None:
        for _ in range(blanks.count(b"\n")):
            if not self.is_used:
                self._add_blank()
            self.line += 1
            self.is_used = False

    def _add_blank(self) -> None:
        self.found.append(Element(b"", self.line, self.line))
