"""The domains, and which tables each has."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas import procurement, search
from schemas.contract import Contract


@dataclass(frozen=True)
class DomainTables:
    """The contracts of a domain by table name, and whether its runs need Spark itself, such as for its MLlib."""

    curated: dict[str, Contract]
    marts: dict[str, Contract]
    needs_spark: bool = False

    def zoned(self) -> Iterator[tuple[str, Contract]]:
        """Every contract with its zone, `curated` or `marts`."""
        yield from (("curated", contract) for contract in self.curated.values())
        yield from (("marts", contract) for contract in self.marts.values())


DOMAINS: dict[str, DomainTables] = {
    "procurement": DomainTables(procurement.CURATED, procurement.MARTS),
    "search": DomainTables(search.CURATED, search.MARTS, needs_spark=True),
}
