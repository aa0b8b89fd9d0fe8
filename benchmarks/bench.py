"""What a bench found."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.measure import Measurement


@dataclass
class Bench:
    """What was measured: `runs` by contestant, a measurement a round; `steps` are Headrace's own, seconds a round."""

    rows: int
    dirt: str
    seed: int
    threads: int
    raw_mebibytes: float
    file_count: int
    machine: dict[str, str]
    runs: dict[str, list[Measurement]] = field(default_factory=dict)
    steps: list[dict[str, float]] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
