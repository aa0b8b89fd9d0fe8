"""The domains, and which tables each has."""

from dataclasses import dataclass

from schemas import procurement, search
from schemas.contract import Contract


@dataclass(frozen=True)
class DomainTables:
    """The contracts of a domain by table name, and whether its runs need Spark itself, such as for its MLlib."""

    curated: dict[str, Contract]
    marts: dict[str, Contract]
    needs_spark: bool = False


DOMAINS: dict[str, DomainTables] = {
    "procurement": DomainTables(procurement.CURATED, procurement.MARTS),
    "search": DomainTables(search.CURATED, search.MARTS, needs_spark=True),
}
