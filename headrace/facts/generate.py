"""Raw files that were made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from headrace.facts.flat import FLAT


class Summary(Protocol):
    """What every domain's generator says of its files: records and expected outcomes by table, and how often each kind
    of dirt was planted. It is a dataclass; `--json` shows whatever else it says."""

    @property
    def files(self) -> int: ...

    @property
    def raw_rows(self) -> Mapping[str, int]: ...

    @property
    def outcomes(self) -> Mapping[str, Mapping[str, int]]: ...

    @property
    def dirt(self) -> Mapping[str, int]: ...

    @property
    def already_there(self) -> bool: ...


@dataclass(frozen=True)
class Generated:
    """Where the files and their truth lie; `configs` are the sources that some of them need, `stand_ins` is what the
    data must not be taken for, `next` a command that runs them."""

    summary: Summary = field(metadata=FLAT)
    raw: str
    truth: str
    configs: str | None = None
    stand_ins: str | None = None
    next: str | None = None
