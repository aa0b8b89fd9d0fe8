"""What a domain brings to the jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lake.run.run import Run


@dataclass(frozen=True)
class DomainJobs:
    """`check_options` raises ConfigError before any work where the domain's options do not hold together;
    `build_marts` writes the stage `marts` of the manifest, and `train_model` the stage `train` before it, where the
    domain has a model."""

    check_options: Callable[[Run], None]
    build_marts: Callable[[Run], None]
    train_model: Callable[[Run], None] | None = None
