"""Day or month first: what one file as a whole says."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from transforms.standardize._characters import typed
from transforms.standardize._format import reader
from transforms.standardize.errors import BadRuleParameter

AMBIGUOUS_PARAMETER = "ambiguous_formats"
ANY_CENTURY = 2000  # the order of day and month does not depend on it, but for the 29th of February


@dataclass(frozen=True)
class Decision:
    """The format that a file's column is written in, or None where the file does not tell, and why."""

    format: str | None
    evidence: str


def decide_format(counts: Mapping[str, int], candidates: Sequence[str]) -> Decision:
    """`%d/%m/%Y` from `31/01/2024` and `01/02/2024`: the one of two formats that reads all that either reads.

    `counts` has every distinct value of one column of one file, with its rows. Values that neither reads are left
    aside. Undecided where both read everything, to different dates, and where each reads something that the other
    does not. Where it makes no difference, the first.
    """
    if len(candidates) != 2:
        raise BadRuleParameter("date", AMBIGUOUS_PARAMETER, f"is {list(candidates)!r}, expected two formats")
    first, second = candidates
    as_first, as_second = _dates(counts, first), _dates(counts, second)
    only_first = _of(counts, as_first.keys() - as_second.keys())
    only_second = _of(counts, as_second.keys() - as_first.keys())
    both = as_first.keys() & as_second.keys()
    differing = _of(counts, {value for value in both if as_first[value] != as_second[value]})
    aside = _of(counts, counts.keys() - as_first.keys() - as_second.keys())

    if only_first and only_second:
        choice = None
        evidence = (
            f"{_example(only_first)} is only {first} ({_rows(only_first)} like it), "
            f"{_example(only_second)} only {second} ({_rows(only_second)} like it)"
        )
    elif only_first or only_second:
        choice, telling = (first, only_first) if only_first else (second, only_second)
        evidence = f"{_example(telling)} is only {choice} ({_rows(telling)} like it)"
    elif differing:
        choice = None
        share = "all" if len(differing) == len(both) else f"{len(differing)} of"
        evidence = (
            f"{share} {len(both)} values ({_rows(differing)}) have both parts <= 12 and unequal,"
            f" such as {_example(differing)}"
        )
    else:
        choice = first
        evidence = f"all {len(both)} values are the same date under both" if both else "nothing to decide"
    if aside:
        evidence += f"; left aside: {_rows(aside)} that neither reads, such as {_example(aside)}"
    return Decision(choice, evidence)


def _dates(counts: Mapping[str, int], format_: str) -> dict[str, datetime]:
    read = reader("date", format_, ANY_CENTURY)
    return {value: moment for value in counts if (moment := read(typed(value)))}


def _of(counts: Mapping[str, int], values: Set[str]) -> dict[str, int]:
    return {value: counts[value] for value in values}


def _example(counts: Mapping[str, int]) -> str:
    """The most frequent value; of equals the smallest, so that the order of the file changes no evidence."""
    return min(counts, key=lambda value: (-counts[value], value))


def _rows(counts: Mapping[str, int]) -> str:
    rows = sum(counts.values())
    return "1 row" if rows == 1 else f"{rows} rows"
