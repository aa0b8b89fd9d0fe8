"""What a domain brings to the jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pyspark.sql import DataFrame

from lake.run.run import Run

Derive = Callable[[Mapping[str, DataFrame]], DataFrame]


@dataclass(frozen=True)
class DomainJobs:
    """`check_options` raises ConfigError before any work where the domain's options do not hold together;
    `build_marts` writes the stage `marts` of the manifest, and `train_model` the stage `train` before it, where the
    domain has a model. `derive` has for each derived table a function of `transforms` that takes the curated rows, with
    their lineage, of the tables that it is derived from, by name; it gives rows for `judge_derived`."""

    check_options: Callable[[Run], None]
    build_marts: Callable[[Run], None]
    train_model: Callable[[Run], None] | None = None
    derive: Mapping[str, Derive] = field(default_factory=dict)
