"""What is known of a sheet before it is loaded: how large it would be, and what the loader does not tell."""

from __future__ import annotations

from dataclasses import dataclass, field

from lake.errors import DataError
from lake.landing.formats.number_formats import PaddedCells

Place = tuple[int, int]
_BYTES_PER_CELL = 256
_LEAST_BYTES = 1 << 24


def byte_limit(cell_limit: int) -> int:
    """How much may be unpacked or held for a sheet of so many cells."""
    return max(_LEAST_BYTES, cell_limit * _BYTES_PER_CELL)


class Protected(DataError):  # noqa: N818
    """A workbook that only a password opens."""

    def __init__(self) -> None:
        super().__init__("the workbook is protected with a password; ask for it without one")


class DamagedWorkbook(DataError):  # noqa: N818
    """A file that is no workbook to its end."""

    def __init__(self, said: object) -> None:
        super().__init__(f"the workbook is damaged or cut short: {said}; ask for it again")


@dataclass
class Survey:
    """The rectangle around the cells of a sheet that have a value, its errors, its formulas without a value, and where
    it pads numbers with zeros.

    Places are row and column from 0. Raises DataError once the rectangle has more cells than the limit.
    """

    sheet_name: str
    cell_limit: int
    is_visible: bool = True
    errors: dict[Place, str] = field(default_factory=dict)
    uncalculated: set[Place] = field(default_factory=set)
    padded: PaddedCells = field(default_factory=PaddedCells)
    top: int = 1 << 20
    left: int = 1 << 20
    bottom: int = -1
    right: int = -1
    row: int = -1

    def see(self, row: int, column: int) -> None:
        """The next cell with a value; a loader relies on their rows being in order."""
        if row < self.row:
            raise DamagedWorkbook(f"row {row + 1:,} of sheet {self.sheet_name!r} stands behind row {self.row + 1:,}")
        self.row = row
        if self.top <= row <= self.bottom and self.left <= column <= self.right:
            return
        self.top, self.bottom = min(self.top, row), max(self.bottom, row)
        self.left, self.right = min(self.left, column), max(self.right, column)
        rows, columns = self.bottom - self.top + 1, self.right - self.left + 1
        if rows * columns > self.cell_limit:
            raise DataError(
                f"sheet {self.sheet_name!r} has at least {rows:,} rows x {columns:,} columns = {rows * columns:,} "
                f"cells, expected at most {self.cell_limit:,} (cell_limit under [read]); have it written in parts, or "
                "as CSV"
            )
