"""The domains, and which tables each has."""

from dataclasses import dataclass

from schemas import procurement, search
from schemas.contract import Contract


@dataclass(frozen=True)
class DomainTables:
    """The contracts of a domain by table name."""

    curated: dict[str, Contract]
    marts: dict[str, Contract]


DOMAINS: dict[str, DomainTables] = {
    "procurement": DomainTables(procurement.CURATED, procurement.MARTS),
    "search": DomainTables(search.CURATED, search.MARTS),
}
