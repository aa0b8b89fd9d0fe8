"""What the configuration says about the marts and the model of search, checked against what these know."""

from __future__ import annotations

from dataclasses import replace

from lake.config.configuration import Coverage, marts_options, model_options
from lake.errors import ConfigError
from lake.run.run import Run
from ml.options import ModelOptions, Settings
from transforms.search.options import MartOptions

NOT_CONFIGURED = ("settings", "previous_settings", "score_from", "score_through")


def check_options(run: Run) -> None:
    """Raises ConfigError with file and line where the options do not hold together."""
    search_options_of(run)
    model_options_of(run)
    for source in run.configuration.sources:
        if source.coverage != Coverage():
            raise ConfigError(f"{source.where}: found [coverage], but domain {run.domain} looks at none; take it out")


def search_options_of(run: Run) -> MartOptions:
    return marts_options(run.configuration.domain, MartOptions, as_of=run.as_of)


def model_options_of(run: Run) -> ModelOptions:
    """What the model is told: its settings where `[model.settings]` fixes them, else the folds find them; the days to
    score are the run's."""
    domain = run.configuration.domain
    options = model_options(domain, ModelOptions, leave_out=NOT_CONFIGURED, beside=("settings",))
    settings = (
        model_options(domain, Settings, ("model", "settings")) if domain.marts.table("model", "settings") else None
    )
    return replace(options, settings=settings)
