"""JSON as data: numbers as they are written, no NaN and no key twice; and the text that a value lands as."""

from __future__ import annotations

import json
import re
from collections import Counter
from json.encoder import encode_basestring
from typing import Any


class Flaw(ValueError):  # noqa: N818
    """Why a text is no record: a code and a sentence."""


class Number(str):
    """A number as it is written."""

    __slots__ = ()


def decoded(raw: bytes, encoding: str) -> Any:
    """The value of a JSON text, its numbers as `Number`. Raises Flaw."""
    try:
        written = raw.decode(encoding)
        value = _DECODER.decode(written)
        if "\\u" in written and _SURROGATE.search(written):
            compact(value).encode()
    except UnicodeDecodeError as error:
        raise Flaw(f"undecodable: byte {error.start + 1} of the record is not {encoding}") from None
    except UnicodeEncodeError:
        raise Flaw("surrogate: half a character, \\ud800 to \\udfff, stands alone") from None
    except json.JSONDecodeError as error:
        raise Flaw(f"not_json: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise Flaw(_TOO_DEEP) from None
    return value


def compact(value: Any) -> str:
    """A value as JSON text without blanks, its numbers as they were written."""
    if isinstance(value, Number):
        return value
    if isinstance(value, dict):
        return "{" + ",".join(f"{compact(key)}:{compact(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return encode_basestring(value) if isinstance(value, str) else _WORDS[value]


def cell_of(value: Any) -> str | None:
    """What lands of a value: a text as it is, null as null, all else as compact JSON. Raises Flaw."""
    if isinstance(value, str):
        return str(value)
    try:
        return None if value is None else compact(value)
    except RecursionError:
        raise Flaw(_TOO_DEEP) from None


def kind_of(value: Any) -> str:
    return _KINDS[type(value)]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise Flaw(f"twice: key {name[:80]!r}")
    return found


def _constant(name: str) -> None:
    raise Flaw(f"not_json: {name}")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=_constant)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_TOO_DEEP = "too_deep: values within values beyond what can be read"
_WORDS = {True: "true", False: "false", None: "null"}
_KINDS: dict[type, str] = {
    dict: "an object", list: "an array", str: "a text", Number: "a number", bool: "true or false", type(None): "null",
}  # fmt: skip
