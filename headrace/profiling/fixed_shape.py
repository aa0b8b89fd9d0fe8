"""Where the columns of a fixed-width file may stand: at the places that are blank in every line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lake.config.read_options import Slice

FEWEST_LINES = 3


@dataclass(frozen=True)
class Layout:
    """Proposed cut positions; `is_padded` where lines end before the last column does."""

    slices: tuple[Slice, ...]
    header_line_count: int
    is_padded: bool


def layout_of(lines: Sequence[str]) -> Layout | None:
    """The layout that the blanks of the lines suggest; None where they suggest no two columns.

    A first line without a digit over lines with some is taken for the header. Blanks between two columns belong to the
    left one where its values begin at its first place, else to the right one, whose values end at its last.
    """
    filled = [line for line in lines if line.strip()]
    has_header = len(filled) > FEWEST_LINES and not _has_digit(filled[0]) and all(map(_has_digit, filled[1:20]))
    data = filled[1:] if has_header else filled
    if len(data) < FEWEST_LINES:
        return None
    grid = _grid(data)
    runs = _runs(np.asarray(grid.any(axis=0)))
    if has_header:
        runs = _under_names(runs, filled[0])
    if len(runs) < 2 or _is_prose(grid, runs):
        return None
    starts = [_start(grid, before, run) for before, run in zip([None, *runs], runs, strict=False)]
    last = max(runs[-1][1], len(filled[0].rstrip()) - 1 if has_header else 0)
    ends = [start - 1 for start in starts[1:]] + [last]
    names = _names(filled[0] if has_header else "", starts, ends)
    slices = tuple(
        Slice(name, start + 1, end - start + 1) for name, start, end in zip(names, starts, ends, strict=True)
    )
    is_padded = any(len(line) <= ends[-1] for line in data)
    return Layout(slices, int(has_header) + _blank_before(lines, filled[0]) if has_header else 0, is_padded)


def _grid(lines: Sequence[str]) -> np.ndarray:
    """True where a line has more than a space."""
    width = max(map(len, lines))
    return np.array([[character != " " for character in line.ljust(width)] for line in lines])


def _runs(is_filled: np.ndarray) -> list[tuple[int, int]]:
    """First and last place of each run of filled places."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_filled.astype(int), [0]])))
    return [(int(first), int(after) - 1) for first, after in zip(edges[::2], edges[1::2], strict=True)]


def _under_names(runs: Sequence[tuple[int, int]], header: str) -> list[tuple[int, int]]:
    """The runs, those without a name over them taken into the one before: a time belongs to its date."""
    named: list[tuple[int, int]] = []
    for first, last in runs:
        if named and not header[first : last + 1].strip():
            named[-1] = (named[-1][0], last)
        else:
            named.append((first, last))
    return named


def _start(grid: np.ndarray, before: tuple[int, int] | None, run: tuple[int, int]) -> int:
    if before is None:
        return 0
    return run[0] if grid[:, before[0]].all() and not grid[:, before[1]].all() else _after(grid, before, run)


def _after(grid: np.ndarray, before: tuple[int, int], run: tuple[int, int]) -> int:
    """Where a column to the right of a gap begins: right behind the other if its values are aligned to the right."""
    is_right_aligned = grid[:, run[1]].all() and not grid[:, run[0]].all()
    return before[1] + 1 if is_right_aligned else run[0]


def _is_prose(grid: np.ndarray, runs: Sequence[tuple[int, int]]) -> bool:
    """Whether most columns are empty in most lines: text that happens to have a gap."""
    shares = [grid[:, first : last + 1].any(axis=1).mean() for first, last in runs]
    return float(np.median(shares)) < 0.5


def _names(header: str, starts: Sequence[int], ends: Sequence[int]) -> list[str]:
    found = [header[start : end + 1].strip() for start, end in zip(starts, ends, strict=True)]
    is_clean = all(found) and len(set(found)) == len(found)
    return found if is_clean else [f"column_{number}" for number in range(1, len(starts) + 1)]


def _blank_before(lines: Sequence[str], first: str) -> int:
    return list(lines).index(first)


def _has_digit(line: str) -> bool:
    return any(character.isdigit() for character in line)
