"""The elements of an array inside the object that a file is, `d.results[]`, and what else stands in that object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lake.config.record_paths import EACH
from lake.errors import DataError
from lake.landing.formats.json_elements import BLANKS, ArrayCutting, Element
from lake.landing.formats.json_values import Flaw, decoded
from lake.landing.formats.text import LONGEST_RECORD
from lake.landing.headers import shown

_MARK = re.compile(rb'[^"\[\]{}:]*+("(?:[^"\\]++|\\.)*+"|[\[\]{}:])', re.DOTALL)
_AN_OBJECT = re.compile(rb"[ \t\r\n]*\{")
_MORE = re.compile(
    r"(odata)?next(page|link|url|uri|href|token|cursor|marker|offset|pagetoken|pageurl|recordsurl|startingtoken"
    r"|continuationtoken)?|(has)?more(records|pages|results|items|itemsremaining)?|has(next|nextpage)|(is)?truncated"
    r"|lastevaluatedkey|exceededtransferlimit|continue|continuationtoken|scrollid"
)
_NO_MORE: tuple[Any, ...] = (None, False, "", "false", "0", [], {})


class _Keys:
    """The keys that lead to where a text of JSON has been read to; None stands for being in an array."""

    def __init__(self) -> None:
        self.keys: list[str | None] = []
        self.text = b'""'

    @property
    def path(self) -> str | None:
        """Nothing inside an array."""
        return None if None in self.keys else ".".join(key for key in self.keys if key is not None)

    def take(self, mark: bytes) -> None:
        if mark in (b"{", b"["):
            self.keys.append("" if mark == b"{" else None)
        elif mark in (b"}", b"]"):
            del self.keys[-1:]
        elif mark != b":":
            self.text = mark
        elif self.keys and self.keys[-1] is not None:
            self.keys[-1] = json.loads(self.text.decode("utf-8", "replace"), strict=False)


def first_array(data: bytes) -> str | None:
    """The path of the first array of objects in the object that a text begins with, however it goes on."""
    keys, at = _Keys(), 0
    while token := _MARK.match(data, at):
        at = token.end()
        if token[1] == b"[" and keys.path and _AN_OBJECT.match(data, at):
            return f"{keys.path}{EACH}"
        keys.take(token[1])
        if not keys.keys:
            return None
    return None


def next_page(wrapper: Mapping[str, Any], above: str = "") -> str | None:
    """The key, by path, by which an object says that more records follow than it has; None where none does."""
    for key, value in wrapper.items():
        if _MORE.fullmatch(re.sub(r"[^a-z]", "", key.casefold())) and value not in _NO_MORE:
            return above + key
        if isinstance(value, dict) and (found := next_page(value, f"{above}{key}.")):
            return found
        if isinstance(value, list) and any(map(_links_on, value)):
            return above + key
    return None


def _links_on(link: Any) -> bool:
    """Whether an element of `links` is the one to the next page."""
    return isinstance(link, dict) and "next" in (link.get("rel"), link.get("relation"))


class WrappedCutting:
    """As the other cuttings, of the array at a path. Several such objects, one behind another, are the pages of one.

    Raises DataError where an object has no array there or is no JSON, and at the end, unless `allows_more`, where the
    last one says that more records follow. All but the elements is held until its object ends.
    """

    def __init__(self, path: str, encoding: str, *, allows_more: bool) -> None:
        self.path, self.encoding, self.allows_more = path, encoding, allows_more
        self.held = self.rest = b""
        self.keys = _Keys()
        self.array: ArrayCutting | None = None
        self.has_array = False
        self.count = self.page_count = 0
        self.more: str | None = None
        self.left_out: dict[str, None] = {}

    def fed(self, chunk: bytes) -> list[Element]:
        self.held += chunk
        found: list[Element] = []
        while self.array or self._reaches_array():
            assert self.array
            found += self.array.fed(self.held)
            self.held = b""
            if not self.array.is_over:
                break
            self.count += self.array.count
            self.held, self.array = b"]" + self.array.held, None
        if len(self.rest) + len(self.held) > LONGEST_RECORD:
            raise DataError(f"{self._page} has more than {LONGEST_RECORD:,} bytes beside the array {self.path}{EACH}")
        return found

    def ended(self) -> list[Element]:
        if self.array or (self.rest + self.held).strip(BLANKS):
            count = self.count + (self.array.count if self.array else 0)
            raise DataError(
                f"the file ends inside {self._page}, behind element {count}: it is cut short or damaged; ask for it "
                "again"
            )
        if not self.page_count:
            raise DataError(f"nothing is in the file, expected an object with the array {self.path}{EACH}")
        if self.more and not self.allows_more:
            raise DataError(
                f"the file says by {self.more!r} that more records follow: it is one page of several. Ask for all of "
                'them in one file, or say more_pages = "allow" under [read] where each page is a delivery of its own'
            )
        return []

    @property
    def _page(self) -> str:
        return f"object {self.page_count + 1}"

    def _reaches_array(self) -> bool:
        """Whether what is held leads to the array; what was passed on the way goes to `rest`."""
        at = 0
        while token := _MARK.match(self.held, at):
            at, mark = token.end(), token[1]
            if mark == b"[" and self.keys.path == self.path:
                self.keys.take(mark)
                self.rest += self.held[:at]
                self.held, self.array, self.has_array = self.held[at - 1 :], ArrayCutting(self.count), True
                return True
            self.keys.take(mark)
            if not self.keys.keys or self.keys.keys == [None]:
                self.rest += self.held[:at]
                self.held, at = self.held[at:], 0
                self._close()
        self.rest += self.held[:at]
        self.held = self.held[at:]
        return False

    def _close(self) -> None:
        """The object has ended: what it says beside its array."""
        expected = f"expected an object with the array {self.path}{EACH} (records under [read])"
        if (first := self.rest.strip(BLANKS)[:1]) != b"{":
            raise DataError(f"{self._page} begins with {first.decode('latin-1')!r}, {expected}")
        try:
            wrapper = decoded(self.rest, self.encoding)
        except Flaw as flaw:
            raise DataError(f"{self._page} is no JSON around its array: {flaw}") from None
        if not self.has_array:
            raise DataError(f"{self._page} has no such array, {expected}; its keys are {shown(list(wrapper))}")
        self.left_out.update(dict.fromkeys(_left_out(wrapper, self.path)))
        self.page_count, self.more, self.rest, self.has_array = self.page_count + 1, next_page(wrapper), b"", False


def _left_out(wrapper: Mapping[str, Any], path: str) -> Iterator[str]:
    """The other keys of the objects that the array is in."""
    for key, value in wrapper.items():
        if key != path and isinstance(value, dict) and path.startswith(f"{key}."):
            yield from (f"{key}.{inner}" for inner in _left_out(value, path.removeprefix(f"{key}.")))
        elif key != path:
            yield key
