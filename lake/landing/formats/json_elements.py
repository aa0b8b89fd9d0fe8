"""The elements of a JSON array, or of objects that follow one another, cut out of a stream without parsing them.

Only strings and brackets are looked at, so that an element that is no JSON costs itself alone. Bytes are of an
encoding that writes ASCII as ASCII.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator

from lake.errors import DataError
from lake.landing.formats.text import LONGEST_RECORD

BLANKS = b" \t\r\n"
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_TO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|%b)*+([\[\]{}])' % _STRING, re.DOTALL)
_TO_BRACKET_OR_COMMA = re.compile(rb'(?:[^"\[\]{},]++|%b)*+([\[\]{},])' % _STRING, re.DOTALL)
_OPENING, _CLOSING = (b"[", b"{"), (b"]", b"}")


def elements(chunks: Iterator[bytes], *, is_array: bool) -> Iterator[list[bytes]]:
    """The elements that each chunk completes, without the blanks around them.

    Without `is_array` they are objects one behind another, and any text between them is an element too. Raises
    DataError where the array or an object is not closed, and where something follows the array.
    """
    cutting = _Array() if is_array else _Sequence()
    for chunk in chunks:
        if found := cutting.fed(chunk):
            yield found
    if found := cutting.ended():
        yield found


class _Cutting(ABC):
    """What is held of the stream: the element that is not complete, where it begins and how far it has been seen."""

    def __init__(self) -> None:
        self.held, self.begin, self.seen, self.depth, self.count = b"", 0, 0, 0, 0
        self.found: list[bytes] = []

    def fed(self, chunk: bytes) -> list[bytes]:
        self.held += chunk
        self.found = []
        while token := self.next_mark().match(self.held, self.seen):
            self.seen = token.end()
            self.take(token[1], self.seen - 1, self.seen)
        self.held, self.seen, self.begin = self.held[self.begin :], self.seen - self.begin, 0
        if len(self.held) > LONGEST_RECORD:
            raise DataError(
                f"element {self.count + 1} is longer than {LONGEST_RECORD:,} bytes, or a quote in it is never closed"
            )
        return self.found

    def next_mark(self) -> re.Pattern[bytes]:
        """What finds the next mark that matters; nothing, where a string has not ended yet."""
        return _TO_BRACKET

    @abstractmethod
    def take(self, mark: bytes, start: int, end: int) -> None:
        """What the mark means for the elements."""

    @abstractmethod
    def ended(self) -> list[bytes]:
        """The last elements, when the stream is over."""

    def add(self, until: int, following: int) -> None:
        self.found.append(self.held[self.begin : until].strip(BLANKS))
        self.count += 1
        self.begin = following

    def refuse_open(self) -> None:
        raise DataError(
            f"the file ends inside element {self.count + 1}, which nothing closes: it is cut short or damaged; ask "
            "for it again"
        )


class _Array(_Cutting):
    def __init__(self) -> None:
        super().__init__()
        self.is_over = False

    def next_mark(self) -> re.Pattern[bytes]:
        return _TO_BRACKET_OR_COMMA if self.depth == 1 else _TO_BRACKET

    def take(self, mark: bytes, start: int, end: int) -> None:
        if self.is_over or (self.depth == 0 and (mark != b"[" or self.held[self.begin : start].strip(BLANKS))):
            self.refuse()
        self.depth += (mark in _OPENING) - (mark in _CLOSING)
        if mark == b"[" and self.depth == 1:
            self.begin = end
        elif mark == b"," and self.depth == 1:
            self.add(start, end)
        elif self.depth == 0:
            if self.count or self.held[self.begin : start].strip(BLANKS):
                self.add(start, end)
            self.begin, self.is_over = end, True

    def ended(self) -> list[bytes]:
        if self.depth:
            self.refuse_open()
        if not self.is_over or self.held.strip(BLANKS):
            self.refuse()
        return []

    def refuse(self) -> None:
        raise DataError(
            f"something follows the end of the array, behind element {self.count}"
            if self.is_over
            else 'the file does not begin with "[", promised an array of objects (records under [read])'
        )


class _Sequence(_Cutting):
    def take(self, mark: bytes, start: int, end: int) -> None:
        if mark in _OPENING:
            if self.depth == 0 and self.held[self.begin : start].strip(BLANKS):
                self.add(start, start)
            self.depth += 1
        elif mark in _CLOSING and self.depth:
            self.depth -= 1
            if self.depth == 0:
                self.add(end, end)

    def ended(self) -> list[bytes]:
        if self.depth:
            self.refuse_open()
        self.found = []
        if self.held.strip(BLANKS):
            self.add(len(self.held), len(self.held))
        return self.found
