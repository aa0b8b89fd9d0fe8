"""How dirty raw files are made."""

from typing import Literal

Dirt = Literal["none", "realistic", "hostile"]
DIRT_LEVELS: tuple[Dirt, ...] = ("none", "realistic", "hostile")
