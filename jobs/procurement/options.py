"""What the configuration says about the marts of procurement and its sources' coverage, checked against what these
know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from lake.config.configuration import Source, marts_options
from lake.errors import ConfigError
from lake.run.run import Run
from schemas.procurement.words import EVENT_FIELDS
from transforms.procurement.options import MartOptions, SourceCoverage


def check_options(run: Run) -> None:
    """Raises ConfigError with file and line where the options do not hold together."""
    layers = run.configuration.domain.marts
    if layers.table("model"):
        raise ConfigError(f"{layers.where('model')}: found [model], but domain {run.domain} has no model")
    marts_options_of(run, run.configuration.sources)


def marts_options_of(run: Run, sources: Iterable[Source]) -> MartOptions:
    """Raises ConfigError with file and line where the options do not hold together."""
    coverage = tuple(coverage_of(source) for source in sources)
    return marts_options(run.configuration.domain, MartOptions, sources=coverage, as_of=run.as_of)


def coverage_of(source: Source) -> SourceCoverage:
    """What a source covers. Raises ConfigError where that does not hold together, or is not what its columns fill."""
    _refuse_never_filled(source)
    try:
        return SourceCoverage(source.name, source.table, **asdict(source.coverage))
    except ValueError as error:
        raise ConfigError(f"{source.where}: [coverage]: {error}") from None


def _refuse_never_filled(source: Source) -> None:
    """Raises ConfigError for an event that the source is said to record, and whose date it never fills: its legs would
    be open for ever instead of not recorded."""
    fields = EVENT_FIELDS.get(source.table)
    if fields is None:
        return
    filled = {*source.filled, *source.constants}
    for event_type in (*source.coverage.records, *source.coverage.system_stamped):
        if event_type not in fields:
            raise ConfigError(
                f"{source.where}: [coverage]: found {event_type}, but {source.table} makes {', '.join(fields)} only"
            )
        if fields[event_type] not in filled:
            raise ConfigError(
                f"{source.where}: [coverage]: found {event_type}, whose date is {fields[event_type]}; expected a "
                "column or constant for it: a source without one does not record the event"
            )
