"""True search volumes of the few terms for which they are known: the labels."""

from dataclasses import replace

from schemas.contract import Contract, Field, Rule
from schemas.search.common import (
    DATE,
    DEPARTMENT,
    GRAINS,
    IN_WRONG_MARKETPLACE,
    INT,
    LONG,
    MARKETPLACE,
    REPORT_MARKETPLACE,
    STRING,
    TERM,
)

SEARCH_VOLUMES = Contract(
    name="search_volumes",
    version=1,
    grain="The searches for a term in one period",
    key=("marketplace_code", "department_name", "term", "grain", "period_start_on"),
    fields=(
        MARKETPLACE,
        replace(DEPARTMENT, doc="The department; null where the volume is over all of them.", required=False),
        TERM,
        Field("grain", STRING, "How long the period is.", required=True, values=GRAINS),
        Field("period_start_on", DATE, "Its first day; of a week Sunday, of a month the 1st.", required=True),
        Field(
            "period_end_on",
            DATE,
            "Its last day.",
            required=True,
            derived="CASE grain WHEN 'daily' THEN period_start_on WHEN 'weekly' THEN date_add(period_start_on, 6) "
            "WHEN 'monthly' THEN last_day(period_start_on) END",
        ),
        Field("search_count", LONG, "How often the term was searched in the period.", required=True),
        Field(
            "known_after_days",
            INT,
            "Days from the period's end until its volume could be known: by the source's configuration.",
            required=True,
        ),
        Field(
            "available_on",
            DATE,
            "The day from which the volume could have been known; nothing that is said of an earlier day uses it.",
            required=True,
            derived="date_add(period_end_on, known_after_days)",
        ),
        REPORT_MARKETPLACE,
    ),
    rules=(
        Rule("search_count_not_positive", "search_count <= 0", "A volume is at least 1: what is not shown has no row."),
        Rule(
            "period_not_at_its_start",
            "(grain = 'weekly' AND dayofweek(period_start_on) <> 1) "
            "OR (grain = 'monthly' AND dayofmonth(period_start_on) <> 1)",
            "Weeks run from Sunday to Saturday, months from the 1st: any other would overlap two of them.",
        ),
        Rule(
            "known_before_its_end",
            "known_after_days < 0",
            "No volume is known before its period has ended.",
            severity="halt",
        ),
        IN_WRONG_MARKETPLACE,
    ),
)
