"""Where the records stand in a JSON file: `[read] records`, a word or a path such as `d.results[]` or `[].items[]`."""

from __future__ import annotations

from dataclasses import dataclass

from lake.config.toml_layers import closest

WORDS = ("lines", "array", "concatenated")
EACH = "[]"


@dataclass(frozen=True)
class RecordPath:
    """`wrapper` leads from the object that the file is to its array; empty where the file's own objects are meant.
    `nested` lead from each of these objects to an array in it, and from each object of that to the next."""

    wrapper: str
    nested: tuple[str, ...]


def record_path(records: str | None) -> RecordPath | None:
    """The path that `records` says; None where it says a word, or nothing. Raises ValueError, a sentence."""
    if records is None or records in WORDS:
        return None
    wrapper, *nested = records.split(EACH)
    if not nested:
        raise ValueError(f'found {records!r}; a path says "{records}{EACH}"{closest(records, WORDS)}')
    steps = [wrapper, *(step.removeprefix(".") for step in nested[:-1])]
    is_cut_well = nested[-1] == "" and all(step.startswith(".") for step in nested[:-1])
    if not is_cut_well or steps == [""] or not all(map(_is_path, steps[1:] if wrapper == "" else steps)):
        raise ValueError(
            f"found {records!r}, expected {', '.join(map(repr, WORDS))}, or a path with {EACH} behind each array, such "
            'as "d.results[]" or "[].items[]"'
        )
    return RecordPath(steps[0], tuple(steps[1:]))


def _is_path(text: str) -> bool:
    return all(step.strip() for step in text.split("."))
