"""The domains, and which tables each has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from schemas import procurement, search
from schemas.contract import Contract, ContractError
from schemas.procurement import pages as procurement_pages


@dataclass(frozen=True)
class DomainTables:
    """The contracts of a domain by table name, and whether its runs need Spark itself, such as for its MLlib.

    `derived` are the curated tables that no source fills, each with the curated tables that it is derived from.
    `pages` are what its data dictionary has beside its tables: Markdown, without a title, by name.
    """

    curated: dict[str, Contract]
    marts: dict[str, Contract]
    needs_spark: bool = False
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = [*self.sourced]
        for name, of in self.derived.items():
            if name not in self.curated or not of or not {*of} <= {*known}:
                raise ContractError(f"{name} is derived from {of}, expected curated tables before it: {known}")
            if any(field.numbered for field in self.curated[name].fields):
                raise ContractError(f"{name} is derived, and numbers rows of files; expected a key of its own")
            known.append(name)
        if taken := sorted(self.pages.keys() & {contract.name for _, contract in self.zoned()}):
            raise ContractError(f"{taken[0]} is a table, and a page beside the tables; expected another name for it")

    @property
    def sourced(self) -> dict[str, Contract]:
        """The curated tables that sources fill."""
        return {name: contract for name, contract in self.curated.items() if name not in self.derived}

    def zoned(self) -> Iterator[tuple[str, Contract]]:
        """Every contract with its zone, `curated` or `marts`."""
        yield from (("curated", contract) for contract in self.curated.values())
        yield from (("marts", contract) for contract in self.marts.values())


DOMAINS: dict[str, DomainTables] = {
    "procurement": DomainTables(procurement.CURATED, procurement.MARTS, pages=procurement_pages.PAGES),
    "search": DomainTables(search.CURATED, search.MARTS, needs_spark=True),
}
