"""What is known of the model that stands, and of the one that was trained last."""

from schemas.contract import Contract, Field
from schemas.search.common import BOOLEAN, DATE, LONG, STRING
from schemas.stand_ins import STAND_INS

SEARCH_VOLUME_MODEL_CARD = Contract(
    name="search_volume_model_card",
    version=1,
    grain="A trained model: the one that stands, and beside it the last one if that was refused",
    key=("model_id",),
    note=STAND_INS,
    fields=(
        Field("model_id", STRING, "The model.", required=True),
        Field("is_current", BOOLEAN, "Estimates are its own.", required=True),
        Field("origin_on", DATE, "The day whose knowledge it was trained with.", required=True),
        Field("refusal", STRING, "Why it was not released; null where it was."),
        Field("label_count", LONG, "Labels that it was trained with.", required=True),
        Field(
            "card_json",
            STRING,
            "The whole card: data and code by digests, folds, errors, coverage, rivals, limits in words; `card.md` "
            "beside the model is its page.",
            required=True,
        ),
    ),
)
