"""Search ranks, as a marketplace reports them daily."""

from schemas.contract import Contract, Field, Rule
from schemas.search.common import DATE, DEPARTMENT, IN_WRONG_MARKETPLACE, LONG, MARKETPLACE, REPORT_MARKETPLACE, TERM

SEARCH_RANKS = Contract(
    name="search_ranks",
    version=1,
    grain="The rank of a search term in a department of a marketplace on one day; several terms may have the same rank",
    key=("marketplace_code", "department_name", "term", "ranked_on"),
    fields=(
        MARKETPLACE,
        DEPARTMENT,
        TERM,
        Field("ranked_on", DATE, "The day of the searches, in the marketplace's calendar.", required=True),
        Field("rank", LONG, "1 is searched most.", required=True),
        REPORT_MARKETPLACE,
    ),
    rules=(Rule("rank_not_positive", "rank < 1", "Ranks begin at 1."), IN_WRONG_MARKETPLACE),
)
