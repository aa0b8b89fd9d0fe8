"""What values are made of: arrays of numbers, and frames of them by the column's name."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Frame = dict[str, Ints]
