"""Which columns of a source's files were rows when a release was made, and which of them a row came from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lake.config.unpivoting import Unpivot
from transforms.standardize import standardizer


@dataclass(frozen=True)
class UnpivotAsRead:
    """The fields that header and cell filled, the columns that were rows, and what read their headers."""

    header_field: str
    cell_field: str
    headers: tuple[str, ...]
    header_pattern: str | None
    rule: str
    parameters: dict[str, Any]

    @classmethod
    def of(cls, unpivot: Unpivot) -> UnpivotAsRead:
        header = unpivot.header
        fields = (header.field, unpivot.cell.field)
        return cls(*fields, unpivot.headers, unpivot.header_pattern, header.rule, dict(header.parameters))

    @classmethod
    def parse(cls, said: dict[str, Any]) -> UnpivotAsRead:
        return cls(**{**said, "headers": tuple(said["headers"])})

    def is_row(self, column: str) -> bool:
        matches = self.header_pattern is not None and re.fullmatch(self.header_pattern, column.strip()) is not None
        return matches or column in self.headers

    def by_value(self, columns: Iterable[str]) -> dict[Any, str]:
        """Those of a file's columns that are rows, by what their headers say of `header_field`."""
        read = standardizer(self.rule, **self.parameters)
        return {read(column): column for column in columns if self.is_row(column)}
