"""What the operator is told of search alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from headrace.facts.domain import DomainFacts
from headrace.facts.explain import Explanation, TracedRow
from headrace.facts.rows import Row


@dataclass(frozen=True)
class Training:
    """The last training, and which model stands. From the training's card, as the card has them: `errors` over all
    folds, or of the only one, and of the test period; `unseen_terms`, the model's errors on terms that the models of
    the folds had never seen; `coverage` of the intervals."""

    trained_model_id: str
    ranked_through: str
    refusal: str | None
    standing_model_id: str | None
    standing_card: str | None
    stand_ins: str | None
    label_count: int | None
    errors: Sequence[Row]
    unseen_terms: Row | None
    coverage: Mapping[str, Any]
    limits: Sequence[str]


@dataclass(frozen=True)
class DriftMeasure:
    """A row of search_volume_drift."""

    marketplace_code: str
    measured_on: date
    measure_name: str
    measured_value: float | None
    warn_at: float | None
    widen_at: float | None
    stop_at: float | None
    status: str


@dataclass(frozen=True)
class SearchFacts(DomainFacts):
    """`training` is null where no model was ever trained."""

    training: Training | None
    drift: Sequence[DriftMeasure]


@dataclass(frozen=True)
class Stage:
    """What a stage of the model makes of the number; the first has no factor."""

    stage: str
    factor: float | None
    search_count: float


@dataclass(frozen=True)
class ExplainedEstimate:
    """A row of search_volume_estimates taken apart: `also_in` are the other marketplaces and departments of the term on
    that day, `own_labels` what is known by now of the very term and day, `rows` its rank in search_ranks. `labels` are
    the heaviest of the `label_count` behind the level, whose weights come to `weight_sum`."""

    estimate: Row
    basis_told: str | None
    also_in: Sequence[Row]
    own_labels: Sequence[Row]
    stages: Sequence[Stage]
    events: Sequence[Row]
    rows: Sequence[TracedRow]
    label_count: int
    weight_sum: float
    labels: Sequence[Row]


@dataclass(frozen=True)
class VolumeExplanation(Explanation):
    """The estimates of a term on a day, the first of `estimate_count`; `stand_ins` is what the model was proven on."""

    release: int
    subject: str
    asked: Row
    stand_ins: str
    estimates: Sequence[ExplainedEstimate]
    estimate_count: int
