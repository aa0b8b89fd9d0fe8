"""How well the model and its rivals did on days that they had not seen."""

from schemas.contract import Contract, Field
from schemas.search.common import DATE, DOUBLE, LONG, STRING
from schemas.stand_ins import STAND_INS

SEARCH_VOLUME_BACKTEST = Contract(
    name="search_volume_backtest",
    version=1,
    grain="A model on a cut of the labels of a fold",
    key=("fold_name", "model_name", "cut_name", "cut_value"),
    note=STAND_INS,
    fields=(
        Field(
            "fold_name",
            STRING,
            "The fold, by its origin; `folds` is over all of them, `test` the last days, which chose nothing.",
            required=True,
        ),
        Field("model_name", STRING, "`headrace`, or a rival with the same information.", required=True),
        Field(
            "cut_name", STRING, "By what the labels are cut: `all`, `season`, `marketplace` and so on.", required=True
        ),
        Field("cut_value", STRING, "Which of them; `all` where they are not cut.", required=True),
        Field("origin_on", DATE, "The day whose knowledge the fold has; null over all folds."),
        Field("test_from_on", DATE, "The first day of the labels."),
        Field("test_through_on", DATE, "The last day of the labels."),
        Field("label_count", LONG, "Labels in the cut.", required=True),
        Field("bounded_label_count", LONG, "Those of them with an interval, which the coverage is of.", required=True),
        Field("wape_ratio", DOUBLE, "Sum of absolute errors over sum of volumes."),
        Field("mdape_ratio", DOUBLE, "Median of absolute errors as shares of the volume."),
        Field("rmsle", DOUBLE, "Root of the mean squared difference of ln(1 + volume).", unit="ln"),
        Field("bias_ratio", DOUBLE, "Sum of estimates over sum of volumes, less 1."),
        Field(
            "coverage_80_ratio",
            DOUBLE,
            "Share of those with an interval in the 80 % one; null where it cannot be tested.",
        ),
        Field(
            "coverage_95_ratio",
            DOUBLE,
            "Share of those with an interval in the 95 % one; null where it cannot be tested.",
        ),
        Field("width_80_ratio", DOUBLE, "Sum of the widths of the 80 % intervals over the sum of their estimates."),
        Field("width_95_ratio", DOUBLE, "Sum of the widths of the 95 % intervals over the sum of their estimates."),
        Field("order_violation_count", LONG, "Pairs of neighbouring ranks whose worse one has more searches."),
    ),
)
