"""What a domain tells of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DomainFacts:
    """What `run` and `status` tell of a release beside what they tell of every domain's; nothing here. A domain with
    more has a dataclass of its own."""
