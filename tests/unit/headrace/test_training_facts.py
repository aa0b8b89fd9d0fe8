"""What `run` and `status` say of the last training."""

from types import SimpleNamespace

import pytest

from headrace.domains.search.facts import Training
from headrace.domains.search.model import training_of
from headrace.domains.search.show_training import show_training


def error(fold: str, model: str = "headrace") -> dict:
    return {"fold_name": fold, "model_name": model, "wape_ratio": 0.1}


def unseen(fold: str) -> dict:
    return {"fold_name": fold, "cut_name": "terms", "cut_value": "unseen", "wape_ratio": 0.2}


def facts(*folds: str) -> Training:
    card = {
        "errors": [error(fold, model) for fold in folds for model in ("headrace", "log_log_line")],
        "cuts": [unseen(fold) for fold in folds if fold != "test"] + [{**unseen(folds[0]), "cut_value": "seen"}],
    }
    said = {"model_id": "m", "ranked_through": "2024-01-31", "refusal": None, "card": card}
    told = training_of(SimpleNamespace(facts={"training": said}, models={}))
    assert told is not None
    return told


@pytest.mark.parametrize(
    ("folds", "shown"),
    [
        pytest.param(("2022-10-01", "2023-10-01", "folds", "test"), "folds", id="of several folds all together"),
        pytest.param(("2023-10-01", "test"), "2023-10-01", id="of one fold that"),
    ],
)
def test_errors_of_the_folds_and_of_the_last_days_are_shown_and_those_of_terms_never_seen(folds, shown):
    told = facts(*folds)
    assert {row["fold_name"] for row in told.errors} == {shown, "test"}
    assert told.unseen_terms == unseen(shown)


def test_without_folds_there_are_no_errors_to_show():
    assert facts("test").unseen_terms is None


@pytest.mark.parametrize(
    ("refusal", "is_said"),
    [pytest.param("a line is as good", True, id="refused"), pytest.param(None, False, id="released")],
)
def test_where_the_card_of_a_refused_training_lies_is_said(refusal, is_said, capsys):
    said = {"model_id": "20240131T000000Z-0a1b2c", "ranked_through": "2024-01-31", "refusal": refusal, "card": {}}
    show_training(training_of(SimpleNamespace(facts={"training": said}, models={})))
    assert ("its card, in the lake: runs/20240131T000000Z-0a1b2c/card.md\n" in capsys.readouterr().out) is is_said
