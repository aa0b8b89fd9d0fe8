"""How long things take: draws around a median."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from samples.arrays import Floats

Family = Literal["lognormal", "weibull"]
FAMILIES: tuple[Family, ...] = get_args(Family)


def draw(family: Family, median: Floats | float, spread: float, count: int, rng: np.random.Generator) -> Floats:
    """Durations of the family with this median, in its unit.

    `spread` is the standard deviation of the lognormal's logarithm, or about that of the Weibull's.
    """
    if family == "lognormal":
        return median * rng.lognormal(0.0, spread, count)
    exponent = spread * np.sqrt(6) / np.pi
    return median * (rng.exponential(1 / np.log(2), count)) ** exponent
