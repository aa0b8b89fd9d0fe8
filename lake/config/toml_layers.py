"""TOML files laid one over another: their values, typed, and the file and line where each of them stands."""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
import types
import typing
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from lake.errors import ConfigError

Keys = tuple[str, ...]
NEAR_RATIO = 0.7
KNOWN_SHOWN = 20


@dataclass(frozen=True)
class Document:
    """One TOML file."""

    values: dict[str, Any]
    text: str
    name: str

    @classmethod
    def packaged(cls, entry: Any, name: str) -> Document:
        return cls._parsed(entry.read_text(encoding="utf-8"), name)

    @classmethod
    def file(cls, path: Path) -> Document:
        try:
            return cls._parsed(path.read_text(encoding="utf-8-sig"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot read the configuration {path}: {error}") from None

    @classmethod
    def _parsed(cls, text: str, name: str) -> Document:
        try:
            return cls(tomllib.loads(text), text, name)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            last = text.count("\n") + 1
            raise ConfigError(f"{name}:{line[1] if line else last}: not TOML: {error}") from None

    def where(self, path: Keys) -> str:
        """The line where a key is set, or the nearest of the tables that it belongs to."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines.get(path, 1)}"

    @cached_property
    def lines(self) -> dict[Keys, int]:
        """The line of every key and table, however it is written: each statement is parsed by itself."""
        lines: dict[Keys, int] = {}
        table: Keys = ()
        for line, statement, values in _statements(self.text):
            paths = list(_paths(values))
            if statement.lstrip().startswith("["):
                table = max(paths, key=len, default=())
            else:
                paths = [(*table, *path) for path in paths]
            for path in paths:
                lines.setdefault(path, line)
        return lines


class Layers:
    """Documents laid one over another; the later say more."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents
        self.values: dict[str, Any] = {}
        for document in documents:
            self.values = _merged(self.values, document.values)

    def where(self, *path: str) -> str:
        """File and line of a key, in the last document that has it; of what it belongs to where none has it."""
        for end in range(len(path), 0, -1):
            for document in reversed(self.documents):
                if path[:end] in document.lines:
                    return document.where(path[:end])
        return self.documents[-1].where(())

    def table(self, *path: str) -> dict[str, Any]:
        """The table of this path; an empty one where there is none."""
        values: Any = self.values
        for place, key in enumerate(path, start=1):
            values = values.get(key, {})
            if not isinstance(values, dict):
                raise ConfigError(
                    f"{self.where(*path[:place])}: {'.'.join(path[:place])} is {values!r}, expected a table"
                )
        return values

    def refuse_unknown(self, path: Keys, known: Collection[str]) -> None:
        for key in self.table(*path):
            if key not in known:
                raise ConfigError(
                    f"{self.where(*path, key)}: unknown key {'.'.join((*path, key))!r}{closest(key, known)}"
                )

    def refuse_outside(self, path: Keys, value: float, least: float, most: float | None = None) -> None:
        if not (least <= value and (most is None or value <= most)):
            expected = f"{least} or more" if most is None else f"{least} to {most}"
            raise ConfigError(f"{self.where(*path)}: {path[-1]} is {value}, expected {expected}")

    def typed(self, path: Keys, hint: Any, default: Any = None) -> Any:
        """The value of a key, of the type expected; a table of tables may be expected as one of dataclasses."""
        values = self.table(*path[:-1])
        arguments = typing.get_args(hint)
        if typing.get_origin(hint) in (dict, Mapping) and dataclasses.is_dataclass(arguments[1]):
            return {name: self._instance(arguments[1], (*path, name)) for name in self.table(*path)}
        return typed(values[path[-1]], hint, self.where(*path)) if path[-1] in values else default

    def _instance(self, cls: Any, path: Keys) -> Any:
        try:
            return cls(**self.values_of(cls, path))
        except ValueError as error:
            raise ConfigError(f"{self.where(*path)}: {error}") from None

    def values_of(
        self, cls: type, path: Keys, leave_out: Collection[str] = (), beside: Collection[str] = ()
    ) -> dict[str, Any]:
        """Those of a dataclass's fields that a table gives, each of its type; no other key but `beside` may stand
        there."""
        hints = typing.get_type_hints(cls)
        names = [field.name for field in dataclasses.fields(cls) if field.name not in leave_out]
        self.refuse_unknown(path, [*names, *beside])
        given = self.table(*path)
        return {name: self.typed((*path, name), hints[name]) for name in names if name in given}


def typed(value: Any, hint: Any, where: str) -> Any:
    """The value if it is what the hint promises (a list becomes a tuple), else one sentence."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return typed(value, next(a for a in arguments if a is not types.NoneType), where)
    if not _is(value, hint):
        raise ConfigError(f"{where}: found {value!r}, expected {_in_words(hint)}")
    if origin is tuple:
        is_table = dataclasses.is_dataclass(arguments[0])
        return tuple(arguments[0](**item) if is_table else item for item in value)
    return float(value) if hint is float else value


def toml_names(folder: Any) -> list[str]:
    """The names of a folder's `.toml` files, without the ending."""
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def closest(name: str, known: Iterable[str]) -> str:
    """The name that was meant, where one is the same but for a slip; else those that there are, the first of many."""
    known = sorted(known)
    more = f" and {len(known) - KNOWN_SHOWN} more" if len(known) > KNOWN_SHOWN else ""
    return near(name, known) or f"; known: {', '.join(known[:KNOWN_SHOWN])}{more}"


def near(name: str, known: Iterable[str]) -> str:
    """The name that was meant, where one is the same but for a slip."""
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=NEAR_RATIO)
    return f"; did you mean {close[0]!r}?" if close else ""


def _is(value: Any, hint: Any) -> bool:
    """True is no number here, and a timestamp is no date."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return any(value == argument and type(value) is type(argument) for argument in arguments)
    if origin is tuple:
        return isinstance(value, list) and all(_is(item, arguments[0]) for item in value)
    if origin in (dict, Mapping):
        return isinstance(value, dict) and all(_is(item, arguments[1]) for item in value.values())
    if hint is float:
        return type(value) in (int, float)
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        return isinstance(value, dict) and value.keys() == hints.keys() and all(_is(value[k], hints[k]) for k in hints)
    return type(value) is hint


def _in_words(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return f"one of {', '.join(map(repr, arguments))}"
    if origin is tuple:
        return f"a list of {_in_words(arguments[0])}"
    if origin in (dict, Mapping):
        return f"a table of {_in_words(arguments[1])}"
    if dataclasses.is_dataclass(hint):
        parts = (f"{name} ({_in_words(of)})" for name, of in typing.get_type_hints(hint).items())
        return f"tables with {', '.join(parts)}"
    return {
        str: "text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        date: "a date, 2024-01-31",
        datetime: "a time with its offset, 2024-01-31T12:00:00Z",
    }[hint]


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """First line, text and values of each header and each key; a statement ends where it parses by itself."""
    held, first = "", 1
    for number, line in enumerate(text.split("\n"), start=1):
        first = first if held else number
        held += line + "\n"
        try:
            values = tomllib.loads(held)
        except tomllib.TOMLDecodeError:
            continue
        yield first, held, values
        held = ""


def _paths(values: dict[str, Any], above: Keys = ()) -> Iterator[Keys]:
    """Every key and table; of an array of tables its tables' keys too."""
    for key, value in values.items():
        path = (*above, key)
        yield path
        for table in value if isinstance(value, list) else [value]:
            if isinstance(table, dict):
                yield from _paths(table, path)


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
        for key, value in above.items()
    }
    return {**below, **both}
