"""Where the jobs run: which engine, its settings, and where the masking key comes from. Nothing that changes a number.

An environment is `configs/environments/<name>.toml`, or a TOML file of one's own. docs/configuration.md has the keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Literal

from lake.config.toml_layers import Document, Layers, toml_names
from lake.errors import ConfigError
from schemas.domains import DOMAINS

TABLES = ("spark", "small", "sail")


@dataclass(frozen=True)
class SailSettings:
    """What the embedded engine may use: `memory_limit_bytes` of memory, before it writes to disk, and
    `landed_row_limit` landed rows, beyond which a run is refused (lake/curating/too_large.py)."""

    memory_limit_bytes: int = 4_000_000_000
    landed_row_limit: int = 1_000_000


@dataclass(frozen=True)
class Small:
    """Settings of Spark, above all others, for a run whose raw files, new and known, have at most `byte_limit` bytes:
    there compiling costs more than it saves."""

    byte_limit: int = 0
    spark: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Environment:
    """Where the jobs run. `spark` are settings of Spark, `small` those for little data, `sail` those of the embedded
    engine."""

    name: str
    engine: Literal["spark", "sail"] = "spark"
    spark: Mapping[str, str] = field(default_factory=dict)
    small: Small = field(default_factory=Small)
    sail: SailSettings = field(default_factory=SailSettings)
    masking_key: Literal["user", "variable"] = "user"

    def for_bytes(self, byte_count: int) -> Environment:
        """The environment of a run whose raw files have so many bytes."""
        is_small = byte_count <= self.small.byte_limit
        return replace(self, spark={**self.spark, **self.small.spark}) if is_small else self


def laptop_environment(domain_name: str) -> str:
    """The packaged environment that one machine takes for a domain: with the embedded engine, unless the domain trains
    a model with Spark MLlib."""
    needs_spark = domain_name in DOMAINS and DOMAINS[domain_name].needs_spark
    return "local_spark" if needs_spark else "local"


def read_environment(name: str) -> Environment:
    """The packaged environment of this name, or that of a file `<path>.toml`. Raises ConfigError."""
    if name.endswith(".toml"):
        document = Document.file(Path(name))
    else:
        folder = resources.files("configs") / "environments"
        known = toml_names(folder)
        if name not in known:
            raise ConfigError(f"there is no environment {name!r}; known: {', '.join(known)}, or a path to a .toml file")
        document = Document.packaged(folder / f"{name}.toml", f"configs/environments/{name}.toml")
    layers = Layers([document])
    layers.refuse_unknown((), ("environment", *TABLES))
    values = layers.values_of(Environment, ("environment",), leave_out=("name", *TABLES))
    sail = layers.values_of(SailSettings, ("sail",))
    for key, value in sail.items():
        layers.refuse_outside(("sail", key), value, 1)
    small = layers.values_of(Small, ("small",), leave_out=("spark",), beside=("spark",))
    return Environment(
        name=Path(name).stem,
        spark=dict(_spark_settings(layers, ("spark",))),
        small=Small(**small, spark=dict(_spark_settings(layers, ("small", "spark")))),
        sail=SailSettings(**sail),
        **values,
    )


def _spark_settings(layers: Layers, path: tuple[str, ...]) -> list[tuple[str, str]]:
    """Settings as Spark spells them, whether the file writes `"spark.a.b" = 1`, `spark.a.b = 1` or tables."""
    settings: list[tuple[str, str]] = []
    for key, value in layers.table(*path).items():
        below = (*path, key)
        if isinstance(value, dict):
            settings += _spark_settings(layers, below)
        elif isinstance(value, str | int | float):
            settings.append((".".join(below[1:]), str(value).lower() if isinstance(value, bool) else str(value)))
        else:
            raise ConfigError(f"{layers.where(*below)}: found {value!r}, expected text, a number, true or false")
    return settings
