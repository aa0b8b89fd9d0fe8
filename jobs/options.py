"""What the configuration says about a domain's marts and model, checked against what these know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace

from lake.config import Source, marts_options, model_options
from lake.errors import ConfigError
from lake.run import Run
from ml.options import SearchOptions, Settings
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
    coverage = tuple(_coverage(source) for source in sources)
    return marts_options(run.configuration.domain, ProcurementOptions, sources=coverage, as_of=run.as_of)


def _coverage(source: Source) -> SourceCoverage:
    try:
        return SourceCoverage(source.name, source.table, **asdict(source.coverage))
    except ValueError as error:
        raise ConfigError(f"{source.where}: [coverage]: {error}") from None
