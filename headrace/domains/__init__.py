"""The domains, as the operator's commands know them."""

from typing import Any

from headrace.domain_commands import DomainCommands
from headrace.domains.procurement import Procurement
from headrace.domains.search import Search

DOMAINS: dict[str, DomainCommands[Any, Any]] = {domain.name: domain for domain in (Procurement(), Search())}
