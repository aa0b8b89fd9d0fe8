"""What the configuration says about a domain's marts and model, checked against what these know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace

from lake.config import Source, marts_options, model_options
from lake.errors import ConfigError
from lake.run import Run
from ml.options import SearchOptions, Settings
from schemas.procurement.words import EVENT_FIELDS
from transforms.procurement.options import ProcurementOptions, SourceCoverage
from transforms.search.options import SearchMartsOptions

NOT_CONFIGURED = ("settings", "previous_settings", "score_from", "score_through")


def check_options(run: Run) -> None:
    """Raises ConfigError with file and line where the options of the run's domain do not hold together."""
    if run.domain == "search":
        search_options_of(run)
        model_options_of(run)
    else:
        layers = run.configuration.domain.marts
        if layers.table("model"):
            raise ConfigError(f"{layers.where('model')}: found [model], but domain {run.domain} has no model")
        marts_options_of(run, run.configuration.sources)


def search_options_of(run: Run) -> SearchMartsOptions:
    return marts_options(run.configuration.domain, SearchMartsOptions, as_of=run.as_of)


def model_options_of(run: Run) -> SearchOptions:
    """What the model is told: its settings where `[model.settings]` fixes them, else the folds find them; the days to
    score are the run's."""
    domain = run.configuration.domain
    options = model_options(domain, SearchOptions, leave_out=NOT_CONFIGURED, beside=("settings",))
    settings = (
        model_options(domain, Settings, ("model", "settings")) if domain.marts.table("model", "settings") else None
    )
    return replace(options, settings=settings)


def marts_options_of(run: Run, sources: Iterable[Source]) -> ProcurementOptions:
    """Raises ConfigError with file and line where the options do not hold together."""
    coverage = tuple(coverage_of(source) for source in sources)
    return marts_options(run.configuration.domain, ProcurementOptions, sources=coverage, as_of=run.as_of)


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
    filled = {column.field for column in source.columns} | set(source.constants)
    for event_type in (*source.coverage.records, *source.coverage.system_stamped):
        if event_type not in fields:
            raise ConfigError(
                f"{source.where}: [coverage]: found {event_type}, but {source.table} makes {', '.join(fields)} only"
            )
        if fields[event_type] not in filled:
            raise ConfigError(
                f"{source.where}: [coverage]: found {event_type}, whose date is {fields[event_type]}; promised a "
                "column or constant for it: a source without one does not record the event"
            )
