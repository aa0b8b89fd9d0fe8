"""How often the ranked terms of a department were searched in all, and how sure that is."""

from schemas.contract import Contract, Field
from schemas.search.common import BASES, DATE, DEPARTMENT, DOUBLE, LONG, MARKETPLACE, STRING
from schemas.stand_ins import STAND_INS

_BOUNDS = tuple(
    Field(
        f"{side}_{level}_search_count",
        DOUBLE,
        f"The {'lower' if side == 'lo' else 'upper'} bound of the sum's {level} % interval; null unless `basis` is "
        "`direct`.",
        unit="searches a day",
    )
    for side, level in (("lo", 95), ("lo", 80), ("hi", 80), ("hi", 95))
)

SEARCH_VOLUME_TOTALS = Contract(
    name="search_volume_totals",
    version=1,
    grain="A department of a marketplace on one day, over its ranked terms",
    key=("marketplace_code", "department_name", "estimated_on"),
    note=STAND_INS,
    fields=(
        MARKETPLACE,
        DEPARTMENT,
        Field("estimated_on", DATE, "The day of the searches.", required=True),
        Field("term_count", LONG, "Ranked terms of the department and day.", required=True),
        Field("refused_term_count", LONG, "Those without an estimate, which count as nothing.", required=True),
        Field(
            "estimated_search_count",
            DOUBLE,
            "The sum of the terms' estimates; null where all are refused.",
            unit="searches a day",
        ),
        *_BOUNDS,
        Field(
            "basis",
            STRING,
            "`direct` where all estimates in the sum are, `department_pooled` where one is that, `refused` where there "
            "is none.",
            required=True,
            values=BASES,
        ),
    ),
)
