"""What `run` and `status` say of the last training."""

from types import SimpleNamespace

import pytest

from headrace.status import training_facts


def error(fold: str, model: str = "headrace") -> dict:
    return {"fold_name": fold, "model_name": model, "wape_ratio": 0.1}


def unseen(fold: str) -> dict:
    return {"fold_name": fold, "cut_name": "terms", "cut_value": "unseen", "wape_ratio": 0.2}


def facts(*folds: str) -> dict:
    card = {
        "errors": [error(fold, model) for fold in folds for model in ("headrace", "log_log_line")],
        "cuts": [unseen(fold) for fold in folds if fold != "test"] + [{**unseen(folds[0]), "cut_value": "seen"}],
    }
    said = {"model_id": "m", "ranked_through": "2024-01-31", "refusal": None, "card": card}
    told = training_facts(SimpleNamespace(facts={"training": said}, models={}))
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
    assert {row["fold_name"] for row in told["errors"]} == {shown, "test"}
    assert told["unseen_terms"] == unseen(shown)


def test_without_folds_there_are_no_errors_to_show():
    assert facts("test")["unseen_terms"] is None
