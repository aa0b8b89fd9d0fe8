"""What the configuration says about a domain's marts, checked against what the marts know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from lake.config import Source, marts_options
from lake.errors import ConfigError
from lake.run import Run
from transforms.procurement.options import ProcurementOptions, SourceCoverage


def marts_options_of(run: Run, sources: Iterable[Source]) -> ProcurementOptions:
    """Raises ConfigError with file and line where the options do not hold together."""
    coverage = tuple(_coverage(source) for source in sources)
    return marts_options(run.configuration.domain, ProcurementOptions, sources=coverage, as_of=run.as_of)


def _coverage(source: Source) -> SourceCoverage:
    try:
        return SourceCoverage(source.name, source.table, **asdict(source.coverage))
    except ValueError as error:
        raise ConfigError(f"{source.where}: [coverage]: {error}") from None
