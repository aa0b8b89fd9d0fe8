"""A saved model is bound to the features and contracts that it was made with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ml import artefact, features, poisson
from ml.artefact import signature
from ml.options import Settings
from schemas.contract import Contract

SETTINGS = Settings(knot_ranks=(10, 100))


def changed_contract(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    def change(patch: pytest.MonkeyPatch) -> None:
        contract: Contract = getattr(artefact, name)
        last = replace(contract.fields[-1], doc=f"{contract.fields[-1].doc} Or not.")
        patch.setattr(artefact, name, replace(contract, fields=(*contract.fields[:-1], last)))

    return change


def changed_statement(patch: pytest.MonkeyPatch) -> None:
    before = features.statement
    patch.setattr(features, "statement", lambda settings: before(settings).replace("ln(rank) / 5.0", "ln(rank) / 5.1"))


def changed_input(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(features, "INPUT", (*features.INPUT, "weather"))


def changed_version(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(artefact, "VERSION", artefact.VERSION + 1)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(changed_statement, id="features that are made in another way"),
        pytest.param(changed_input, id="features that are made of another column"),
        pytest.param(changed_version, id="another form of the folder"),
        pytest.param(changed_contract("SEARCH_RANKS"), id="a rank that means something else"),
        pytest.param(changed_contract("SEARCH_VOLUMES"), id="a volume that means something else"),
        pytest.param(changed_contract("SPECIAL_DATES"), id="a special date that means something else"),
    ],
)
def test_a_model_made_otherwise_is_another(
    change: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signature(SETTINGS)
    change(monkeypatch)
    assert signature(SETTINGS) != before


def test_the_poisson_stage_counts_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    without, with_stage = signature(SETTINGS), signature(SETTINGS.but(poisson=True))
    before = poisson.statement()
    monkeypatch.setattr(poisson, "statement", lambda: before + " LIMIT 1")
    assert signature(SETTINGS) == without
    assert signature(SETTINGS.but(poisson=True)) != with_stage
    assert without != with_stage


@pytest.mark.parametrize(
    ("settings", "is_same"),
    [
        pytest.param(SETTINGS, True, id="the same settings"),
        pytest.param(SETTINGS.but(ridge=1e-3), True, id="another penalty: the features are the same"),
        pytest.param(SETTINGS.but(knot_ranks=(10, 101)), False, id="another knot"),
        pytest.param(SETTINGS.but(yearly_terms=1), False, id="fewer terms of the year"),
        pytest.param(SETTINGS.but(event_shape="ramps"), False, id="events of another shape"),
    ],
)
def test_settings_that_make_other_features_make_another_signature(settings: Settings, is_same: bool) -> None:
    assert (signature(settings) == signature(SETTINGS)) is is_same
