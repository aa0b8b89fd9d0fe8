"""How often every ranked term was searched, and how sure that is."""

from schemas.contract import Contract, Field
from schemas.search.common import BASES, BOOLEAN, DATE, DEPARTMENT, DOUBLE, LONG, MARKETPLACE, STRING, TERM
from schemas.stand_ins import STAND_INS

_BOUNDS = tuple(
    Field(
        f"{side}_{level}_search_count",
        DOUBLE,
        f"The {'lower' if side == 'lo' else 'upper'} bound of the {level} % interval; null unless `basis` is `direct`.",
        unit="searches a day",
    )
    for side, level in (("lo", 95), ("lo", 80), ("hi", 80), ("hi", 95))
)

_COVERAGE = (
    "Share of labels that lay in the {} % interval in the last backtest; null where it had none such: refused, pooled, "
    "or extrapolated."
)

SEARCH_VOLUME_ESTIMATES = Contract(
    name="search_volume_estimates",
    version=1,
    grain="A ranked term in a department of a marketplace on one day",
    key=("marketplace_code", "department_name", "term", "estimated_on"),
    note=STAND_INS,
    fields=(
        MARKETPLACE,
        DEPARTMENT,
        TERM,
        Field("estimated_on", DATE, "The day of the searches.", required=True),
        Field("rank", LONG, "The term's rank on the day.", required=True),
        Field("is_tied", BOOLEAN, "Other terms of the department have the same rank on the day.", required=True),
        Field(
            "estimated_search_count",
            DOUBLE,
            "The mean; never greater for a worse rank of the same department and day. Null where refused.",
            unit="searches a day",
        ),
        *_BOUNDS,
        Field(
            "basis",
            STRING,
            "`direct` where the model has seen labels of the department, `department_pooled` where only of the "
            "marketplace, `refused` where of neither, or where drift forbids an estimate.",
            required=True,
            values=BASES,
        ),
        Field("is_extrapolated", BOOLEAN, "The rank is outside the ranks of the labels; null where refused."),
        Field("coverage_80_ratio", DOUBLE, _COVERAGE.format(80)),
        Field("coverage_95_ratio", DOUBLE, _COVERAGE.format(95)),
        Field("ln_base", DOUBLE, "What the regression says.", unit="ln searches a day"),
        Field("ln_level", DOUBLE, "What the level curve adds, by labels known on the day.", unit="ln"),
        Field("ln_smearing", DOUBLE, "From the mean of logarithms to the mean of searches.", unit="ln"),
        Field("ln_poisson", DOUBLE, "What the Poisson stage adds; 0 where the model has none.", unit="ln"),
        Field("model_id", STRING, "The model, as in search_volume_model_card; null where there is none."),
    ),
)
