"""The formats that raw files come in, each a module with the interface of `lake.landing.formats.table.Format`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from lake.landing.formats.table import Format


def format_named(name: str) -> Format:
    """The module of a format. It is imported only here, so that a format's own library is needed by its users alone."""
    return cast("Format", import_module(f"lake.landing.formats.{name}"))
